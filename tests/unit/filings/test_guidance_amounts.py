"""Values of outlooks: ranges, margins, bounds and what rounding may explain (FILINGS 7.9)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.extraction.guidance_amounts import Expression, scan_expressions


def only(text: str) -> Expression:
    (found,) = scan_expressions(text)
    return found


@pytest.mark.parametrize(
    ("text", "shape", "low", "high", "tolerance"),
    [
        ("$37.5 billion, plus or minus 2%", "range", "36750000000", "38250000000", "50000000"),
        ("$28.0 billion ± $500 million", "range", "27500000000", "28500000000", "50000000"),
        ("16.5%, plus or minus 1%", "range", "0.155", "0.175", "0.0005"),
        ("between $2.013 billion and $2.033 billion", "range", "2013000000", "2033000000", "500000"),
        ("$540 to $560 million", "range", "540000000", "560000000", "500000"),
        ("$5-6 billion", "range", "5000000000", "6000000000", "500000000"),
        ("$4.75B–$4.78B", "range", "4750000000", "4780000000", "5000000"),
        ("5 to 7%", "range", "0.05", "0.07", "0.005"),
        ("-2% to 1%", "range", "-0.02", "0.01", "0.005"),
        ("(2)% to 1%", "range", "-0.02", "0.01", "0.005"),
        ("$(0.10) to $(0.05)", "range", "-0.10", "-0.05", "0.005"),
        ("10 to 12 cents", "range", "0.10", "0.12", "0.005"),
        ("approximately $105 million", "point", "105000000", "105000000", "1050000"),
        ("~$3bn", "point", "3000000000", "3000000000", "30000000"),
        ("$1.2 billion", "point", "1200000000", "1200000000", "50000000"),
        ("at least 52%", "at_least", "0.52", None, "0.005"),
        ("no less than 52%", "at_least", "0.52", None, "0.005"),
        ("$100 million or more", "at_least", "100000000", None, "500000"),
        ("up to $1.2 billion", "at_most", None, "1200000000", "50000000"),
        ("no more than $25 million", "at_most", None, "25000000", "500000"),
        ("less than 3%", "at_most", None, "0.03", "0.005"),
    ],
)
def test_values_are_read(text: str, shape: str, low: str | None, high: str | None, tolerance: str) -> None:
    found = only(text)
    assert found.shape.value == shape
    assert found.low == (None if low is None else Decimal(low))
    assert found.high == (None if high is None else Decimal(high))
    assert found.tolerance == Decimal(tolerance)


def test_a_margin_after_respectively_is_everybodys() -> None:
    found = scan_expressions("74.4% and 75.0%, respectively, plus or minus 50 basis points")
    assert [(e.low, e.high) for e in found] == [
        (Decimal("0.739"), Decimal("0.749")),
        (Decimal("0.745"), Decimal("0.755")),
    ]


def test_two_amounts_side_by_side_are_no_range() -> None:
    assert len(scan_expressions("$540 million and $560 million")) == 2


@given(
    st.decimals(min_value=1, max_value=999, places=2),
    st.decimals(min_value=1, max_value=999, places=2),
    st.sampled_from([("", 0), (" thousand", 3), (" million", 6), (" billion", 9)]),
    st.sampled_from([" to ", " - ", "–", "–$", " to $"]),
)
def test_any_written_range_reads_back(first: Decimal, second: Decimal, scale: tuple[str, int], joint: str) -> None:
    word, power = scale
    found = only(f"${first}{joint}{second}{word}")
    assert [found.low, found.high] == sorted(value.scaleb(power) for value in (first, second))
    assert found.tolerance == Decimal("0.005").scaleb(power)


@given(st.decimals(min_value=1, max_value=999, places=1), st.integers(min_value=1, max_value=50))
def test_a_margin_lies_evenly_around_its_point(point: Decimal, percent: int) -> None:
    found = only(f"${point} million, plus or minus {percent}%")
    assert found.low is not None
    assert found.high is not None
    assert (found.low + found.high) / 2 == point.scaleb(6)
    assert (found.high - found.low) / 2 == point.scaleb(6) * percent / 100
