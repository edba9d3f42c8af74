"""A question about a match under way, and its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PrivateAttr

from auspex.core.database import Connection
from auspex.core.limits import GOALS_MAX, RED_CARDS_MAX
from auspex.core.problems import pointer_error
from auspex.oracle.answer_fixture import N_DEFAULT
from auspex.oracle.answer_inplay import answer_inplay
from auspex.oracle.engine.inplay import MatchState, MinuteOutOfRangeError, Period, minutes_left
from auspex.oracle.engine.rates import OddsNotRepresentableError
from auspex.oracle.fixture_bodies import FixtureIn
from auspex.oracle.model import ResolvedFixture
from auspex.oracle.problems import ModelNotForSport, OddsNotRepresentable, StateInvalid
from auspex.oracle.resolve_fixture import resolve_fixture
from auspex.oracle.simulation_bodies import ExplanationOut, OutcomesOut, Runs, Seed
from auspex.platform.replies import Representation, Request

Goals = Annotated[int, Field(ge=0, le=GOALS_MAX)]
RedCards = Annotated[int, Field(ge=0, le=RED_CARDS_MAX)]
EXAMPLE: dict[str, Any] = {
    "model": "goals", "home": {"name": "Ashford"}, "away": {"name": "Kelby"}, "goals": {"lambda": 1.6, "mu": 1.1},
    "state": {
        "period": "second_half", "minute": 60, "home_goals": 1, "away_goals": 0, "home_red": 0, "away_red": 1,
    },
}  # fmt: skip


class StateIn(Request):
    """Where the match stands; `minute` runs to 47 in the first half and from 45 to 94 in the second."""

    period: Period
    minute: Annotated[int, Field(ge=0, le=94)]
    home_goals: Goals
    away_goals: Goals
    home_red: RedCards = 0
    away_red: RedCards = 0

    def to_state(self) -> MatchState:
        """Return the state as the engine knows it. Raises StateInvalid for a minute its period does not have."""
        state = MatchState(
            self.period, self.minute, self.home_goals, self.away_goals, self.home_red, self.away_red
        )  # fmt: skip
        try:
            minutes_left(state)
        except MinuteOutOfRangeError as error:
            raise StateInvalid(detail=str(error), errors=[pointer_error("/state/minute", str(error))]) from error
        return state


class PlayOn(FixtureIn):
    """A fixture as before kick-off, and where the match stands now."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    state: StateIn
    n: Runs = N_DEFAULT
    seed: Seed | None = None
    _fixture: ResolvedFixture | None = PrivateAttr(default=None)

    def prepare(self, connection: Connection, *, at: datetime) -> ResolvedFixture:
        """Return the fixture resolved; looked up once. Raises as `resolve_fixture`, StateInvalid, ModelNotForSport."""
        if self._fixture is None:
            self.state.to_state()
            if not self.sport.has_draws:
                raise ModelNotForSport(errors=[pointer_error("/sport", "only football is played on")])
            self._fixture = resolve_fixture(connection, self.to_request(), at=at).fixture
        return self._fixture

    def answer(self, fixture: ResolvedFixture) -> dict[str, Any]:
        """Return the answer. Raises OddsNotRepresentable for probabilities that no expected goals give."""
        try:
            return answer_inplay(fixture, self.state.to_state(), seed=self.seed, n=self.n)
        except OddsNotRepresentableError as error:
            raise OddsNotRepresentable(detail=str(error)) from error


class MeanOut(Representation):
    """A simulated mean and its standard error."""

    mean: float
    standard_error: float


class GoalsLeftOut(Representation):
    """Goals still to come of each side."""

    home: MeanOut
    away: MeanOut


class FinalScoreOut(Representation):
    """A final score with its simulated share."""

    home: int
    away: int
    probability: float
    standard_error: float


class InplayRunOut(Representation):
    """How the answer was simulated, enough to do it again."""

    model: Literal["elo", "goals"]
    model_version: str
    params_version: str | None
    n: int
    seed: int
    mc_standard_error: float
    fingerprint: str


class InplayOut(Representation):
    """How a match under way may end; every share is simulated and has its standard error."""

    home: str
    away: str
    state: StateIn
    method: Literal["simulation"]
    probabilities: OutcomesOut
    standard_errors: OutcomesOut
    rates: dict[str, float]
    share_left: float
    remaining_goals: GoalsLeftOut
    final_scores: list[FinalScoreOut]
    explanation: ExplanationOut
    run: InplayRunOut
