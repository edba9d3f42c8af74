"""Extract figures, items and a summary from a fetched filing.
Queue: filings-analysis · Reads: filings.sections, S3, EDGAR companyfacts, an LLM provider where asked for
Writes: filings.facts, kpis, summaries
Sends: IndexFiling · Fails: source-not-configured, source-unavailable"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.filings.abandon_filing import abandon_filing
from auspex.filings.analyze_filing import Ports, analyze_filing
from auspex.filings.messages import AnalyzeFiling
from auspex.filings.ports.documents import document_store
from auspex.filings.ports.edgar import edgar_client
from auspex.platform.consumer import Delivery, consumer

worker = consumer(__name__, stage="filings-analysis", set_aside=abandon_filing)


@worker.command(AnalyzeFiling)
def analyze(delivery: Delivery[AnalyzeFiling]) -> None:
    """Analyse one filing."""
    analyze_filing(delivery, ports=Ports(edgar=edgar_client(), documents=document_store(), clock=current_clock()))


handler = worker.handler
