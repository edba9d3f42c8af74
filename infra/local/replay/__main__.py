"""Run the replay server: `python -m infra.local.replay --port N --state DIR [--shared PATH] [--sample-only]`."""

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

from infra.local.replay.server import ReplayServer
from infra.local.replay.sports import SportsReplay
from infra.local.replay.store import Store

DEFAULT_RECORDINGS = Path(__file__).parents[3].parent / "shared" / "data" / "filings"


DEFAULT_RESULTS = Path(__file__).parents[3].parent / "shared" / "data" / "oracle" / "raw"


def main() -> int:
    """Serve until SIGTERM or SIGINT; `<state>/replay.json` says where once it is ready."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.replay", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder for replay.json")
    parser.add_argument("--shared", type=Path, default=DEFAULT_RECORDINGS, help="folder of the recordings (filings/)")
    parser.add_argument("--sample-only", action="store_true", help="serve the sample company alone")
    parser.add_argument("--results", type=Path, default=DEFAULT_RESULTS, help="folder of season files (E0_1819.csv)")
    options = parser.parse_args()
    recordings = options.shared if options.shared.is_dir() and not options.sample_only else None
    try:
        sports = SportsReplay(options.results) if options.results.is_dir() else None
        server = ReplayServer(Store(recordings), port=options.port, recorded=recordings is not None, sports=sports)
    except OSError as error:
        print(f"replay: port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    state = options.state / "replay.json"
    options.state.mkdir(parents=True, exist_ok=True)
    _write(state, server)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stopper(server))
    with server:
        server.serve_forever(poll_interval=0.2)
    state.unlink(missing_ok=True)
    return 0


def _write(state: Path, server: ReplayServer) -> None:
    base = f"http://127.0.0.1:{server.port}"
    document = {
        "pid": os.getpid(),
        "port": server.port,
        "www_url": f"{base}/www",
        "data_url": f"{base}/data",
        "football_data_url": f"{base}/football",
        "odds_url": f"{base}/odds",
        "recorded": server.recorded,
    }
    unfinished = state.with_suffix(".partial")
    unfinished.write_text(json.dumps(document) + "\n", encoding="utf-8")
    unfinished.replace(state)


def _stopper(server: ReplayServer) -> Callable[[int, FrameType | None], None]:
    """Return a signal handler that ends `serve_forever`, which may not be asked from its own thread."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()

    return stop


if __name__ == "__main__":
    sys.exit(main())
