"""Every forecast that ORACLE 10 compares, for the matches of a folder: ours walk-forward, market's, base rates."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
from tests.evals.oracle_matches import DivisionMatches

from auspex.oracle.engine.calibrate import LAYER_SEASONS, Layer, fit_layer
from auspex.oracle.engine.grid import LARGE_GRID, reshape_to, score_grid
from auspex.oracle.engine.history import Floats, Integers
from auspex.oracle.engine.margins import OddsBelowOneError, remove_margin
from auspex.oracle.engine.pooling import log_pool
from auspex.oracle.engine.risk import risk_score
from auspex.oracle.engine.scores import happened
from auspex.oracle.engine.walk_forward import Forecasts, joined, version_day, walk_forward
from auspex.oracle.football_data import MatchRow, Quote
from auspex.oracle.model import MARKET_WEIGHT

Booleans = npt.NDArray[np.bool_]

THREE = ("home", "draw", "away")
TWO = ("over", "under")
EARLY = ("Avg", "PS", "B365")
CLOSING = ("PS", "Avg", "B365")


@dataclass(frozen=True)
class Evaluated:
    """All scored matches as parallel arrays; what was not there is NaN. `week` numbers match weeks of a season."""

    divisions: tuple[str, ...]
    seasons: tuple[str, ...]
    division: npt.NDArray[np.str_]
    season: npt.NDArray[np.str_]
    week: Integers
    outcomes: Integers
    goals: Integers
    probabilities: dict[str, Floats]
    over: dict[str, Floats]
    risk: Floats
    thresholds: Floats
    forecasts: Forecasts
    layers: dict[str, Layer]

    def rows(self, chosen: Booleans) -> Evaluated:
        """Return some of the matches."""
        return replace(
            self,
            division=self.division[chosen],
            season=self.season[chosen],
            week=self.week[chosen],
            outcomes=self.outcomes[chosen],
            goals=self.goals[chosen],
            probabilities={name: values[chosen] for name, values in self.probabilities.items()},
            over={name: values[chosen] for name, values in self.over.items()},
            risk=self.risk[chosen],
            thresholds=self.thresholds[chosen],
            forecasts=self.forecasts.rows(chosen),
        )


def evaluate(data: tuple[DivisionMatches, ...], seasons: tuple[str, ...]) -> Evaluated:
    """Forecast and collect; the seasons before the scored ones are forecast too, because they teach the layer."""
    walked: list[Forecasts] = []
    for division in data:
        began = time.monotonic()
        forecast_seasons = [season for season in division.seasons[1:] if season <= seasons[-1]]
        if forecast_seasons:
            walked.append(walk_forward(division.matches, seasons=forecast_seasons, competition=division.division))
            print(f"{division.division}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    everything = joined(walked)
    scored = everything.rows(np.isin(everything.seasons, seasons))
    layers, final, risk, thresholds = _layered(everything, scored, seasons)
    rows = _rows_of(scored, data)
    market = {
        "bookmaker_proportional": _three_way(rows, "early", ("B365", "PS", "Avg"), "proportional"),
        "market_proportional": _three_way(rows, "early", EARLY, "proportional"),
        "market_early": _three_way(rows, "early", EARLY, "power"),
        "market_closing": _three_way(rows, "closing", CLOSING, "power"),
    }
    early = market["market_early"]
    pooled = np.where(
        np.isfinite(early), log_pool(np.nan_to_num(early, nan=1 / 3), final, weight=MARKET_WEIGHT), np.nan
    )
    base, base_over = _base_rates(scored, data)
    return Evaluated(
        divisions=tuple(dict.fromkeys(scored.competition.tolist())),
        seasons=tuple(sorted(set(scored.seasons.tolist()))),
        division=scored.competition,
        season=scored.seasons,
        week=np.array([version_day_ordinal(day) for day in scored.days.tolist()], dtype=np.int64),
        outcomes=scored.outcomes,
        goals=scored.goals,
        probabilities={
            "uniform": np.full((len(scored), 3), 1 / 3),
            "base_rate": base,
            "elo": scored.elo,
            "goals": scored.goals_model,
            "blend": final,
            **market,
            "with_odds": pooled,
        },
        over={"": _over(scored, final), "_base_rate": base_over, "_market": _market_over(rows)},
        risk=risk,
        thresholds=thresholds,
        forecasts=scored,
        layers=layers,
    )


def version_day_ordinal(day: int) -> int:
    """Return the match week of a day's ordinal: the ordinal of its Friday."""
    return version_day(date.fromordinal(day)).toordinal()


def _layered(
    everything: Forecasts, scored: Forecasts, seasons: tuple[str, ...]
) -> tuple[dict[str, Layer], Floats, Floats, Floats]:
    """Apply the layer of each season and competition, fitted on earlier seasons; return it too."""
    final, risk = np.empty((len(scored), 3)), np.empty(len(scored))
    thresholds = np.empty((len(scored), 2))
    layers: dict[str, Layer] = {}
    for season in seasons:
        for competition in dict.fromkeys(scored.competition.tolist()):
            chosen = (scored.seasons == season) & (scored.competition == competition)
            if chosen.any():
                earlier = everything.rows((everything.seasons < season) & (everything.competition == competition))
                completed = sorted(set(earlier.seasons.tolist()))[-LAYER_SEASONS:]
                taught = earlier.rows(np.isin(earlier.seasons, completed))
                layer = layers[f"{competition} {season}"] = fit_layer(
                    taught, seasons=completed, competition=competition
                )
                part = scored.rows(chosen)
                final[chosen] = layer.probabilities(part.ratings, part.rates)
                risk[chosen] = risk_score(layer.averaged(part))
                thresholds[chosen] = layer.thresholds
    return layers, final, risk, thresholds


def _rows_of(scored: Forecasts, data: tuple[DivisionMatches, ...]) -> list[MatchRow]:
    found = {
        (division.division, match.day.toordinal(), match.home, match.away): row
        for division in data
        for match, row in zip(division.matches, division.rows, strict=True)
    }
    keys = zip(
        scored.competition.tolist(), scored.days.tolist(), scored.home.tolist(), scored.away.tolist(), strict=True
    )
    return [found[key] for key in keys]


def _three_way(rows: list[MatchRow], phase: str, bookmakers: tuple[str, ...], method: str) -> Floats:
    quotes = (_first(row, "1x2", phase, bookmakers) for row in rows)
    return np.array([_fair(quote, THREE, method) for quote in quotes])


def _market_over(rows: list[MatchRow]) -> Floats:
    quotes = (_first(row, "over_2_5", "early", EARLY) for row in rows)
    return np.array([_fair(quote, TWO, "power")[0] for quote in quotes])


def _first(row: MatchRow, market: str, phase: str, bookmakers: tuple[str, ...]) -> Quote | None:
    quotes = (row.quote(market, phase, bookmaker) for bookmaker in bookmakers)
    return next((quote for quote in quotes if quote is not None), None)


def _fair(quote: Quote | None, outcomes: tuple[str, ...], method: str) -> Floats:
    if quote is None:
        return np.full(len(outcomes), np.nan)
    try:
        return remove_margin([quote.prices[name] for name in outcomes], method=method)
    except OddsBelowOneError:
        return np.full(len(outcomes), np.nan)


def _base_rates(scored: Forecasts, data: tuple[DivisionMatches, ...]) -> tuple[Floats, Floats]:
    """Return the shares of outcomes and of more than 2.5 goals in all earlier seasons of the same division."""
    rates, over = np.empty((len(scored), 3)), np.empty(len(scored))
    for division in data:
        for season in division.seasons:
            chosen = (scored.competition == division.division) & (scored.seasons == season)
            earlier = [match for match in division.matches if match.season < season]
            if chosen.any():
                gaps = np.sign([match.home_goals - match.away_goals for match in earlier])
                rates[chosen] = happened(1 - gaps.astype(np.int64)).mean(axis=0)
                over[chosen] = np.mean([match.home_goals + match.away_goals > 2 for match in earlier])
    return rates, over


def _over(scored: Forecasts, final: Floats) -> Floats:
    """Return P(more than 2.5 goals) of the grids reshaped to the final outcomes; NaN without rates."""
    over = np.full(len(scored), np.nan)
    total = np.add.outer(np.arange(LARGE_GRID), np.arange(LARGE_GRID))
    for index in np.flatnonzero(np.isfinite(scored.rates[:, 0])).tolist():
        home, away, rho, _ = scored.rates[index].tolist()
        grid = reshape_to(score_grid(home, away, rho, size=LARGE_GRID), final[index])
        over[index] = grid[total > 2].sum()
    return over
