"""KPIs: every route, every figure with its place, conflicts and derived quarters (FILINGS 7.5, 7.6)."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evals.filings_figures import evaluate

from auspex.filings.extraction.kpi_checks import Change, change, recompute
from auspex.filings.extraction.kpis import NO_REVENUE, KpiExtraction, extract_kpis
from auspex.filings.extraction.metrics import METRICS, label_rank
from auspex.filings.model import Basis, Fact, FactOrigin, FilingDocument, FilingHeader, Kpi, Method, PeriodType
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.sections import split_sections
from auspex.filings.reading.xbrl import read_companyfacts

QUARTER, NINE, YEAR = PeriodType.QUARTER, PeriodType.NINE_MONTHS, PeriodType.YEAR
END = date(2023, 3, 3)


def header(
    form: str, *, items: tuple[str, ...] = (), report_date: date | None = None, accession: str = "a"
) -> FilingHeader:
    return FilingHeader(accession, 1, form, items, date(2026, 12, 31), report_date, None, "a.htm")


def document(html: str, *, kind: str, form: str, sequence: int = 1) -> FilingDocument:
    normal = normalize(html.encode(), filename="a.htm")
    sections = split_sections(normal, form=form, document_type=kind)
    return FilingDocument(
        sequence, kind, "a.htm", normal.text, sections, normal.tables, normal.facts, normal.headings, normal.properties
    )


def table(
    title: str, heads: str, rows: Sequence[tuple[str, ...]], *, scale: str = "(In millions, except per share data)"
) -> str:
    body = "".join(f"<tr><td>{row[0]}</td>{''.join(f'<td>{figure}</td>' for figure in row[1:])}</tr>" for row in rows)
    return f"<p><b>{title}</b></p><p>{scale}</p><table>{heads}{body}</table>"


HEADS = (
    "<tr><td></td><td colspan=2>Three Months Ended</td></tr>"
    "<tr><td></td><td>March 3, 2023</td><td>March 4, 2022</td></tr>"
)
RELEASE = (
    "<html><body><p>Results of the first quarter of fiscal year 2023. Non-GAAP earnings exclude what is adjusted.</p>"
) + table(
    "CONDENSED CONSOLIDATED STATEMENTS OF INCOME", HEADS,
    [("Total revenue", "4,655", "4,262"), ("Gross profit", "4,090", "3,746"), ("Operating income", "1,577", "1,584"),
     ("Net income", "$1,247", "$1,266"), ("Diluted net income per share", "$2.71", "$2.66"),
     ("Shares used to compute diluted net income per share", "460", "476")],
) + table(
    "NON-GAAP RESULTS", HEADS,
    [("GAAP diluted net income per share", "$2.71", "$2.66"), ("Stock-based compensation", "0.90", "0.70"),
     ("Non-GAAP diluted net income per share", "$3.80", "$3.37"), ("Non-GAAP net income", "1,748", "1,602")],
) + "</body></html>"  # fmt: skip


def release() -> KpiExtraction:
    exhibit = document(RELEASE, kind="EX-99.1", form="8-K", sequence=2)
    return extract_kpis(header("8-K", items=("2.02", "9.01")), [exhibit], (), previous=())


def only(kpis: Sequence[Kpi], metric: str, end: date, kind: PeriodType, basis: Basis = Basis.GAAP) -> Kpi:
    (found,) = [k for k in kpis if (k.metric, k.period_end, k.period_type, k.basis) == (metric, end, kind, basis)]
    return found


def test_a_release_gives_scaled_figures_and_never_mixes_bases() -> None:
    kpis = release().kpis
    revenue = only(kpis, "revenue", END, QUARTER)
    assert (revenue.value, revenue.unit, revenue.scale_shown) == (Decimal(4_655_000_000), "USD", 6)
    assert (revenue.method, revenue.preliminary, revenue.fiscal_period) == (Method.TABLE, True, "Q1 FY2023")
    assert only(kpis, "eps_diluted", END, QUARTER).value == Decimal("2.71")
    assert only(kpis, "eps_diluted", END, QUARTER, Basis.NON_GAAP).value == Decimal("3.80")
    assert only(kpis, "net_income", END, QUARTER, Basis.NON_GAAP).value == Decimal(1_748_000_000)
    assert only(kpis, "net_income", END, QUARTER).value == Decimal(1_247_000_000)
    assert only(kpis, "shares_diluted", END, QUARTER).value == Decimal(460_000_000)
    assert only(kpis, "eps_diluted", date(2022, 3, 4), QUARTER).fiscal_period == "Q1 FY2022"


def test_every_quote_is_the_stored_text_and_proves_the_value() -> None:
    exhibit = document(RELEASE, kind="EX-99.1", form="8-K", sequence=2)
    kpis = extract_kpis(header("8-K", items=("2.02",)), [exhibit], (), previous=()).kpis
    assert len(kpis) == 16
    for kpi in kpis:
        assert kpi.span is not None
        section = exhibit.sections[kpi.span.section_ordinal]
        assert kpi.span.document_sequence == 2
        assert section.text[kpi.span.start : kpi.span.end] == kpi.quote
        assert recompute(kpi) == abs(kpi.value)


def test_a_release_without_results_has_no_figures() -> None:
    exhibit = document(RELEASE, kind="EX-99.1", form="8-K", sequence=2)
    found = extract_kpis(header("8-K", items=("5.02", "9.01")), [exhibit], (), previous=())
    assert found == KpiExtraction(())


def test_a_long_row_is_quoted_by_its_figure_alone() -> None:
    label = "Net sales, net of " + "very " * 90 + "many returns"
    html = table(
        "STATEMENTS OF INCOME", HEADS, [(label, "7", "6"), ("Gross profit", "3", "2"), ("Net income", "1", "1")]
    )
    exhibit = document(f"<html><body>{html}</body></html>", kind="EX-99.1", form="8-K")
    kpi = only(extract_kpis(header("8-K"), [exhibit], (), previous=()).kpis, "revenue", END, QUARTER)
    assert (kpi.quote, kpi.figure_start, kpi.figure_end) == (
        "7",
        kpi.span and kpi.span.start,
        kpi.span and kpi.span.end,
    )


def test_a_segment_table_does_not_speak_for_the_company() -> None:
    segment = table(
        "Segment results",
        HEADS,
        [("Revenue", "100", "90"), ("Operating income", "10", "9"), ("Gross profit", "50", "40")],
    )
    html = RELEASE.replace("<html><body>", f"<html><body>{segment}")
    exhibit = document(html, kind="EX-99.1", form="8-K")
    assert (
        only(extract_kpis(header("8-K"), [exhibit], (), previous=()).kpis, "revenue", END, QUARTER).value
        == 4_655_000_000
    )


def test_a_report_without_revenue_is_valid_and_says_so() -> None:
    assert extract_kpis(header("10-Q"), [], (), previous=()) == KpiExtraction((), flags=(NO_REVENUE,))
    assert extract_kpis(header("8-K"), [], (), previous=()).flags == ()


def tagged(concept: str, value: str, start: date | None, end: date, *, dims: str = "", unit: str = "USD") -> Fact:
    return Fact(f"us-gaap:{concept}", unit, start, end, Decimal(value), -6, dims, FactOrigin.COMPANYFACTS)


FIRST, LAST = date(2023, 1, 1), date(2023, 12, 31)
CONTRACT = "RevenueFromContractWithCustomerExcludingAssessedTax"


@pytest.mark.parametrize(
    ("contract", "whole", "value", "conflict"),
    [("990", "1000", "990", False), ("980", "1000", "1000", True), ("50", "1000", "1000", True)],
)
def test_revenues_stand_above_a_contract_part(contract: str, whole: str, value: str, conflict: bool) -> None:
    facts = [tagged(CONTRACT, contract, FIRST, LAST), tagged("Revenues", whole, FIRST, LAST)]
    found = extract_kpis(header("10-K", report_date=LAST), [], facts, previous=())
    assert [(kpi.value, kpi.conflict) for kpi in found.kpis] == [(Decimal(value), conflict)]
    assert [item.reason for item in found.conflicts] == ["concepts_differ"] * conflict


def test_dimensioned_facts_are_no_headline_figures() -> None:
    facts = [tagged(CONTRACT, "5", FIRST, LAST, dims="abcd"), tagged(CONTRACT, "7", FIRST, LAST)]
    found = extract_kpis(header("10-K", report_date=LAST), [], facts, previous=())
    assert [kpi.value for kpi in found.kpis] == [Decimal(7)]


def test_tags_and_table_that_disagree_are_both_kept() -> None:
    html = table(
        "STATEMENTS OF INCOME", "<tr><td></td><td>Year Ended December 31, 2023</td></tr>",
        [("Revenue", "1,000"), ("Gross profit", "500"), ("Net income", "101")],
    )  # fmt: skip
    report = document(f"<html><body>{html}</body></html>", kind="10-K", form="10-K")
    facts = [tagged("Revenues", "1000400000", FIRST, LAST), tagged("NetIncomeLoss", "109000000", FIRST, LAST)]
    found = extract_kpis(header("10-K", report_date=LAST), [report], facts, previous=())
    income = [(kpi.method, kpi.value, kpi.conflict) for kpi in found.kpis if kpi.metric == "net_income"]
    assert sorted(income) == [(Method.TABLE, Decimal(101_000_000), True), (Method.XBRL, Decimal(109_000_000), True)]
    assert [(c.metric, c.values, c.reason) for c in found.conflicts] == [
        ("net_income", (Decimal(109_000_000), Decimal(101_000_000)), "xbrl_and_table_differ")
    ]
    assert [kpi.method for kpi in found.kpis if kpi.metric == "revenue"] == [Method.XBRL]


def test_a_fact_known_from_companyfacts_is_placed_in_the_table() -> None:
    html = table(
        "STATEMENTS OF INCOME", "<tr><td></td><td>Year Ended December 31, 2023</td></tr>", [("Revenue", "1,000")]
    )
    report = document(f"<html><body>{html}</body></html>", kind="10-K", form="10-K")
    facts = [tagged("Revenues", "1000000000", FIRST, LAST)]
    (kpi,) = extract_kpis(header("10-K", report_date=LAST), [report], facts, previous=()).kpis
    assert (kpi.quote, kpi.scale_shown, recompute(kpi)) == ("Revenue | 1,000", 6, Decimal(1_000_000_000))


def test_a_report_is_compared_with_its_release() -> None:
    earlier = [replace(kpi, value=Decimal(4_700_000_000)) for kpi in release().kpis if kpi.metric == "revenue"]
    facts = [tagged("Revenues", "4655000000", date(2022, 12, 3), END)]
    found = extract_kpis(header("10-Q", report_date=END), [], facts, previous=earlier)
    assert [(c.reason, c.values) for c in found.conflicts] == [
        ("differs_from_release", (Decimal(4_655_000_000), Decimal(4_700_000_000)))
    ]
    assert [(kpi.conflict, kpi.preliminary) for kpi in found.kpis] == [(True, False)]


def test_plain_text_reports_have_figures_too() -> None:
    text = (
        "ITEM 8. FINANCIAL STATEMENTS AND SUPPLEMENTARY DATA\n\nCONSOLIDATED STATEMENTS OF INCOME\n(in thousands)\n\n"
        "     Year ended December 31,\n   1997    1996\n\n"
        "Net sales     $214,310   $190,115\nGross profit    92,830     80,775\n"
        "Net income     $15,850    $12,835\n"
    )
    report = document(text, kind="10-K", form="10-K")
    kpis = extract_kpis(header("10-K", report_date=date(1997, 12, 31)), [report], (), previous=()).kpis
    revenue = only(kpis, "revenue", date(1997, 12, 31), YEAR)
    assert (revenue.value, revenue.method, revenue.period_start) == (
        Decimal(214_310_000),
        Method.TEXT_TABLE,
        date(1997, 1, 1),
    )
    assert revenue.quote == "Net sales $214,310 $190,115"


@pytest.fixture(scope="session")
def apple_facts(shared_data: Path) -> bytes:
    file = next((shared_data / "filings" / "edgar" / "companyfacts").glob("CIK0000320193_*.json.gz"))
    return gzip.decompress(file.read_bytes())


def apple(payload: bytes, accession: str, form: str, end: date, previous: Sequence[Kpi] = ()) -> KpiExtraction:
    facts = read_companyfacts(payload, accession=accession)
    return extract_kpis(header(form, report_date=end, accession=accession), [], facts, previous=previous)


def test_asking_for_the_quarter_gives_the_quarter(apple_facts: bytes) -> None:
    end = date(2024, 6, 29)
    kpis = apple(apple_facts, "0000320193-24-000081", "10-Q", end).kpis
    assert only(kpis, "eps_diluted", end, QUARTER).value == Decimal("1.4")
    assert only(kpis, "eps_diluted", end, NINE).value == Decimal("5.11")


def test_the_fourth_quarter_is_derived_for_money_and_never_for_shares(apple_facts: bytes) -> None:
    third = apple(apple_facts, "0000320193-25-000073", "10-Q", date(2025, 6, 28)).kpis
    end = date(2025, 9, 27)
    kpis = apple(apple_facts, "0000320193-25-000079", "10-K", end, third).kpis
    revenue, income = only(kpis, "revenue", end, QUARTER), only(kpis, "net_income", end, QUARTER)
    assert (revenue.value, income.value) == (Decimal(102_466_000_000), Decimal(27_466_000_000))
    assert (revenue.method, revenue.period_start, revenue.span) == (Method.DERIVED, date(2025, 6, 29), None)
    assert revenue.derivation is not None
    assert revenue.derivation.inputs == {"year_to_date": "416161000000", "previous_year_to_date": "313695000000"}
    assert revenue.derivation.sources == {
        "year_to_date": "0000320193-25-000079",
        "previous_year_to_date": "0000320193-25-000073",
    }
    derived = {kpi.metric for kpi in kpis if kpi.method is Method.DERIVED}
    assert not derived & {"eps_diluted", "eps_basic", "shares_diluted", "tax_rate", "total_assets"}
    assert not any(
        kpi.metric.startswith("eps") and kpi.period_type is QUARTER and kpi.period_end == end for kpi in kpis
    )


def test_nothing_is_derived_from_spans_that_begin_on_different_days(apple_facts: bytes) -> None:
    third = apple(apple_facts, "0000320193-25-000073", "10-Q", date(2025, 6, 28)).kpis
    shifted = [replace(kpi, period_start=date(2024, 10, 1)) for kpi in third if kpi.period_start]
    kpis = apple(apple_facts, "0000320193-25-000079", "10-K", date(2025, 9, 27), shifted).kpis
    assert not any(kpi.method is Method.DERIVED for kpi in kpis)


def test_changes_are_fractions_or_say_why_not() -> None:
    quarter = change(Decimal(94_036), Decimal(85_777), unit="USD", previous_unit="USD")
    assert (quarter.abs, quarter.reason) == (Decimal(8_259), None)
    assert quarter.pct is not None
    assert round(quarter.pct * 100, 2) == Decimal("9.63")
    assert change(Decimal(5), Decimal(0)) == Change(Decimal(5), None, "previous_zero")
    assert change(Decimal(5), Decimal(-5)) == Change(Decimal(10), None, "previous_negative")
    assert change(Decimal(5), Decimal(4), unit="USD", previous_unit="EUR") == Change(None, None, "units_differ")


@given(st.decimals(-1000, 1000, places=2), st.decimals("0.01", 1000, places=2))
def test_a_change_leads_back_to_the_value(value: Decimal, previous: Decimal) -> None:
    found = change(value, previous)
    assert found.pct is not None
    assert abs(previous + found.pct * previous - value) < Decimal("1e-15")


@pytest.mark.parametrize(
    ("label", "group", "metric"),
    [
        ("SALES, Net of returns and allowances", "", "revenue"),
        ("Total net sales", "Net sales:", "revenue"),
        ("", "Revenues:", "revenue"),
        ("Diluted (1)", "Earnings per share:", "eps_diluted"),
        ("Net (Loss) Income Attributable to Merck & Co., Inc.", "", "net_income"),
        ("(Loss)/earnings from operations", "", "operating_income"),
        (
            "Cost of products sold, excluding amortization of intangible assets",
            "Costs and expenses:",
            "cost_of_revenue",
        ),
        ("Trade accounts payable (see Note 17)", "", "payables"),
        ("Payments for acquisition of property, plant and equipment", "", "capex"),
        ("Purchases of property and equipment included in liabilities", "", None),
        ("Diluted", "Shares used in computing earnings per share:", "shares_diluted"),
        ("Total liabilities and stockholders’ equity", "", None),
        ("Finished products", "Inventories:", None),
        ("Cost of revenue as a percentage of revenue", "", None),
    ],
)
def test_rows_are_known_by_their_labels(label: str, group: str, metric: str | None) -> None:
    assert [m.name for m in METRICS if label_rank(m, label, group) is not None] == ([metric] if metric else [])


def test_recorded_reports_reach_the_gate(shared_data: Path) -> None:
    found = evaluate(shared_data / "filings", every=8)
    assert found["eps_revenue_n"] >= 30
    assert found["figures_accuracy"] >= 0.98
    assert found["eps_revenue_accuracy"] >= 0.98
