"""The layer over both models, learned from forecasts of earlier seasons: share of the goals model, τ, risk thresholds.

τ tempers the blend (ORACLE 7.4): P ∝ P^τ. It is chosen by log loss, a proper score, on forecasts that were made walk
forward; forecasts of the season that the layer serves have no part in it. A few seasons of one league say little about
τ, so what three leagues said together stands beside them as a prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auspex.oracle.engine.grid import RATE_MAX, RATE_MIN, clipped_rho
from auspex.oracle.engine.history import Floats, Integers
from auspex.oracle.engine.pooling import blend, temper
from auspex.oracle.engine.risk import risk_score, terciles
from auspex.oracle.engine.scores import LOG_FLOOR, logarithmic
from auspex.oracle.engine.uncertainty import nodes
from auspex.oracle.engine.walk_forward import Forecasts, elo_probabilities, goals_probabilities
from auspex.oracle.model import GOALS_WEIGHT, RISK_BANDS

TAU_DEFAULT, TAU_PRIOR_MATCHES = 1.08, 8000
"""τ of the development set, and how many matches of a league it counts for."""
LAYER_SEASONS = 4
"""Completed seasons whose forecasts teach a layer."""
TAUS = np.arange(90, 126) / 100
THRESHOLD_SEASONS = 3


@dataclass(frozen=True, slots=True)
class Layer:
    """What turns both models' probabilities into the answer; `matches` is how many forecasts taught it, 0 for none."""

    goals_weight: float = GOALS_WEIGHT
    tau: float = 1.0
    thresholds: tuple[float, float] = RISK_BANDS[3]
    matches: int = 0

    def probabilities(self, ratings: Floats, rates: Floats) -> Floats:
        """Return the final home, draw, away, shape (n, 3), of rows as in `Forecasts`; Elo alone where rates are NaN."""
        return temper(blended(ratings, rates, self.goals_weight), tau=self.tau)

    def averaged(self, forecasts: Forecasts) -> Floats:
        """Return p̄ of ORACLE 7.7: the final forecast averaged over the error of ln(λ/μ), shape (n, 3).

        Where no rates are known the error is that of the ratings. Row by row what `at_nodes` gives for one fixture:
        moved rates are kept within a grid's, and on the grid of those that they were moved from.
        """
        steps, weights = nodes(1.0)
        fitted = np.isfinite(forecasts.rates[:, 0])
        total = np.zeros((len(forecasts), 3))
        for step, weight in zip(steps.tolist(), weights.tolist(), strict=True):
            ratings, rates = forecasts.ratings.copy(), forecasts.rates.copy()
            ratings[~fitted, 0] += step * ratings[~fitted, 3]
            half = step * rates[:, 3] / 2
            rates[:, 0] *= np.exp(half)
            rates[:, 1] *= np.exp(-half)
            rates[:, :2] = np.clip(rates[:, :2], RATE_MIN, RATE_MAX)
            rates[fitted, 2] = clipped_rho(rates[fitted, 0], rates[fitted, 1], rates[fitted, 2])
            outcomes = blended(ratings, rates, self.goals_weight, sized_for=forecasts.rates)
            total += weight * temper(outcomes, tau=self.tau)
        return total


def blended(ratings: Floats, rates: Floats, goals_weight: float, *, sized_for: Floats | None = None) -> Floats:
    """Return goals_weight of the goals model and the rest of Elo, shape (n, 3); as `goals_probabilities`."""
    elo, goals = elo_probabilities(ratings), goals_probabilities(rates, sized_for=sized_for)
    return np.where(np.isfinite(goals), blend(np.nan_to_num(goals), elo, weight=goals_weight), elo)


def fit_tau(probabilities: Floats, outcomes: Integers, *, prior_matches: int = TAU_PRIOR_MATCHES) -> float:
    """Return the τ of 0.90 to 1.25, in steps of 0.01, with the least log loss; 1 without forecasts.

    The prior adds ½·information·(τ - 1.08)² of `prior_matches` matches: the information about τ in one forecast is the
    variance of ln p under the tempered forecast. Equal losses choose the lower τ: one answer on any machine.
    """
    if not len(outcomes):
        return 1.0
    log_p = np.log(np.maximum(probabilities, LOG_FLOOR))
    at_default = temper(probabilities, tau=TAU_DEFAULT)
    variances = (at_default * log_p**2).sum(axis=1) - (at_default * log_p).sum(axis=1) ** 2
    information = prior_matches * float(variances.mean())
    losses = [float(logarithmic(temper(probabilities, tau=tau), outcomes).sum()) for tau in TAUS]
    penalised = np.array(losses) + information / 2 * (TAUS - TAU_DEFAULT) ** 2
    return float(TAUS[int(np.argmin(np.round(penalised, 9)))])


def fit_layer(
    earlier: Forecasts, *, seasons: Sequence[str], goals_weight: float = GOALS_WEIGHT, competition: str | None = None
) -> Layer:
    """Fit the layer on scored forecasts of earlier seasons, of one competition or of several together.

    `seasons` are the completed ones, oldest first: the last three give the thresholds, from the forecasts of
    `competition` alone where one is named.
    """
    scored = earlier.rows(earlier.outcomes >= 0)
    if not len(scored):
        return Layer(goals_weight=goals_weight)
    tau = fit_tau(blended(scored.ratings, scored.rates, goals_weight), scored.outcomes)
    layer = Layer(goals_weight=goals_weight, tau=tau, matches=len(scored))
    recent = np.isin(scored.seasons, list(seasons)[-THRESHOLD_SEASONS:])
    if competition is not None:
        recent &= scored.competition == competition
    thresholds = terciles(risk_score(layer.averaged(scored.rows(recent)))) if recent.any() else None
    return Layer(goals_weight, tau, thresholds or layer.thresholds, len(scored))


def layers_of(earlier: Forecasts, *, seasons: Sequence[str], competition: str) -> tuple[Layer, Layer]:
    """Return what follows Elo alone and what follows the blend, learned from forecasts of completed seasons."""
    blended = fit_layer(earlier, seasons=seasons, competition=competition)
    return Layer(thresholds=elo_thresholds(earlier), matches=len(earlier)), blended


def elo_thresholds(earlier: Forecasts) -> tuple[float, float]:
    """Return the terciles of the risk score of forecasts by ratings alone, averaged over their error."""
    alone = Forecasts(
        **{name: getattr(earlier, name) for name in Forecasts.__slots__ if name != "rates"},
        rates=np.full_like(earlier.rates, np.nan),
    )
    thresholds = terciles(risk_score(Layer().averaged(alone)))
    return thresholds or RISK_BANDS[3]
