"""``python -m infra.local.cli up | down | reset``: what ``make`` calls. Progress goes to standard error."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from infra.local import down
from infra.local.progress import StepError
from infra.local.state import BusyError, StateDirectory, state_directory


def main() -> int:
    """Run one command and return its exit status."""
    arguments = _parser().parse_args()
    _keep_loopback_direct()
    directory = state_directory()
    directory.create()
    try:
        with directory.exclusively():
            return _run(arguments, directory)
    except (StepError, BusyError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; make up goes on from here, make down stops what runs", file=sys.stderr)
        return 130


def _run(arguments: argparse.Namespace, directory: StateDirectory) -> int:
    match arguments.command:
        case "up":
            from infra.local.up import Wishes, bring_up  # noqa: PLC0415 - stopping must not need what deploying needs

            wishes = Wishes(
                emulator=arguments.emulator, port=arguments.port, source=arguments.source, corpus=arguments.corpus
            )
            started_at = float(os.environ.get("AUSPEX_STARTED_AT") or time.time())
            print(json.dumps(bring_up(directory, wishes, started_at=started_at)))
        case "down":
            down.bring_down(directory)
        case "reset":
            down.reset(directory)
    return 0


def _keep_loopback_direct() -> None:
    """Have no proxy stand between us, or what we start, and the stack's own ports."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name, ""), "127.0.0.1", "localhost"]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.cli", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="bring the stack up; the last line is one JSON object")
    up.add_argument("--emulator", choices=["ministack", "localstack"], default="ministack")
    up.add_argument("--port", type=int, default=0, help="port of the base URL (default: 8400, or the last one used)")
    up.add_argument("--source", choices=["replay", "live"], default="replay")
    up.add_argument("--corpus", choices=["auto", "sample"], default="auto", help="sample: the fictional company alone")
    commands.add_parser("down", help="stop what up started; data stays")
    commands.add_parser("reset", help="stop and delete all data")
    return parser


if __name__ == "__main__":
    sys.exit(main())
