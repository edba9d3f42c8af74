"""Tables of level teams: written-out cases, and a plain recursive twin on many random leagues."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from auspex.oracle.engine.tie_breaks import Criterion, Results, TieBreakError, order_tables, parse_chain

E0 = ["points", "goal_difference", "goals_for", "head_to_head_points", "head_to_head_away_goals", "lot"]
SP1 = ["points", "head_to_head_points", "head_to_head_goal_difference", "goal_difference", "goals_for", "lot"]
D1 = [
    "points", "goal_difference", "goals_for", "head_to_head_points", "head_to_head_away_goals", "away_goals", "lot",
]  # fmt: skip
Match = tuple[int, int, int, int]
"""Home, away, home goals, away goals."""


def results_of(matches: Sequence[Match], teams: int, adjustments: Sequence[int] | None = None) -> Results:
    rows = np.array(matches, dtype=np.int64).reshape(-1, 4)
    goals = rows.astype(np.int8)
    return Results(
        rows[:, 0], rows[:, 1], goals[:, 2:3], goals[:, 3:4], teams, np.array(adjustments or [0] * teams)
    )  # fmt: skip


def table_of(
    matches: Sequence[Match], teams: int, chain: Sequence[str], lots: Sequence[float] | None = None
) -> list[int]:
    drawn = np.array(lots or np.linspace(0.9, 0.1, teams)).reshape(-1, 1)
    found = order_tables(results_of(matches, teams), parse_chain(chain), drawn)
    return [int(team) for team in np.argsort(found.positions[:, 0])]


def value(
    criterion: Criterion, team: int, group: Sequence[int], matches: Sequence[Match], lots: Sequence[float]
) -> float:
    among = set(group) if criterion.value.startswith("head_to_head") else None
    total = 0.0
    for home, away, home_goals, away_goals in matches:
        if team not in {home, away} or (among is not None and not {home, away} <= among):
            continue
        own, other = (home_goals, away_goals) if team == home else (away_goals, home_goals)
        name = criterion.value.removeprefix("head_to_head_")
        if name == "points":
            total += 3 * (own > other) + (own == other)
        elif name == "goal_difference":
            total += own - other
        elif name == "goals_for":
            total += own
        elif name == "away_goals":
            total += own if team == away else 0
    return lots[team] if criterion is Criterion.LOT else total


def plain_order(
    group: Sequence[int], chain: Sequence[Criterion], matches: Sequence[Match], lots: Sequence[float]
) -> list[int]:
    """Order teams by the first criterion that splits them; every part then begins the chain anew among itself."""
    if len(group) == 1:
        return list(group)
    for criterion in chain:
        values = {team: value(criterion, team, group, matches, lots) for team in group}
        if len(set(values.values())) > 1:
            parts = [[t for t in group if values[t] == v] for v in sorted(set(values.values()), reverse=True)]
            return [team for part in parts for team in plain_order(part, chain, matches, lots)]
    raise AssertionError("a lot splits everybody")


@pytest.mark.parametrize("chain", [E0, SP1, D1], ids=["E0", "SP1", "D1"])
def test_many_seasons_at_once_are_ordered_as_one_by_one(chain: list[str]) -> None:
    random = np.random.default_rng(17)
    teams, seasons = 5, 400
    pairs = np.array([(i, j) for i in range(teams) for j in range(teams) if i != j])
    # Few goals, so that most seasons need a tie-break and many need the last ones.
    goals = random.binomial(2, 0.25, (2, len(pairs), seasons)).astype(np.int8)
    lots = random.random((teams, seasons))
    results = Results(pairs[:, 0], pairs[:, 1], goals[0], goals[1], teams, np.zeros(teams, dtype=np.int64))
    found = order_tables(results, parse_chain(chain), lots)
    drawn = 0
    for season in range(seasons):
        matches = [
            (int(h), int(a), int(x), int(y))
            for (h, a), x, y in zip(pairs, goals[0, :, season], goals[1, :, season], strict=True)
        ]  # fmt: skip
        expected = plain_order(range(teams), parse_chain(chain), matches, lots[:, season].tolist())
        assert np.argsort(found.positions[:, season]).tolist() == expected
        drawn += bool(found.decided_by_lot[:, season].any())
    assert 0 < drawn < seasons
    assert (np.sort(found.positions, axis=0) == np.arange(teams)[:, None]).all()


def test_two_level_teams_are_told_apart_by_their_own_matches_or_by_all() -> None:
    # 0 and 1 have six points each; 1 has the better goal difference, 0 won their match.
    matches: list[Match] = [(0, 1, 1, 0), (1, 2, 5, 0), (0, 2, 0, 1), (2, 0, 0, 1), (1, 0, 0, 0), (2, 1, 0, 1)]
    assert table_of(matches, 3, E0)[0] == 1
    assert table_of(matches, 3, SP1)[0] == 0


def test_a_group_that_is_split_begins_anew_among_the_rest() -> None:
    """Among the three, 0 has nine points; 1 and 2 have four each, and 1 has the better difference there.

    Among the two alone 2 took four points and 1 one: 2 comes second. Five points off 0 make all three level.
    """
    matches: list[Match] = [(0, 1, 1, 0), (1, 0, 5, 0), (0, 2, 1, 0), (2, 0, 0, 1), (1, 2, 0, 1), (2, 1, 1, 1)]
    found = order_tables(results_of(matches, 3, [-5, 0, 0]), parse_chain(SP1), np.zeros((3, 1)))
    assert found.points[:, 0].tolist() == [4, 4, 4]
    assert found.positions[:, 0].tolist() == [0, 2, 1]


def test_a_lot_is_the_drawn_number_and_reported() -> None:
    level: list[Match] = [(0, 1, 1, 1), (1, 0, 1, 1)]
    for lots, first in (([0.2, 0.8], 1), ([0.8, 0.2], 0)):
        found = order_tables(results_of(level, 2), parse_chain(E0), np.array(lots).reshape(-1, 1))
        assert found.positions[first, 0] == 0
        assert found.decided_by_lot.all()


def test_a_lot_places_only_those_who_need_it() -> None:
    matches: list[Match] = [(0, 1, 0, 0), (1, 0, 0, 0), (2, 0, 1, 0), (0, 2, 0, 1), (2, 1, 1, 0), (1, 2, 0, 1)]
    found = order_tables(results_of(matches, 3), parse_chain(D1), np.array([[0.1], [0.9], [0.5]]))
    assert found.decided_by_lot[:, 0].tolist() == [True, True, False]
    assert found.positions[:, 0].tolist() == [2, 1, 0]


def test_points_taken_away_count() -> None:
    matches: list[Match] = [(0, 1, 2, 0), (1, 0, 0, 0)]
    found = order_tables(results_of(matches, 2, [-4, 0]), parse_chain(E0), np.zeros((2, 1)))
    assert found.points[:, 0].tolist() == [0, 1]
    assert found.positions[:, 0].tolist() == [1, 0]


@pytest.mark.parametrize(
    "names",
    [[], ["goal_difference"], ["points", "coin"], ["points", "goals_for", "goals_for"], ["points", "lot", "goals_for"]],
)
def test_what_is_no_chain_is_refused(names: list[str]) -> None:
    with pytest.raises(TieBreakError):
        parse_chain(names)


def test_a_chain_without_a_lot_gets_one() -> None:
    assert parse_chain(["points"]) == (Criterion.POINTS, Criterion.LOT)
