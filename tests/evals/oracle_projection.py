"""Season projections from half-way, against the table as it stands then and against base rates (ORACLE 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from tests.evals.oracle_matches import DivisionMatches

from auspex.oracle.engine.goals_fit import FittedGoals, GoalsFitError, fit_goals
from auspex.oracle.engine.history import Floats, History, Integers, PlayedMatch
from auspex.oracle.engine.season import Season, simulate, strengths_of
from auspex.oracle.engine.tie_breaks import Criterion, Results, order_tables, parse_chain

SEASONS_SIMULATED = 2_000
SEED = 0
CHAINS = {
    "E0": "points goal_difference goals_for head_to_head_points head_to_head_away_goals lot",
    "SP1": "points head_to_head_points head_to_head_goal_difference goal_difference goals_for lot",
    "D1": "points goal_difference goals_for head_to_head_points head_to_head_away_goals away_goals lot",
}
CHAIN_BY_DEFAULT = "points goal_difference goals_for lot"
EVENTS = {"champion": (0, 1), "top_4": (0, 4), "bottom_3": (-3, 0)}
"""First and last place, counted from the top, or from the bottom when below 0."""


@dataclass(frozen=True)
class HalfWay:
    """One season of one division as it stood half-way."""

    teams: tuple[str, ...]
    played: tuple[PlayedMatch, ...]
    remaining: tuple[PlayedMatch, ...]
    as_of: date


def evaluate_projections(data: tuple[DivisionMatches, ...], seasons: tuple[str, ...]) -> dict[str, Any]:
    """Return Brier scores per event, means over all teams of all seasons: ours, the frozen table's, the base rate's."""
    collected: dict[str, list[tuple[Floats, Floats, Floats, Floats]]] = {name: [] for name in EVENTS}
    for division in data:
        history = History.of(division.matches)
        chain = parse_chain(CHAINS.get(division.division, CHAIN_BY_DEFAULT).split())
        for season in (label for label in division.seasons if label in seasons):
            half = half_way([match for match in division.matches if match.season == season])
            try:
                fit = fit_goals(history.before(half.as_of), as_of=half.as_of, season=season, field=half.teams)
            except GoalsFitError:
                continue
            positions = simulated_positions(half, fit, chain)
            frozen = final_positions(half.teams, half.played, chain)
            actual = final_positions(half.teams, (*half.played, *half.remaining), chain)
            for name, places in EVENTS.items():
                inside = within(len(half.teams), places)
                collected[name].append(
                    (positions @ inside, inside[frozen], np.full(len(half.teams), inside.mean()), inside[actual])
                )
    if not collected["champion"]:
        return {"projections": None}
    return {"projections": {name: _briers(rows) for name, rows in collected.items()}}


def half_way(matches: list[PlayedMatch]) -> HalfWay:
    """Split a season at the first day after which half of its matches are played."""
    ordered = sorted(matches, key=lambda match: match.day)
    as_of = ordered[len(ordered) // 2].day
    return HalfWay(
        teams=tuple(sorted({match.home for match in matches})),
        played=tuple(match for match in ordered if match.day < as_of),
        remaining=tuple(match for match in ordered if match.day >= as_of),
        as_of=as_of,
    )


def simulated_positions(half: HalfWay, fit: FittedGoals, chain: tuple[Criterion, ...]) -> Floats:
    """Return the share of simulated seasons in which each team (row) came at each place (column)."""
    at = {team: index for index, team in enumerate(half.teams)}
    season = Season(
        teams=len(half.teams),
        played=_scores(half.played, at),
        remaining=_scores(half.remaining, at)[:, :2],
        strengths=strengths_of(
            half.teams,
            teams=fit.teams,
            mean=fit.mean,
            factor=fit.factor,
            rho=fit.rho,
            newcomer_mean=fit.hyper.newcomer_prior,
            newcomer_sd=fit.hyper.ridge**-0.5,
        ),
        chain=chain,
        adjustments=np.zeros(len(half.teams), dtype=np.int64),
    )
    tally = simulate(season, seed=SEED, seasons=SEASONS_SIMULATED)
    return np.asarray(tally.positions / tally.seasons)


def final_positions(teams: tuple[str, ...], matches: tuple[PlayedMatch, ...], chain: tuple[Criterion, ...]) -> Integers:
    """Return the place of each team, from 0, in the table of some matches."""
    rows = _scores(matches, {team: index for index, team in enumerate(teams)})
    goals = rows[:, 2:].astype(np.int8)
    adjustments = np.zeros(len(teams), dtype=np.int64)
    results = Results(rows[:, 0], rows[:, 1], goals[:, :1], goals[:, 1:], len(teams), adjustments)
    lots = np.linspace(0, 1, len(teams), endpoint=False)[:, None]
    return np.asarray(order_tables(results, chain, lots).positions[:, 0], dtype=np.int64)


def within(teams: int, places: tuple[int, int]) -> Floats:
    """Return 1 for the places of an event and 0 for the others, shape (teams,)."""
    first, last = places
    inside = np.zeros(teams)
    inside[first : last or None] = 1.0
    return inside


def _scores(matches: tuple[PlayedMatch, ...], at: dict[str, int]) -> Integers:
    rows = [(at[match.home], at[match.away], match.home_goals, match.away_goals) for match in matches]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _briers(rows: list[tuple[Floats, Floats, Floats, Floats]]) -> dict[str, float | int]:
    ours, frozen, base, actual = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return {
        "seasons": len(rows),
        "brier": float(((ours - actual) ** 2).mean()),
        "brier_frozen_table": float(((frozen - actual) ** 2).mean()),
        "brier_base_rate": float(((base - actual) ** 2).mean()),
    }
