"""What a statement does to the one before it, how it came out, and which figure decides (FILINGS 7.9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.extraction.actuals import Actual, Sought, due_at, find_first, find_restated
from auspex.filings.extraction.guidance_item import Shape
from auspex.filings.extraction.guidance_ledger import Promise, action_of, outcome_of
from auspex.filings.model import Basis, PeriodType

NUMBERS = st.decimals(min_value=-100, max_value=100, places=1)
END = date(2024, 9, 30)
SAID = datetime(2024, 7, 25, tzinfo=UTC)


def promise(low: str | None, high: str | None, tolerance: str = "0", shape: Shape = Shape.RANGE) -> Promise:
    numbers = [None if n is None else Decimal(n) for n in (low, high)]
    return Promise(shape, numbers[0], numbers[1], Decimal(tolerance))


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (("10", "12"), ("10", "12"), "reaffirm"),
        (("10", "12"), ("11", "13"), "raise"),
        (("10", "12"), ("11", "12"), "raise"),
        (("10", "12"), ("10", "13"), "raise"),
        (("10", "12"), ("9", "12"), "cut"),
        (("10", "12"), ("9", "11"), "cut"),
        (("10", "12"), ("10.5", "11.5"), "narrow"),
        (("10", "12"), ("9", "13"), "widen"),
        (("10", None), ("11", None), "raise"),
        ((None, "12"), (None, "11"), "cut"),
    ],
)
def test_signs_name_the_action(
    before: tuple[str | None, str | None], after: tuple[str | None, str | None], action: str
) -> None:
    assert action_of(promise(*before), promise(*after)).value == action


def test_nothing_before_initiates_and_so_does_what_follows_a_withdrawal() -> None:
    gone = promise(None, None, shape=Shape.WITHDRAWN)
    assert action_of(None, promise("1", "2")).value == "initiate"
    assert action_of(promise("1", "2"), gone).value == "withdraw"
    assert action_of(gone, promise("1", "2")).value == "initiate"
    assert action_of(promise("1", "2"), promise(None, None, shape=Shape.QUALITATIVE)).value == "reaffirm"


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_the_way_back_is_the_opposite(a: Decimal, b: Decimal, c: Decimal, d: Decimal) -> None:
    opposite = {"raise": "cut", "cut": "raise", "narrow": "widen", "widen": "narrow", "reaffirm": "reaffirm"}
    one = promise(str(min(a, b)), str(max(a, b)))
    other = promise(str(min(c, d)), str(max(c, d)))
    assert action_of(other, one).value == opposite[action_of(one, other).value]


@pytest.mark.parametrize(
    ("metric", "actual", "position", "verdict"),
    [
        ("revenue", "12.04", "within", "in_range"),
        ("revenue", "12.06", "above", "beat"),
        ("revenue", "9.94", "below", "miss"),
        ("operating_expenses", "12.06", "above", "miss"),
        ("operating_expenses", "9.94", "below", "beat"),
        ("capex", "12.06", "above", None),
        ("tax_rate", "11", "within", None),
    ],
)
def test_verdicts_follow_what_is_better_for_the_metric(
    metric: str, actual: str, position: str, verdict: str | None
) -> None:
    found = outcome_of(promise("10", "12", "0.05"), Decimal(actual), metric=metric)
    assert (found.position, found.verdict) == (position, verdict)


def test_a_surprise_is_measured_from_the_middle_and_keeps_its_sign_for_losses() -> None:
    assert outcome_of(promise("10", "12"), Decimal("12.1"), metric="revenue").surprise == Decimal("0.1")
    assert outcome_of(promise("-12", "-10"), Decimal("-9.9"), metric="eps_diluted").surprise == Decimal("0.1")
    assert outcome_of(promise("10", None, shape=Shape.AT_LEAST), Decimal(20), metric="revenue").surprise is None
    assert outcome_of(promise("-1", "1"), Decimal(1), metric="revenue").surprise is None
    with pytest.raises(ValueError, match="promises no figure"):
        outcome_of(promise(None, None, shape=Shape.QUALITATIVE), Decimal(1), metric="revenue")


def actual(
    value: str, *, days: int, metric: str = "revenue", unit: str = "USD", end: date = END, **more: object
) -> Actual:
    fields: dict[str, object] = {
        "kpi_id": f"{metric}-{days}-{end}", "accession": f"a{days}", "metric": metric, "basis": Basis.GAAP,
        "unit": unit,
        "period_type": PeriodType.QUARTER, "period_end": end, "value": Decimal(value), "scale_shown": 0,
        "derived": False, "preliminary": False, "known_at": due_at(END) + timedelta(days=days),
    }  # fmt: skip
    return Actual(**(fields | more))  # type: ignore[arg-type]


def sought(metric: str = "revenue", unit: str = "USD") -> Sought:
    return Sought(metric, Basis.GAAP, unit, PeriodType.QUARTER, END, SAID)


def test_the_first_report_decides_and_a_later_one_only_restates() -> None:
    reported = [actual("105", days=400), actual("100", days=20), actual("100", days=35)]
    first = find_first(sought(), reported)
    assert first is not None
    assert first.value == 100
    later = find_restated(first, sought(), reported)
    assert later is not None
    assert later.value == 105
    assert find_restated(first, sought(), reported[1:]) is None


@pytest.mark.parametrize(
    "other",
    [
        actual("100", days=20, metric="net_income"),
        actual("100", days=20, unit="EUR"),
        actual("100", days=20, basis=Basis.NON_GAAP),
        actual("100", days=20, period_type=PeriodType.YEAR),
        actual("100", days=20, end=date(2024, 6, 30)),
        actual("100", days=-10),
        actual("100", days=-70),
    ],
    ids=["metric", "unit", "basis", "length", "period", "before the end", "before it was said"],
)
def test_only_a_report_of_the_same_thing_counts(other: Actual) -> None:
    assert find_first(sought(), [other]) is None


def test_a_year_of_weeks_ends_some_days_off() -> None:
    assert find_first(sought(), [actual("100", days=20, end=END - timedelta(days=2))]) is not None


def test_a_margin_is_made_of_what_one_filing_reports() -> None:
    parts = [actual("60", days=20, metric="gross_profit"), actual("100", days=20), actual("90", days=35)]
    margin = find_first(sought("gross_margin", "pure"), parts)
    assert margin is not None
    assert margin.value == Decimal("0.6")
    assert find_first(sought("gross_margin", "pure"), parts[::2]) is None


def test_growth_is_held_against_the_year_before_of_the_same_filing() -> None:
    both = [actual("110", days=20), actual("100", days=20, end=date(2023, 9, 30))]
    growth = find_first(sought("revenue_growth", "pure"), both)
    assert growth is not None
    assert growth.value == Decimal("0.1")
