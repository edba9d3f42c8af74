"""`make prove-edgar-budget`: 50 functions, 100,000 requests in virtual time; never more than ten in any second.

The shipped budget, its statements on a real Postgres with the proof's clock. One refusal stops everybody within a
second of being stored. Budgets that leave out a rule must be noticed. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from typing import Any

from infra.local.replay.faults import most_within
from tests.conftest import Database
from tests.proofs.applications import fresh_database
from tests.proofs.edgar.functions import REQUESTS_PER_SECOND_MAX, STOPPED_WITHIN_SECONDS, Freezes, Function, Source
from tests.proofs.edgar.planted import PLANTED
from tests.proofs.edgar.timeline import Timeline

from auspex.filings.adapters.edgar_budget import EdgarBudget

FUNCTIONS = 50
REQUESTS = 100_000
PLANTED_REQUESTS = 4_000
FAULTS = (
    "answers_stalled", "sleeps_stalled", "sleeps_frozen", "slots_missed", "SourcePaused", "pauses", "lone_stragglers",
)  # fmt: skip
"""What has to have happened, or the proof proves nothing."""
FORGET = "UPDATE filings.edgar_budget SET tat = '-infinity', paused_until = NULL, strikes = 0"


def simulate(database: Database, *, requests: int, seed: int, kind: type[EdgarBudget] = EdgarBudget) -> dict[str, Any]:
    """Have functions ask so often, and return what EDGAR saw."""
    timeline, source = Timeline(), Source()
    freezes = Freezes(random.Random(f"freezes {seed}"))
    with database.connect(None) as connection:
        connection.execute(FORGET)
    with database.connect() as connection:
        connection.execute("SET synchronous_commit = off")
        functions = [
            Function(kind, connection, timeline, source, freezes, seed=f"{seed} {number}", requests=requests)
            for number in range(FUNCTIONS)
        ]
        timeline.run([function.live for function in functions])
    return judge(source, timeline.now)


def judge(source: Source, seconds: float) -> dict[str, Any]:
    """Count what must not be, and how near it came."""
    late = [
        max((sent - stored for sent in source.sent if stored < sent < until), default=0.0)
        for stored, until in source.pauses
    ]
    in_pauses = sum(
        1
        for stored, until in source.pauses
        for sent in source.sent
        if stored + STOPPED_WITHIN_SECONDS < sent < until
    )  # fmt: skip
    seen = dict(source.seen) | {"pauses": len(source.pauses), "lone_stragglers": sum(1 for each in late if each > 0)}
    return {
        "requests": len(source.sent), "functions": FUNCTIONS, "virtual_seconds": round(seconds, 1),
        "requests_per_second": round(len(source.sent) / seconds, 3),
        "most_in_a_second": most_within(source.sent, 1.0), "sent_while_paused": in_pauses,
        "last_send_after_a_refusal_seconds": round(max(late, default=0.0), 3),
        "faults": {name: seen.get(name, 0) for name in FAULTS},
    }  # fmt: skip


def is_fair(found: dict[str, Any]) -> bool:
    """Tell whether both rules held."""
    return bool(found["most_in_a_second"] <= REQUESTS_PER_SECOND_MAX and found["sent_while_paused"] == 0)


def catch(database: Database, *, seed: int, requests: int = PLANTED_REQUESTS) -> dict[str, bool]:
    """Return for each planted budget whether the rules broke."""
    return {kind.__name__: not is_fair(simulate(database, requests=requests, seed=seed, kind=kind)) for kind in PLANTED}


def main() -> int:
    """Run the proof on a Postgres of our own."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.edgar", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began = time.monotonic()
    with fresh_database() as database:
        caught = catch(database, seed=arguments.seed)
        found = simulate(database, requests=arguments.requests, seed=arguments.seed)
    never = [name for name, times in found["faults"].items() if times == 0]
    for name in never:
        print(f"never happened: {name}", file=sys.stderr)
    result = found | {
        "planted_bugs": len(caught), "planted_bugs_caught": sum(caught.values()), "caught": caught,
        "seed": arguments.seed, "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip
    print(json.dumps(result))
    return int(not is_fair(found) or not all(caught.values()) or bool(never))


if __name__ == "__main__":
    sys.exit(main())
