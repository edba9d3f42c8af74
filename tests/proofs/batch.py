"""Many histories side by side on one database: their transactions in pipelines, their clashes in real sessions.

A round of a history: operations one after another (some die and are sent again, some lose their reply), then two that
clash (one holds a transaction open while the other runs into it), then the sweeps, which see all histories at once.
After each operation the balances are read, after each history everything.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime

from tests.proofs.clashes import Clashes
from tests.proofs.databases import ProofDatabase
from tests.proofs.histories import END, ROUND, START, SWEEP_AFTER, WINDOW, key_of, new_history
from tests.proofs.lanes import Arena, Entry, Lane, Violation, copy_of, repeated, sound
from tests.proofs.model import IDLE
from tests.proofs.operations import Operation
from tests.proofs.verification import expected_state, read_states
from tests.proofs.wire import ROLLBACK

ROUNDS = 3
OPERATIONS_PER_ROUND = 5
CRASH_SHARE, LOST_REPLY_SHARE, KILL_SHARE = 0.12, 0.1, 0.02


class Batch:
    """The machinery for one database; `run` plays histories and returns their violations."""

    def __init__(self, database: ProofDatabase, lanes: int) -> None:
        self._arena = Arena(database)
        self._clashes = Clashes(self._arena)
        self._sessions = [database.session() for _ in range(2 * lanes)]
        self._sweeper = database.session()

    @property
    def counts(self) -> Counter[str]:
        """What happened how often."""
        return self._arena.counts

    @property
    def fault_points(self) -> Counter[str]:
        """Where transactions died, as operation:statements done/all."""
        return self._arena.fault_points

    def close(self) -> None:
        """End all sessions."""
        for session in [*self._sessions, self._sweeper]:
            session.close()

    def run(self, seeds: list[int]) -> list[Violation]:
        """Play one history per seed, all at once, and compare every one with its oracle."""
        first = self._arena.database.next_numbers(len(seeds))
        lanes = [
            Lane(new_history(seed, first + place), self._sessions[2 * place], self._sessions[2 * place + 1])
            for place, seed in enumerate(seeds)
        ]
        self._arena.database.create_accounts(
            [(a.account_id, a.plan, key_of(a)) for lane in lanes for a in lane.history.world.accounts]
        )
        rng = random.Random(seeds[0])
        for number in range(ROUNDS):
            for lane in lanes:
                lane.history.begin_round(number)
            self._cut_connections(sound(lanes))
            self._play_in_turn(sound(lanes), opening=number == 0)
            self._clashes.run(sound(lanes))
            self._sweep(sound(lanes), START + number * ROUND + SWEEP_AFTER, rng)
        for lane in lanes:
            lane.history.begin_round(ROUNDS)
        self._play_in_turn(sound(lanes), opening=False, operations=0)
        self._sweep(sound(lanes), END, rng)
        self._verify(sound(lanes))
        for place, lane in enumerate(lanes):
            self._arena.counts += lane.history.counts
            self._sessions[2 * place : 2 * place + 2] = lane.main, lane.rival
            if lane.violation is not None:
                self._renew(lane, place)
        self._arena.counts["histories"] += len(lanes)
        return [lane.violation for lane in lanes if lane.violation is not None]

    # ── One after another ───────────────────────────────────────────────────────────────────────────────────────────

    def _play_in_turn(self, lanes: list[Lane], *, opening: bool, operations: int = OPERATIONS_PER_ROUND) -> None:
        for lane in lanes:
            lane.entries.clear()
            lane.probes.clear()
            history = lane.history
            for operation in lane.owed:
                self._add(lane, repeated(lane, operation))
            lane.owed.clear()
            for operation in history.opening() if opening else ():
                self._add(lane, operation)
            for _ in range(operations):
                operation = history.next()
                if history.rng.random() < CRASH_SHARE:
                    self._add_crash(lane, operation)
                self._add(lane, operation)
                if history.rng.random() < LOST_REPLY_SHARE:
                    self._arena.counts["timeouts_after_commit"] += 1
                    self._add(lane, repeated(lane, operation))
        for lane in lanes:
            self._read_entries(lane)

    def _add(self, lane: Lane, operation: Operation) -> None:
        """Send an operation and what shows the balances after it."""
        if operation.kind == "create_job" and operation.calls[0][1][0] in lane.history.world.jobs:
            return  # the same id twice is no client's retry: a server names its jobs
        expected = operation.expect(lane.history.world)
        lane.entries.append(Entry(operation, expected))
        lane.probes.append(lane.balances())
        lane.main.send(operation.calls)
        lane.main.send([("probe", (lane.accounts,))])
        self._arena.count(operation, expected)

    def _add_crash(self, lane: Lane, operation: Operation) -> None:
        """Let the process die somewhere in the transaction: the server undoes what was done."""
        done = lane.history.rng.randint(0, len(operation.calls))
        lane.entries.append(Entry(operation, None))
        lane.main.send_and_hold(operation.calls[:done])
        lane.main.send([ROLLBACK])
        self._arena.count_crash(operation, done)

    def _read_entries(self, lane: Lane) -> None:
        probes = iter(lane.probes)
        for entry in lane.entries:
            outcome = lane.main.read()
            shown = lane.main.read()
            if entry.expected is None:
                continue
            self._arena.counts["steps"] += 1
            where = f"{entry.operation.kind} {entry.operation.calls}"
            lane.judge(where, entry.expected, entry.operation.observe(outcome))
            lane.judge(f"balances after {where}", next(probes), tuple(shown.rows[0]))

    # ── Deaths of connections ───────────────────────────────────────────────────────────────────────────────────────

    def _cut_connections(self, lanes: list[Lane]) -> None:
        """Kill some sessions: before or after a statement, before the commit, or while the reply is on its way."""
        chosen = [(lane, lane.history.next()) for lane in lanes if lane.history.rng.random() < KILL_SHARE]
        killed: list[tuple[Lane, Operation, bool]] = []
        for lane, operation in chosen:
            is_late = lane.history.rng.random() < 0.3 and operation.kind != "admit"
            done = len(operation.calls) if is_late else lane.history.rng.randint(0, len(operation.calls))
            if is_late:
                lane.main.send(operation.calls)
            else:
                lane.main.send_and_hold(operation.calls[:done])
                lane.main.read()
                self._arena.count_crash(operation, done)
            killed.append((lane, operation, is_late))
        self._arena.kill([lane for lane, *_ in killed])
        for lane, operation, is_late in killed:
            if is_late:
                self._ask_again(lane, operation)
            else:
                lane.owed.append(operation)

    def _ask_again(self, lane: Lane, operation: Operation) -> None:
        """The connection died while the commit was under way: the client repeats its request, and it counts once."""
        self._arena.counts["timeouts_after_commit"] += 1
        lane.main.send(operation.calls)
        observed = operation.observe(lane.main.read())
        committed, lost = copy_of(lane.history.world), lane.history.world
        operation.expect(committed)
        if operation.kind == "create_job" and observed[0] == "23505":  # our stand-in for a retry keeps the job's id
            lane.history.world = committed
            return
        worlds = [(world, operation.expect(world)) for world in (committed, lost)]
        for world, expected in worlds:
            if expected == observed:
                lane.history.world = world
                return
        lane.judge(f"repeated after a cut: {operation.calls}", [expected for _, expected in worlds], observed)

    # ── Sweeps ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _sweep(self, lanes: list[Lane], at: datetime, rng: random.Random) -> None:
        """Run the minute's housekeeping over all histories; it may die, and it may run twice."""
        now = at.isoformat()
        expire = ("expire_overdue", (now, (at - IDLE).isoformat()))
        release = ("release_forgotten", (now,))
        forget = ("forget_expired", ((at - WINDOW).isoformat(), now))
        if rng.random() < 0.2:
            for call in (expire, release):
                self._sweeper.send_and_hold([call])
                self._sweeper.send([ROLLBACK])
                self._sweeper.read()
                self._sweeper.read()
                self._arena.counts["crashes"] += 1
                self._arena.fault_points[f"{call[0]}:1/1"] += 1
        repeats = 2 if rng.random() < 0.2 else 1
        for _ in range(repeats):
            for call in (expire, release, forget):
                self._sweeper.send([call])
        outcomes = [self._sweeper.read() for _ in range(3 * repeats)]
        for lane in lanes:
            before = [job.status for job in lane.history.world.jobs.values()]
            lane.history.world.expire_overdue(at)
            after = [job.status for job in lane.history.world.jobs.values()]
            self._arena.counts["expiries"] += after.count("expired") - before.count("expired")
            self._arena.counts["forgotten_reservations"] += lane.history.world.release_forgotten(at)
            for outcome in outcomes:
                lane.judge("sweep", None, outcome.refusal and (outcome.refusal.sqlstate, outcome.refusal.message))
        self._arena.counts["sweeps"] += repeats

    # ── Verdict ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _verify(self, lanes: list[Lane]) -> None:
        """Compare everything that is kept of each history with its oracle, and the ledger with itself."""
        ids = [account.account_id for lane in lanes for account in lane.history.world.accounts]
        states = read_states(self._arena.database.superuser, ids)
        for lane in lanes:
            for account in lane.history.world.accounts:
                found = states[account.account_id]
                wanted = expected_state(lane.history.world, account)
                for name, value in wanted.items():
                    lane.judge(f"{name} of {account.account_id} in the end", value, found[name])

    def _renew(self, lane: Lane, place: int) -> None:
        """Give the next history clean sessions after one that went wrong."""
        for session in (lane.main, lane.rival):
            session.kill()
        self._sessions[2 * place : 2 * place + 2] = self._arena.database.session(), self._arena.database.session()
