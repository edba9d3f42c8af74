"""One random history of two filings: a watched one that a schedule finds, and one that jobs ask for.

Messages are delivered once or twice, in shuffled order. Workers die at any node, up to so often that a message is
buried; owners cancel, redrive and ask again, operators redrive and replay. At the end both filings must be as if
nothing had happened, told once, counted once, and paid for once.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.filings.test_pipeline import POINTS, final_state, recount
from tests.proofs.applications import money

from auspex.core.faults import InjectedCrash

COMPANY, WATCHED_COMPANY = "FLRK", "FMRD"
CIK = 9999999001
ASKED, WATCHED = "9999999001-24-000011", "9999999002-23-000044"
ROUNDS_MAX = 6
EVERY_POINT = [*POINTS, "scan.listed", "filings-scan.received", "backfill.listed", "filings-backfill.received"]
BURYING_POINTS = [point for point in EVERY_POINT if point.endswith((".before", ".received"))]
"""A worker that comes again passes them again: their message is buried in the end."""
FORGET = """
SET session_replication_role = replica;
TRUNCATE filings.filings, filings.checkpoints, filings.leases, filings.terms, platform.delivery_marks, platform.outbox,
  platform.dead_letters, platform.notifications, platform.jobs CASCADE;
UPDATE filings.corpus SET n = 0, sum_dl = 0;
UPDATE filings.companies SET etag = NULL, last_scan_at = NULL, scan_sent_at = NULL,
  watermark = CASE WHEN tickers @> '{FLRK}' THEN date '2030-01-01' END;
SET session_replication_role = origin;
"""
CONTENTS = ("documents", "sections", "facts", "chunks", "terms")


@dataclass(slots=True)
class Found:
    """What the histories came to: faults that must not be, and how often each kind of disturbance happened."""

    histories: int = 0
    faults: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Callers:
    """Who acts: two owners, of whom both watch, and an operator."""

    owners: tuple[str, str]
    operator: str


def prepare(harness: Harness) -> Callers:
    """Make the callers; both owners have watched the company since before its filing."""
    harness.fire("schedule_refresh_companies")
    # As if a scan were under way: what is scanned, a history scans itself.
    harness.rows("UPDATE filings.companies SET scan_sent_at = %(at)s", {"at": harness.clock.now()})
    owners = harness.create_key("filings", tokens=1_000_000), harness.create_key("filings", tokens=1_000_000)
    for key in owners:
        wanted = {"items": [{"ticker": WATCHED_COMPANY}]}
        assert harness.request("POST", "/v1/filings/watchlist", key=key, json=wanted).status == 200
    harness.rows("UPDATE filings.watchlist SET created_at = '2023-01-01Z'")
    forget(harness)  # and the company that jobs ask for has nothing else that a schedule would find
    return Callers(owners, harness.create_key("admin", "filings", tokens=0))


def play(harness: Harness, callers: Callers, seed: int, undisturbed: dict[str, Any], found: Found) -> None:
    """Play one history, hold its end against the undisturbed one, and forget it."""
    chance = random.Random(seed)
    copies = harness.queues._copies = chance.choice((1, 2))
    before = money(harness)
    jobs = [begin(harness, callers, chance, found)]
    scan(harness)
    for _ in range(chance.randint(1, 2)):
        point, passing, times = chance.choice(EVERY_POINT), chance.randint(1, 2), chance.choice((1, 1, 2))
        if (
            copies == 1 and chance.random() < 0.5
        ):  # at every attempt; a copy would wait for the dead one's lease instead
            point, passing, times = chance.choice(BURYING_POINTS), 1, 6
        with harness.crash_at(point, passing=passing, times=times) as crash:
            jobs += deliver(harness, callers, chance, jobs, found)
            harness.hop()
        if crash.fired:
            found.kinds[f"death in {point.partition('.')[0]}"] += crash.deaths
    mend(harness, callers, chance, jobs, found)
    replay(harness, callers, chance, found)
    complete(harness, callers)
    claims = judge(harness, undisturbed, before)
    found.faults += [f"history {seed}: not true that {claim}" for claim, holds in claims.items() if not holds]
    found.histories += 1
    forget(harness)


def begin(harness: Harness, callers: Callers, chance: random.Random, found: Found) -> tuple[str, str]:
    """Ask for the filing by accession, or for the newest ones of its company; return who asked and the job."""
    key = chance.choice(callers.owners)
    if chance.random() < 0.4:
        found.kinds["backfill"] += 1
        wanted: dict[str, Any] = {
            "tickers": [COMPANY], "forms": ["8-K"], "until": "2024-06-30", "per_ticker_limit": 3, "notify": True,
        }  # fmt: skip
        reply = ask(harness, "/v1/filings/backfills", key=key, json=wanted, found=found)
    else:
        found.kinds["ingestion"] += 1
        wanted = {"accessions": [{"accession": ASKED, "cik": CIK}]}
        reply = ask(harness, "/v1/filings/ingestions", key=key, json=wanted, found=found)
    if reply.status != 202:
        raise AssertionError(f"{reply.status}: {reply.body!r}")
    return key, str(reply.data["job_id"])


def ask(harness: Harness, path: str, *, key: str, found: Found, json: Any = None) -> Response:
    """Send a request until the function that answers it does not die on the way.

    Without an Idempotency-Key, so that one that died after its commit leaves a job that its owner knows nothing of.
    """
    while True:
        try:
            return harness.request("POST", path, key=key, json=json)
        except InjectedCrash:
            found.kinds["death in a request"] += 1


def deliver(
    harness: Harness, callers: Callers, chance: random.Random, jobs: list[tuple[str, str]], found: Found
) -> list[tuple[str, str]]:
    """Deliver some messages; meanwhile owners cancel and ask again."""
    more = []
    for _ in range(chance.randint(0, ROUNDS_MAX)):
        harness._deliver_round()
        if chance.random() < 0.08:
            key, job_id = chance.choice(jobs)
            cancelled = ask(harness, f"/v1/jobs/{job_id}/cancel", key=key, found=found).status == 202
            found.kinds["cancel"] += cancelled
        if chance.random() < 0.08:
            found.kinds["asked again"] += 1
            more.append(begin(harness, callers, chance, found))
    return more


def mend(harness: Harness, callers: Callers, chance: random.Random, jobs: list[tuple[str, str]], found: Found) -> None:
    """Have owners or the operator begin again what died, until nothing dead is left to send."""
    found.kinds["buried"] += len(harness.rows("SELECT 1 FROM platform.dead_letters"))
    for key, job_id in jobs:
        if chance.random() < 0.4 and harness.request("POST", f"/v1/jobs/{job_id}/redrive", key=key).status == 202:
            found.kinds["redrive by owner"] += 1
    for _ in range(2):
        reply = harness.request("POST", "/v1/filings/ops/redrives", key=callers.operator, json={"all": True})
        found.kinds["redrive by operator"] += reply.data["enqueued"]
    harness.hop()


def replay(harness: Harness, callers: Callers, chance: random.Random, found: Found) -> None:
    """Now and then replay what is there, with a worker dying on the way."""
    if chance.random() < 0.5:
        return
    for _ in range(chance.randint(1, 2)):
        mode = chance.choice(("auto", "analysis", "index"))
        route = f"/v1/filings/accessions/{chance.choice((ASKED, WATCHED))}/replays"
        if harness.request("POST", route, key=callers.operator, json={"mode": mode}).status == 202:
            found.kinds[f"replay {mode}"] += 1
    with harness.crash_at(chance.choice(EVERY_POINT), passing=chance.randint(1, 3)):
        harness.hop()


def complete(harness: Harness, callers: Callers) -> None:
    """Have what was cancelled read after all, and what schedules still owe done."""
    key = callers.owners[0]
    wanted = {"accessions": [{"accession": ASKED, "cik": CIK}, {"accession": WATCHED, "cik": 9999999002}]}
    scan(harness)
    harness.hop()
    assert harness.request("POST", "/v1/filings/ingestions", key=key, json=wanted).status == 202
    harness.hop()


def scan(harness: Harness) -> None:
    """Have the watched company scanned, at a time at which no round was yet."""
    harness.pass_time(60)
    harness.fire("schedule_poll_scan")


def picture(harness: Harness) -> dict[str, Any]:
    """Return what must be the same however the way was: contents, figures of the newest run, promises, news."""
    shown: dict[str, Any] = {}
    for accession in (ASKED, WATCHED):
        state = final_state(harness, accession)
        (filing,) = harness.rows(
            "SELECT status, run FROM filings.filings WHERE accession = %(accession)s", {"accession": accession}
        )
        newest = [row | {"run": 1} for row in state["kpis"] if row["run"] == filing["run"]]
        promises = harness.rows(
            "SELECT metric, basis, fiscal_period, shape, low, high, unit, action, quote FROM filings.guidance "
            "WHERE accession = %(accession)s AND run = %(run)s ORDER BY 1, 2, 3, 4, 5",
            {"accession": accession, "run": filing["run"]},
        )
        shown[accession] = {name: state[name] for name in CONTENTS} | {
            "status": filing["status"], "kpis": newest, "guidance": promises,
        }  # fmt: skip
    return shown


def news(harness: Harness) -> dict[tuple[str, str, str], int]:
    """Return how often each account was told of each kind and filing."""
    rows = harness.rows(
        "SELECT account_id, kind, subject, count(*) AS n FROM platform.notifications WHERE kind LIKE 'filing.%%' "
        "OR kind LIKE 'guidance.%%' GROUP BY 1, 2, 3",
        {},
    )
    return {(row["account_id"], row["kind"], row["subject"]): row["n"] for row in rows}


def judge(harness: Harness, undisturbed: dict[str, Any], before: tuple[int, int]) -> dict[str, bool]:
    """Return what must be true of a history's end."""
    (jobs,) = harness.rows(
        "SELECT count(*) FILTER (WHERE status IN ('queued', 'running')) AS alive, "
        "coalesce(sum(cost), 0)::integer AS cost, coalesce(bool_and(cost <= quote), true) AS within FROM platform.jobs"
    )
    (due,) = harness.rows(
        "SELECT coalesce(sum(platform.tokens_of(price)), 0)::integer AS tokens FROM platform.job_units "
        "JOIN platform.jobs USING (job_id) WHERE state = 'succeeded'"
    )
    told = news(harness)
    seen = picture(harness)
    after = money(harness)
    return {
        **{
            f"{accession} has the same {name}": seen[accession][name] == what
            for accession, state in undisturbed["picture"].items()
            for name, what in state.items()
        },
        "each account is told once of each kind and filing": set(told.values()) <= {1},
        "the same is told": set(told) == undisturbed["news"],
        "term statistics equal a recount": recount(harness) == {"terms": 0, "chunks": 0, "length": 0},
        "every job has ended": jobs["alive"] == 0,
        "no job cost more than its quote": jobs["within"],
        "each delivered filing is paid once": jobs["cost"] == due["tokens"],
        "accounts paid the cost and nothing is set aside": after == (before[0] - jobs["cost"], before[1]),
    }


def forget(harness: Harness) -> None:
    """Empty the store for the next history; accounts, watches and the ledger stay."""
    for queue in harness.queues.queues.values():
        queue.messages.clear()
    for statement in FORGET.strip().split(";\n"):
        harness.rows(statement)
