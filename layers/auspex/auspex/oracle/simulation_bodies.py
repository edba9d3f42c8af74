"""A simulation as it is asked and as it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, PrivateAttr

from auspex.core.database import Connection
from auspex.core.limits import CLIENT_REFERENCE_CHARACTERS_MAX, SIMULATIONS_MAX, SIMULATIONS_MIN
from auspex.oracle.answer_fixture import N_DEFAULT
from auspex.oracle.create_simulation import Prepared, Question, prepare_simulation
from auspex.oracle.engine.draws import SEED_MAX
from auspex.oracle.fixture_bodies import FixtureIn
from auspex.oracle.key_order import in_order
from auspex.oracle.model import Depth
from auspex.oracle.simulation_store import StoredSimulation
from auspex.platform.replies import Representation

Runs = Annotated[int, Field(ge=SIMULATIONS_MIN, le=SIMULATIONS_MAX, description="Runs, where anything is simulated")]
Seed = Annotated[int, Field(ge=0, le=SEED_MAX, description="Derived from the fingerprint when absent")]
ClientReference = Annotated[str, Field(min_length=1, max_length=CLIENT_REFERENCE_CHARACTERS_MAX)]
EXAMPLE: dict[str, Any] = {
    "model": "elo",
    "home": {"name": "Ashford", "rating": 1600},
    "away": {"name": "Kelby", "rating": 1500},
    "depth": "headline_pick",
}


class CreateSimulation(FixtureIn):
    """A fixture, how deep to answer it, and a second one to compare it with where the depth has a comparison."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    compare: FixtureIn | None = None
    depth: Depth = Depth.HEADLINE
    n: Runs = N_DEFAULT
    seed: Seed | None = None
    narrative: Literal["template", "llm"] = "template"
    client_reference: Annotated[
        ClientReference | None, Field(exclude=True, description="Shown again with the answer; no part of the request")
    ] = None
    _prepared: Prepared | None = PrivateAttr(default=None)

    def prepare(self, connection: Connection, *, at: datetime) -> Prepared:
        """Return the question with its fixtures resolved; looked up once, however often it is asked for.

        Raises as `prepare_simulation`.
        """
        if self._prepared is None:
            question = Question(
                request=self.to_request(), depth=self.depth, n=self.n, seed=self.seed,
                compare=None if self.compare is None else self.compare.to_request(),
            )  # fmt: skip
            self._prepared = prepare_simulation(connection, question, at=at)
        return self._prepared

    def kept(self) -> dict[str, Any]:
        """Return what is stored of the request beside its answer."""
        return self.model_dump(mode="json", exclude_none=True) | {"client_reference": self.client_reference}


class OutcomesOut(Representation):
    """Probabilities of the three outcomes, adding up to exactly one; the draw is 0 where the sport has none."""

    home: float
    draw: float
    away: float


class HeadlineOut(Representation):
    """The likeliest outcome, even when it is the draw, and how settled the match is."""

    outcome: Literal["home", "draw", "away"]
    probability: float
    confidence: Literal["high", "moderate", "low"]


class ThresholdsOut(Representation):
    """Where MEDIUM and HIGH begin on the risk score."""

    medium: float
    high: float


class RiskOut(Representation):
    """How open the match is, 0 to 100: entropy of the averaged forecast, split by where it comes from."""

    score: float
    band: Literal["LOW", "MEDIUM", "HIGH"]
    outcome: float
    parameter: float
    thresholds: ThresholdsOut
    mean_probabilities: OutcomesOut


class CaveatOut(Representation):
    """What a reader must know beside the number."""

    code: str
    text: str


class ExplanationOut(Representation):
    """The answer in words, from a template."""

    summary: str
    caveats: list[CaveatOut]


class NarrativeOut(Representation):
    """The explanation as worded by `source`: `core` is the template, else `<provider>/<model>`."""

    text: str
    source: str


class RunOut(Representation):
    """How the answer was computed, enough to compute it again; `mc_standard_error` is null for exact answers."""

    depth: Depth
    model: Literal["elo", "goals"]
    model_version: str
    params_version: str | None
    method: Literal["exact", "simulation"]
    n: int
    seed: int
    mc_standard_error: float | None
    fingerprint: str


class TrackRecordOut(Representation):
    """How good this model's archived forecasts of the competition were; null figures for too few."""

    n: int
    rps: float | None
    skill_vs_base: float | None


class ScoreOut(Representation):
    """What happened, and the proper scores of the archived forecast; smaller is closer."""

    outcome: dict[str, Any]
    scores: dict[str, float]
    scored_at: AwareDatetime


class SimulationOut(Representation):
    """An answer. Everything but id, narrative, origin, reference, score and times follows from its fingerprint alone.

    Parts that the depth does not have are null.
    """

    id: str
    created_at: AwareDatetime
    origin: Literal["live", "backtest"]
    client_reference: str | None
    fixture: dict[str, Any]
    headline: HeadlineOut
    probabilities: OutcomesOut
    method: Literal["exact", "simulation"]
    risk: RiskOut
    explanation: ExplanationOut
    narrative: NarrativeOut
    data_quality: dict[str, Any]
    run: RunOut
    result_sha256: str
    rates: dict[str, float] | None = None
    scorelines: dict[str, Any] | None = None
    markets: dict[str, Any] | None = None
    histogram: dict[str, Any] | None = None
    outcome_spread: dict[str, Any] | None = None
    probability_intervals: dict[str, Any] | None = None
    factors: dict[str, Any] | None = None
    scenarios: list[dict[str, Any]] | None = None
    sensitivity: list[dict[str, Any]] | None = None
    comparison: dict[str, Any] | None = None
    worked_steps: list[dict[str, Any]] | None = None
    lessons: list[str] | None = None
    calibration: TrackRecordOut | None = None
    score: ScoreOut | None = None

    @classmethod
    def of(
        cls, row: StoredSimulation, *, score: dict[str, Any] | None = None, calibration: dict[str, Any] | None = None
    ) -> Self:
        """Show a stored answer, in one order of keys whether it was just computed or read back."""
        shown = in_order(row.result) | {
            "id": row.id, "created_at": row.created_at, "origin": row.origin, "narrative": row.narrative,
            "client_reference": row.request.get("client_reference"), "result_sha256": row.result_sha256,
            "score": score, "calibration": calibration,
        }  # fmt: skip
        return cls.model_validate(shown)
