"""Replay of recorded season files on loopback, for tests that refresh, fit and score."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from infra.local.replay.faults import Fault
from infra.local.replay.server import ReplayServer
from infra.local.replay.sports import SportsReplay
from infra.local.replay.store import Store

USER_AGENT = "Auspex tests tests@example.org"


class SeasonReplay:
    """A running replay: move its day, break it, correct it."""

    def __init__(self, server: ReplayServer, sports: SportsReplay) -> None:
        self.server = server
        self.sports = sports

    @property
    def parameters(self) -> dict[str, str]:
        """Root parameters that lead oracle's sources here, without a second between two requests."""
        base = f"http://127.0.0.1:{self.server.port}"
        return {
            "FootballDataUrl": f"{base}/football", "OddsUrl": f"{base}/odds", "SourceUserAgent": USER_AGENT,
            "OracleSourceSpacingSeconds": "0", "OracleRefreshSeconds": "60",
        }  # fmt: skip

    def travel(self, day: date) -> None:
        """Serve everything as it stood on the morning of a day."""
        self.sports.steer("/__day", {"day": day.isoformat()})

    def arm(self, path_prefix: str, kind: str, *, times: int = 1, retry_after: int | None = None) -> None:
        """Have the next requests below a prefix fail."""
        self.server.faults.arm(Fault(path_prefix, kind, times, retry_after))

    def asked(self, path: str) -> int:
        """Return how often a path was asked for."""
        by_path: dict[str, int] = self.server.log.summary()["by_path"]
        return by_path.get(path, 0)


@contextmanager
def season_replay(folder: Path) -> Iterator[SeasonReplay]:
    """Serve a folder of season files for the block."""
    sports = SportsReplay(folder)
    server = ReplayServer(Store(None), port=0, recorded=False, sports=sports)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield SeasonReplay(server, sports)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
