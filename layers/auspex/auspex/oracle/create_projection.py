"""Accept a season to be played to its end as one job: a unit per two thousand seasons, and one that adds them up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from auspex.core.clock import Clock
from auspex.core.database import Connection
from auspex.core.fingerprints import sha256_of_json
from auspex.core.ids import new_ulid
from auspex.core.limits import SHARD_SEASONS
from auspex.core.messages import Cause
from auspex.oracle.create_batch import begin_shards, units_of
from auspex.oracle.messages import PROJECTION_KIND, RESULT_PATH
from auspex.oracle.prices import projection_tokens
from auspex.oracle.run_store import Run, Shard, insert_run
from auspex.oracle.season_inputs import load_season
from auspex.platform.jobs import CreatedJob, Meter, NewJob, create_job

ROUTE = "POST /v1/oracle/projections"
MODEL_VERSION = "season-1.0.0"


@dataclass(frozen=True, slots=True)
class ProjectionCommand:
    """What a caller asks for: a league of its own as a run keeps it, or a competition's season as of a day."""

    account_id: str
    request: dict[str, Any]
    league: dict[str, Any] | None
    competition: str | None
    season: str | None
    as_of: date | None
    n: int
    seed: int | None
    levers: list[dict[str, Any]]
    idempotency_key: str | None = None


def create_projection(connection: Connection, *, clock: Clock, command: ProjectionCommand, cause: Cause) -> CreatedJob:
    """Create the job and its messages in the caller's transaction.

    The season is looked up now and kept: what comes to light later changes nothing. Costs the quote for all shards,
    less for those that are missing. Raises TeamUnknown, NoParameters, SeasonUnknown, LookAhead, and what creating a
    job raises.
    """
    run = new_ulid()
    shards = cut_seasons(command.n)
    quote = projection_tokens(command.n)
    league = command.league or load_season(
        connection, competition=str(command.competition), season=command.season, as_of=command.as_of,
        today=clock.now().date(), levers=command.levers,
    )  # fmt: skip
    job = create_job(
        connection,
        NewJob(
            account_id=command.account_id, result_path=RESULT_PATH,
            kind=PROJECTION_KIND, route=ROUTE, units=units_of(run, shards),
            request=command.request, idempotency_key=command.idempotency_key, quote=quote, is_analysis=True,
            meter=Meter(base=0, tokens=quote, per=len(shards)),
        ),
        cause=cause, at=clock.now(),
    )  # fmt: skip
    if job.created:
        resolved = league | {"n": command.n, "levers": command.levers, "model_version": MODEL_VERSION}
        asked = resolved | {"fingerprint": sha256_of_json(resolved | {"seed": command.seed}), "seed": command.seed}
        kept = Run(job.job_id, command.account_id, run, "projection", asked, [])
        insert_run(connection, kept, shards=shards)
        begin_shards(connection, kept, PROJECTION_KIND, shards, cause=cause, clock=clock)
    return job


def cut_seasons(n: int) -> list[Shard]:
    """Return shards of two thousand seasons, numbered from 1; the rest is in the last."""
    firsts = range(1, n + 1, SHARD_SEASONS)
    return [Shard(shard, first, min(first + SHARD_SEASONS - 1, n)) for shard, first in enumerate(firsts)]
