"""The risk score is an entropy; its bands are thirds of what really happens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.forecasts import planted_forecasts

from auspex.oracle.engine.risk import Band, band_of, band_table, risk_parts, risk_score, terciles

simplex = st.lists(st.floats(0.001, 1), min_size=3, max_size=3).map(lambda w: np.array(w) / sum(w))


def test_the_worked_score_is_medium() -> None:
    score = float(risk_score([0.480111000, 0.267836050, 0.252052950]))
    assert score == pytest.approx(95.80, abs=0.005)
    assert band_of(score, (88.9, 96.8)) is Band.MEDIUM


def test_two_way_thresholds_are_seventy_and_sixty_percent() -> None:
    assert float(risk_score([0.7, 0.0, 0.3], outcomes=2)) == pytest.approx(88.1, abs=0.05)
    assert float(risk_score([0.6, 0.0, 0.4], outcomes=2)) == pytest.approx(97.1, abs=0.05)


@given(simplex)
def test_the_score_lies_between_certainty_and_ignorance(p: np.ndarray) -> None:
    assert 0 <= float(risk_score(p)) <= 100 + 1e-9
    assert float(risk_score(p)) == pytest.approx(float(risk_score(p[::-1])))


def test_ends() -> None:
    assert float(risk_score([1.0, 0.0, 0.0])) == 0
    assert float(risk_score([1 / 3] * 3)) == pytest.approx(100)


@given(st.lists(simplex, min_size=2, max_size=9))
def test_parts_add_up_and_not_knowing_never_lowers_risk(nodes: list[np.ndarray]) -> None:
    weights = np.full(len(nodes), 1 / len(nodes))
    total, outcome, parameter = risk_parts(np.array(nodes), weights)
    assert outcome + parameter == pytest.approx(total)
    assert parameter >= 0
    assert total == pytest.approx(float(risk_score(weights @ np.array(nodes))))


def test_known_parameters_add_nothing() -> None:
    total, outcome, parameter = risk_parts([[0.5, 0.3, 0.2]] * 3, [0.2, 0.5, 0.3])
    assert parameter == pytest.approx(0, abs=1e-12)
    assert outcome == pytest.approx(total)


def test_a_threshold_belongs_to_the_band_above() -> None:
    assert [band_of(score, (88.9, 96.8)) for score in (88.89, 88.9, 96.79, 96.8)] == [
        Band.LOW, Band.MEDIUM, Band.MEDIUM, Band.HIGH,
    ]  # fmt: skip


def test_terciles_make_thirds_and_favourites_win_less_often_with_risk() -> None:
    p, outcomes = planted_forecasts(6000, seed=2)
    scores = np.asarray(risk_score(p))
    thresholds = terciles(scores)
    assert thresholds is not None
    table = band_table(p, scores, outcomes, thresholds)
    assert [entry.share for entry in table] == pytest.approx([1 / 3] * 3, abs=0.001)
    observed = [entry.observed or 0.0 for entry in table]
    assert observed == sorted(observed, reverse=True)
    assert [entry.forecast for entry in table] == pytest.approx(observed, abs=0.03)


def test_few_forecasts_make_no_thirds_and_an_empty_band_says_nothing() -> None:
    assert terciles(np.linspace(80, 100, 299)) is None
    table = band_table(np.array([[0.9, 0.05, 0.05]]), np.array([35.0]), np.array([0]), (88.9, 96.8))
    assert [(entry.n, entry.observed) for entry in table] == [(1, 1.0), (0, None), (0, None)]
