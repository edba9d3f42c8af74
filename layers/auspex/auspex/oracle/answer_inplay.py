"""Answer a match under way: the rest of it is played n times from where it stands (ORACLE 7.6). Pure.

The rates are those that give the pre-match answer, so that before kick-off both agree; odds, calibration and levers
have had their say in it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from auspex.oracle.caveats import caveats_of
from auspex.oracle.engine.basis import Basis, basis_of
from auspex.oracle.engine.inplay import Dynamics, MatchState, play_on, share_left
from auspex.oracle.engine.monte_carlo import share_error
from auspex.oracle.engine.rates import rates_from_outcomes
from auspex.oracle.engine.sendings_off import SENDINGS_OFF
from auspex.oracle.fingerprint import fingerprint_of, seed_of
from auspex.oracle.model import OUTCOMES, RHO_DEFAULT, Depth, ModelFamily, ResolvedFixture
from auspex.oracle.rounding import published
from auspex.oracle.summary import outcome_words, percent
from auspex.oracle.words import clean_sentences

TOP_SCORES = 10


def answer_inplay(fixture: ResolvedFixture, state: MatchState, *, seed: int | None, n: int) -> dict[str, Any]:
    """Return probabilities, goals to come and the likeliest final scores, each with its standard error.

    Raises MinuteOutOfRangeError, OddsNotRepresentableError for probabilities that no rates give.
    """
    shown_state = asdict(state) | {"period": state.period.value}
    fingerprint = fingerprint_of(fixture, depth=Depth.HEADLINE, n=n, seed=seed, state=shown_state)
    own_seed = seed_of(seed, fingerprint)
    home_rate, away_rate = whole_match_rates(fixture, basis_of(fixture))
    dynamics = Dynamics(sendings_off=fixture.sendings_off or SENDINGS_OFF)
    runs = play_on(home_rate, away_rate, state, seed=own_seed, n=n, dynamics=dynamics)
    shares, errors = runs.probabilities()
    home_left, away_left = runs.remaining_goals()
    worst = float(errors.max())
    result: dict[str, Any] = published(
        {
            "home": fixture.home, "away": fixture.away, "state": shown_state, "method": "simulation",
            "probabilities": dict(zip(("home", "draw", "away"), shares.tolist(), strict=True)),
            "standard_errors": dict(zip(("home", "draw", "away"), errors.tolist(), strict=True)),
            "rates": {"lambda": home_rate, "mu": away_rate},
            "share_left": share_left(state),
            "remaining_goals": {
                "home": {"mean": home_left[0], "standard_error": home_left[1]},
                "away": {"mean": away_left[0], "standard_error": away_left[1]},
            },
            "final_scores": [
                {"home": home, "away": away, "probability": share, "standard_error": error}
                for home, away, share, error in runs.top_scores(TOP_SCORES)
            ],
            "explanation": {
                "summary": _words(fixture, state, shares.tolist(), home_left[0] + away_left[0]),
                "caveats": [
                    {"code": caveat.code, "text": caveat.text}
                    for caveat in caveats_of(fixture, mc_standard_error=worst)
                ],
            },
            "run": {
                "model": fixture.model.value, "model_version": fixture.model_version,
                "params_version": fixture.params_version, "n": n, "seed": own_seed,
                "mc_standard_error": float(share_error(shares, n).max()), "fingerprint": fingerprint,
            },
        }
    )  # fmt: skip
    return result


def _words(fixture: ResolvedFixture, state: MatchState, shares: list[float], goals_left: float) -> str:
    likeliest = max(range(3), key=shares.__getitem__)
    end = outcome_words(OUTCOMES[likeliest].value, home=fixture.home, away=fixture.away)
    score = f"{fixture.home} {state.home_goals}, {fixture.away} {state.away_goals}"
    first = f"{score}: the likeliest end is {end}, at {percent(shares[likeliest])}."
    sentences, _ = clean_sentences(
        [first, f"{goals_left:.2f} more goals are expected."], names=(fixture.home, fixture.away)
    )  # fmt: skip
    return " ".join(sentences)


def whole_match_rates(fixture: ResolvedFixture, basis: Basis) -> tuple[float, float]:
    """Return λ and μ of the whole match that give the pre-match answer; the model's own where nothing was mixed in."""
    point = basis.point[None]
    if fixture.model is ModelFamily.GOALS and basis.finish is None:
        home, away, _ = basis.rates(point)
        return float(home[0]), float(away[0])
    outcomes = basis.probabilities(point)[0]
    rho = float(basis.rates(point)[2][0]) if fixture.model is ModelFamily.GOALS else RHO_DEFAULT
    solved = rates_from_outcomes(float(outcomes[0]), float(outcomes[2]), rho=rho)
    return solved.home, solved.away
