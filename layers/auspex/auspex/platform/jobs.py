"""Jobs: long work with units, progress and a timeline. A job ends only by its units, by cancellation or by expiry.

Work on a unit is reported by (kind, unit key), so that two jobs waiting for the same filing both see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.fingerprints import sha256_of_json
from auspex.core.ids import new_id
from auspex.core.limits import JOB_HOURS_MAX, JOB_IDLE_MINUTES_MAX
from auspex.core.messages import Cause, UnitCommand
from auspex.core.problems import IdempotencyKeyReused, NotFound, Problem
from auspex.platform.ledger import ALLOWANCE_PARAMETERS, refusals

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Meter:
    """A price by delivered items: `base` tokens with the first item, and `tokens` for every `per` of them.

    Rounded down once, over all items of the job, so that the cost does not depend on how its units cut the work.
    """

    base: int
    tokens: int
    per: int

    def __post_init__(self) -> None:
        """Refuse what the ledger would. Raises ValueError."""
        if self.base < 0 or self.tokens < 0 or self.per < 1:
            raise ValueError("a meter has no negative tokens and counts at least one item")

    def tokens_for(self, items: int) -> int:
        """Return what so many delivered items cost."""
        return self.base + items * self.tokens // self.per if items > 0 else 0


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a job is made of; `quote`, the most it may cost, is reserved.

    Units are paid by `prices` (tokens by unit and part), or the job by its `meter` (items its units delivered).
    """

    account_id: str
    kind: str
    route: str
    request: dict[str, Any]
    units: list[str]
    idempotency_key: str | None = None
    quote: int = 0
    prices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    meter: Meter | None = None
    result_path: str | None = None
    """Where the result is read, with `{job_id}` for the job's id; None where each unit says it."""
    is_analysis: bool = False
    unit_kind: str | None = None
    """What kind of work the units are, where jobs of several kinds may wait for the same; None: the job's own kind."""

    def __post_init__(self) -> None:
        """Refuse a job that would be paid twice over. Raises ValueError."""
        if self.prices and self.meter is not None:
            raise ValueError("a job has prices or a meter, not both")


@dataclass(frozen=True, slots=True)
class CreatedJob:
    """A job's id, and whether this call made it or an earlier one with the same Idempotency-Key."""

    job_id: str
    created: bool
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its owner sees it."""

    job: dict[str, Any]
    units: list[dict[str, Any]]
    timeline: list[dict[str, Any]]


def create_job(connection: Connection, new: NewJob, *, cause: Cause, at: datetime) -> CreatedJob:
    """Create a job and reserve its quote, or return the job this Idempotency-Key made.

    Raises IdempotencyKeyReused for another body, BalanceTooSmall, DailyAllowanceUsed, CooldownActive.
    """
    with refusals():
        row = fetch_one(
            connection,
            SQL["create_job"],
            ALLOWANCE_PARAMETERS | {
                "job_id": new_id("job"), "account_id": new.account_id, "kind": new.kind, "route": new.route,
                "idempotency_key": new.idempotency_key, "request_sha256": sha256_of_json(new.request),
                "request": Jsonb(new.request), "units": new.units, "request_id": cause.request_id,
                "traceparent": cause.traceparent, "at": at, "expires_at": at + timedelta(hours=JOB_HOURS_MAX),
                "quote": new.quote, "prices": Jsonb({key: dict(parts) for key, parts in new.prices.items()}),
                "meter": None if new.meter is None else Jsonb(asdict(new.meter)), "result_path": new.result_path,
                "is_analysis": new.is_analysis,
            },
        )  # fmt: skip
    assert row is not None
    if row["created"] and new.unit_kind is not None:
        connection.execute(SQL["name_units"], {"job_id": row["job_id"], "kind": new.unit_kind})
    if not row["same_request"]:
        raise IdempotencyKeyReused(detail="This Idempotency-Key was used with another body on this route.")
    return CreatedJob(job_id=row["job_id"], created=row["created"], balance=row["balance"])


def read_job(connection: Connection, *, account_id: str, job_id: str) -> JobView:
    """Return one job of an account. Raises NotFound for an unknown one and for another account's."""
    row = connection.execute(SQL["read_job"], {"account_id": account_id, "job_id": job_id}).fetchone()
    if row is None:
        raise NotFound(detail=f"There is no job {job_id}.")
    return JobView(job=row["job"], units=row["units"], timeline=row["timeline"])


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of jobs, newest first."""

    jobs: list[JobView]
    next_cursor: str | None


def list_jobs(
    connection: Connection, *, account_id: str, limit: int, cursor: str | None, kind: str | None = None,
    status: str | None = None,
) -> JobPage:  # fmt: skip
    """Return a page of an account's jobs, newest first. Raises MalformedRequest for a cursor of another list."""
    filters = {"list": "jobs", "account_id": account_id, "kind": kind, "status": status}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    rows = connection.execute(
        SQL["list_jobs"],
        {"account_id": account_id, "kind": kind, "status": status, "before": before, "rows_max": limit + 1},
    ).fetchall()
    views = [JobView(job=row["job"], units=row["units"], timeline=row["timeline"]) for row in rows[:limit]]
    more = len(rows) > limit
    return JobPage(views, encode_cursor([views[-1].job["job_id"]], filters=filters) if more else None)


def note_unit_starts(connection: Connection, *, job_id: str, starts: Iterable[UnitCommand]) -> None:
    """Keep the command each unit is begun with, so that a redrive of the job can begin the missing ones again."""
    noted = {
        start.unit_key: {"queue": start.queue, "schema": start.schema_name, "body": start.model_dump(mode="json")}
        for start in starts
    }
    connection.execute(SQL["note_unit_starts"], {"job_id": job_id, "starts": Jsonb(noted)})


def unit_is_wanted(connection: Connection, *, kind: str, unit_key: str) -> bool:
    """Tell whether a live job waits for a unit; what only cancelled and expired jobs asked for is not."""
    row = connection.execute(SQL["unit_is_wanted"], {"kind": kind, "unit_key": unit_key}).fetchone()
    return bool(row and row["wanted"])


def expand_unit(
    connection: Connection, *, job_id: str, unit_key: str, units: list[str], at: datetime,
    prices: Mapping[str, Mapping[str, int]] | None = None,
) -> None:  # fmt: skip
    """Replace a placeholder (a scan) by the units it found; those without a price cost nothing."""
    priced = Jsonb({key: dict(parts) for key, parts in (prices or {}).items()})
    connection.execute(
        SQL["expand_unit"], {"job_id": job_id, "unit_key": unit_key, "units": units, "prices": priced, "at": at}
    )


def advance_unit(
    connection: Connection, *, kind: str, unit_key: str, stage: str, progress: int, at: datetime,
    waiting_on: str | None = None,
) -> None:  # fmt: skip
    """Report progress (0-99) of a unit to every live job that waits for it; progress never goes back."""
    connection.execute(
        SQL["advance_unit"],
        {"kind": kind, "unit_key": unit_key, "stage": stage, "progress": progress, "waiting_on": waiting_on, "at": at},
    )


def succeed_unit(
    connection: Connection, *, kind: str, unit_key: str, result: dict[str, Any], at: datetime,
    undelivered: Sequence[str] = (), items: int = 0,
) -> None:  # fmt: skip
    """End a unit well in every live job that waits for it.

    Parts of its price that were not delivered are not paid; where the job has a meter, `items` is what is.
    """
    connection.execute(
        SQL["finish_unit"],
        {
            "kind": kind, "unit_key": unit_key, "state": "succeeded", "problem": None, "result": Jsonb(result),
            "undelivered": list(undelivered), "items": items, "at": at,
        },
    )  # fmt: skip


def fail_unit(connection: Connection, *, kind: str, unit_key: str, problem: Problem, at: datetime) -> None:
    """End a unit with its problem in every live job; a job fails when none of its units is left alive."""
    document = problem.document(instance=None, request_id=None) | {"unit": unit_key}
    connection.execute(
        SQL["finish_unit"],
        {
            "kind": kind, "unit_key": unit_key, "state": "failed", "problem": Jsonb(document), "result": None,
            "undelivered": [], "items": 0, "at": at,
        },
    )  # fmt: skip


def expire_overdue_jobs(connection: Connection, *, at: datetime) -> int:
    """Expire jobs past their time or without progress; their open units are released."""
    rows = connection.execute(
        SQL["expire_overdue"], {"at": at, "idle_since": at - timedelta(minutes=JOB_IDLE_MINUTES_MAX)}
    ).fetchall()
    return len(rows)
