"""Elo ratings out of results, and their mapping to three outcomes (ORACLE 7.2).

Replay after Elo (1978), The Rating of Chessplayers, with the gain growing with the goal gap; the mapping is an ordered
logit (McCullagh, 1980) of the difference, fitted by maximum likelihood on earlier seasons.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.elo import win_draw_loss
from auspex.oracle.engine.history import Floats, History, Integers
from auspex.oracle.engine.sendings_off import SENDINGS_OFF, sendings_off_of
from auspex.oracle.model import ELO_MEAN, EloRatings

Booleans = npt.NDArray[np.bool_]

LOGISTIC = math.log(10) / 400
MAPPING_MATCHES_MIN = 300
"""Below this many matches of earlier seasons the default mapping stands."""
MAPPING_PRIOR_MATCHES = 3000
"""What the default mapping counts for beside the matches of one competition."""
MAPPING_ITERATIONS_MAX = 25
MAPPING_STEP = 1e-9
SD_FLOOR, SD_START, SD_MATCHES = 35.0, 120.0, 6.0


@dataclass(frozen=True, slots=True)
class EloHyper:
    """How ratings move: `gain`, `home_advantage` in points; `shrink` is a part of the way to the mean each summer."""

    gain: float = 12.0
    home_advantage: float = 80.0
    shrink: float = 0.10


@dataclass(frozen=True, slots=True)
class EloMapping:
    """From a difference of ratings to three outcomes, all in points: scale s, zone T, home advantage H.

    The default is the development fit of ORACLE 7.2. `matches` is how many it was fitted on, 0 for the default.
    """

    scale: float = 178.7
    zone: float = 105.3
    home_advantage: float = 78.2
    matches: int = 0
    converged: bool = True

    def probabilities(self, difference: Floats, *, neutral: bool = False) -> Floats:
        """Return home, draw, away, shape (n, 3), of differences R_home - R_away of shape (n,)."""
        advantage = 0.0 if neutral else self.home_advantage
        return win_draw_loss(difference + advantage, scale=self.scale, zone=self.zone)


@dataclass(frozen=True, slots=True)
class FittedElo:
    """Ratings after the last match of a history; parallel tuples over `teams` (in order of their names).

    `matches` counts a team's matches on record, `sds` are max(35, 120/√(1 + matches/6)). A team not among them has
    the rating of newcomers.
    """

    teams: tuple[str, ...]
    ratings: tuple[float, ...]
    sds: tuple[float, ...]
    matches: tuple[int, ...]
    newcomer_rating: float
    mean: float
    mapping: EloMapping
    hyper: EloHyper
    season: str
    trained_through: date | None
    sendings_off: tuple[float, float] = SENDINGS_OFF

    def rating(self, team: str) -> float:
        """Return a team's rating in points."""
        return self.ratings[self.teams.index(team)] if team in self.teams else self.newcomer_rating

    def sd(self, team: str) -> float:
        """Return the standard deviation of a team's rating in points."""
        return self.sds[self.teams.index(team)] if team in self.teams else elo_sd(0)

    def ratings_of(self, home: str, away: str, *, neutral: bool = False) -> EloRatings:
        """Return what a forecast of one fixture needs."""
        return EloRatings(
            home=self.rating(home),
            away=self.rating(away),
            home_advantage=0.0 if neutral else self.mapping.home_advantage,
            home_sd=self.sd(home),
            away_sd=self.sd(away),
            scale=self.mapping.scale,
            zone=self.mapping.zone,
            mean=self.mean,
        )


def elo_sd(matches: int) -> float:
    """Return the standard deviation of a rating after so many matches, in points (ORACLE 7.2)."""
    return max(SD_FLOOR, SD_START / math.sqrt(1 + matches / SD_MATCHES))


def expected_score(home_rating: float, away_rating: float, home_advantage: float = 80.0) -> float:
    """Return e, the expected share of the home side: 0 to 1."""
    return 1 / (1 + math.exp(-LOGISTIC * (home_rating + home_advantage - away_rating)))


def rating_change(expected: float, goal_gap: float, hyper: EloHyper | None = None) -> float:
    """Return u = 12·√(1 + |gap|)·(result - e), result 1, ½ or 0 by the sign of the goal gap of the home side."""
    result = 0.5 if goal_gap == 0 else float(goal_gap > 0)
    return (hyper or EloHyper()).gain * math.sqrt(1 + abs(goal_gap)) * (result - expected)


def fit_elo(
    history: History,
    *,
    as_of: date,
    season: str,
    field: Sequence[str] = (),
    hyper: EloHyper | None = None,
) -> FittedElo:
    """Replay a history of days before `as_of` (else LookAheadError) up to `season`, whose teams are `field`.

    The mapping is fitted on the matches of earlier seasons but the first, in which ratings are still settling.
    """
    history.check_before(as_of)
    replay = _Replay(hyper or EloHyper(), history)
    replay.run(season, frozenset(field))
    earlier = (history.season > 0) & (history.season < _position(history, season))
    teams = tuple(sorted(replay.ratings))
    counts = np.bincount(np.concatenate([history.home, history.away]), minlength=len(history.teams))
    matches = dict(zip(history.teams, counts.tolist(), strict=True))
    played = tuple(matches.get(team, 0) for team in teams)
    return FittedElo(
        teams=teams,
        ratings=tuple(replay.ratings[team] for team in teams),
        sds=tuple(elo_sd(count) for count in played),
        matches=played,
        newcomer_rating=replay.newcomer,
        mean=replay.mean,
        mapping=fit_mapping(replay.differences[earlier], history.outcomes[earlier]),
        hyper=replay.hyper,
        season=season,
        trained_through=history.trained_through,
        sendings_off=sendings_off_of(history, as_of),
    )


def fit_mapping(differences: Floats, outcomes: Integers, *, prior_matches: int = MAPPING_PRIOR_MATCHES) -> EloMapping:
    """Fit scale, zone and home advantage by Newton on the ordered-logit likelihood, which is concave.

    The default, fitted on three leagues, counts as `prior_matches` of information: one league alone is too few to say
    what its draws are like.

    `differences` R_home - R_away in points and `outcomes` 0, 1, 2 have shape (n,). With few matches, or where a better
    rating does not help, the default stands.
    """
    count = len(differences)
    if count < MAPPING_MATCHES_MIN or len(np.unique(outcomes)) < 3:
        return EloMapping()
    x = differences / 100
    default = EloMapping()
    theta = np.array([100 / default.scale, default.home_advantage / default.scale, default.zone / default.scale])
    start = theta
    _, information = _ordered_logit(start, x, outcomes)
    prior = information * (prior_matches / count)
    converged = False
    for _ in range(MAPPING_ITERATIONS_MAX):
        gradient, information = _ordered_logit(theta, x, outcomes)
        step = np.linalg.solve(information + prior, gradient - prior @ (theta - start))
        # The zone must stay above 0: half of the way there at most.
        shortened = min(1.0, 0.5 * theta[2] / -step[2]) if step[2] < 0 else 1.0
        theta = theta + shortened * step
        if np.abs(step).max() < MAPPING_STEP:
            converged = True
            break
    if not converged or not np.isfinite(theta).all() or theta[0] <= 0:
        return EloMapping(converged=False)
    scale = 100 / float(theta[0])
    return EloMapping(scale=scale, zone=float(theta[2]) * scale, home_advantage=float(theta[1]) * scale, matches=count)


def _ordered_logit(theta: Floats, x: Floats, outcomes: Integers) -> tuple[Floats, Floats]:
    """Return gradient (3,) and observed information (3, 3) of the log likelihood in (slope, advantage, zone)."""
    slope, advantage, zone = theta
    # A win is z > zone, a defeat z < -zone for logistic z around slope·x + advantage.
    upper = _logistic(slope * x + advantage - zone)  # home win
    lower = _logistic(slope * x + advantage + zone)  # home win or draw
    win, draw = outcomes == 0, outcomes == 1
    up, low = upper * (1 - upper), lower * (1 - lower)
    middle = np.maximum(lower - upper, 1e-300)
    # First derivatives of the log likelihood by the two linear predictors, and minus the second ones.
    by_upper = np.where(win, 1 - upper, np.where(draw, -up / middle, 0.0))
    by_lower = np.where(win, 0.0, np.where(draw, low / middle, -lower))
    upper_upper = np.where(win, up, np.where(draw, (up / middle) ** 2 + up * (1 - 2 * upper) / middle, 0.0))
    lower_lower = np.where(win, 0.0, np.where(draw, (low / middle) ** 2 - low * (1 - 2 * lower) / middle, low))
    crossed = np.where(draw, -up * low / middle**2, 0.0)
    ones = np.ones_like(x)
    design_upper, design_lower = np.stack([x, ones, -ones]), np.stack([x, ones, ones])
    gradient = design_upper @ by_upper + design_lower @ by_lower
    mixed = (design_upper * crossed) @ design_lower.T
    information = (
        (design_upper * upper_upper) @ design_upper.T + (design_lower * lower_lower) @ design_lower.T + mixed + mixed.T
    )
    return np.asarray(gradient), np.asarray(information)


class _Replay:
    """Ratings on their way through a history; `differences` are R_home - R_away before each match."""

    def __init__(self, hyper: EloHyper, history: History) -> None:
        self.hyper = hyper
        self.history = history
        self.ratings: dict[str, float] = {}
        self.newcomer = ELO_MEAN
        self.mean = ELO_MEAN
        self.differences: Floats = np.zeros(len(history))

    def run(self, season: str, field: frozenset[str]) -> None:
        """Play every season on record, then open `season` where it has not begun."""
        for index, label in enumerate(self.history.seasons):
            playing = self.history.season_teams(label)
            if index:
                self.open_season(playing | field if label == season else playing, is_over=label != season)
            self.play(self.history.season == index)
        if season not in self.history.seasons and field:
            self.open_season(field, is_over=False)

    def open_season(self, teams: frozenset[str], *, is_over: bool) -> None:
        """Give the promoted the mean of the relegated, then move everybody towards the mean of the league.

        While a season runs and not all its teams are known, the weakest of those not seen yet count as relegated, one
        for each newcomer.
        """
        before = self.ratings
        missing = sorted(before.keys() - teams, key=lambda team: (before[team], team))
        if not is_over and len(teams) < len(before):
            missing = missing[: len(teams - before.keys())]
        relegated = [before[team] for team in missing]
        staying = {team: rating for team, rating in before.items() if team not in missing}
        known = math.fsum(staying.values()) / len(staying) if staying else ELO_MEAN
        self.newcomer = math.fsum(relegated) / len(relegated) if relegated else known
        opened = staying | dict.fromkeys(sorted(teams - staying.keys()), self.newcomer)
        self.mean = math.fsum(opened.values()) / len(opened) if opened else ELO_MEAN
        self.newcomer += self.hyper.shrink * (self.mean - self.newcomer)
        self.ratings = {team: r + self.hyper.shrink * (self.mean - r) for team, r in opened.items()}

    def play(self, chosen: Booleans) -> None:
        """Move the ratings by the matches of one season, in order."""
        history, ratings, hyper = self.history, self.ratings, self.hyper
        positions = np.flatnonzero(chosen)
        homes, aways = history.home[positions].tolist(), history.away[positions].tolist()
        gaps = (history.home_goals - history.away_goals)[positions].tolist()
        differences = []
        for home_at, away_at, gap in zip(homes, aways, gaps, strict=True):
            home, away = history.teams[home_at], history.teams[away_at]
            home_rating, away_rating = ratings.get(home, self.newcomer), ratings.get(away, self.newcomer)
            differences.append(home_rating - away_rating)
            change = rating_change(expected_score(home_rating, away_rating, hyper.home_advantage), gap, hyper)
            ratings[home], ratings[away] = home_rating + change, away_rating - change
        self.differences[positions] = differences


def _position(history: History, season: str) -> int:
    return history.seasons.index(season) if season in history.seasons else len(history.seasons)


def _logistic(z: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-z)))
