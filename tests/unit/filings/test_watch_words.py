"""What a watcher reads, word for word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from auspex.filings.model import FilingHeader
from auspex.filings.watch_words import amount_words, analyzed_words, detected_words, figure_words, span_words

ACCEPTED = datetime(2024, 10, 31, 21, 7, 2, tzinfo=UTC)
REVENUE: dict[str, Any] = {
    "metric": "revenue", "basis": "gaap", "value": Decimal(94_036_000_000), "unit": "USD", "period_type": "quarter",
    "period_end": date(2024, 9, 28), "fiscal_period": "Q4 FY2024", "change_pct": "0.0963", "reason": None,
}  # fmt: skip
CUT: dict[str, Any] = {
    "metric": "revenue", "basis": "gaap", "fiscal_period": "FY2025", "low": Decimal(41_000_000_000),
    "high": Decimal(42_000_000_000), "unit": "USD", "action": "cut",
}  # fmt: skip


def header(*items: str, form: str = "8-K", accepted_at: datetime | None = ACCEPTED) -> FilingHeader:
    return FilingHeader(
        accession="0000320193-24-000120", cik=320_193, form=form, items=items, filing_date=date(2024, 10, 31),
        report_date=None, accepted_at=accepted_at, primary_document="",
    )  # fmt: skip


def test_a_detection_reads_as_the_specification_says() -> None:
    told = detected_words(header("2.02", "9.01"), who="AAPL", detected_at=ACCEPTED + timedelta(seconds=34))
    assert told.title == "AAPL: 8-K, items 2.02, 9.01"
    assert told.body == "8-K, items 2.02, 9.01, accepted 21:07 UTC, detected 34 s later"


def test_a_detection_days_later_names_the_day_and_without_acceptance_the_filing_date() -> None:
    late = detected_words(header(form="10-Q"), who="AAPL", detected_at=ACCEPTED + timedelta(days=3))
    assert late.body == "10-Q, accepted 2024-10-31 21:07 UTC, detected 3 d later"
    unknown = detected_words(header("5.02", accepted_at=None), who="AAPL", detected_at=ACCEPTED)
    assert unknown.body == "8-K, item 5.02, filed 2024-10-31, detected 2024-10-31 21:07 UTC"


def test_an_analysis_says_figures_guidance_and_severity() -> None:
    told = analyzed_words(
        header("2.02"), who="AAPL", figures=[REVENUE], guidance=[CUT], severities={"2.02": "medium"}
    )  # fmt: skip
    assert told.title == (
        "AAPL: 8-K, item 2.02: revenue 94.04 bn USD (+9.63 %), Q4 FY2024; "
        "guidance cut: revenue FY2025 41.00 bn USD to 42.00 bn USD"
    )
    assert told.body.splitlines()[-1] == "item 2.02: medium severity"


def test_an_analysis_without_figures_is_told_by_its_items() -> None:
    told = analyzed_words(header("4.02"), who="AAPL", figures=[], guidance=[], severities={"4.02": "high"})
    assert (told.title, told.body) == ("AAPL: 8-K, item 4.02: high severity", "item 4.02: high severity")
    empty = analyzed_words(header(form="10-K"), who="AAPL", figures=[], guidance=[], severities={})
    assert empty.body == "10-K: read, no headline figures in it"


def test_guidance_that_only_stands_is_no_headline() -> None:
    told = analyzed_words(
        header("2.02"), who="AAPL", figures=[], guidance=[CUT | {"action": "reaffirm"}], severities={}
    )
    assert told.title == "AAPL: 8-K, item 2.02"
    assert told.body.startswith("guidance reaffirmed")


def test_a_change_that_would_mislead_has_its_reason_instead() -> None:
    said = figure_words(REVENUE | {"change_pct": None, "reason": "previous_negative", "basis": "non_gaap"})
    assert said == "revenue non-GAAP 94.04 bn USD (previous negative), Q4 FY2024"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        ("4655000000", "USD", "4.66 bn USD"), ("2.71", "USD/shares", "2.71 USD"), ("0.452", "pure", "45.20 %"),
        ("-1500000", "USD", "-1.50 m USD"), ("12", "USD", "12 USD"), ("0", "USD", "0 USD"),
    ],
)  # fmt: skip
def test_amounts_are_shown_at_a_glance(value: str, unit: str, words: str) -> None:
    assert amount_words(Decimal(value), unit) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(-3, "0 s"), (34, "34 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")]
)
def test_spans_are_shown_in_their_largest_unit_of_two(seconds: float, words: str) -> None:
    assert span_words(seconds) == words
