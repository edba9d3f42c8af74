"""Set a filing aside that nobody waits for any more: the jobs that asked for it were cancelled or expired.

What is stored of it stays; a later request goes on from its checkpoints.
"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.core.database import Connection
from auspex.filings import filing_store
from auspex.filings.messages import AnalyzeFiling, FetchFiling, IndexFiling
from auspex.platform.consumer import Defer, Delivery
from auspex.platform.jobs import unit_is_wanted


def abandon_filing(
    connection: Connection, delivery: Delivery[FetchFiling] | Delivery[AnalyzeFiling] | Delivery[IndexFiling]
) -> None:
    """Move the filing to `skipped`. Raises Defer when a job that asked for it meanwhile counts on this message.

    The filing's lock decides: a request for a stored filing share-locks it before it chooses to wait or to fetch.
    """
    body = delivery.body
    if filing_store.lock_filing(connection, body.accession) is None:
        return
    if unit_is_wanted(connection, kind=body.unit_kind, unit_key=body.unit_key):
        raise Defer(1, reason=f"{body.accession} is wanted again")
    filing_store.set_aside_filing(
        connection, accession=body.accession, payload={"reason": "unwanted", "stage": delivery.stage},
        at=current_clock().now(),
    )  # fmt: skip
