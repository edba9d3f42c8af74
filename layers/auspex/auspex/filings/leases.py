"""Leases with a fencing epoch: one worker per (graph, thread); a stale owner's write is refused.

A lease lives exactly as long as its invocation can: a killed function cannot outlast its own timeout.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auspex.core.database import Connection, connect, load_sql
from auspex.core.ids import new_ulid
from auspex.platform.consumer import Defer

SQL = load_sql(Path(__file__).with_suffix(".sql"))
MARGIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Lease:
    """Proof that this worker owns a thread: its epoch must still stand when it writes."""

    graph: str
    thread: str
    owner: str
    epoch: int

    def hold(self, connection: Connection) -> None:
        """Lock the lease in the caller's transaction. Raises Defer when a later owner has taken it."""
        row = connection.execute(SQL["hold_lease"], self._key()).fetchone()
        if row is None:
            raise Defer(5, reason=f"lease on {self.graph} {self.thread} lost")

    def _key(self) -> dict[str, object]:
        return {"graph": self.graph, "thread": self.thread, "owner": self.owner, "epoch": self.epoch}


@contextmanager
def leased(graph: str, thread: str, *, seconds: float) -> Iterator[Lease]:
    """Own a thread for the block, at most `seconds`. Raises Defer while another worker owns it.

    A crash leaves the lease to expire; an orderly end, good or bad, releases it.
    """
    owner = new_ulid()
    key = {"graph": graph, "thread": thread}
    row = (
        connect()
        .execute(SQL["take_lease"], key | {"owner": owner, "seconds": max(1.0, seconds + MARGIN_SECONDS)})
        .fetchone()
    )
    if row is None:
        busy = connect().execute(SQL["busy_seconds"], key).fetchone()
        raise Defer(min(60.0, busy["seconds"] + 1) if busy else 1, reason=f"lease on {graph} {thread} is busy")
    lease = Lease(graph=graph, thread=thread, owner=owner, epoch=row["epoch"])
    try:
        yield lease
    except Exception:
        _release(lease)
        raise
    _release(lease)


def _release(lease: Lease) -> None:
    key = {"graph": lease.graph, "thread": lease.thread, "owner": lease.owner, "epoch": lease.epoch}
    connect().execute(SQL["release_lease"], key)
