"""KPIs as they were known at a time: amendments, releases, comparison, pages. Real Postgres."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import Database
from tests.factories.stored_filings import Connection, accession_number, store_filing

from auspex.core import cursors
from auspex.core.problems import MalformedRequest
from auspex.filings.kpi_reads import KpiQuery, list_answer_figures, list_kpis, read_calendar
from auspex.filings.model import Basis, PeriodType

CIK = 320193
NOW = datetime(2025, 1, 1, tzinfo=UTC)
_ids = itertools.count(1)


@pytest.fixture
def connection(database: Database) -> Iterator[Any]:
    with database.connect() as opened:
        yield opened


@pytest.fixture(autouse=True)
def cursor_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursors, "read_secret", lambda _arn: {"key": "k" * 32})


def report(
    connection: Connection,
    number: int,
    known_at: datetime,
    rows: list[tuple[str, str, int, date, str]],
    *,
    form: str = "10-K",
    preliminary: bool = False,
) -> str:
    """Store a filing whose section holds the rows `(metric, row text, millions, period end, period type)`."""
    accession = accession_number(number, cik=CIK)
    text = "\n".join(row[1] for row in rows)
    ids = store_filing(
        connection, accession=accession, cik=CIK, form=form, report_date=max(r[3] for r in rows),
        detected_at=known_at, company="Apple Inc.", sections=[("item8", "Statements", text)],
    )  # fmt: skip
    connection.execute(
        "UPDATE filings.filings SET status = 'indexed', accepted_at = %s WHERE accession = %s", (known_at, accession)
    )
    start = 0
    for metric, line, millions, end, length in rows:
        connection.execute(
            """INSERT INTO filings.kpis (kpi_id, accession, run, cik, metric, label, value, unit, scale_shown,
                 period_start, period_end, period_type, fiscal_period, basis, method, section_id, char_start, char_end,
                 quote, preliminary, known_at)
               VALUES (%s, %s, 1, %s, %s, %s, %s, 'USD', 6, %s, %s, %s, %s, 'gaap', 'xbrl', %s, %s, %s, %s, %s, %s)""",
            (f"kpi-{next(_ids):04d}", accession, CIK, metric, metric, Decimal(millions) * 1_000_000,
             date(end.year - 1, end.month, end.day) if length == "year" else None, end, length, f"FY{end.year}",
             ids[1, 0], start, start + len(line), line, preliminary, known_at),
        )  # fmt: skip
        start += len(line) + 1
    return accession


def values(connection: Connection, query: KpiQuery) -> list[tuple[Decimal, bool]]:
    return [
        (row["value"], row["superseded"]) for row in list_kpis(connection, query, now=NOW, limit=100, cursor=None).rows
    ]


def store_amended_year(connection: Connection) -> tuple[str, str]:
    end = date(2023, 9, 30)
    first = report(
        connection, 1, datetime(2023, 11, 3, tzinfo=UTC), [("revenue", "Net sales | 383,285", 383_285, end, "year")]
    )
    second = report(
        connection, 2, datetime(2024, 2, 1, tzinfo=UTC), [("revenue", "Net sales | 383,000", 383_000, end, "year")],
        form="10-K/A",
    )  # fmt: skip
    return first, second


def test_before_and_after_an_amendment_two_answers_are_right(connection: Any) -> None:
    store_amended_year(connection)
    before = KpiQuery(CIK, as_of=datetime(2023, 12, 1, tzinfo=UTC))
    assert values(connection, before) == [(Decimal(383_285_000_000), False)]
    assert values(connection, KpiQuery(CIK)) == [(Decimal(383_000_000_000), False)]
    assert values(connection, KpiQuery(CIK, as_of=datetime(2023, 11, 1, tzinfo=UTC))) == []
    both = values(connection, KpiQuery(CIK, include_superseded=True))
    assert sorted(both) == [(Decimal(383_000_000_000), False), (Decimal(383_285_000_000), True)]


def test_a_release_gives_way_to_the_report_and_never_overrides_it(connection: Any) -> None:
    end = date(2023, 9, 30)
    row = ("revenue", "Net sales | 383,285", 383_285, end, "year")
    report(connection, 1, datetime(2023, 11, 3, tzinfo=UTC), [row])
    later = ("revenue", "Net sales | 384,000", 384_000, end, "year")
    report(connection, 2, datetime(2024, 10, 31, tzinfo=UTC), [later], form="8-K", preliminary=True)
    assert values(connection, KpiQuery(CIK)) == [(Decimal(383_285_000_000), False)]


def test_comparison_gives_the_change_or_why_there_is_none(connection: Any) -> None:
    ends = [date(2024, 9, 28), date(2023, 9, 30), date(2022, 9, 24)]
    rows = [("net_income", f"Net income | {v}", v, end, "year") for v, end in zip((50, -10, 40), ends, strict=True)]
    report(connection, 1, datetime(2024, 11, 1, tzinfo=UTC), rows)
    found = list_kpis(connection, KpiQuery(CIK, compare="prior_year"), now=NOW, limit=10, cursor=None).rows
    assert [row["change_abs"] for row in found] == [Decimal(60_000_000), Decimal(-50_000_000), None]
    assert found[1]["change_pct"] == Decimal("-1.25")
    assert [row["change_pct"] is None for row in found] == [True, False, True]
    assert found[0]["change_reason"]
    assert found[2]["change_reason"] == "previous_missing"


def test_pages_follow_one_another_without_gap_or_repeat(connection: Any) -> None:
    rows = [("revenue", f"Net sales | {y}", y, date(y, 9, 28), "year") for y in range(2015, 2024)]
    rows += [("net_income", f"Net income | {y}", y, date(y, 9, 28), "year") for y in range(2015, 2024)]
    report(connection, 1, datetime(2024, 11, 1, tzinfo=UTC), rows)
    seen: list[str] = []
    cursor = None
    while True:
        page = list_kpis(connection, KpiQuery(CIK), now=NOW, limit=4, cursor=cursor)
        seen += [row["kpi_id"] for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 18
    first = list_kpis(connection, KpiQuery(CIK), now=NOW, limit=4, cursor=None).next_cursor
    with pytest.raises(MalformedRequest):
        list_kpis(connection, KpiQuery(CIK, metric="revenue"), now=NOW, limit=4, cursor=first)


def test_figures_for_answers_carry_their_place_and_respect_as_of(connection: Any) -> None:
    first, second = store_amended_year(connection)
    known = list_answer_figures(connection, cik=CIK, metrics=["revenue"], as_of=NOW)
    assert {figure.source.accession for figure in known} == {first, second}
    (figure,) = list_answer_figures(connection, cik=CIK, metrics=["revenue"], as_of=datetime(2023, 12, 1, tzinfo=UTC))
    assert figure.source.quote == "Net sales | 383,285"
    assert (figure.basis, figure.period_type, figure.kind) == (Basis.GAAP, PeriodType.YEAR, "currency")
    assert (
        read_calendar(connection, cik=CIK, year_end="0930", as_of=NOW).label(date(2023, 9, 30), PeriodType.YEAR)
        == "FY2023"
    )


def test_a_metric_that_analysis_does_not_follow_is_read_from_tagged_facts(connection: Any) -> None:
    accession = report(
        connection, 1, datetime(2024, 11, 1, tzinfo=UTC),
        [("revenue", "Net sales | 391,035\nInterest expense | (1,234) | 99", 391_035, date(2024, 9, 28), "year")],
    )  # fmt: skip
    text = "Net sales | 391,035\nInterest expense | (1,234) | 99"
    start = text.index("1,234")
    connection.execute(
        """INSERT INTO filings.facts (fact_id, accession, cik, concept, unit, period_start, period_end, value, decimals,
             origin, section_id, char_start, char_end, known_at)
           VALUES ('f1', %s, %s, 'us-gaap:InterestExpense', 'USD', '2023-10-01', '2024-09-28', 1234000000, -6, 'ixbrl',
             %s, %s, %s, '2024-11-01')""",
        (accession, CIK, f"doc-{accession}-0", start, start + 5),
    )
    (figure,) = list_answer_figures(connection, cik=CIK, metrics=["interest_expense"], as_of=NOW)
    assert figure.value == Decimal(1_234_000_000)
    assert figure.source.quote == "Interest expense | (1,234) | 99"
    assert figure.period_type == PeriodType.YEAR


def test_the_cost_of_products_alone_never_makes_a_gross_margin(connection: Any) -> None:
    end = date(2024, 12, 31)
    rows = [("cost_of_revenue", "Cost of products sold | 38,770", 38_770, end, "year")]
    rows += [("cost_of_revenue", "Cost of sales | 40,000", 40_000, date(2023, 12, 31), "year")]
    report(connection, 1, datetime(2025, 2, 1, tzinfo=UTC), rows)
    later = datetime(2025, 6, 1, tzinfo=UTC)
    found = list_answer_figures(connection, cik=CIK, metrics=["cost_of_revenue"], as_of=later)
    assert [figure.source.quote for figure in found] == ["Cost of sales | 40,000"]
