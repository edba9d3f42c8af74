"""The command line `auspex`: the client's operations for people and scripts."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        from auspex_client.cli.app import run  # noqa: PLC0415 - click is an extra of the package
    except ModuleNotFoundError as missing:
        if missing.name != "click":
            raise
        print("the command line needs click: pip install 'auspex-client[cli]'", file=sys.stderr)  # noqa: T201 - says so
        return 1
    return run(sys.argv[1:])
