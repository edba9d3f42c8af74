"""Cut an analysed filing into chunks, embed and index them.
Queue: filings-knowledge · Reads: filings.sections, kpis, summaries, S3 · Writes: filings.chunks, postings, terms
Sends: IndexFiling (continuation) · Fails: processing-failed"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.filings.abandon_filing import abandon_filing
from auspex.filings.index_filing import Ports, index_filing
from auspex.filings.messages import IndexFiling
from auspex.filings.ports.documents import document_store
from auspex.filings.ports.embedding import embedder
from auspex.platform.consumer import Delivery, consumer

worker = consumer(__name__, stage="filings-knowledge", set_aside=abandon_filing)


@worker.command(IndexFiling)
def index(delivery: Delivery[IndexFiling]) -> None:
    """Index one filing."""
    index_filing(delivery, ports=Ports(documents=document_store(), embedder=embedder(), clock=current_clock()))


handler = worker.handler
