"""`make prove-ledger`: random histories against the shipped SQL until HISTORIES or MINUTES is reached, on both cores.

Each process has its own database. The last line is one JSON object; the exit status is 1 on any violation, on a planted
bug that nobody noticed, and on a kind of fault that never happened. `--seed N --only` plays one history again.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from tests.proofs.batch import Batch
from tests.proofs.databases import ProofDatabase, ProofServer, own_server
from tests.proofs.lanes import Violation

PLANTED = sorted(Path(__file__).with_name("planted").glob("*.sql"))
LANES = 24
HISTORIES_PER_CLEARING = 1_440
HISTORIES_PER_PLANTED_BUG = 480
PROGRESS_SECONDS = 20
FAULTS = (
    "crashes", "connections_killed", "twins", "blocked", "timeouts_after_commit", "duplicates", "reorders",
    "cancel_against_finish", "expiries", "forgotten_reservations", "redrive_by_owner", "redrive_by_operator",
    "refused_402", "refused_409", "refused_429", "window_charge", "refund", "payment", "cancel", "sweeps",
    "reconciliations", "admit",
)  # fmt: skip
"""What must have happened at least once."""


@dataclass(slots=True)
class Proof:
    """What was played and found."""

    counts: Counter[str] = field(default_factory=Counter)
    fault_points: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def add(self, other: Proof) -> None:
        """Take another process's findings in."""
        self.counts += other.counts
        self.fault_points += other.fault_points
        self.violations += other.violations

    def missing(self) -> list[str]:
        """Return the kinds of fault that never happened."""
        return [name for name in FAULTS if not self.counts[name]]


def play(server: ProofServer, name: str, *, seed: int, histories: int, seconds: float, lanes: int = LANES) -> Proof:
    """Play histories on a clone of its own until their number, the time, or a violation is reached."""
    *_, proof = _playing(server, name, seed=seed, histories=histories, seconds=seconds, lanes=lanes)
    return proof


def _playing(
    server: ProofServer, name: str, *, seed: int, histories: int, seconds: float, lanes: int
) -> Iterator[Proof]:
    server.create_database(name)
    database = ProofDatabase(server, name)
    proof = Proof()
    try:
        batch = Batch(database, lanes)
        began = time.monotonic()
        played = 0
        since_clearing = 0
        while played < histories and time.monotonic() - began < seconds and not proof.violations:
            count = min(lanes, histories - played)
            proof.violations += batch.run(list(range(seed + played, seed + played + count)))
            played += count
            since_clearing += count
            if since_clearing >= HISTORIES_PER_CLEARING or played >= histories:
                _reconcile(database, batch, proof, seed + played)
                since_clearing = 0
            proof.counts, proof.fault_points = batch.counts, batch.fault_points
            yield proof
        if since_clearing:
            _reconcile(database, batch, proof, seed + played)
        yield proof
        batch.close()
    finally:
        database.close()
        server.drop_database(name)


def _reconcile(database: ProofDatabase, batch: Batch, proof: Proof, seed: int) -> None:
    differences = database.reconcile()
    batch.counts["reconciliations"] += 1
    if differences and not proof.violations:
        proof.violations.append(Violation(seed, "reconcile()", [], differences[:3]))
    database.clear()


def catch(server: ProofServer, planted: Path, *, seed: int, lanes: int = LANES) -> str | None:
    """Play on a clone with a planted bug; return what gave it away, None when nothing did."""
    name = f"planted_{planted.stem}"
    server.create_database(name, planted.read_text(encoding="utf-8"))
    database = ProofDatabase(server, name)
    try:
        batch = Batch(database, lanes)
        for first in range(seed, seed + HISTORIES_PER_PLANTED_BUG, lanes):
            violations = batch.run(list(range(first, first + lanes)))
            if violations:
                return violations[0].where
        differences = database.reconcile()
        batch.close()
        return "reconcile()" if differences else None
    finally:
        database.close()
        server.drop_database(name)


# ── Processes ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _work(number: int, server: ProofServer, seed: int, *, histories: int, seconds: float, news: Any) -> None:
    reported = 0.0
    proof = Proof()
    for proof in _playing(server, f"proof_{number}", seed=seed, histories=histories, seconds=seconds, lanes=LANES):
        if time.monotonic() - reported > 1:
            news.put((number, False, proof))
            reported = time.monotonic()
    news.put((number, True, proof))


def run(histories: int, seconds: float, processes: int, seed: int) -> tuple[Proof, dict[str, str | None], float]:
    """Catch the planted bugs, then play in parallel; returns findings, what gave each bug away, and seconds played."""
    with own_server() as server:
        caught = {planted.stem: catch(server, planted, seed=seed) for planted in PLANTED}
        for name, where in caught.items():
            print(f"planted {name}: {'caught by ' + where[:90] if where else 'NOT CAUGHT'}", flush=True)
        began = time.monotonic()
        context = multiprocessing.get_context("spawn")
        news: Any = context.Queue()
        share = -(-histories // processes)
        workers = [
            context.Process(
                target=_work,
                args=(number, server, seed + number * 100_000_000),
                kwargs={"histories": share, "seconds": seconds, "news": news},
            )
            for number in range(processes)
        ]
        for worker in workers:
            worker.start()
        latest = _follow(workers, news, began)
        for worker in workers:
            worker.join()
        total = Proof()
        for proof in latest.values():
            total.add(proof)
        if any(worker.exitcode for worker in workers):
            total.violations.append(Violation(seed, "a process of the proof failed", 0, [w.exitcode for w in workers]))
        return total, caught, time.monotonic() - began


def _follow(workers: list[Any], news: Any, began: float) -> dict[int, Proof]:
    latest: dict[int, Proof] = {}
    ended: set[int] = set()
    shown = began
    while len(ended) < len(workers):
        try:
            number, is_last, latest[number] = news.get(timeout=1)
            ended |= {number} if is_last else set()
        except Empty:
            ended |= {number for number, worker in enumerate(workers) if worker.exitcode}
        if time.monotonic() - shown > PROGRESS_SECONDS:
            shown = time.monotonic()
            played = sum(proof.counts["histories"] for proof in latest.values())
            steps = sum(proof.counts["steps"] for proof in latest.values())
            seconds = shown - began
            print(f"{seconds:6.0f} s  {played} histories ({played / seconds:.0f}/s)  {steps} steps", flush=True)
    return latest


def main() -> int:
    """Run the proof and print its verdict."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.ledger", description=__doc__)
    parser.add_argument("--histories", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="store_true", help="play only the history of --seed and print what is wrong")
    options = parser.parse_args()
    if options.only:
        return _play_one(options.seed)
    proof, caught, seconds = run(options.histories, options.minutes * 60, options.processes, options.seed)
    missing = proof.missing()
    for violation in proof.violations[:5]:
        print(f"VIOLATION in history {violation.seed}: {violation.where}\n  expected {violation.expected}\n  observed"
              f" {violation.observed}")  # fmt: skip
    for name in missing:
        print(f"NEVER HAPPENED: {name}")
    counts = proof.counts
    print(json.dumps({
        "histories": counts["histories"], "steps": counts["steps"],
        "steps_per_history": round(counts["steps"] / max(counts["histories"], 1), 1),
        "violations": len(proof.violations), "planted_bugs": len(caught),
        "planted_bugs_caught": sum(where is not None for where in caught.values()),
        **{name: counts[name] for name in FAULTS}, "fault_points": len(proof.fault_points),
        "never_happened": missing, "seconds": round(seconds, 1),
        "histories_per_second": round(counts["histories"] / seconds, 1), "processes": options.processes,
    }))  # fmt: skip
    return int(bool(proof.violations or missing or None in caught.values()))


def _play_one(seed: int) -> int:
    with own_server() as server:
        proof = play(server, "one", seed=seed, histories=1, seconds=60, lanes=1)
    for violation in proof.violations:
        print(f"{violation.where}\n  expected {violation.expected}\n  observed {violation.observed}")
    print(json.dumps({"seed": seed, "violations": len(proof.violations)}))
    return int(bool(proof.violations))


if __name__ == "__main__":
    sys.exit(main())
