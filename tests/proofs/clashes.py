"""Clashes: one session holds its transaction open while another runs into it, and then commits, gives up, or dies."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.proofs.lanes import Arena, Lane, copy_of
from tests.proofs.model import World
from tests.proofs.operations import Operation
from tests.proofs.verification import expected_state, read_states
from tests.proofs.wire import COMMIT, ROLLBACK, Outcome, SessionLostError

WAITS_MAX = 20_000


@dataclass(slots=True)
class Clash:
    """Two operations of one history in two sessions; the first holds its transaction open while the second comes."""

    lane: Lane
    first: Operation
    second: Operation
    held: int
    """Statements of the first that run before the second begins."""
    end: str
    first_outcome: Outcome = field(default_factory=Outcome)
    second_outcome: Outcome = field(default_factory=Outcome)
    waited: bool = False

    @property
    def is_twin(self) -> bool:
        """Tell whether the second is the first one's request again."""
        again = self.first.again
        return self.second is self.first or (again is not None and self.second.again is again)


class Clashes:
    """Plays one clash per history at a time, all of them side by side."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena

    def run(self, lanes: list[Lane]) -> None:
        """Let two operations of each history meet."""
        clashes = [self._new_clash(lane) for lane in lanes]
        for clash in clashes:
            clash.lane.main.send_and_hold(clash.first.calls[: clash.held])
        for clash in clashes:
            clash.first_outcome = _without_begin(clash.lane.main.read())
        for clash in clashes:
            if clash.end == "kill_waiting":
                clash.lane.rival.send_and_hold(clash.second.calls)
            else:
                clash.lane.rival.send(clash.second.calls)
        self._wait_until_stuck(clashes)
        # One that did not have to wait may hold what the first needs next, so it dies before the first goes on.
        dying = [clash for clash in clashes if clash.end == "kill_waiting"]
        self._arena.kill(
            [clash.lane for clash in dying if not clash.waited], rival=True
        )  # it may hold what the first needs
        self._end_first(clashes)
        self._arena.kill([clash.lane for clash in dying if clash.waited], rival=True)
        for clash in clashes:
            if clash.end != "kill_waiting":
                clash.second_outcome = clash.lane.rival.read()
            self._judge_clash(clash)

    def _new_clash(self, lane: Lane) -> Clash:
        rng = lane.history.rng
        first = lane.history.next()
        second = lane.history.rival(first)
        while not first.may_meet(second):
            second = lane.history.next()
        (end,) = rng.choices(("commit", "rollback", "kill", "kill_waiting"), (72, 24, 2, 2))
        held = len(first.calls) if rng.random() < 0.7 else rng.randint(1, len(first.calls))
        return Clash(lane, first, second, held, end)

    def _wait_until_stuck(self, clashes: list[Clash]) -> None:
        """Wait until every second operation has answered or stands in line for a lock."""
        open_clashes = clashes
        for _ in range(WAITS_MAX):
            open_clashes = [clash for clash in open_clashes if not clash.lane.rival.has_answer()]
            if not open_clashes:
                return
            waiting = self._arena.database.waiting_pids([clash.lane.rival.pid for clash in open_clashes])
            for clash in open_clashes:
                clash.waited = clash.waited or clash.lane.rival.pid in waiting
            open_clashes = [clash for clash in open_clashes if not clash.waited]
        raise SessionLostError("a statement neither ends nor waits for a lock")

    def _end_first(self, clashes: list[Clash]) -> None:
        """Commit, undo or kill what was held open."""
        for clash in clashes:
            if clash.end in ("commit", "kill_waiting"):
                clash.lane.main.send(clash.first.calls[clash.held :])
                clash.lane.main.send([COMMIT])
            elif clash.end == "rollback":
                clash.lane.main.send([ROLLBACK])
        for clash in clashes:
            if clash.end in ("commit", "kill_waiting"):
                rest = clash.lane.main.read()
                clash.lane.main.read()
                clash.first_outcome.rows += rest.rows
                clash.first_outcome.refusal = clash.first_outcome.refusal or rest.refusal
            elif clash.end == "rollback":
                clash.lane.main.read()
                self._arena.count_crash(clash.first, clash.held)
        dead = [clash for clash in clashes if clash.end == "kill"]
        for clash in dead:
            self._arena.count_crash(clash.first, clash.held)
        self._arena.kill([clash.lane for clash in dead])

    def _judge_clash(self, clash: Clash) -> None:
        """Find an order of the two that explains what was seen; one that waited came second."""
        lane, history = clash.lane, clash.lane.history
        self._arena.counts["steps"] += 2
        self._arena.counts["blocked"] += clash.waited
        self._arena.counts["twins"] += clash.waited and clash.is_twin
        self._arena.counts["cancel_against_finish"] += {clash.first.kind, clash.second.kind} == {"cancel", "finish"}
        parts = [(clash.first, clash.first_outcome), (clash.second, clash.second_outcome)]
        if clash.end in ("rollback", "kill"):
            lane.owed.append(clash.first)
            parts = parts[1:]
        elif clash.end == "kill_waiting":
            self._arena.count_crash(clash.second, len(clash.second.calls))
            lane.owed.append(clash.second)
            parts = parts[:1]
        observed = [operation.observe(outcome) for operation, outcome in parts]
        orders = [list(range(len(parts)))]
        if len(parts) == 2 and not clash.waited:
            orders.insert(0, [1, 0])  # it answered before the first committed, so it saw nothing of it
        tried, fitting = [], []
        for order in orders:
            world = copy_of(history.world) if len(orders) > 1 else history.world
            expected = [parts[place][0].expect(world) for place in order]
            if expected == [observed[place] for place in order]:
                fitting.append(world)
            tried.append(expected)
        if fitting:
            history.world = self._as_kept(fitting)
            for operation, outcome in zip((part[0] for part in parts), observed, strict=True):
                self._arena.count(operation, outcome)
            return
        lane.judge(f"clash of {clash.first.calls} with {clash.second.calls}, {clash.end}", tried, observed)

    def _as_kept(self, worlds: list[World]) -> World:
        """Of worlds that answer alike, return the one whose allowances are as they are kept.

        A payment that ends the free plan answers alike before and after an analysis of that plan, and only one of the
        two orders counts the analysis. Where none is as it is kept, the end of the history tells.
        """
        if len(worlds) > 1:
            accounts = [account.account_id for account in worlds[0].accounts]
            kept = read_states(self._arena.database.superuser, accounts)
            for world in worlds:
                if all(
                    expected_state(world, account)["allowance"] == kept[account.account_id]["allowance"]
                    for account in world.accounts
                ):
                    return world
        return worlds[0]


def _without_begin(outcome: Outcome) -> Outcome:
    return Outcome(outcome.rows[1:], outcome.refusal)
