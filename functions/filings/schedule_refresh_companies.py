"""Refresh the directory of listed companies.
Schedule: daily 06:00 UTC · Reads: EDGAR's ticker file · Writes: filings.companies
Fails: source errors; EventBridge tries twice more, then the next day does"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.filings.ports.edgar import edgar_client
from auspex.filings.refresh_companies import refresh_companies
from auspex.platform.schedule import schedule


def run(at: datetime) -> dict[str, Any]:
    """Store tickers and names."""
    return refresh_companies(at, edgar=edgar_client())


handler = schedule("filings-refresh-companies", run).handler
