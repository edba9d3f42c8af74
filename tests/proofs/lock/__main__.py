"""`make prove-lock`: random histories until HISTORIES or MINUTES is reached; the last line is one JSON object.

Three lanes, each a process with a database of its own (one waits for locks a third of its time). A planted bug that is
not caught, a kind of fault that never happened, a violation or a fourth switch of the simulated day ends with status 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.proofs.databases import ProofServer, own_server
from tests.proofs.lock.databases import make_lane_database, planted_bugs
from tests.proofs.lock.day import OUTAGE_HOURS, Day
from tests.proofs.lock.history import KINDS, WORKERS, Lane, ViolationError

LANES = 3
PLANTED_HISTORIES_MAX = 300


def main() -> int:
    """Run the proof and print what it found."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.lock", description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    with own_server() as server:
        result = prove(server, histories=options.histories, seconds=options.minutes * 60, seed=options.seed)
    result["seconds"] = round(time.monotonic() - started, 1)
    missing = [kind for kind in KINDS if not result["kinds"].get(kind)]
    failed = bool(
        result["violations"] or missing or result["planted_bugs_caught"] != result["planted_bugs"]
        or result["switches_of_the_day"] != len(OUTAGE_HOURS)
    )  # fmt: skip
    for kind in missing:
        print(f"never happened: {kind}", file=sys.stderr)
    print(json.dumps(result))
    return int(failed)


def prove(server: ProofServer, *, histories: int, seconds: float, seed: int) -> dict[str, Any]:
    """Run planted bugs, the day, then the histories on the shipped SQL; return the counts."""
    deadline = time.monotonic() + seconds
    caught = [bug for bug in planted_bugs() if _is_caught(server, bug, seed)]
    switches = live_a_day(server)
    for number in range(LANES):
        make_lane_database(server, f"lane_{number}")
    share = -(-histories // LANES)
    with ProcessPoolExecutor(LANES) as pool:
        lanes = [
            pool.submit(run_lane, server, f"lane_{number}", share, deadline, seed + number * 10_000_000)
            for number in range(LANES)
        ]
        results = [lane.result() for lane in lanes]
    kinds: Counter[str] = sum((result["kinds"] for result in results), Counter())
    return {
        "histories": sum(result["histories"] for result in results), "workers": WORKERS,
        "violations": sum(len(result["violations"]) for result in results),
        "first_violations": [violation for result in results for violation in result["violations"]][:5],
        "planted_bugs": len(planted_bugs()), "planted_bugs_caught": len(caught), "caught": caught,
        "switches_of_the_day": switches, "kinds": dict(sorted(kinds.items())), "seed": seed,
    }  # fmt: skip


def run_lane(server: ProofServer, name: str, histories: int, deadline: float, seed: int) -> dict[str, Any]:
    """Run histories on one database until enough, too late, or wrong."""
    lane = Lane(server.url(name, "auspex_filings"), server.url(name, "auspex_providers"))
    violations = []
    try:
        while lane.histories < histories and time.monotonic() < deadline:
            lane.run(seed + lane.histories)
        lane.check_stored()
    except ViolationError as violation:
        violations.append(str(violation))
    finally:
        lane.close()
    return {"histories": lane.histories, "violations": violations, "kinds": lane.seen}


def live_a_day(server: ProofServer, *, workers: int = WORKERS) -> int:
    """Return the switches of the simulated day."""
    make_lane_database(server, "day")
    lane = Lane(server.url("day", "auspex_filings"), server.url("day", "auspex_providers"))
    try:
        return Day(lane.operator, workers=workers, seed=3).run()
    finally:
        lane.close()


def _is_caught(server: ProofServer, bug: str, seed: int) -> bool:
    name = f"planted_{bug}"
    make_lane_database(server, name, planted=bug)
    found = run_lane(server, name, PLANTED_HISTORIES_MAX, time.monotonic() + 120, seed)
    return bool(found["violations"])


if __name__ == "__main__":
    sys.exit(main())
