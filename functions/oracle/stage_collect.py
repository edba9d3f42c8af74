"""Put the shards of a job together and end it.
Queue: oracle-collect · Reads: oracle.runs, shards · Writes: oracle.runs, projections, platform.jobs
Fails: nothing of its own"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.oracle.collect_shards import collect_shards
from auspex.oracle.messages import CollectShards
from auspex.platform.consumer import Delivery, consumer

worker = consumer(__name__, stage="oracle-collect")


@worker.command(CollectShards)
def collect(delivery: Delivery[CollectShards]) -> None:
    """Collect one job."""
    collect_shards(delivery, clock=current_clock())


handler = worker.handler
