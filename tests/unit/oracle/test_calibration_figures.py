"""Figures of calibration: from forecasts and outcomes alone, whatever their order."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from auspex.core.limits import CALIBRATION_MATCHES_MIN
from auspex.oracle.calibration_figures import ScoredForecast, calibration_bins, calibration_metrics, match_week

FIRST = date(2018, 8, 10)
BASE = (0.45, 0.27, 0.28)


def forecasts(count: int, *, seed: int = 1, market: bool = True) -> list[ScoredForecast]:
    """Forecasts that come true as often as they say, each with its references."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        home = rng.uniform(0.2, 0.7)
        probabilities = (home, 0.25, 0.75 - home)
        outcome = rng.choices((0, 1, 2), probabilities)[0]
        made.append(
            ScoredForecast(
                match_date=FIRST + timedelta(days=number // 2), probabilities=probabilities, outcome=outcome,
                total_goals=rng.randint(0, 5), base_rate=BASE, market=BASE if market else None, over_2_5=0.5,
                risk_score=rng.uniform(80, 100), thresholds=(88.9, 96.8),
            )
        )  # fmt: skip
    return made


def test_too_few_forecasts_have_no_figures() -> None:
    few = forecasts(CALIBRATION_MATCHES_MIN - 1)
    assert calibration_metrics(few) is None
    assert calibration_bins(few) is None


def test_figures_do_not_depend_on_the_order_of_the_forecasts() -> None:
    made = forecasts(200)
    shuffled = random.Random(7).sample(made, len(made))
    assert calibration_metrics(made) == calibration_metrics(shuffled)
    assert calibration_bins(made) == calibration_bins(shuffled)


def test_means_lie_in_their_intervals_and_skill_is_against_the_same_matches() -> None:
    metrics = calibration_metrics(forecasts(400))
    assert metrics is not None
    for name in ("rps", "brier", "log_loss"):
        assert metrics[name]["low"] < metrics[name]["value"] < metrics[name]["high"]
    assert metrics["skill"]["base_rate"]["n"] == 400
    assert metrics["skill"]["base_rate"]["value"] > 0
    assert metrics["over_2_5_brier"] == pytest.approx(0.25)
    assert sum(band["n"] for band in metrics["bands"]) == 400


def test_a_reference_that_too_few_matches_have_gives_no_skill() -> None:
    metrics = calibration_metrics(forecasts(60, market=False))
    assert metrics is not None
    assert metrics["skill"]["market"] is None


def test_the_hand_made_case_gives_the_hand_made_score() -> None:
    """The grid of ORACLE 7.3: home 0.166908, 0.405551, 0.733738 (7.10)."""
    said = (0.480111, 0.26783605, 0.25205295)
    row = ScoredForecast(FIRST, said, 0, 3)
    metrics = calibration_metrics([row] * CALIBRATION_MATCHES_MIN)
    assert metrics is not None
    assert metrics["rps"]["value"] == pytest.approx(0.166908, abs=1e-6)
    assert metrics["brier"]["value"] == pytest.approx(0.405551, abs=1e-6)
    assert metrics["log_loss"]["value"] == pytest.approx(0.733738, abs=1e-6)
    assert metrics["bands"] is None


def test_a_week_begins_on_friday() -> None:
    friday = date(2018, 8, 10)
    assert match_week(friday) == match_week(friday + timedelta(days=6))
    assert match_week(friday) == match_week(friday - timedelta(days=1)) + 1
