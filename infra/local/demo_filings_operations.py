"""The day's journeys of an operator, and the backfill of an analyst, over plain HTTP with their prices."""

from __future__ import annotations

import json
from collections import Counter

from infra.local.demo_caller import Caller, Check, wait_for, wait_for_job
from infra.local.demo_filings_journeys import FIRST

SAMPLES = ["FLRK", "FMRD"]
FILINGS_EACH = 8
BACKFILL = {"tickers": SAMPLES, "per_ticker_limit": FILINGS_EACH, "include_existing": True, "notify": True}
JOB_SECONDS_MAX = 180.0
REDRIVEN_SECONDS_MAX = 120.0


def backfill(analyst: Caller, check: Check) -> None:
    """Read in what two companies had filed before the day: a quote, a job with its progress, what came back."""
    print("\nAn analyst has the past of two companies read in")
    quote = analyst("POST", "/v1/filings/backfills?dry_run=true", BACKFILL).data["token_cost"]
    before = analyst("GET", "/v1/balance").data["available"]
    accepted = analyst("POST", "/v1/filings/backfills", BACKFILL).data
    reserved = before - analyst("GET", "/v1/balance", quiet=True).data["available"]
    job = wait_for_job(analyst, accepted["job_id"], seconds_max=JOB_SECONDS_MAX, shows_progress=True)
    paid = before - analyst("GET", "/v1/balance").data["available"]
    results = [unit["result"] or {} for unit in job["items"]]
    there = sum(result.get("already_stored") is True for result in results)
    print(f"    quoted {quote}, paid {paid}, {quote - paid} came back; {there} of {len(results)} were stored already")
    bound = len(SAMPLES) * FILINGS_EACH
    check(f"the quote is the upper bound: of each company {FILINGS_EACH} filings", holds=quote == job["quote"] == bound)
    check("no more than that was ever reserved", holds=0 < reserved <= quote)
    check("it succeeded whole", holds=(job["status"], job["units"]["failed"], job["progress"]) == ("succeeded", 0, 100))
    check("only what was newly read is paid", holds=paid == job["cost"] == len(results) - there > 0)
    told = analyst("GET", "/v1/notifications?limit=100", quiet=True).data
    check("the end was told", holds=sum(row["kind"] == "backfill.finished" for row in told) == 1)
    (row,) = analyst("GET", "/v1/filings/coverage?ticker=FLRK").data
    print(
        f"    FLRK: {row['filings']} filings, { {k: n for k, n in row['by_status'].items() if n} }, lags {row['lags']}"
    )
    listed = sum(result.get("accession", "").startswith(f"{row['cik']}-") for result in results)
    check("coverage shows all of them indexed", holds=row["by_status"]["indexed"] == row["filings"] == listed > 0)


def redrive(*, operator: Caller, analyst: Caller, check: Check, reason: str, accession: str) -> None:
    """Have what died of one reason done again, and see it recover."""
    letters = operator("GET", "/v1/filings/ops/dead-letters?redriven=false&limit=100").data
    print(f"    by reason: {dict(Counter(letter['reason'] for letter in letters))}")
    wanted = {"filter": {"reason": reason}}
    first = operator("POST", "/v1/filings/ops/redrives", wanted)
    path = f"/v1/filings/accessions/{accession}"
    wait_for(
        lambda: analyst("GET", path, quiet=True).data["status"] == "indexed", seconds_max=REDRIVEN_SECONDS_MAX
    )  # fmt: skip
    status = analyst("GET", path, quiet=True).data["status"]
    print(f"    enqueued {first.data['enqueued']}, skipped {first.data['skipped']}; {accession} is {status}")
    check("one letter was sent again, and its filing is recovered",
          holds=(first.data["enqueued"], first.data["skipped"], status) == (1, 0, "indexed"))  # fmt: skip
    again = operator("POST", "/v1/filings/ops/redrives", wanted)
    check("redriving it again does nothing", holds=(again.status, again.data["enqueued"]) == (202, 0))


def operate(*, operator: Caller, analyst: Caller, check: Check) -> None:
    """Look at the pipeline, have one filing indexed anew, and see how the schedules ran."""
    print("\nAn operator looks at the pipeline")
    health = operator("GET", "/v1/filings/ops/health?window_minutes=60").data
    for name in ("edgar", "feed", "failures"):
        print(f"    {name}: {json.dumps(health[name])}")
    standing = {row["status"]: row["filings"] for row in health["statuses"]}
    print(f"    filings: {standing}")
    waiting = {row["queue"]: row["visible"] + row["unsent"] for row in health["queues"]}
    print(f"    waiting: {waiting}")
    check("every filing has come to an end", holds=set(standing) <= {"indexed", "skipped", "dead_letter"})
    check("what is still dead is what nobody recorded",
          holds=health["failures"]["dead_letters_open"] == standing["dead_letter"])  # fmt: skip
    check("EDGAR was asked within its budget, and its one refusal is over",
          holds=0 < health["edgar"]["slots_per_second"] <= 10 and not health["edgar"]["is_paused"])  # fmt: skip
    print("\nAn operator has a filing indexed anew")
    path = f"/v1/filings/accessions/{FIRST}/replays"
    done = operator("POST", path, {"mode": "auto"}).data
    check(
        "of a complete filing nothing is left to do",
        holds=(done["mode_resolved"], done["first_node"]) == ("none", None),
    )
    anew = operator("POST", path, {"mode": "index"}).data
    print(f"    {anew['mode_resolved']}, from {anew['first_node']}")
    job = wait_for_job(operator, anew["job"]["job_id"], seconds_max=JOB_SECONDS_MAX, shows_progress=True)
    filing = analyst("GET", f"/v1/filings/accessions/{FIRST}", quiet=True).data
    topics = [event["topic"] for event in filing["events"]]
    check("it is indexed again", holds=(job["status"], filing["status"]) == ("succeeded", "indexed"))
    check("its history tells of it, and nobody is charged", holds="replayed" in topics and job["cost"] == 0)
    print("\nAn operator looks at the schedules")
    rows = {row["schedule"]: row for row in operator("GET", "/v1/ops/schedules").data}
    for name in ("filings-poll-feed", "filings-poll-scan", "filings-reconcile-daily"):
        row = rows.get(name, {})
        last = row.get("last_run") or row
        print(f"    {name}: {last.get('outcome')}, {last.get('detail')}")
    check("feed and index have run", holds={"filings-poll-feed", "filings-reconcile-daily"} <= set(rows))
