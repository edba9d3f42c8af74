"""What happens to jobs: created, advanced, expanded, finished, cancelled, redriven by their owner and by operators."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from tests.proofs.model import ALIVE, ANALYSES_MAX, Job, Meter, Unit, World
from tests.proofs.operations import COOLDOWN_TEXT, Expected, Operation, array, boolean, number, text
from tests.proofs.wire import Call, Outcome


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a job is asked to do; `prices` may leave units without one, a `meter` takes their place."""

    job_id: str
    key: str | None
    units: list[str]
    prices: dict[str, dict[str, int]]
    quote: int
    is_analysis: bool
    expires_at: datetime
    meter: Meter | None = None


def create_job(account: int, new: NewJob, at: datetime, world: World) -> Operation:
    """Create a job and reserve its quote; a retry finds the job of its key."""
    account_id = world.accounts[account].account_id

    def judge(world: World) -> Expected:
        owner = world.accounts[account]
        if new.key is not None and (known := world.asked.get((account_id, new.key))) is not None:
            return (known, False, None)
        job = Job(new.job_id, owner, new.quote, {}, expires_at=new.expires_at, progressed_at=at, meter=new.meter)
        job.units = {unit: Unit(dict(new.prices.get(unit, {}))) for unit in new.units}
        is_paid = new.quote > 0 or new.is_analysis
        if is_paid:
            owner.reserve(
                f"job:{new.job_id}", new.quote, is_analysis=new.is_analysis, at=at, job_id=new.job_id,
                expires_at=new.expires_at + timedelta(days=1),
            )  # fmt: skip
            job.hold = owner.holds[f"job:{new.job_id}"][-1]
        world.jobs[new.job_id] = job
        if new.key is not None:
            world.asked[account_id, new.key] = new.job_id
        return (new.job_id, True, owner.available if is_paid else None)

    def read(outcome: Outcome) -> Expected:
        job_id, created, balance = outcome.rows[-1][0]
        return (job_id, created == "t", None if balance is None else int(balance))

    meter = None if new.meter is None else json.dumps(asdict(new.meter))
    call: Call = (
        "create_job",
        (new.job_id, account_id, new.key, "0" * 64, array(new.units), new.job_id, text(at), text(new.expires_at),
         new.quote, json.dumps(new.prices), meter, boolean(new.is_analysis), ANALYSES_MAX, COOLDOWN_TEXT),
    )  # fmt: skip
    return Operation("create_job", [call], judge, read, account_id, begins=frozenset(new.units))


def advance(unit: str, progress: int, at: datetime) -> Operation:
    """A stage reports progress of a unit."""

    def judge(world: World) -> Expected:
        for job in world.waiting_for(unit):
            job.units[unit].state = "running"
            job.refresh(at)
        return ()

    return Operation("advance", [("advance_unit", (unit, progress, text(at)))], judge, lambda _: (), reports=unit)


def expand(
    job_id: str, placeholder: str, units: list[str], *, prices: dict[str, dict[str, int]], at: datetime
) -> Operation:
    """A scan found its units."""

    def judge(world: World) -> Expected:
        job = world.jobs.get(job_id)
        if job is None or not job.is_alive:
            return ()
        for unit in units:
            job.units.setdefault(unit, Unit(dict(prices.get(unit, {}))))
        if placeholder in job.units and job.units[placeholder].state in ALIVE:
            if units:
                del job.units[placeholder]
            else:
                job.units[placeholder].state = "succeeded"
        job.refresh(at)
        return ()

    call: Call = ("expand_unit", (job_id, placeholder, array(units), json.dumps(prices), text(at)))
    return Operation("expand", [call], judge, lambda _: (), begins=frozenset(units))


def finish(unit: str, state: str, undelivered: list[str], items: int, at: datetime) -> Operation:
    """A unit's result, delivered to every job that waits for it."""

    def judge(world: World) -> Expected:
        waiting = sorted(world.waiting_for(unit), key=lambda job: job.job_id)
        for job in waiting:
            part = job.units[unit]
            part.price = {name: tokens for name, tokens in part.price.items() if name not in undelivered}
            part.state = state
            part.items = items if state == "succeeded" else part.items
            job.refresh(at)
        return (len(waiting),)

    problem = '{"code": "proof"}' if state == "failed" else None
    call: Call = ("finish_unit", (unit, state, problem, array(undelivered), items, text(at)))
    return Operation("finish", [call], judge, lambda o: (number(o.rows[-1][0][0]),), reports=unit)


def cancel(account_id: str, job_id: str, at: datetime) -> Operation:
    """The owner cancels a job."""

    def judge(world: World) -> Expected:
        job = world.jobs.get(job_id)
        if job is None:
            return (None,)
        was = job.status
        if job.is_alive:
            job.release_units()
            job.end("cancelled")
        return (was,)

    return Operation(
        "cancel", [("cancel_job", (account_id, job_id, text(at)))], judge, lambda o: o.rows[-1][0], account_id
    )


def redrive(job_id: str, units: list[str], at: datetime, expires_at: datetime) -> Operation:
    """The owner has missing units done again (of those that can be begun), and pays for them again."""

    def judge(world: World) -> Expected:
        job = world.jobs.get(job_id)
        chosen = [] if job is None or job.status == "cancelled" else [u for u in job.missing() if u in units]
        if job is None or not chosen:
            return (0,)
        room = job.quote - job.cost
        due = 0 if job.hold is not None else min(sum(job.units[unit].tokens for unit in chosen), room)
        if job.hold is None and due == 0 and any(not job.units[unit].price for unit in chosen):
            due = room
        job.owner.require(max(due, 0))
        job.reopen(chosen, at, expires_at)
        job.reserve_again(chosen, at)
        return (len(chosen),)

    calls: list[Call] = [
        ("lock_job", (job_id,)),
        ("reopen_missing", (job_id, array(units), text(at), text(expires_at))),
        ("reserve_again", (job_id, f"redrive-{job_id}", text(at))),
        ("forget_chosen", (job_id,)),
    ]

    def read(outcome: Outcome) -> Expected:
        chosen = outcome.rows[1 if len(outcome.rows) == len(calls) else 2]
        return (len(str(chosen[0][0]).split(",")) if chosen else 0,)

    return Operation("redrive_by_owner", calls, judge, read, begins=frozenset(units))


def operator_redrive(unit: str, at: datetime, expires_at: datetime) -> Operation:
    """An operator has a failed unit done again, at nobody's cost."""

    def judge(world: World) -> Expected:
        failed = [
            job for job in world.jobs.values()
            if job.status not in ("cancelled", "expired") and unit in job.units and job.units[unit].state == "failed"
        ]  # fmt: skip
        for job in failed:
            job.units[unit].price = {"operator": 0}
            job.units[unit].settled = 0
            job.reopen([unit], at, expires_at)
        return (len(failed),)

    call: Call = ("reopen_unit", (unit, text(at), text(expires_at)))
    return Operation(
        "redrive_by_operator", [call], judge, lambda o: (number(o.rows[-1][0][0]),), begins=frozenset({unit})
    )
