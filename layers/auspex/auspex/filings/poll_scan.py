"""The five-minute truth: a scan for every followed company, the longest unscanned first (FILINGS 5).

Followed is what somebody watches, and what is stored on request. A company whose last scan is still under way is left
out for half an hour, so that a pause of EDGAR does not pile up scans of the same companies. One that somebody begins to
watch does not wait for its turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core import outbox
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql, transaction
from auspex.core.limits import SCANS_PER_ROUND_MAX
from auspex.core.messages import Cause, wrap
from auspex.filings.messages import UNIT_KIND, ScanCompany, scan_unit

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SCAN_IS_LOST_AFTER = timedelta(minutes=30)


def poll_scan(at: datetime) -> dict[str, Any]:
    """Send one scan message for each company whose turn it is; return how many, and how many the next round has."""
    turn = {"lost_before": at - SCAN_IS_LOST_AFTER, "at": at}
    with transaction() as connection:
        rows = fetch_all(connection, SQL["take_companies_to_scan"], turn | {"rows_max": SCANS_PER_ROUND_MAX})
        _send_scans(connection, (row["cik"] for row in rows), cause=Cause(), at=at)
        left = fetch_one(connection, SQL["count_companies_to_scan"], turn)
    assert left is not None
    return {"scans": len(rows), "left": left["companies"]}


def scan_at_once(connection: Connection, *, ciks: Sequence[int], cause: Cause, at: datetime) -> int:
    """Send a scan for each of some companies that none is under way for, in the caller's transaction; return how many.

    So a company's fiscal year and what it filed last are known before the first filing that its watchers are told of.
    """
    taken = {"ciks": list(ciks), "lost_before": at - SCAN_IS_LOST_AFTER, "at": at}
    rows = fetch_all(connection, SQL["take_watched_companies"], taken)
    _send_scans(connection, (row["cik"] for row in rows), cause=cause, at=at)
    return len(rows)


def _send_scans(connection: Connection, ciks: Iterable[int], *, cause: Cause, at: datetime) -> None:
    for cik in sorted(ciks):
        scan = ScanCompany(cik=cik, unit_kind=UNIT_KIND, unit_key=scan_unit(cik))
        outbox.enqueue(connection, wrap(scan, dedup_key=f"scan:{cik}:{at.isoformat()}", cause=cause), at=at)
