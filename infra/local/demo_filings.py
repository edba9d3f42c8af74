"""A day of filings on the stack: they appear, are told, read and indexed; one 429, a killed worker, a poisoned filing.

The replay server plays the day (`/__filing_day`); the deployed schedules and workers do the rest by themselves, on the
machine's clock. What they leave is then read over the API and checked.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from typing import Any

import psutil
from infra.local.demo_caller import Caller, Fire, control, failing, open_account, rows_of, running_stack, wait_for
from infra.local.demo_filings_journeys import show_journeys
from infra.local.demo_filings_operations import backfill, operate, redrive
from infra.local.replay.day import NEW_YORK
from infra.local.statements import Statements

SECONDS = 240
FILINGS_MIN = 60
DRAIN_SECONDS_MAX = 420
PAUSE_SECONDS = 10
REFUSED_SECONDS_MAX = 90
LOOK_SECONDS = 0.2
INDEX_READ_AT = wall(7, 30)
"""When the schedule holds the store against the index of the day before, in UTC."""
FOLDERS = "/www/Archives/edgar/data"
FETCH_SECONDS = 5.0
"""How long a page takes of which a worker shall be in the middle when it is killed."""
FETCHES_MAX = 20
KILL_SECONDS_MAX = 75
"""Within a poll and the time it takes there is something to fetch, and so a worker that does."""
WATCH_AT_ONCE = 50
COVERAGE = "/v1/filings/coverage?watched_only=true&limit=100"
ENDED = ("indexed", "skipped", "dead_letter")
LAGS = ("detect_s", "analyze_s", "index_s")


@dataclass(slots=True)
class Day:
    """The stack, who takes part, and what was seen so far."""

    fire: Fire
    replay_url: str
    emulator_pid: int
    operator: Caller
    analyst: Caller
    record: Statements
    script: list[dict[str, Any]] = field(default_factory=list)
    """The day's filings but those that were stored before, of which no watcher is told."""
    listed: int = 0
    """How many the day has in all, as its index lists them."""
    ended_before: int = 0
    """How many filings of its companies had come to their end before it began."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Live through the day and check; exit 0 only if all was true."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.demo_filings", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long the day's filings take to come in")
    options = parser.parse_args(arguments)
    stack = running_stack()
    operator = Caller(stack.api_url, stack.admin_key)
    key = open_account(operator, plan="premium", tokens=500, scopes=["filings"])
    day = Day(
        fire=stack.fire, replay_url=stack.replay_url, emulator_pid=stack.state.processes["emulator"].pid,
        operator=operator, analyst=Caller(stack.api_url, key), record=Statements(),
    )  # fmt: skip
    started = time.monotonic()
    try:
        show_day(day, options.seconds)
    finally:
        print(f"\nThe day took {time.monotonic() - started:.0f} s")
        code = day.record.conclude()
    return code


def show_day(day: Day, seconds: int) -> None:
    """Live through the day and what comes after it, unless it cannot begin; the replay server is reset in any case."""
    try:
        begin(day, seconds)
        if day.record.failures:
            return
        live_through(day, seconds)
        mend(day)
        reconcile(day)
        show_record(day)
        show_journeys(analyst=day.analyst, check=day.record.check)
    finally:
        control(day.replay_url, "POST", "/__filing_day", {})
    backfill(day.analyst, day.record.check)
    operate(operator=day.operator, analyst=day.analyst, check=day.record.check)


def begin(day: Day, seconds: int) -> None:
    """Set the day up, know its companies, and watch all of them."""
    print("\nAn analyst watches every company of the day")
    begins_at = datetime.now(UTC) + timedelta(seconds=15)
    arranged = control(
        day.replay_url, "POST", "/__filing_day", {"begins_at": begins_at.isoformat(), "seconds": seconds}
    )
    day.script = arranged["filings"]
    day.fire("FilingsScheduleRefresh", {"schedule": "filings-refresh-companies"})
    ciks = sorted({filing["cik"] for filing in day.script})
    watched, unresolved = 0, 0
    for first in range(0, len(ciks), WATCH_AT_ONCE):
        items = [{"cik": cik} for cik in ciks[first : first + WATCH_AT_ONCE]]
        reply = day.analyst("POST", "/v1/filings/watchlist", {"items": items}).data
        watched, unresolved = watched + len(reply["items"]), unresolved + len(reply["unresolved"])
    day.listed = len(day.script)
    day.script = [filing for filing in day.script if not is_stored(day, filing["accession"])]
    day.ended_before = ended_of(status_counts(day))
    forms = Counter(filing["form"] for filing in day.script)
    print(f"    {len(day.script)} filings of {len(ciks)} companies: {dict(forms.most_common(6))} …")
    print(f"    {day.listed - len(day.script)} more were stored before")
    day.record.check("every company of the day resolves", holds=(watched, unresolved) == (len(ciks), 0))
    day.record.check("the day is new to this stack (else: make reset)", holds=len(day.script) >= FILINGS_MIN)


def is_stored(day: Day, accession: str) -> bool:
    """Tell whether a filing is stored."""
    return day.analyst("GET", f"/v1/filings/accessions/{accession}", quiet=True).status == 200


def ended_of(counts: Counter[str]) -> int:
    """Return how many filings have come to their end."""
    return sum(counts[status] for status in ENDED)


def live_through(day: Day, seconds: int) -> None:
    """Let the day pass: a worker is killed, EDGAR refuses once, and everything ends all the same."""
    print(f"\nThe day begins: {seconds} s of filings")
    started = time.monotonic()
    until = started + seconds + DRAIN_SECONDS_MAX
    acts: list[tuple[float, str, Callable[[Day], None]]] = [
        (0.35, "a worker is killed while it fetches", kill_worker),
        (0.6, "EDGAR answers 429 once", pause_edgar),
    ]
    while time.monotonic() < until:
        passed = (time.monotonic() - started) / seconds
        while acts and passed >= acts[0][0]:
            _, what, act = acts.pop(0)
            print(f"    … {what}")
            act(day)
        counts = status_counts(day)
        ended = ended_of(counts) - day.ended_before
        print(f"    {time.monotonic() - started:4.0f} s  {dict(counts)}")
        if not acts and ended >= len(day.script):
            break
        time.sleep(10)
    day.record.check("every filing of the day came to an end", holds=ended >= len(day.script))


def status_counts(day: Day) -> Counter[str]:
    """Return how many filings of the watched companies stand where."""
    counts: Counter[str] = Counter()
    for row in rows_of(day.analyst, COVERAGE):
        counts.update({status: n for status, n in row["by_status"].items() if n})
    return counts


def kill_worker(day: Day, *, seconds_max: float = KILL_SECONDS_MAX) -> None:
    """Kill -9 the stack's own processes that fetch filings, as soon as one of them waits for a page."""
    emulator = psutil.Process(day.emulator_pid)
    control(day.replay_url, "DELETE", "/__requests")
    with failing(day.replay_url, path_prefix=FOLDERS, kind="slow", times=FETCHES_MAX, delay_seconds=FETCH_SECONDS):
        fetches = wait_for(lambda: _is_fetching(day), seconds_max=seconds_max, poll_seconds=LOOK_SECONDS)
        killed = _kill_workers(emulator) if fetches else 0
    print(f"        {killed} processes killed")
    day.record.check("a worker was killed while it fetched", holds=killed > 0)


def _is_fetching(day: Day) -> bool:
    """Tell whether a slow page was asked for and is not whole yet."""
    armed = control(day.replay_url, "GET", "/__faults")
    asked = control(day.replay_url, "GET", "/__requests")
    begun = not armed or armed[0]["times"] < FETCHES_MAX
    return bool(begun and asked["total"] > sum(asked["by_status"].values()))


def _kill_workers(emulator: psutil.Process) -> int:
    killed = 0
    for process in emulator.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile
            if "FilingsStageIngestion" in process.environ().get("AWS_LAMBDA_FUNCTION_NAME", ""):
                process.kill()
                killed += 1
    return killed


def pause_edgar(day: Day) -> None:
    """Have EDGAR refuse one request, and see that nobody asks while the pause lasts."""
    control(day.replay_url, "DELETE", "/__requests")
    with failing(day.replay_url, path_prefix=FOLDERS, kind="429", times=1, retry_after=PAUSE_SECONDS):
        refused = wait_for(
            lambda: not control(day.replay_url, "GET", "/__faults"),
            seconds_max=REFUSED_SECONDS_MAX, poll_seconds=LOOK_SECONDS,
        )  # fmt: skip
    time.sleep(1.5)  # what had left before the refusal was stored
    before = control(day.replay_url, "GET", "/__requests")["total"]
    time.sleep(PAUSE_SECONDS - 3)
    during = control(day.replay_url, "GET", "/__requests")["total"] - before
    day.record.check("one 429 stops every worker for its pause", holds=bool(refused) and during == 0)


def mend(day: Day) -> None:
    """Look at what died, mend what can be mended, and redrive it."""
    print("\nAn operator looks at what died")
    dead = [f for f in day.script if not f["recorded"] or f["poisoned"]]
    shown = {
        f["accession"]: day.analyst("GET", f"/v1/filings/accessions/{f['accession']}", quiet=True).data for f in dead
    }
    reasons = Counter(filing["dead_letter_reason"] for filing in shown.values())
    print(f"    {dict(reasons)}")
    unrecorded = sum(not f["recorded"] for f in day.script)
    day.record.check("what nobody recorded is dead as not-recorded", holds=reasons["not-recorded"] == unrecorded)
    poisoned = next(f["accession"] for f in dead if f["poisoned"])
    reason = shown[poisoned]["dead_letter_reason"]
    day.record.check("the poisoned filing is dead for a reason of its own", holds=reasons[reason] == 1)
    control(day.replay_url, "POST", "/__filing_day", {"mended": True})
    redrive(
        operator=day.operator, analyst=day.analyst, check=day.record.check, reason=reason, accession=poisoned
    )  # fmt: skip


def reconcile(day: Day) -> None:
    """Hold the store against the day's index, as the schedule does the morning after."""
    print("\nThe morning after: the master index of the day")
    morning = morning_after(datetime.fromisoformat(day.script[0]["accepted_at"]))
    event = {"schedule": "filings-reconcile-daily", "scheduled_at": morning.isoformat(), "time_travel": True}
    reply = day.fire("FilingsScheduleReconcileDaily", event)
    print(f"    {json.dumps({k: v for k, v in reply.items() if k != 'schedule'})}")
    day.record.check("the index lists what the script filed", holds=reply.get("entries") == day.listed)
    day.record.check("the watch had missed nothing of it", holds=reply.get("missing") == 0)


def morning_after(accepted_at: datetime) -> datetime:
    """Return when the index is read that lists what was accepted at an instant: on the day after its New York day."""
    return datetime.combine(accepted_at.astimezone(NEW_YORK).date() + timedelta(days=1), INDEX_READ_AT, UTC)


def show_record(day: Day) -> None:
    """Print how late everything was, and hold what was told against what was filed."""
    print("\nThe day in figures")
    details = [day.analyst("GET", f"/v1/filings/accessions/{f['accession']}", quiet=True).data for f in day.script]
    read = [detail for detail in details if detail["status"] == "indexed"]
    valid = sum(f["read"] and f["recorded"] for f in day.script)
    for name in LAGS:
        lags = sorted(detail["lags"][name] for detail in read if detail["lags"][name] is not None)
        print(f"    {name:10} n {len(lags)}  p50 {_share(lags, 0.5):6.1f} s  p95 {_share(lags, 0.95):6.1f} s")
    detect = sorted(detail["lags"]["detect_s"] for detail in read if detail["lags"]["detect_s"] is not None)
    index = sorted(detail["lags"]["index_s"] for detail in read if detail["lags"]["index_s"] is not None)
    day.record.check("p95 of detection within a poll and the time it takes (75 s)", holds=_share(detect, 0.95) <= 75)
    day.record.check("p95 from filing to index within ten minutes", holds=_share(index, 0.95) <= 600)
    day.record.check("every valid filing of a read form is indexed", holds=len(read) == valid)
    day.record.check(
        "every filing of another form is skipped",
        holds=sum(detail["status"] == "skipped" for detail in details) == sum(not f["read"] for f in day.script),
    )
    day.record.check(
        "nothing is missing against the index", holds=_missing(day) == sum(not f["recorded"] for f in day.script)
    )
    alerts = rows_of(day.analyst, "/v1/notifications?limit=100")
    told = [(row["kind"], row["subject"]) for row in alerts if row["kind"].startswith("filing.")]
    counts = Counter(kind for kind, _ in told)
    day.record.check("nothing was told twice", holds=len(set(told)) == len(told))
    day.record.check(
        "every read form was told as detected", holds=counts["filing.detected"] == sum(f["read"] for f in day.script)
    )
    day.record.check("every analysed filing was told with why", holds=counts["filing.analyzed"] == len(read))


def _missing(day: Day) -> int:
    return sum(int(row["index"]["missing"]) for row in rows_of(day.analyst, COVERAGE))


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


if __name__ == "__main__":
    sys.exit(main())
