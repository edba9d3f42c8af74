"""Numbers in prose: read as printed, shown exactly, and caught when a digit, scale, sign or period is wrong."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.answer_evidence import CALENDAR, annual_report
from tests.factories.mutated_drafts import drafts, mutate

from auspex.filings.answers.answer import check_draft
from auspex.filings.extraction.figures import ProvenFigure, equals, find_in_quote, scan_numbers, show, verify_figures
from auspex.filings.model import Basis, PeriodType

MUTATIONS = 400
FY2024 = (date(2024, 9, 28), PeriodType.YEAR)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Purchases of PP&E\n(1,577) ", ["-1577"]), ("Revenue | 94,036 | 85,777", ["94036", "85777"]),
        ("USD −5.1 million and $(3.2) billion, −4%", ["-5100000", "-3200000000", "-0.04"]),
        ("margin of 45.2% or 3 percentage points", ["0.452", "0.03"]), ("3M, COVID-19, B2B and 5G", []),
        ("(5)%", ["-0.05"]), ("a loss of (12) million", ["-12000000"]), ("in 5 stores (12 of them)", ["5", "12"]),
        ("$ 5,363", ["5363"]), ("USD 1.40 per share", ["1.40"]), (" " * 50_000 + "7", ["7"]),
    ],
)  # fmt: skip
def test_numbers_are_read_with_sign_scale_and_percent(text: str, values: list[str]) -> None:
    assert [number.value for number in scan_numbers(text)] == [Decimal(value) for value in values]


@given(st.integers(-(10**13), 10**13), st.sampled_from([0, 3, 6, 9]))
def test_what_is_shown_reads_back_exactly(units: int, scale: int) -> None:
    value = Decimal(units)
    (number,) = scan_numbers(show(value, kind="currency", scale=scale))
    assert number.value == value


@given(st.decimals(-20, 20, places=6), st.integers(0, 4))
def test_a_rounded_percentage_equals_its_value_to_half_the_last_digit(value: Decimal, decimals: int) -> None:
    (number,) = scan_numbers(show(value, kind="percent", decimals=decimals))
    assert equals(number, value)
    assert not equals(number, value + number.step * 2)


def test_amounts_ratios_and_per_share_figures_show_their_unit() -> None:
    assert show(Decimal("1577000000"), kind="currency", scale=6) == "USD 1,577 million"
    assert show(Decimal("8738000000"), kind="currency", scale=9) == "USD 8.738 billion"
    assert show(Decimal("-381603000"), kind="currency", scale=3) == "USD −381,603 thousand"
    assert show(Decimal("1.4"), kind="per_share") == "USD 1.40 per share"
    assert show(Decimal("0.0191440"), kind="percent", decimals=1) == "1.9%"
    assert show(Decimal("93.857"), kind="days", decimals=2) == "93.86 days"


def test_an_outflow_may_be_printed_in_brackets_and_nothing_else_may_change_sign() -> None:
    assert find_in_quote("Capex | (1,577)", Decimal(1_577_000_000), scale_shown=6, outflow=True) is not None
    assert find_in_quote("Net loss | (1,577)", Decimal(1_577_000_000), scale_shown=6, outflow=False) is None
    assert find_in_quote("Capex | (1,577)", Decimal(1_577_000), scale_shown=6, outflow=True) is None


def test_a_proven_figure_passes_and_one_of_another_period_does_not() -> None:
    proven = [ProvenFigure("Revenue", Decimal("391035000000"), "currency", (FY2024,), Basis.GAAP, 320193, "USD")]

    def faults(line: str) -> list[str]:
        return [f.kind for f in verify_figures(line, proven=proven, quotes=[], expressions=[], calendar=CALENDAR)]

    assert faults("Revenue, FY2024 (year ended 2024-09-28): **USD 391,035 million** [1]") == []
    assert faults("Revenue, FY2024: USD 391.035 billion, as Item 8 of the 10-K says") == []
    assert "period" in faults("Revenue, FY2023: USD 391,035 million")
    assert "period" in faults("Revenue: USD 391,035 million")
    assert "period" in faults("Revenue, FY2024 (quarter ended 2024-09-28): USD 391,035 million")
    assert "number" in faults("Revenue, FY2024: USD 391,035 billion")
    assert "number" in faults("Revenue, FY2024: EUR 391,035 million")
    assert "number" in faults("Net income, FY2024: USD 391,035 million")
    assert "number" in faults("Non-GAAP revenue, FY2024: USD 391,035 million")
    assert "period" in faults("Revenue, FY2023 (year ended 2024-09-28): USD 391,035 million")
    assert "number" in faults("Revenue, FY2024: USD 391,035 million, up 2%")
    assert "quote" in faults("> A sentence that no filing has.")
    assert "formula" in faults("Margin: `a ÷ b`")


def test_unspoiled_drafts_pass() -> None:
    index, sections = annual_report().read()
    for draft in drafts(index):
        citations, faults = check_draft(draft, sections, basis=Basis.GAAP)
        assert faults == (), (draft.markdown, faults)
        assert citations
        assert all(citation.verified for citation in citations)


def test_spoiled_drafts_are_caught() -> None:
    index, sections = annual_report().read()
    ready = drafts(index)
    dice = random.Random(20241101)
    missed = []
    for _ in range(MUTATIONS):
        draft = dice.choice(ready)
        kept = list(draft.lines)
        kind, spoiled = mutate(draft.markdown, dice)
        draft.lines[:] = spoiled.split("\n")
        if not check_draft(draft, sections, basis=Basis.GAAP)[1]:
            missed.append((kind, spoiled))
        draft.lines[:] = kept
    assert missed == []
