"""Hold the store against EDGAR's daily index, and fetch what is missing of watched companies.
Schedule: daily 07:30 UTC · Reads: EDGAR's master index, filings.watchlist
Writes: filings.index_days, index_entries, filings, platform.notifications · Sends: FetchFiling
Fails: an index that is absent or unreadable; the day stays due, the next run tries it again"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.filings.ports.edgar import edgar_client
from auspex.filings.reconcile_daily import reconcile_daily
from auspex.platform.schedule import schedule


def run(at: datetime) -> dict[str, Any]:
    """Read every index that is due."""
    return reconcile_daily(at, edgar=edgar_client())


handler = schedule("filings-reconcile-daily", run).handler
