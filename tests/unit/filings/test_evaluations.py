"""Recorded figures: what is written beside the code, and the confidence that stands on it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.evals.recorded import MEASURES, record, rows_of

from auspex.filings.evaluations import confidence_in, load_evaluations

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def recorded(**measured: float) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in rows_of(measured, code_version="abc1234", at=AT)}


def test_a_share_has_its_own_interval_or_one_over_hits_and_misses() -> None:
    rows = recorded(
        numeric_n=28, numeric_correct=27 / 28, numeric_correct_low=0.89, numeric_correct_high=1.0, precision_kpi_n=10,
        precision_kpi=0.9,
    )  # fmt: skip
    assert (rows["numeric_correct"]["low"], rows["numeric_correct"]["high"]) == (0.89, 1.0)
    assert rows["precision_kpi"]["low"] < 0.9 < rows["precision_kpi"]["high"] <= 1.0
    assert rows["numeric_correct"]["code_version"] == "abc1234"


def test_what_was_not_measured_of_any_case_is_not_recorded() -> None:
    assert recorded(precision_formula_n=0, numeric_correct=1.0, section_recall=0.99) == {}


def test_a_figure_whose_number_of_cases_goes_by_another_name_is_not_lost_in_silence() -> None:
    with pytest.raises(LookupError, match="guidance_accuracy"):
        record({"guidance_accuracy": 0.98, "guidance_n": 102})


def test_every_measure_is_recorded_and_nothing_else() -> None:
    assert {each.metric for each in load_evaluations()} == {measure.metric for measure in MEASURES}


def test_a_time_has_no_interval() -> None:
    assert (recorded(ask_p95_ms=812.5, answers_n=76)["ask_p95_ms"]["low"]) is None


def test_every_recorded_figure_is_plausible() -> None:
    found = load_evaluations()
    assert [e.metric for e in found] == sorted({e.metric for e in found})
    for each in found:
        assert each.n > 0
        assert each.measured_at.tzinfo is not None
        if each.unit == "share":
            assert each.low is not None
            assert each.high is not None
            assert 0 <= each.low <= each.value <= each.high <= 1


@pytest.mark.parametrize("evidence_class", [None, "extractive", "provider"])
def test_nobody_judged_prose_so_nobody_says_how_right_it_is(evidence_class: str | None) -> None:
    assert confidence_in(evidence_class) is None
