"""Run the catcher: `python -m infra.local.catcher --http-port N --smtp-port N --state DIR`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from infra.local.catcher.catcher import Catcher


def main() -> int:
    """Serve until SIGTERM or SIGINT; `<state>/catcher.json` says where once both halves are ready."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.catcher", description=__doc__)
    parser.add_argument("--http-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder for catcher.json")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _setter(ended))
    try:
        catcher = Catcher(http_port=options.http_port, smtp_port=options.smtp_port)
    except OSError as error:
        print(f"catcher: {error}", file=sys.stderr)
        return 1
    state = options.state / "catcher.json"
    with catcher:
        options.state.mkdir(parents=True, exist_ok=True)
        unfinished = state.with_suffix(".partial")
        document = {"pid": os.getpid(), "url": catcher.url, "smtp_port": catcher.smtp_port}
        unfinished.write_text(json.dumps(document) + "\n", encoding="utf-8")
        unfinished.replace(state)
        ended.wait()
    state.unlink(missing_ok=True)
    return 0


def _setter(ended: threading.Event) -> Callable[[int, FrameType | None], None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    return end


if __name__ == "__main__":
    sys.exit(main())
