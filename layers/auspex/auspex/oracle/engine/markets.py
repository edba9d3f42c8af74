"""All that a scoreline grid says (ORACLE 7.3): outcomes, lines, scores, margins, points.

Everything is a sum over cells of one grid, so all of it agrees. A line is settled as its half-lines are: a quarter line
is two half-lines with half the weight each, which gives five ways for it to end and never a rounded one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.grid import win_draw_loss

Floats = npt.NDArray[np.float64]

TOTAL_LINES: Floats = np.arange(2, 27) / 4
"""Goals of both or of one side: 0.5 to 6.5 in quarters."""
HANDICAP_LINES: Floats = np.arange(-16, 17) / 4
"""Goals added to the home side: -4 to 4 in quarters."""
MARGIN_MAX = 5
"""Winning margins are named up to 4; 5 is five or more."""
EXACT_SCORE_GOALS_MAX = 10

SETTLEMENTS = ("above", "half_above", "level", "half_below", "below")
"""How a quantity stands to a line; the halves occur on quarter lines only, where `level` does not."""


def settle(probabilities: Floats, values: Floats, lines: Floats) -> Floats:
    """Return how a quantity with these values and probabilities (..., k) ends against lines: (..., lines, 5).

    The last axis is SETTLEMENTS; it adds up to what the probabilities add up to. Values are whole, lines multiples of a
    quarter.
    """
    patterns = _settlements(tuple(values.tolist()), tuple(lines.tolist()))
    settled = probabilities @ patterns.reshape(-1, values.size).T
    return np.asarray(settled.reshape(*probabilities.shape[:-1], lines.size, len(SETTLEMENTS)))


@cache
def _settlements(values: tuple[float, ...], lines: tuple[float, ...]) -> Floats:
    """Return which value ends how against which line: ones at (line, settlement, value)."""
    value, line = np.array(values), np.array(lines)[:, None]
    half = np.where(line * 2 == np.rint(line * 2), 0.0, 0.25)
    ends = np.sign(value - (line - half)) + np.sign(value - (line + half))
    return np.asarray((2 - ends[:, None, :] == np.arange(len(SETTLEMENTS))[:, None]).astype(np.float64))


def totals(grid: Floats) -> Floats:
    """Return the distribution of both sides' goals together: shape (..., 2n - 1)."""
    return _sums_along(grid, _cells_by_total(grid.shape[-1]))


def margins_of_victory(grid: Floats) -> Floats:
    """Return the distribution of home goals less away goals, from -(n-1) to n-1: shape (..., 2n - 1)."""
    return _sums_along(grid, _cells_by_difference(grid.shape[-1]))


def _sums_along(grid: Floats, cells: Floats) -> Floats:
    return np.asarray(grid.reshape(*grid.shape[:-2], -1) @ cells)


@cache
def _cells_by_total(n: int) -> Floats:
    home, away = np.indices((n, n))
    return np.asarray((home + away).reshape(-1, 1) == np.arange(2 * n - 1), dtype=np.float64)


@cache
def _cells_by_difference(n: int) -> Floats:
    home, away = np.indices((n, n))
    return np.asarray((home - away).reshape(-1, 1) == np.arange(1 - n, n), dtype=np.float64)


def market_arrays(grid: Floats) -> dict[str, Floats]:
    """Return every market of grids of shape (..., n, n), outcomes along the last axis (lines along the one before).

    Handicaps and totals end as SETTLEMENTS say, from the home side's and from the over's point of view. `margin` runs
    from -5 (away by five or more) to 5. `draw_excluded` is home, away given that there is a winner.
    """
    n = grid.shape[-1]
    outcomes = win_draw_loss(grid)
    home, draw, away = outcomes[..., 0], outcomes[..., 1], outcomes[..., 2]
    home_goals, away_goals, goals = grid.sum(axis=-1), grid.sum(axis=-2), np.arange(n, dtype=np.float64)
    total, difference = totals(grid), margins_of_victory(grid)
    totals_range, differences = np.arange(2 * n - 1, dtype=np.float64), np.arange(1 - n, n, dtype=np.float64)
    neither = home_goals[..., 0] + away_goals[..., 0] - grid[..., 0, 0]
    return {
        "outcome": outcomes,
        "double_chance": np.stack((home + draw, home + away, draw + away), axis=-1),
        "draw_excluded": np.stack((home, away), axis=-1) / (home + away)[..., None],
        "totals": settle(total, totals_range, TOTAL_LINES),
        "home_totals": settle(home_goals, goals, TOTAL_LINES),
        "away_totals": settle(away_goals, goals, TOTAL_LINES),
        "handicaps": settle(difference, differences, -HANDICAP_LINES),
        "both_score": np.stack((1 - neither, neither), axis=-1),
        "win_to_nil": np.stack((grid[..., 1:, 0].sum(axis=-1), grid[..., 0, 1:].sum(axis=-1)), axis=-1),
        "clean_sheet": np.stack((away_goals[..., 0], home_goals[..., 0]), axis=-1),
        "margin": _clipped_margins(difference, n),
        "odd_even": np.stack((total[..., 1::2].sum(axis=-1), total[..., 0::2].sum(axis=-1)), axis=-1),
        "expected_points": np.stack((3 * home + draw, 3 * away + draw), axis=-1),
        "expected_goals": np.stack((home_goals @ goals, away_goals @ goals), axis=-1),
    }


def _clipped_margins(difference: Floats, n: int) -> Floats:
    middle = difference[..., n - MARGIN_MAX : n - 1 + MARGIN_MAX]
    low = difference[..., : n - MARGIN_MAX].sum(axis=-1, keepdims=True)
    high = difference[..., n - 1 + MARGIN_MAX :].sum(axis=-1, keepdims=True)
    return np.concatenate((low, middle, high), axis=-1)


def exact_scores(grid: Floats, *, goals_max: int = EXACT_SCORE_GOALS_MAX) -> tuple[Floats, Floats]:
    """Return the scorelines up to goals_max a side (rows home) and the probability of all others."""
    kept = grid[..., : goals_max + 1, : goals_max + 1]
    return kept, np.maximum(1 - kept.sum(axis=(-2, -1)), 0.0)


def markets_of(grid: Floats) -> dict[str, Any]:
    """Return the markets of one grid as JSON-ready names and floats, unrounded.

    Keys of lines are the line as text ("2.5", "-0.75"); ends that a line cannot have are left out.
    """
    found = market_arrays(grid)
    scores, others = exact_scores(grid)
    margin = found["margin"].tolist()
    return {
        "outcome": _named(found["outcome"], "home", "draw", "away"),
        "double_chance": _named(found["double_chance"], "home_or_draw", "home_or_away", "draw_or_away"),
        "draw_excluded": _named(found["draw_excluded"], "home", "away"),
        "totals": _lines(found["totals"], TOTAL_LINES, "over", "under"),
        "team_totals": {
            "home": _lines(found["home_totals"], TOTAL_LINES, "over", "under"),
            "away": _lines(found["away_totals"], TOTAL_LINES, "over", "under"),
        },
        "handicaps": _lines(found["handicaps"], HANDICAP_LINES, "win", "lose", sign=-1),
        "both_score": _named(found["both_score"], "yes", "no"),
        "win_to_nil": _named(found["win_to_nil"], "home", "away"),
        "clean_sheet": _named(found["clean_sheet"], "home", "away"),
        "exact_score": {"grid": scores.tolist(), "other": float(others)},
        "margin": {
            "home": {_margin_name(by): margin[MARGIN_MAX + by] for by in range(1, MARGIN_MAX + 1)},
            "draw": margin[MARGIN_MAX],
            "away": {_margin_name(by): margin[MARGIN_MAX - by] for by in range(1, MARGIN_MAX + 1)},
        },
        "odd_even": _named(found["odd_even"], "odd", "even"),
        "expected_points": _named(found["expected_points"], "home", "away"),
        "expected_goals": _named(found["expected_goals"], "home", "away"),
    }


def _named(values: Floats, *names: str) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))


def _lines(settled: Floats, lines: Floats, above: str, below: str, *, sign: int = 1) -> dict[str, dict[str, float]]:
    """Name the ends of lines; `sign` is -1 where a line is added to the quantity instead of compared with it."""
    names = (above, f"half_{above}", "push", f"half_{below}", below)
    possible = _possible(tuple((sign * lines).tolist()))
    return {
        f"{line:g}": {names[end]: row[end] for end in ends}
        for line, ends, row in zip(lines.tolist(), possible, settled.tolist(), strict=True)
    }


@cache
def _possible(lines: tuple[float, ...]) -> tuple[tuple[int, ...], ...]:
    """Return the settlements that each line can have: three on a whole line and a quarter, two on a half."""
    seen = _settlements(tuple(float(value) for value in range(-10, 11)), lines).max(axis=2)
    return tuple(tuple(np.flatnonzero(row).tolist()) for row in seen)


def _margin_name(by: int) -> str:
    return f"{by}_or_more" if by == MARGIN_MAX else str(by)
