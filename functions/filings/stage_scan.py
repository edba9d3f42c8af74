"""Detect a company's new filings.
Queue: filings-scan · Reads: EDGAR submissions, filings.filings · Writes: filings.filings, companies, jobs
Sends: FetchFiling · Fails: source-not-configured, not-found-at-source, source-unavailable"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.filings.messages import ScanCompany
from auspex.filings.ports.edgar import edgar_client
from auspex.filings.scan_company import Ports, scan_company
from auspex.platform.consumer import Delivery, consumer

worker = consumer(__name__, stage="filings-scan")


@worker.command(ScanCompany)
def scan(delivery: Delivery[ScanCompany]) -> None:
    """Compare submissions with the store."""
    scan_company(delivery, ports=Ports(edgar=edgar_client(), clock=current_clock()))


handler = worker.handler
