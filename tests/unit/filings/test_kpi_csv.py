"""KPIs as CSV: what a spreadsheet and a CSV reader make of them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.kpi_csv import COLUMNS, prefers_csv, write_kpi_csv

ROW: dict[str, Any] = {
    **dict.fromkeys(COLUMNS),
    "value": Decimal("-1.2E+7"), "period_end": date(2024, 9, 28), "known_at": datetime(2024, 11, 1, 6, tzinfo=UTC),
    "preliminary": False, "derivation": {"expression": "a - b"}, "cik": 320193,
}  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_numbers_days_and_truths_are_written_plainly() -> None:
    text = write_kpi_csv([ROW])
    assert text.endswith("\r\n")
    (row,) = parsed(text)
    assert (row["value"], row["period_end"], row["preliminary"], row["cik"], row["quote"]) == (
        "-12000000", "2024-09-28", "false", "320193", "",
    )  # fmt: skip
    assert row["known_at"] == "2024-11-01T06:00:00+00:00"
    assert row["derivation"] == '{"expression": "a - b"}'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_text_that_a_spreadsheet_would_run_is_text(start: str) -> None:
    (row,) = parsed(write_kpi_csv([ROW | {"quote": f"{start}cmd|' /C calc'!A0"}]))
    assert row["quote"] == f"'{start}cmd|' /C calc'!A0"


@given(quote=TEXTS, label=TEXTS)
def test_every_text_is_read_back_and_never_begins_a_formula(quote: str, label: str) -> None:
    (row,) = parsed(write_kpi_csv([ROW | {"quote": quote, "label": label}]))
    assert row["quote"].removeprefix("'") == quote.removeprefix("'")
    assert row["label"].removeprefix("'") == label.removeprefix("'")
    assert not row["quote"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/csv", True), ("TEXT/CSV; charset=utf-8", True), ("text/csv, */*", True), ("text/csv;q=0.5", True),
        ("", False), ("*/*", False), ("application/json", False), ("text/csv, application/json", False),
        ("text/csv;q=0.4, application/json;q=0.9", False), ("text/csv;q=0.9, application/json;q=0.4", True),
        ("text/csv;q=0", False), ("text/csv;q=x", False), (",;,", False),
    ],
)  # fmt: skip
def test_csv_is_for_those_who_prefer_it(accept: str, wanted: bool) -> None:
    assert prefers_csv(accept) is wanted
