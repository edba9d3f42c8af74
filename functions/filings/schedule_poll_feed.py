"""Read EDGAR's feed of latest filings and take in what watched companies filed.
Schedule: every minute, not 22:30-05:30 New York · Reads: EDGAR's feed, filings.watchlist
Writes: filings.filings, sightings, feed_mark, platform.notifications · Sends: FetchFiling
Fails: source errors of the first page; the next minute tries again"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.filings.poll_feed import poll_feed
from auspex.filings.ports.edgar import edgar_client
from auspex.platform.schedule import schedule


def run(at: datetime) -> dict[str, Any]:
    """Read down to where the poll before had come."""
    return poll_feed(at, edgar=edgar_client())


handler = schedule("filings-poll-feed", run).handler
