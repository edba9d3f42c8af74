"""Answer the rows of a batch's shard, or simulate the seasons of a projection's.
Queue: oracle-simulate · Reads: oracle.runs, batch_rows, params, matches · Writes: oracle.batch_rows, shards, params
Sends: CollectShards · Fails: nothing of its own"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.oracle.messages import SimulateShard
from auspex.oracle.simulate_shard import simulate_shard
from auspex.platform.consumer import Delivery, consumer

worker = consumer(__name__, stage="oracle-simulate")


@worker.command(SimulateShard)
def simulate(delivery: Delivery[SimulateShard]) -> None:
    """Work on one shard."""
    simulate_shard(delivery, clock=current_clock())


handler = worker.handler
