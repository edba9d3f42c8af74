"""Queue contracts of oracle's jobs: ids only, rows stay in Postgres; the JSON Schemas are committed under
events/contracts."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from auspex.core.messages import UnitCommand

RESULT_PATH = "/v1/oracle/results/{job_id}"
BATCH_KIND = "oracle.batch"
PROJECTION_KIND = "oracle.projection"
JOB_PATTERN = r"^job_[0-9A-HJKMNP-TV-Z]{26}$"


class SimulateShard(UnitCommand):
    """Answer the rows of a batch, or simulate the seasons of a projection, from `first` to `last`, both included."""

    schema_name: ClassVar[str] = "oracle.simulate_shard.v1"
    queue: ClassVar[str] = "oracle-simulate"

    job_id: str = Field(pattern=JOB_PATTERN)
    kind: Literal["batch", "projection"]
    shard: int = Field(ge=0)
    first: int = Field(ge=0)
    last: int = Field(ge=0)


class CollectShards(UnitCommand):
    """Put together what the shards of a job found, once none of them is under way."""

    schema_name: ClassVar[str] = "oracle.collect_shards.v1"
    queue: ClassVar[str] = "oracle-collect"

    job_id: str = Field(pattern=JOB_PATTERN)


def shard_unit(run: str, shard: int) -> str:
    """Return the unit of a shard; units are known by their key over all jobs, so a run of a job has its own prefix."""
    return f"{run}/{shard:03d}"


def collect_unit(run: str) -> str:
    """Return the unit that ends a run."""
    return f"{run}/collect"
