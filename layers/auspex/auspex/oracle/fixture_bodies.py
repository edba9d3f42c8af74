"""What callers state of a fixture: the shapes that every oracle route shares, and their ranges (ORACLE 3, 9)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from auspex.core.database import can_hold
from auspex.core.limits import LEVERS_MAX, SCENARIOS_MAX, TEAM_NAME_CHARACTERS_MAX, TEAM_NAME_CHARACTERS_MIN
from auspex.oracle.model import (
    MARKET_WEIGHT,
    RHO_DEFAULT,
    Competitor,
    Devig,
    FixtureRequest,
    GoalRates,
    Lever,
    LeverKind,
    LeverSet,
    ModelFamily,
    Odds,
    Side,
    Sport,
)
from auspex.platform.replies import Instant, Request


def _storable(text: str) -> str:
    if not can_hold(text):
        raise ValueError("holds a character that no text can have")
    return text


TeamName = Annotated[
    str,
    Field(min_length=TEAM_NAME_CHARACTERS_MIN, max_length=TEAM_NAME_CHARACTERS_MAX, examples=["Ashford"]),
    AfterValidator(_storable),
]
CompetitionCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", examples=["E0"])]
TeamId = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_storable)]
Rating = Annotated[float, Field(ge=0, le=3000, allow_inf_nan=False, description="Elo points")]
RatingSd = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False, description="Standard deviation in points")]
HomeAdvantage = Annotated[float, Field(ge=0, le=300, allow_inf_nan=False, description="Elo points; 100 when absent")]
GoalRate = Annotated[float, Field(ge=0.05, le=6, allow_inf_nan=False, description="Goals a match")]
DecimalOdds = Annotated[float, Field(gt=1, le=10_000, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0.5, le=1.5, allow_inf_nan=False)]
Shift = Annotated[float, Field(ge=-300, le=300, allow_inf_nan=False, description="Elo points")]
Weight = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class SideIn(Request):
    """A competitor: its name, and what the caller knows of it."""

    name: TeamName
    team_id: TeamId | None = None
    rating: Rating | None = None
    rating_sd: RatingSd | None = None

    def to_competitor(self) -> Competitor:
        """Return the side as the engine knows it."""
        return Competitor(self.name, self.team_id, self.rating, self.rating_sd)


class GoalsIn(Request):
    """Expected goals of home (`lambda`) and away (`mu`), and the low-score correction `rho`."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    lambda_: GoalRate = Field(alias="lambda")
    mu: GoalRate
    rho: Annotated[float, Field(ge=-20, le=1, allow_inf_nan=False)] = RHO_DEFAULT


class OddsIn(Request):
    """Decimal odds as seen before kick-off; `draw` belongs to football alone, the totals come as a pair."""

    home: DecimalOdds
    draw: DecimalOdds | None = None
    away: DecimalOdds
    over_2_5: DecimalOdds | None = None
    under_2_5: DecimalOdds | None = None
    seen_at: Instant | None = None

    @model_validator(mode="after")
    def pair_totals(self) -> OddsIn:
        """Refuse one half of the totals."""
        if (self.over_2_5 is None) != (self.under_2_5 is None):
            raise ValueError("over_2_5 and under_2_5 come together")
        return self

    def to_odds(self) -> Odds:
        """Return the odds as the engine knows them."""
        return Odds(self.home, self.away, self.draw, self.over_2_5, self.under_2_5, self.seen_at)


class LeverIn(Request):
    """A change that the caller puts a number on: above 1 is stronger, in attack as in defence."""

    kind: LeverKind
    side: Side
    attack_factor: Factor | None = None
    defence_factor: Factor | None = None
    rating_shift: Shift | None = None

    @model_validator(mode="after")
    def have_a_number(self) -> LeverIn:
        """Refuse a lever without a number: no hidden size is invented."""
        if self.attack_factor is self.defence_factor is self.rating_shift is None:
            raise ValueError("a lever needs attack_factor, defence_factor or rating_shift")
        return self

    def to_lever(self) -> Lever:
        """Return the lever as the engine knows it."""
        return Lever(self.kind, self.side, self.attack_factor, self.defence_factor, self.rating_shift)


class ScenarioIn(Request):
    """Levers under a name, acting on top of the request's own."""

    name: TeamName
    levers: Annotated[tuple[LeverIn, ...], Field(min_length=1, max_length=LEVERS_MAX)]


class StatedFixture(Request):
    """What a simulation and a row of a batch both state of a fixture."""

    sport: Sport = Sport.FOOTBALL
    home: SideIn
    away: SideIn
    competition: CompetitionCode | None = None
    kickoff: Instant | None = None
    neutral: bool = False
    home_advantage: HomeAdvantage | None = None
    goals: GoalsIn | None = None
    odds: OddsIn | None = None
    devig: Devig = Devig.POWER
    market_weight: Annotated[Weight, Field(description="Weight of the odds beside a model")] = MARKET_WEIGHT
    levers: Annotated[tuple[LeverIn, ...], Field(max_length=LEVERS_MAX)] = ()


class FixtureIn(StatedFixture):
    """A fixture: two sides, and strengths, a competition, expected goals or odds to compute from."""

    model: Annotated[
        ModelFamily, Field(description="When absent: elo where ratings are given or the sport has no draws, else goals")
    ] = ModelFamily.GOALS
    as_of: Annotated[
        date | None, Field(description="Only what was known before this day; the day of the match, at most")
    ] = None
    scenarios: Annotated[
        tuple[ScenarioIn, ...], Field(max_length=SCENARIOS_MAX, description="Lever sets of your own, by depth")
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def choose_model(cls, body: Any) -> Any:
        """Name the model that an unnamed one stands for, so that both spellings are one request."""
        if not isinstance(body, dict) or "model" in body:
            return body
        home = body.get("home")
        has_ratings = isinstance(home, dict) and home.get("rating") is not None and body.get("goals") is None
        is_two_way = body.get("sport", Sport.FOOTBALL) != Sport.FOOTBALL
        return body | {"model": (ModelFamily.ELO if has_ratings or is_two_way else ModelFamily.GOALS).value}

    def to_request(self) -> FixtureRequest:
        """Return the fixture as a use case takes it."""
        goals = self.goals
        return FixtureRequest(
            home=self.home.to_competitor(), away=self.away.to_competitor(), model=self.model, sport=self.sport,
            competition=self.competition, kickoff=self.kickoff, as_of=self.as_of, neutral=self.neutral,
            home_advantage=self.home_advantage,
            goals=None if goals is None else GoalRates(goals.lambda_, goals.mu, goals.rho),
            odds=None if self.odds is None else self.odds.to_odds(), devig=self.devig,
            market_weight=self.market_weight, levers=tuple(lever.to_lever() for lever in self.levers),
            scenarios=tuple(
                LeverSet(each.name, tuple(lever.to_lever() for lever in each.levers)) for each in self.scenarios
            ),
        )  # fmt: skip
