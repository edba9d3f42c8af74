"""The nouns of oracle. Pure values: no clock, no I/O.

Three-way probabilities are arrays or tuples in the order home, draw, away; a sport without a draw keeps the place at
exactly 0. Rates are goals a match, ratings are Elo points, standard deviations are in the unit of what they belong to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

ELO_SCALE = 400 / math.log(10)
"""s = 400 / ln 10: the scale of the logistic difference of two ratings (ORACLE 7.1)."""
ELO_SHARE_OF_DRAWS = 0.25
ELO_ZONE = ELO_SCALE * math.log((1 + ELO_SHARE_OF_DRAWS) / (1 - ELO_SHARE_OF_DRAWS))
"""T = s ln((1+p)/(1-p)) for p = 0.25: half the width of the draw zone, in points, for ratings of the caller."""
ELO_HOME_ADVANTAGE = 100.0
ELO_MEAN = 1500.0
RHO_DEFAULT = -0.05
GOALS_NEUTRAL = 1.3
"""Goals of an average team against an average one on neutral ground, where no league says its own (the middle of the
start values 1.45 and 1.15 of ORACLE 7.5)."""
GOALS_WEIGHT = 0.75
"""Share of the goals model where both models are fitted: 0.7 in ORACLE 7.4; shots and corners made it say more."""
MARKET_WEIGHT = 0.95
RISK_BANDS = {2: (88.1, 97.1), 3: (88.9, 96.8)}
"""Where MEDIUM and HIGH begin on the risk score, by number of outcomes (ORACLE 7.7); a refit brings its own."""


class Sport(StrEnum):
    """What is played; only football can end in a draw."""

    FOOTBALL = "football"
    BASKETBALL = "basketball"
    MMA = "mma"
    OTHER = "other"

    @property
    def has_draws(self) -> bool:
        """Whether a draw is an outcome."""
        return self is Sport.FOOTBALL


class ModelFamily(StrEnum):
    """The two model families behind one interface."""

    ELO = "elo"
    GOALS = "goals"


MODEL_VERSIONS = {ModelFamily.ELO: "elo-1.0.0", ModelFamily.GOALS: "goals-1.0.0"}


class Outcome(StrEnum):
    """How a match ends, in the order of every array of probabilities."""

    HOME = "home"
    DRAW = "draw"
    AWAY = "away"


OUTCOMES = (Outcome.HOME, Outcome.DRAW, Outcome.AWAY)


class Side(StrEnum):
    """Whom a lever acts on."""

    HOME = "home"
    AWAY = "away"
    BOTH = "both"


class LeverKind(StrEnum):
    """What a lever stands for; its size is the caller's alone."""

    ABSENCE = "absence"
    REST = "rest"
    VENUE = "venue"
    WEATHER = "weather"
    CUSTOM = "custom"


class Devig(StrEnum):
    """How the margin is taken out of odds (ORACLE 7.5)."""

    POWER = "power"
    GOTO = "goto"
    SHIN = "shin"


class Depth(StrEnum):
    """How deep an answer goes; each includes `includes()` (ORACLE 3)."""

    HEADLINE = "headline_pick"
    DISTRIBUTION = "full_distribution"
    SCENARIOS = "scenario_extremes"
    COMPARISON = "comparative_analysis"
    DEEP_DIVE = "deep_dive_educational"

    def includes(self, other: Depth) -> bool:
        """Tell whether an answer of this depth has the parts of the other; comparison and scenarios are siblings."""
        return other in _INCLUDED[self]


_INCLUDED: dict[Depth, frozenset[Depth]] = {
    Depth.HEADLINE: frozenset({Depth.HEADLINE}),
    Depth.DISTRIBUTION: frozenset({Depth.HEADLINE, Depth.DISTRIBUTION}),
    Depth.SCENARIOS: frozenset({Depth.HEADLINE, Depth.DISTRIBUTION, Depth.SCENARIOS}),
    Depth.COMPARISON: frozenset({Depth.HEADLINE, Depth.DISTRIBUTION, Depth.COMPARISON}),
    Depth.DEEP_DIVE: frozenset(Depth),
}


@dataclass(frozen=True, slots=True)
class GoalRates:
    """Expected goals of both sides (λ, μ; 0.05 to 6) and the dependence of low scores (ρ) of Dixon and Coles (1997)."""

    home: float
    away: float
    rho: float = RHO_DEFAULT


@dataclass(frozen=True, slots=True)
class GoalStrengths:
    """A fitted goals model seen from one fixture: ln λ = c + h + att_home - def_away, ln μ = c + att_away - def_home.

    `home_advantage` is 0 on neutral ground. An average team has attack and defence 0.
    """

    intercept: float
    home_advantage: float
    home_attack: float
    home_defence: float
    away_attack: float
    away_defence: float


@dataclass(frozen=True, slots=True)
class EloRatings:
    """Two ratings and the mapping from their difference to probabilities.

    `scale` (s) and `zone` (T) are in points; `zone` is 0 where no draw exists; `home_advantage` is 0 on neutral ground.
    A standard deviation is None where nobody stated one. `mean` is what an average team has.
    """

    home: float
    away: float
    home_advantage: float = ELO_HOME_ADVANTAGE
    home_sd: float | None = None
    away_sd: float | None = None
    scale: float = ELO_SCALE
    zone: float = ELO_ZONE
    mean: float = ELO_MEAN

    @property
    def difference(self) -> float:
        """d = home + advantage - away."""
        return self.home + self.home_advantage - self.away


@dataclass(frozen=True, slots=True)
class Odds:
    """Decimal odds above 1, as seen before kick-off; `draw` is None for a sport without one."""

    home: float
    away: float
    draw: float | None = None
    over_2_5: float | None = None
    under_2_5: float | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lever:
    """A change that the caller puts a number on.

    `attack_factor` multiplies the goals that the side is expected to score, `defence_factor` divides those that it is
    expected to concede (0.5 to 1.5 both: more is stronger), `rating_shift` is added to its rating (-300 to 300).
    """

    kind: LeverKind
    side: Side
    attack_factor: float | None = None
    defence_factor: float | None = None
    rating_shift: float | None = None


@dataclass(frozen=True, slots=True)
class LeverSet:
    """Levers under a name: a scenario of the caller's own."""

    name: str
    levers: tuple[Lever, ...]


@dataclass(frozen=True, slots=True)
class Competitor:
    """A side as a request names it: a name, and what the caller knows of it."""

    name: str
    team_id: str | None = None
    rating: float | None = None
    rating_sd: float | None = None


@dataclass(frozen=True, slots=True)
class FixtureRequest:
    """What a caller, a row of a batch or a schedule states of one fixture, before anything is looked up."""

    home: Competitor
    away: Competitor
    model: ModelFamily = ModelFamily.GOALS
    sport: Sport = Sport.FOOTBALL
    competition: str | None = None
    kickoff: datetime | None = None
    match_date: date | None = None
    as_of: date | None = None
    neutral: bool = False
    home_advantage: float | None = None
    goals: GoalRates | None = None
    odds: Odds | None = None
    devig: Devig = Devig.POWER
    market_weight: float = MARKET_WEIGHT
    levers: tuple[Lever, ...] = ()
    scenarios: tuple[LeverSet, ...] = ()


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What an answer knows of the data it stands on; None where the caller's numbers left nothing to know.

    `inputs_present` of `inputs_required` were there; `age_days` counts from the newest result to the day of the
    forecast; `matches` is the smaller number of matches behind the two sides.
    """

    inputs_required: tuple[str, ...] = ()
    inputs_present: tuple[str, ...] = ()
    newest_result_on: date | None = None
    age_days: int | None = None
    matches: int | None = None
    in_season: bool = True
    promoted: tuple[str, ...] = ()
    is_fitted: bool = False


@dataclass(frozen=True, slots=True)
class ResolvedFixture:
    """A fixture with everything looked up: what `answer_fixture.answer` needs and nothing else.

    At least one of `ratings`, `rates`, `odds` is there. `strengths` stands beside `rates` where these were fitted, and
    `ratings` stands beside `rates` where a goals forecast blends both. `log_ratio_sd` is the standard deviation of
    ln(λ/μ). `sendings_off` are those of home and away sides in a match of the league. `tau` tempers the blended
    probabilities (1 for numbers of the caller). `thresholds` are where MEDIUM and HIGH begin on the risk score.
    `outcome_due_at` is when the outcome of the stored match can first be known.
    """

    sport: Sport
    model: ModelFamily
    home: str
    away: str
    home_id: str | None = None
    away_id: str | None = None
    competition: str | None = None
    match_id: str | None = None
    kickoff: datetime | None = None
    outcome_due_at: datetime | None = None
    neutral: bool = False
    ratings: EloRatings | None = None
    rates: GoalRates | None = None
    strengths: GoalStrengths | None = None
    log_ratio_sd: float | None = None
    sendings_off: tuple[float, float] | None = None
    odds: Odds | None = None
    devig: Devig = Devig.POWER
    market_weight: float = MARKET_WEIGHT
    levers: tuple[Lever, ...] = ()
    scenarios: tuple[LeverSet, ...] = ()
    goals_weight: float = GOALS_WEIGHT
    tau: float = 1.0
    thresholds: tuple[float, float] = RISK_BANDS[3]
    model_version: str = ""
    params_version: str | None = None
    data: DataFacts = field(default_factory=DataFacts)
    calibration: Mapping[str, float | int | None] | None = None
