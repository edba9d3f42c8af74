"""Fetch a filing, normalise its documents, split them into sections.
Queue: filings-ingestion · Reads: EDGAR · Writes: filings.filings, documents, sections, tables, S3
Sends: AnalyzeFiling
Fails: not-found-at-source, filed-by-another-company, too-large, unsupported-document, not-recorded,
source-not-configured, source-unavailable"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.filings.abandon_filing import abandon_filing
from auspex.filings.fetch_filing import Ports, fetch_filing
from auspex.filings.messages import FetchFiling
from auspex.filings.ports.documents import document_store
from auspex.filings.ports.edgar import edgar_client
from auspex.platform.consumer import Delivery, consumer

worker = consumer(__name__, stage="filings-ingestion", set_aside=abandon_filing)


@worker.command(FetchFiling)
def fetch(delivery: Delivery[FetchFiling]) -> None:
    """Fetch one filing."""
    fetch_filing(delivery, ports=Ports(edgar=edgar_client(), documents=document_store(), clock=current_clock()))


handler = worker.handler
