"""Attack and defence out of results: a penalised Poisson fit by Newton, and the dependence of low scores (ORACLE 7.4).

After Maher (1982), Modelling association football scores, with the time weights and ρ of Dixon and Coles (1997). Shots
on target, shots and corners join the goals in the response, each in units of the league's goals: there are many more of
them, so they say more about a team than the goals of a few matches do. They also differ less between teams than goals
do, which `stretch` puts right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from auspex.oracle.engine.grid import RATE_MAX, RATE_MIN, clipped_rho
from auspex.oracle.engine.history import Floats, History
from auspex.oracle.engine.sendings_off import SENDINGS_OFF, sendings_off_of
from auspex.oracle.model import GoalRates, GoalStrengths

ITERATIONS_MAX = 12
STEP_MAX = 1e-8
CONDITION_MAX = 1e10
MATCHES_MIN = 60
RHO_LOW, RHO_HIGH = -0.2, 0.2
RHO_TOLERANCE = 1e-6
GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, slots=True)
class GoalsHyper:
    """What a fit is told: chosen on the development set, stored with every version.

    A match weighs half for every `half_life_days` of age; each summer since then counts as `summer_days` more, because
    squads change in it.

    The shares of goals and counts in the response add up to 1; where a count is missing, the others take its place.
    `stretch` multiplies attack and defence of a fit on the full response; of goals alone it changes nothing, in
    between it counts by the share of the response that is no goals.
    """

    window_days: int = 1461
    half_life_days: float = 320.0
    summer_days: float = 60.0
    ridge: float = 2.0
    goals_share: float = 0.4
    sot_share: float = 0.24
    shots_share: float = 0.12
    corners_share: float = 0.24
    stretch: float = 1.2
    newcomer_prior: float = -0.12


@dataclass(frozen=True, slots=True)
class FitReport:
    """How Newton went: `gradient_norm` is the largest component, `condition` that of the penalised information matrix.
    `goals_per` is the league's goals per shot on target, shot and corner, as far as these were counted.

    `failure` is None or one of too-few-matches, not-finite, ill-conditioned, not-converged.
    """

    matches: int
    iterations: int
    gradient_norm: float
    condition: float
    converged: bool
    goals_per: Mapping[str, float]
    stretch: float
    failure: str | None = None


class GoalsFitError(ValueError):
    """A fit that must not serve: the version is stored as failed with this report, the old one stays active."""

    def __init__(self, report: FitReport) -> None:
        super().__init__(report.failure)
        self.report = report


@dataclass(frozen=True, slots=True)
class FittedGoals:
    """ln λ = c + h + att_home - def_away, ln μ = c + att_away - def_home, for the teams in order of their names.

    `factor` is lower triangular with factor·factorᵀ = the posterior covariance of (c, h, att₁…att_t, def₁…def_t),
    shape (2 + 2t, 2 + 2t): a draw is mean + factor·z with standard normal z. A team not among them is a newcomer:
    attack and defence are the newcomers' prior, with the prior's own variance 1/ridge.
    """

    teams: tuple[str, ...]
    intercept: float
    home_advantage: float
    attack: tuple[float, ...]
    defence: tuple[float, ...]
    matches: tuple[int, ...]
    rho: float
    factor: Floats
    report: FitReport
    hyper: GoalsHyper
    newcomers: frozenset[str]
    season: str
    trained_through: date
    sendings_off: tuple[float, float] = SENDINGS_OFF
    _position: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_position", {team: index for index, team in enumerate(self.teams)})

    @property
    def mean(self) -> Floats:
        """θ̂ in the order of `factor`, shape (2 + 2t,)."""
        return np.array([self.intercept, self.home_advantage, *self.attack, *self.defence])

    def strengths(self, home: str, away: str, *, neutral: bool = False) -> GoalStrengths:
        """Return the parts of ln λ and ln μ of one fixture.

        Neutral ground keeps the total: half of the home advantage goes to the intercept of both sides.
        """
        home_attack, home_defence = self._of(home)
        away_attack, away_defence = self._of(away)
        return GoalStrengths(
            intercept=self.intercept + (self.home_advantage / 2 if neutral else 0.0),
            home_advantage=0.0 if neutral else self.home_advantage,
            home_attack=home_attack,
            home_defence=home_defence,
            away_attack=away_attack,
            away_defence=away_defence,
        )

    def rates(self, home: str, away: str, *, neutral: bool = False) -> GoalRates:
        """Return λ and μ within 0.05 to 6 and the nearest ρ that they allow."""
        s = self.strengths(home, away, neutral=neutral)
        home_rate = _clipped(math.exp(s.intercept + s.home_advantage + s.home_attack - s.away_defence))
        away_rate = _clipped(math.exp(s.intercept + s.away_attack - s.home_defence))
        return GoalRates(home=home_rate, away=away_rate, rho=float(clipped_rho(home_rate, away_rate, self.rho)))

    def log_ratio_sd(self, home: str, away: str, *, neutral: bool = False) -> float:
        """Return the posterior standard deviation of ln(λ/μ)."""
        direction = np.zeros(len(self.factor))
        direction[1] = 0.0 if neutral else 1.0
        outside = 0.0
        for team, sign in ((home, 1.0), (away, -1.0)):
            index = self._position.get(team)
            if index is None:
                outside += 2 / self.hyper.ridge
            else:
                direction[2 + index] += sign
                direction[2 + len(self.teams) + index] += sign
        inside = direction @ self.factor
        return math.sqrt(float(inside @ inside) + outside)

    def _of(self, team: str) -> tuple[float, float]:
        index = self._position.get(team)
        if index is None:
            return self.hyper.newcomer_prior, self.hyper.newcomer_prior
        return self.attack[index], self.defence[index]


def fit_goals(
    history: History,
    *,
    as_of: date,
    season: str,
    field: Sequence[str] = (),
    hyper: GoalsHyper | None = None,
) -> FittedGoals:
    """Fit the matches of the window before `as_of` (results of that day or later: LookAheadError).

    `season` is the season to be forecast and `field` its teams as far as they are known; both only say who is a
    newcomer. Raises GoalsFitError for what must not serve.
    """
    history.check_before(as_of)
    hyper = hyper or GoalsHyper()
    newcomers = history.newcomers(season, field)
    window = history.since(as_of - timedelta(days=hyper.window_days))
    if len(window) < MATCHES_MIN:
        raise GoalsFitError(_no_fit(len(window)))
    problem = _Problem(window, as_of, season, hyper, newcomers)
    theta, report, information = _newton(problem)
    if report.failure is not None:
        raise GoalsFitError(report)
    teams = len(window.teams)
    counts = np.bincount(np.concatenate([window.home, window.away]), minlength=teams)
    inverse = np.linalg.inv(information)
    theta, scale = problem.stretched(theta)
    return FittedGoals(
        teams=window.teams,
        intercept=float(theta[0]),
        home_advantage=float(theta[1]),
        attack=tuple(theta[2 : 2 + teams].tolist()),
        defence=tuple(theta[2 + teams :].tolist()),
        matches=tuple(counts.tolist()),
        rho=_fit_rho(problem, theta),
        factor=scale[:, None] * np.asarray(np.linalg.cholesky((inverse + inverse.T) / 2), dtype=np.float64),
        report=report,
        hyper=hyper,
        newcomers=newcomers,
        season=season,
        trained_through=date.fromordinal(int(window.days[-1])),
        sendings_off=sendings_off_of(history, as_of),
    )


class _Problem:
    """The penalised log likelihood of a window: Σ w·(y·η - e^η) - ridge/2·Σ(θ - prior)²."""

    def __init__(self, window: History, as_of: date, season: str, hyper: GoalsHyper, newcomers: frozenset[str]) -> None:
        count, teams = len(window), len(window.teams)
        self.window = window
        current = window.seasons.index(season) if season in window.seasons else len(window.seasons)
        age = as_of.toordinal() - window.days + hyper.summer_days * (current - window.season)
        self.weights: Floats = 0.5 ** (age / hyper.half_life_days)
        self.double_weights: Floats = np.concatenate([self.weights, self.weights])
        self.goals_per = goals_per(window, self.weights)
        self.response, goals_share = _response(window, hyper, self.goals_per)
        beside = 1 - float(np.average(goals_share, weights=self.double_weights))
        full = 1 - hyper.goals_share
        self.stretch = 1 + (hyper.stretch - 1) * beside / full if full > 0 else 1.0
        prior = np.array([hyper.newcomer_prior if team in newcomers else 0.0 for team in window.teams])
        self.prior: Floats = np.concatenate([[0.0, 0.0], prior, prior])
        self.ridge: Floats = np.concatenate([[0.0, 0.0], np.full(2 * teams, hyper.ridge)])
        rows = np.arange(count)
        design = np.zeros((2 * count, 2 + 2 * teams))
        design[:, 0] = 1.0
        design[:count, 1] = 1.0
        design[rows, 2 + window.home] = 1.0
        design[rows, 2 + teams + window.away] = -1.0
        design[count + rows, 2 + window.away] = 1.0
        design[count + rows, 2 + teams + window.home] = -1.0
        self.design = design
        self.start = self.prior.copy()
        self.start[0] = math.log(max(float(np.average(self.response, weights=self.double_weights)), RATE_MIN))

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return the gradient (p,) and the penalised information (p, p)."""
        expected = self.double_weights * np.exp(np.minimum(self.design @ theta, 20.0))
        gradient = self.design.T @ (self.double_weights * self.response - expected) - self.ridge * (theta - self.prior)
        information = self.design.T @ (self.design * expected[:, None]) + np.diag(self.ridge)
        return gradient, information

    def stretched(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return parameters with attack and defence stretched, and what each was multiplied by.

        Intercept and home advantage follow, so that the expected sums of both sides stay those of the response.
        """
        scale = np.concatenate([[1.0, 1.0], np.full(len(theta) - 2, self.stretch)])
        moved = theta * scale
        home_rate, away_rate = self.rates(moved)
        count = len(self.window)
        home = float(self.weights @ self.response[:count]) / float(self.weights @ home_rate)
        away = float(self.weights @ self.response[count:]) / float(self.weights @ away_rate)
        if home > 0 and away > 0:
            moved[0] += math.log(away)
            moved[1] += math.log(home / away)
        return moved, scale

    def rates(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return λ and μ of the matches, shape (n,) each."""
        rates = np.exp(np.minimum(self.design @ theta, 20.0))
        return rates[: len(self.window)], rates[len(self.window) :]


def _newton(problem: _Problem) -> tuple[Floats, FitReport, Floats]:
    theta, converged, iterations = problem.start, False, 0
    gradient, information = problem.derivatives(theta)
    while not converged and iterations < ITERATIONS_MAX and np.isfinite(information).all():
        step = np.linalg.solve(information, gradient)
        theta = theta + step
        gradient, information = problem.derivatives(theta)
        iterations += 1
        converged = bool(np.abs(step).max() < STEP_MAX)
    finite = bool(np.isfinite(information).all() and np.isfinite(theta).all())
    condition = _condition(information) if finite else math.inf
    failure = (
        "not-finite" if not finite
        else "ill-conditioned" if condition > CONDITION_MAX
        else "not-converged" if not converged
        else None
    )  # fmt: skip
    report = FitReport(
        matches=len(problem.window),
        iterations=iterations,
        gradient_norm=float(np.abs(gradient).max()) if finite else math.inf,
        condition=condition,
        converged=converged,
        goals_per=problem.goals_per,
        stretch=problem.stretch,
        failure=failure,
    )
    return theta, report, information


def _no_fit(matches: int) -> FitReport:
    return FitReport(
        matches=matches,
        iterations=0,
        gradient_norm=math.inf,
        condition=math.inf,
        converged=False,
        goals_per={},
        stretch=1.0,
        failure="too-few-matches",
    )


def _condition(information: Floats) -> float:
    values = np.linalg.eigvalsh(information)
    return float(values[-1] / values[0]) if values[0] > 0 else math.inf


def _counts(window: History) -> dict[str, tuple[Floats, Floats]]:
    return {
        "sot": (window.home_sot, window.away_sot),
        "shots": (window.home_shots, window.away_shots),
        "corners": (window.home_corners, window.away_corners),
    }


def goals_per(window: History, weights: Floats) -> dict[str, float]:
    """Return the league's goals per shot on target, shot and corner, over the matches that count them."""
    ratios: dict[str, float] = {}
    for name, (home, away) in _counts(window).items():
        counted = np.isfinite(home) & np.isfinite(away)
        goals = float(weights[counted] @ (window.home_goals + window.away_goals)[counted])
        events = float(weights[counted] @ (home + away)[counted])
        if goals > 0 and events > 0:
            ratios[name] = goals / events
    return ratios


def _response(window: History, hyper: GoalsHyper, ratios: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Return what each side is taken to have scored, and the share of its goals in that, shape (2n,) each."""
    shares = {"sot": hyper.sot_share, "shots": hyper.shots_share, "corners": hyper.corners_share}
    total = hyper.goals_share * np.concatenate([window.home_goals, window.away_goals])
    weight = np.full(2 * len(window), hyper.goals_share)
    for name, sides in _counts(window).items():
        if name in ratios:
            events = np.concatenate(sides)
            total = total + shares[name] * ratios[name] * np.nan_to_num(events)
            weight = weight + shares[name] * np.isfinite(events)
    return total / weight, hyper.goals_share / weight


def _fit_rho(problem: _Problem, theta: Floats) -> float:
    """Return ρ that makes the goals most likely given the rates, by golden section on [-0.2, 0.2]."""
    home_rate, away_rate = problem.rates(theta)
    window = problem.window
    low_scores = (window.home_goals <= 1) & (window.away_goals <= 1)
    x, y = window.home_goals[low_scores], window.away_goals[low_scores]
    rate_home, rate_away = home_rate[low_scores], away_rate[low_scores]
    weights = problem.weights[low_scores]
    # The four corrected cells are 1 + slope·ρ.
    slope = np.where(x == 0, np.where(y == 0, -rate_home * rate_away, rate_home), np.where(y == 0, rate_away, -1.0))
    return golden_section(
        lambda rho: -float(weights @ np.log(np.maximum(1 + rho * slope, 1e-9))), RHO_LOW, RHO_HIGH, RHO_TOLERANCE
    )


def golden_section(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Return where a function of one minimum is smallest on an interval (Kiefer, 1953)."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > tolerance:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2


def _clipped(rate: float) -> float:
    return min(max(rate, RATE_MIN), RATE_MAX)
