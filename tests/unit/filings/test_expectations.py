"""Expectations: quantiles from surprises or growth, what is a surprise, and how they are scored (FILINGS 7.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evals.filings_expectations import evaluate

from auspex.filings.expectation_scores import score_statement
from auspex.filings.extraction.actuals import Actual, due_at
from auspex.filings.extraction.expectations import (
    Expectation,
    Route,
    expect_from_guidance,
    expect_from_history,
    is_surprise,
)
from auspex.filings.extraction.expected_figures import list_wanted
from auspex.filings.extraction.fiscal_periods import FiscalCalendar
from auspex.filings.model import Basis, PeriodType
from auspex.platform.scorebook.model import ArchivedPrediction

SHARES = st.decimals(min_value=Decimal("-0.5"), max_value=Decimal("0.5"), places=3)
FIGURES = st.decimals(min_value=1, max_value=1000, places=2)
ANY_FIGURES = st.decimals(min_value=-1000, max_value=1000, places=2)


def rounded(found: Expectation | None) -> tuple[str, ...]:
    assert found is not None
    return tuple(f"{value:.3f}" for value in (found.q10, found.q50, found.q90))


def test_the_fixture_of_the_specification() -> None:
    surprises = [Decimal(s) for s in ("0.02", "0.03", "0.01", "0.04")]
    assert rounded(expect_from_guidance(Decimal("4.765"), surprises)) == ("4.794", "4.884", "4.975")


def test_too_little_history_gives_no_expectation() -> None:
    assert expect_from_guidance(Decimal(1), [Decimal(0)] * 3) is None
    assert expect_from_history([Decimal(1)] * 7) is None


def test_steady_growth_is_expected_to_go_on() -> None:
    quarters = [Decimal(value) for value in (100, 110, 120, 130, 110, 121, 132, 143)]
    found = expect_from_history(quarters)
    assert rounded(found) == ("119.590", "121.000", "122.410")  # 110 · (1.1 ∓ 1.2816 · 0.01)
    assert found is not None
    assert found.route is Route.GROWTH


def test_a_quarter_is_what_its_report_says_whatever_was_told_of_it_after() -> None:
    ends = [date(year, month, day) for year in (2022, 2023) for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))]
    actuals = [
        Actual(
            f"kpi_{number}", "", "revenue", Basis.GAAP, "USD", PeriodType.QUARTER, end, Decimal(value), 0,
            derived=False, preliminary=False, known_at=due_at(end) + timedelta(days=30),
        )
        for number, (end, value) in enumerate(zip(ends, (100, 110, 120, 130, 110, 121, 132, 143), strict=True))
    ]  # fmt: skip
    day_off = replace(
        actuals[-1], value=Decimal(900), period_end=date(2023, 12, 30), preliminary=True,
        known_at=actuals[-1].known_at + timedelta(days=1),
    )  # fmt: skip
    at = datetime(2024, 3, 1, tzinfo=UTC)
    (found,) = list_wanted([], [*actuals, day_off], calendar=FiscalCalendar("1231"), at=at)
    assert (found.sought.period_end, rounded(found.expectation)) == (
        date(2024, 3, 31),
        ("119.590", "121.000", "122.410"),
    )
    restated = replace(day_off, value=Decimal(132), preliminary=False)
    (found,) = list_wanted([], [*actuals, restated], calendar=FiscalCalendar("1231"), at=at)
    assert found.inputs["quarters"][-2:] == [["2023-09-30", "132"], ["2023-12-30", "132"]]


def test_where_a_figure_was_not_positive_differences_are_taken() -> None:
    quarters = [Decimal(value) for value in (-10, 0, 10, 20, -5, 5, 15, 25)]
    found = expect_from_history(quarters)
    assert found is not None
    assert found.route is Route.DIFFERENCE
    assert found.q50 == 0
    assert found.q10 < 0 < found.q90


@given(st.one_of(FIGURES, ANY_FIGURES), st.lists(SHARES, min_size=4, max_size=20))
def test_quantiles_of_guidance_never_cross(mid: Decimal, surprises: list[Decimal]) -> None:
    found = expect_from_guidance(mid, surprises)
    assert found is not None
    assert found.q10 <= found.q50 <= found.q90


@given(st.lists(ANY_FIGURES, min_size=8, max_size=30))
def test_quantiles_of_history_never_cross_and_scale_with_the_figures(quarters: list[Decimal]) -> None:
    found = expect_from_history(quarters)
    assert found is not None
    assert found.q10 <= found.q50 <= found.q90
    tenfold = expect_from_history([value * 10 for value in quarters])
    assert tenfold is not None
    assert float(tenfold.q90) == pytest.approx(float(found.q90) * 10, abs=1e-4)


@given(FIGURES, st.lists(SHARES, min_size=4, max_size=9))
def test_a_loss_mirrors_a_gain(mid: Decimal, surprises: list[Decimal]) -> None:
    gain, loss = expect_from_guidance(mid, surprises), expect_from_guidance(-mid, [-s for s in surprises])
    assert gain is not None
    assert loss is not None
    assert (-loss.q90, -loss.q50, -loss.q10) == (gain.q10, gain.q50, gain.q90)


def test_two_standard_deviations_are_a_surprise() -> None:
    expected = {"q10": Decimal("-1.28155"), "q50": Decimal(0), "q90": Decimal("1.28155")}
    assert is_surprise(Decimal(2), **expected)
    assert is_surprise(Decimal(-2), **expected)
    assert not is_surprise(Decimal("1.99"), **expected)


def test_recorded_quarters_fall_into_the_interval_as_often_as_it_says(shared_data: Path) -> None:
    measured = evaluate(shared_data / "filings")
    assert measured["expectation_n"] >= 600
    assert 0.74 <= measured["expectation_coverage_80"] <= 0.86
    assert measured["expectation_skill"] > 0.2


def archived(payload: dict[str, Any]) -> ArchivedPrediction:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    return ArchivedPrediction("pred_x", "s", "t", at, at, payload, "m", "live", "schedule")


def test_an_expectation_is_scored_against_guidance_and_last_year() -> None:
    payload: dict[str, Any] = {
        "kind": "expectation", "q10": "90", "q50": "100", "q90": "110", "scale": "100",
        "baselines": {"guidance_midpoint": "105", "last_year": None},
    }  # fmt: skip
    card = score_statement(archived(payload), {"actual": "104"})
    assert card is not None
    assert card.scores["pinball_50"] == pytest.approx(0.02)
    assert card.scores["pinball_10"] == pytest.approx(0.014)
    assert card.scores["pinball_90"] == pytest.approx(0.006)
    assert card.scores["pinball"] == pytest.approx(0.04 / 3)
    assert card.baselines.keys() == {"guidance_midpoint"}
    assert card.baselines["guidance_midpoint"]["pinball_50"] == pytest.approx(0.005)
    assert card.indicators["coverage_80"] == 1
    beyond = score_statement(archived(payload), {"actual": "111"})
    assert beyond is not None
    assert (beyond.indicators["coverage_80"], beyond.indicators["above"]) == (0, 1)


def test_an_expectation_that_nothing_scales_counts_nothing() -> None:
    payload: dict[str, Any] = {
        "kind": "expectation",
        "q10": "-1",
        "q50": "0",
        "q90": "1",
        "scale": None,
        "baselines": {},
    }
    assert score_statement(archived(payload), {"actual": "0"}) is None


def test_a_promise_is_scored_as_its_companys_own() -> None:
    payload: dict[str, Any] = {
        "kind": "guidance", "metric": "revenue", "shape": "range", "low": "90", "high": "110", "tolerance": "0.5",
        "unit": "USD",
    }  # fmt: skip
    card = score_statement(archived(payload), {"actual": "120"})
    assert card is not None
    assert card.scores == {"out_of_range": 1, "absolute_error": pytest.approx(0.2)}
    assert card.indicators == {"beat": 1, "in_range": 0, "miss": 0}
    bound = score_statement(archived(payload | {"shape": "at_least", "high": None}), {"actual": "120"})
    assert bound is not None
    assert bound.scores == {"out_of_range": 0}
