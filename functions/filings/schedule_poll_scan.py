"""Have every followed company scanned.
Schedule: every 5 minutes · Reads: filings.companies, watchlist · Sends: ScanCompany"""

from __future__ import annotations

from auspex.filings.poll_scan import poll_scan
from auspex.platform.schedule import schedule

handler = schedule("filings-poll-scan", poll_scan).handler
