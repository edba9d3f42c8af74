"""Periods: their types, their labels, the words that name them (FILINGS 7.5, 7.6)."""

from __future__ import annotations

from datetime import date

import pytest

from auspex.filings.extraction.period_columns import ColumnReader, Period
from auspex.filings.extraction.periods import FiscalCalendar, classify_period, read_calendar
from auspex.filings.model import PeriodType
from auspex.filings.reading.dates import list_dates, read_date

APPLE_Q3 = FiscalCalendar(date(2024, 6, 29), 2024, 3)


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        (date(2024, 3, 31), date(2024, 6, 29), PeriodType.QUARTER),
        (date(2023, 10, 1), date(2024, 6, 29), PeriodType.NINE_MONTHS),
        (date(2023, 10, 1), date(2024, 3, 30), PeriodType.HALF),
        (date(2023, 10, 1), date(2024, 9, 28), PeriodType.YEAR),
        (date(2022, 9, 25), date(2023, 9, 30), PeriodType.YEAR),
        (date(2024, 1, 1), date(2024, 1, 31), PeriodType.OTHER),
        (None, date(2024, 6, 29), PeriodType.INSTANT),
    ],
)
def test_a_period_is_named_by_its_inclusive_days(start: date | None, end: date, kind: PeriodType) -> None:
    assert classify_period(start, end) is kind


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        (79, PeriodType.OTHER),
        (80, PeriodType.QUARTER),
        (100, PeriodType.QUARTER),
        (101, PeriodType.OTHER),
        (350, PeriodType.YEAR),
        (381, PeriodType.OTHER),
    ],
)
def test_the_edges_of_a_period_type_are_inclusive(days: int, kind: PeriodType) -> None:
    end = date.fromordinal(date(2024, 1, 1).toordinal() + days - 1)
    assert classify_period(date(2024, 1, 1), end) is kind


@pytest.mark.parametrize(
    ("kind", "end", "label"),
    [
        (PeriodType.QUARTER, date(2024, 6, 29), "Q3 FY2024"),
        (PeriodType.QUARTER, date(2023, 7, 1), "Q3 FY2023"),
        (PeriodType.NINE_MONTHS, date(2024, 6, 29), "9M FY2024"),
        (PeriodType.INSTANT, date(2023, 9, 30), "FY2023"),
        (PeriodType.YEAR, date(2024, 9, 28), "FY2024"),
        (PeriodType.QUARTER, date(2023, 12, 30), "Q1 FY2024"),
        (PeriodType.HALF, date(2024, 3, 30), "H1 FY2024"),
        (PeriodType.HALF, date(2024, 6, 29), None),
        (PeriodType.QUARTER, date(2024, 8, 10), None),
    ],
)
def test_labels_count_from_the_stated_quarter(kind: PeriodType, end: date, label: str | None) -> None:
    assert APPLE_Q3.label(kind, end) == label


def test_the_calendar_comes_from_what_the_document_states() -> None:
    tags = {
        "DocumentFiscalYearFocus": "2024",
        "DocumentFiscalPeriodFocus": "Q3",
        "DocumentPeriodEndDate": "June 29, 2024",
    }
    assert read_calendar(tags, "", latest_end=None) == APPLE_Q3
    words = "Net income for the third quarter of fiscal 2024 was $44.2 million."
    assert read_calendar({}, words, latest_end=date(2024, 11, 2)) == FiscalCalendar(date(2024, 11, 2), 2024, 3)
    defined = "fiscal 2023 | Fiscal year ended January 28, 2024 (includes 52 weeks)"
    assert read_calendar({}, defined, latest_end=date(2024, 1, 28)) == FiscalCalendar(date(2024, 1, 28), 2023, 4)
    by_day = read_calendar({}, "", latest_end=date(2024, 6, 30), fiscal_year_end="0930")
    assert by_day == FiscalCalendar(date(2024, 6, 30), 2024, 3)
    assert read_calendar({}, "nothing", latest_end=date(2024, 6, 30)) is None


def test_a_quarter_that_is_still_expected_is_not_the_one_that_ended() -> None:
    text = "Revenue was $408 million.\nFor the fourth quarter of 2024, the company expects revenue of $416 million."
    ended = date(2024, 9, 30)
    assert read_calendar({}, text, latest_end=ended, fiscal_year_end="1231") == FiscalCalendar(ended, 2024, 3)
    assert read_calendar({}, text, latest_end=ended) is None
    stated = f"Results of the third quarter of fiscal 2025. {text}"
    assert read_calendar({}, stated, latest_end=ended, fiscal_year_end="1231") == FiscalCalendar(ended, 2025, 3)


def test_a_quarter_that_ended_defines_no_fiscal_year() -> None:
    text = "results of the first quarter of fiscal year 2024 ended July 28, 2023"
    calendar = read_calendar({}, text, latest_end=date(2023, 7, 28))
    assert calendar == FiscalCalendar(date(2023, 7, 28), 2024, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [("March 3, 2023", date(2023, 3, 3)), ("Sept. 30 2023 (1)", date(2023, 9, 30)), ("6/30/23", date(2023, 6, 30)),
     ("2023-06-30", date(2023, 6, 30)), ("June 31, 2023", None), ("2023", None)],
)  # fmt: skip
def test_dates_are_read_as_written(text: str, day: date | None) -> None:
    assert read_date(text) == day


def test_all_dates_are_listed_in_order() -> None:
    assert list_dates("as of May 1, 2020 and April 2, 2019") == [date(2020, 5, 1), date(2019, 4, 2)]


QUARTER, YEAR = PeriodType.QUARTER, PeriodType.YEAR


@pytest.mark.parametrize(
    ("heads", "period"),
    [
        (("Three Months Ended", "March 3, 2023"), Period(None, date(2023, 3, 3), QUARTER)),
        (("Three Months Ended", "June 30, 2023"), Period(date(2023, 4, 1), date(2023, 6, 30), QUARTER)),
        (("Thirteen Weeks Ended", "November 2, 2024"), Period(date(2024, 8, 4), date(2024, 11, 2), QUARTER)),
        (
            ("Thirty-Nine Weeks Ended", "November 2, 2024"),
            Period(date(2024, 2, 4), date(2024, 11, 2), PeriodType.NINE_MONTHS),
        ),
        (("Years ended December 31,", "2023"), Period(date(2023, 1, 1), date(2023, 12, 31), YEAR)),
        (("2023", "Three Months Ended March 31,"), Period(date(2023, 1, 1), date(2023, 3, 31), QUARTER)),
        (("Three Months Ended June 30, 2023 and 2022", "2022"), Period(date(2022, 4, 1), date(2022, 6, 30), QUARTER)),
        (("Six Months Ended", "June 30,", "2022 (a)"), Period(date(2022, 1, 1), date(2022, 6, 30), PeriodType.HALF)),
        (("Three Months Ended June 30,", "2023 vs. 2022"), None),
        (("Three Months Ended June 30, 2023", "% Change"), None),
        (("June 30, 2023",), None),
    ],
)
def test_heads_of_a_column_name_its_period(heads: tuple[str, ...], period: Period | None) -> None:
    assert ColumnReader(date(2023, 12, 31)).read(heads, instant=False) == period


def test_a_bare_year_is_the_year_of_an_annual_report() -> None:
    reader = ColumnReader(date(2023, 9, 30), (date(2022, 9, 24),), annual=True)
    assert reader.read(("2023",), instant=False) == Period(date(2022, 10, 1), date(2023, 9, 30), YEAR)
    assert reader.read(("2022",), instant=False) == Period(None, date(2022, 9, 24), YEAR)
    assert reader.read(("2022",), instant=True) == Period(None, date(2022, 9, 24), PeriodType.INSTANT)
    assert ColumnReader(date(2023, 9, 30)).read(("2023",), instant=False) is None


def test_a_fiscal_year_is_not_a_calendar_year() -> None:
    calendar = FiscalCalendar(date(2024, 1, 28), 2023, 4)
    reader = ColumnReader(date(2024, 1, 28), (date(2023, 1, 29),), annual=True, calendar=calendar)
    assert reader.read(("Fiscal 2022",), instant=False) == Period(None, date(2023, 1, 29), YEAR)


def test_a_date_in_running_text_above_is_not_the_columns() -> None:
    reader = ColumnReader(date(2023, 12, 31), annual=True)
    found = reader.read(("2022",), caption="February 5, 2024 · CONSOLIDATED STATEMENT OF OPERATIONS", instant=False)
    assert found == Period(date(2022, 1, 1), date(2022, 12, 31), YEAR)


def test_a_period_of_weeks_starts_after_an_end_that_the_document_shows() -> None:
    heads = ("Nine Months Ended", "June 29, 2024")
    shown = ColumnReader(None, (date(2024, 6, 29), date(2023, 9, 30)))
    assert shown.read(heads, instant=False) == Period(date(2023, 10, 1), date(2024, 6, 29), PeriodType.NINE_MONTHS)
    other = ColumnReader(None, (date(2024, 6, 29), date(2023, 9, 29)))
    assert other.read(heads, instant=False) == Period(None, date(2024, 6, 29), PeriodType.NINE_MONTHS)
