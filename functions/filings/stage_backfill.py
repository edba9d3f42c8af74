"""List the filings of a backfill's companies and begin those that are not there.
Queue: filings-backfill · Reads: EDGAR submissions, filings.filings · Writes: filings.filings, companies, jobs
Sends: FetchFiling, BackfillCompanies (what is left) · Fails: not-found-at-source, source-not-configured,
source-unavailable"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.filings.list_backfill import Ports, list_backfill
from auspex.filings.messages import BackfillCompanies
from auspex.filings.ports.edgar import edgar_client
from auspex.platform.consumer import Delivery, consumer

worker = consumer(__name__, stage="filings-backfill")


@worker.command(BackfillCompanies)
def backfill(delivery: Delivery[BackfillCompanies]) -> None:
    """List some companies."""
    list_backfill(delivery, ports=Ports(edgar=edgar_client(), clock=current_clock()))


handler = worker.handler
