"""Guidance in outlook sentences and tables: what is promised, of which figure, basis and period (FILINGS 7.9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evals.filings_guidance import document_of, label_of, read_sample, score
from tests.evals.guidance_samples import DEV, Sample
from tests.evals.guidance_samples_second import SECOND
from tests.evals.guidance_samples_unseen import HELD_OUT, THIRD

from auspex.filings.extraction.fiscal_periods import FiscalCalendar
from auspex.filings.extraction.guidance import extract_guidance, read_quoted_guidance
from auspex.filings.extraction.guidance_item import GuidanceItem
from auspex.filings.extraction.guidance_periods import Horizon
from auspex.filings.extraction.kpis import extract_kpis
from auspex.filings.model import FilingHeader, Span

CORPUS = Path(__file__).resolve().parents[3] / "infra/local/replay/corpus/www/Archives/edgar/data"
MERIDIAN = CORPUS / "9999999002/999999900223000044/fmrd-ex991q123.htm"
HORIZON = Horizon(date(2024, 10, 29), date(2024, 9, 30), FiscalCalendar("1231"))
HEADER = FilingHeader("0000000000-24-000001", 1, "8-K", ("2.02",), date(2024, 10, 29), None, None, "a.htm")


def read(html: str, *, header: FilingHeader = HEADER, kind: str = "EX-99.1") -> tuple[GuidanceItem, ...]:
    document = document_of(html, kind=kind, form=header.base_form)
    return extract_guidance(header, [document], (), fiscal_year_end="1231")


def shown(items: tuple[GuidanceItem, ...]) -> list[tuple[str, str, str, str]]:
    return [(item.metric, item.basis.value, item.period.label, item.shape.value) for item in items]


def test_the_release_of_the_specification_is_read_to_the_digit() -> None:
    document = document_of(MERIDIAN.read_text())
    header = FilingHeader("0000796343-23-000044", 1, "8-K", ("2.02",), date(2023, 3, 15), None, None, "a.htm")
    kpis = extract_kpis(header, [document], (), previous=(), fiscal_year_end="1201").kpis
    assert [label_of(item) for item in extract_guidance(header, [document], kpis, fiscal_year_end="1201")] == [
        ("eps_diluted", "gaap", "FY2023", "10.85", "11.15", "USD/shares"),
        ("eps_diluted", "non_gaap", "FY2023", "15.3", "15.6", "USD/shares"),
        ("revenue", "gaap", "Q2 FY2023", "4750000000", "4780000000", "USD"),
        ("eps_diluted", "gaap", "Q2 FY2023", "2.65", "2.7", "USD/shares"),
        ("eps_diluted", "non_gaap", "Q2 FY2023", "3.75", "3.8", "USD/shares"),
    ]


@pytest.mark.parametrize("sample", [*DEV, *SECOND, *THIRD], ids=lambda sample: sample.name)
def test_samples_that_were_read_stay_right(sample: Sample) -> None:
    right, total, extra = score((sample,))
    assert (right, extra) == (total, 0)


def test_held_out_samples_say_nothing_wrong() -> None:
    assert score(HELD_OUT)[2] == 0


@pytest.mark.parametrize("sample", [*DEV, *SECOND, *THIRD, *HELD_OUT], ids=lambda sample: sample.name)
def test_every_quote_stands_at_its_place(sample: Sample) -> None:
    document = document_of(sample.html)
    for item in read_sample(sample):
        section = document.sections[item.span.section_ordinal]
        assert section.text[item.span.start : item.span.end] == item.quote


def test_a_withdrawal_names_its_figures_or_all() -> None:
    everything = read("<p>In view of the strike, Larkspur is withdrawing its full-year 2024 guidance.</p>")
    assert shown(everything) == [("all", "gaap", "FY2024", "withdrawn")]
    one = read("<p>The company withdraws its revenue outlook for fiscal 2024.</p>")
    assert shown(one) == [("revenue", "gaap", "FY2024", "withdrawn")]
    assert read("<p>Customers withdrew $40 million of deposits in 2024.</p>") == ()


def test_words_without_a_figure_are_kept_as_words() -> None:
    found = read("<p>For the full year 2024, we expect revenue growth in the mid-single digits.</p>")
    assert shown(found) == [("revenue_growth", "gaap", "FY2024", "qualitative")]
    assert (found[0].low, found[0].high, found[0].unit) == (None, None, None)


def test_the_discussion_of_a_report_is_read_and_its_risk_factors_are_not() -> None:
    header = FilingHeader("0000000000-25-000001", 1, "10-K", (), date(2025, 2, 20), date(2024, 12, 31), None, "a.htm")
    outlook = "We expect capital expenditures of approximately $2.0 billion in fiscal 2025."
    html = (
        f"<p><b>Item 1A. Risk Factors</b></p><p>{outlook.replace('2.0', '9.9')} {'Risk. ' * 60}</p>"
        f"<p><b>Item 7. Management’s Discussion and Analysis</b></p><p>{outlook} {'Discussion. ' * 60}</p>"
        f"<p><b>Item 8. Financial Statements</b></p><p>{outlook.replace('2.0', '7.7')} {'Statement. ' * 60}</p>"
    )
    assert [label_of(item) for item in read(html, header=header, kind="10-K")] == [
        ("capex", "gaap", "FY2025", "2000000000", "2000000000", "USD")
    ]


def test_a_quoted_statement_is_read_as_the_providers() -> None:
    quote = "For the fourth quarter of 2024, Larkspur expects revenue of $540 million to $560 million."
    (item,) = read_quoted_guidance(quote, Span(1, 0, 5, 5 + len(quote)), HORIZON)
    assert (*label_of(item), item.method) == (
        "revenue", "gaap", "Q4 FY2024", "540000000", "560000000", "USD", "llm",
    )  # fmt: skip
    assert read_quoted_guidance("Larkspur is confident.", Span(1, 0, 0, 22), HORIZON) == ()


@pytest.mark.parametrize(
    ("words", "label", "end"),
    [
        ("for the next quarter", "Q4 FY2024", date(2024, 12, 31)),
        ("for the first quarter", "Q1 FY2025", date(2025, 3, 31)),
        ("for the full year", "FY2024", date(2024, 12, 31)),
        ("for the next fiscal year", "FY2025", date(2025, 12, 31)),
        ("for the quarter ending December 31, 2024", "Q4 FY2024", date(2024, 12, 31)),
        ("for the second half of 2025", "H2 FY2025", date(2025, 12, 31)),
    ],
)
def test_a_period_without_a_year_is_the_next_such_one(words: str, label: str, end: date) -> None:
    (item,) = read(f"<p>The company expects revenue of $540 million to $560 million {words}.</p>")
    assert (item.period.label, item.period.end) == (label, end)


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for item in read_quoted_guidance(f"We expect revenue of {text} in 2025.", Span(1, 0, 0, 1), HORIZON):
        assert item.low is None or item.high is None or item.low <= item.high


@given(
    st.sampled_from(["revenue", "net sales", "adjusted EBITDA", "free cash flow", "capital expenditures"]),
    st.integers(1, 900), st.integers(0, 99), st.integers(1, 3),
    st.sampled_from(["expects", "anticipates", "is guiding to", "forecasts"]),
)  # fmt: skip
def test_a_plain_statement_is_always_read(name: str, low: int, width: int, quarter: int, verb: str) -> None:
    ordinal = ("first", "second", "third")[quarter - 1]
    (item,) = read(
        f"<p>For the {ordinal} quarter of 2025, Larkspur {verb} {name} of ${low} million to ${low + width} million.</p>"
    )
    assert (item.low, item.high) == (Decimal(low * 10**6), Decimal((low + width) * 10**6))
    assert item.period.label == f"Q{quarter} FY2025"
