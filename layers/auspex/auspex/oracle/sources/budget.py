"""Every request to a source takes a slot of its row in Postgres first: all functions together send one a second.

What a source says of its quota is kept there too, so that the next day knows it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from psycopg.pq import TransactionStatus

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.oracle.source_errors import SourceRefused

SQL = load_sql(Path(__file__).with_suffix(".sql"))
WAIT_SECONDS_MAX = 20.0
SourceName = Literal["football-data", "odds"]


@dataclass(frozen=True, slots=True)
class Quota:
    """What a source last said of its quota, and on which day."""

    remaining: int
    total: int
    read_on: date


class SourceBudget:
    """Take slots from a source's row. `connect` returns an idle autocommit connection."""

    def __init__(
        self,
        source: SourceName,
        connect: Callable[[], Connection],
        *,
        spacing_seconds: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.source = source
        self._connect = connect
        self._spacing_seconds = spacing_seconds
        self._sleep = sleep

    def take_slot(self) -> None:
        """Wait for a slot; send at once. Raises SourceRefused while paused or when the wait would pass 20 s."""
        row = self._row("take_slot", spacing_seconds=self._spacing_seconds, wait_seconds_max=WAIT_SECONDS_MAX)
        if row is None:
            state = self._row("read_budget")
            wait = float(state["wait_seconds"]) if state else WAIT_SECONDS_MAX
            raise SourceRefused(f"{self.source} takes no request now", retry_after_seconds=wait)
        self._sleep(float(row["wait_seconds"]))

    def pause(self, seconds: float) -> None:
        """Stop everybody for so long."""
        self._run("pause", seconds=seconds)

    def note_quota(self, *, remaining: int, total: int, day: date) -> None:
        """Keep what the source said of its quota."""
        self._run("note_quota", remaining=remaining, quota=total, day=day)

    def quota(self) -> Quota | None:
        """Return what the source last said of its quota, None before its first reply."""
        row = self._row("read_budget")
        if row is None or row["requests_remaining"] is None or row["requests_quota"] is None:
            return None
        return Quota(row["requests_remaining"], row["requests_quota"], row["quota_read_on"])

    def _row(self, name: str, **parameters: Any) -> dict[str, Any] | None:
        return fetch_one(self._idle(), SQL[name], {"source": self.source, **parameters})

    def _run(self, name: str, **parameters: Any) -> None:
        self._idle().execute(SQL[name], {"source": self.source, **parameters})

    def _idle(self) -> Connection:
        connection = self._connect()
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            raise RuntimeError("a slot is taken outside any transaction: its lock would stop every other function")
        return connection
