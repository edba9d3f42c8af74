"""`make prove-oracle-jobs`: random histories of oracle's jobs (ORACLE 11.5) until HISTORIES or MINUTES, on both cores.

Every history plays one job on a deployment that delivers each message twice in a shuffled order. At its end no row may
be lost or doubled and no token charged for what was not delivered. The last line is one JSON object; the exit status
is 1 on any fault, on a planted bug that nobody noticed, and on a kind of event that never happened. `--seed N --only`
plays one history again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from tests.conftest import ROLES, Database, Server
from tests.harness.harness import Harness
from tests.proofs.databases import ProofServer, own_server
from tests.proofs.oracle_jobs.history import KINDS, Found, note_outcomes, play
from tests.proofs.oracle_jobs.planted import BUGS

TOKENS = 1_000_000
HISTORIES_A_DATABASE = 200
"""A deployment is left for a fresh one after so many: its log lies in memory."""
HISTORIES_PER_PLANTED_BUG = 300
RECONCILE = "SELECT jsonb_array_length(differences) AS differences FROM platform.reconcile(%(at)s)"


def main() -> int:
    """Run the proof and print its verdict."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.oracle_jobs", description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="store_true", help="play only the history of --seed and print what is wrong")
    options = parser.parse_args()
    started = time.monotonic()
    with own_server() as server:
        caught: dict[str, str | None] = {}
        if options.only:
            found = run_lane(server, "one", options.seed, 1, started + 600)
        else:
            found, caught = prove(server, options)
    missing = [] if options.only else [kind for kind in KINDS if not found.kinds[kind]]
    seconds = time.monotonic() - started
    print(json.dumps({
        "histories": found.histories, "faults": len(found.faults), "first_faults": found.faults[:5],
        "planted_bugs": len(caught), "planted_bugs_caught": sum(where is not None for where in caught.values()),
        "caught": caught, "kinds": dict(sorted(found.kinds.items())), "never_happened": missing,
        "seconds": round(seconds, 1), "histories_per_second": round(found.histories / seconds, 1),
        "processes": options.processes, "seed": options.seed,
    }))  # fmt: skip
    return int(bool(found.faults or missing or None in caught.values()))


def prove(server: ProofServer, options: argparse.Namespace) -> tuple[Found, dict[str, str | None]]:
    """Have every planted bug caught, then play histories on what is shipped."""
    deadline = time.monotonic() + options.minutes * 60
    share = -(-options.histories // options.processes)
    with ProcessPoolExecutor(options.processes) as pool:
        plants = {name: pool.submit(_catch_alone, server, name, options.seed) for name in BUGS}
        lanes = [
            pool.submit(run_lane, server, f"lane_{number}", options.seed + number * 100_000_000, share, deadline)
            for number in range(options.processes)
        ]
        caught = {name: plant.result() for name, plant in plants.items()}
        for name, where in caught.items():
            print(f"planted {name}: {where or 'NOT CAUGHT'}", flush=True)
        results = [lane.result() for lane in lanes]
    kinds: Counter[str] = sum((result.kinds for result in results), Counter())
    return Found(sum(r.histories for r in results), [fault for r in results for fault in r.faults], kinds), caught


def run_lane(server: ProofServer, name: str, seed: int, histories: int, deadline: float) -> Found:
    """Play histories, some hundreds a database, until there are enough, it is too late, or one went wrong."""
    found = Found()
    while found.histories < histories and time.monotonic() < deadline and not found.faults:
        first = found.histories
        with own_database(server, f"{name}_{first}") as database, deployed(database) as harness:
            prove_histories(harness, min(HISTORIES_A_DATABASE, histories - first), found, seed + first, deadline)
    return found


def prove_histories(harness: Harness, count: int, found: Found, first_seed: int, deadline: float | None = None) -> None:
    """Play histories one after the other on one deployment; then its ledger must add up."""
    key, operator = harness.create_key("oracle", tokens=TOKENS), harness.create_key("admin", tokens=0)
    for seed in range(first_seed, first_seed + count):
        play(harness, key, operator, seed, found)
        if found.faults or (deadline is not None and time.monotonic() > deadline):
            break
    note_outcomes(harness, found)
    (row,) = harness.rows(RECONCILE, {"at": harness.clock.now()})
    if row["differences"]:
        found.faults.append(f"histories from {first_seed}: the ledger does not add up")


def catch(database: Database, name: str, seed: int, histories: int = HISTORIES_PER_PLANTED_BUG) -> str | None:
    """Play on a deployment with a planted bug; return what gave it away, None when nothing did."""
    bug, found = BUGS[name], Found()
    if bug.sql is not None:
        with database.connect(None) as connection:
            connection.execute(bug.sql.encode())
    with bug.code(), deployed(database) as harness:
        prove_histories(harness, histories, found, seed)
    return found.faults[0] if found.faults else None


def _catch_alone(server: ProofServer, name: str, seed: int) -> str | None:
    with own_database(server, f"planted_{name}") as database:
        return catch(database, name, seed)


def deployed(database: Database) -> Harness:
    """Serve the application, every message delivered twice in a shuffled order."""
    return Harness(database, copies=2, seed=1)


@contextmanager
def own_database(server: ProofServer, name: str) -> Iterator[Database]:
    """Make a database for the block."""
    server.create_database(name)
    try:
        passwords = dict.fromkeys(ROLES, server.role_password)
        yield Database(Server(server.port, server.superuser_password, passwords), name)
    finally:
        server.drop_database(name)


if __name__ == "__main__":
    sys.exit(main())
