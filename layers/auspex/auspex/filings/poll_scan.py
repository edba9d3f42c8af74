"""The five-minute truth: a scan for every company that is followed, the longest unscanned first (FILINGS 5).

Until watchlists exist a company is followed when a filing of it is stored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.core import outbox
from auspex.core.database import fetch_all, transaction
from auspex.core.messages import Cause, wrap
from auspex.filings.create_ingestion import SQL
from auspex.filings.messages import UNIT_KIND, ScanCompany, scan_unit

SCANS_PER_ROUND_MAX = 1_500


def poll_scan(at: datetime) -> dict[str, Any]:
    """Send one scan message per followed company and return how many."""
    with transaction() as connection:
        rows = fetch_all(connection, SQL["companies_to_scan"], {"rows_max": SCANS_PER_ROUND_MAX})
        for row in rows:
            cik = int(row["cik"])
            scan = ScanCompany(cik=cik, unit_kind=UNIT_KIND, unit_key=scan_unit(cik))
            outbox.enqueue(connection, wrap(scan, dedup_key=f"scan:{cik}:{at.isoformat()}", cause=Cause()), at=at)
    return {"scans": len(rows)}
