"""Tagged facts: transformations, duplicates, companyfacts rows (FILINGS 7.5)."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from auspex.filings.model import Fact, FactOrigin
from auspex.filings.reading.xbrl import (
    CompanyFactsUnreadableError,
    Context,
    XbrlResources,
    keep_most_precise,
    parse_figure,
    read_companyfacts,
    read_fact,
)

END = date(2024, 6, 29)
RESOURCES = XbrlResources(
    {"c": Context(date(2024, 3, 31), END, "")}, {"usd": "USD", "pure": "pure", "eps": "USD/shares"}
)


def fact(attributes: str, text: str) -> Fact | None:
    schema = "http://www.w3.org/2001/XMLSchema-instance"
    markup = f'<x xmlns:xsi="{schema}" name="us-gaap:A" contextRef="c" {attributes}>{text}</x>'
    return read_fact(etree.fromstring(markup), RESOURCES)


@pytest.mark.parametrize(
    ("attributes", "text", "value"),
    [
        ('unitRef="usd" scale="6" format="ixt:num-dot-decimal"', "294,866", "294866000000"),
        ('unitRef="eps" scale="0"', "6.08", "6.08"),
        ('unitRef="pure" scale="-2"', "45.2", "0.452"),
        ('unitRef="usd" scale="6" sign="-"', "1,234", "-1234000000"),
        ('unitRef="usd" format="ixt:fixed-zero"', "—", "0"),
        ('unitRef="usd" format="ixt:zerodash" sign="-"', "-", "0"),
        ('unitRef="usd" format="ixt:numdash"', "–", "0"),
        ('unitRef="usd" format="ixt-sec:numwordsen"', "twenty-two million", "22000000"),
        ('unitRef="usd" format="ixt:num-comma-decimal"', "1.234,5", "1234.5"),
        ('unitRef="usd" format="ixt:num-unit-decimal"', "12 dollars 34 cents", "12.34"),
    ],
)
def test_a_fact_is_its_figure_scaled_and_signed(attributes: str, text: str, value: str) -> None:
    found = fact(attributes, text)
    assert found is not None
    assert str(found.value) == value


@pytest.mark.parametrize(
    ("attributes", "text"),
    [('unitRef="gone"', "1"), ('unitRef="usd" scale="many"', "1"), ('unitRef="usd"', "about five or so"),
     ('unitRef="usd"', ""),
     ('unitRef="usd" scale="99"', "1"), ('unitRef="usd" decimals="x"', "1")],
)  # fmt: skip
def test_what_cannot_be_read_is_no_fact(attributes: str, text: str) -> None:
    assert fact(attributes, text) is None


def test_a_nil_fact_has_no_value() -> None:
    found = fact('unitRef="usd" xsi:nil="true"', "")
    assert found is not None
    assert found.value is None


def test_plain_figures_need_no_format() -> None:
    assert (parse_figure("1,234.50", ""), parse_figure("no", "ixt-sec:numwordsen")) == (Decimal("1234.50"), Decimal(0))
    assert parse_figure("12 apples", "") is None


def test_of_duplicates_the_more_precise_stays() -> None:
    def row(value: str, decimals: int | None, start: int | None = None) -> Fact:
        return Fact("us-gaap:A", "USD", None, END, Decimal(value), decimals, start=start)

    rough, fine, exact = row("4700000", -5), row("4655000", -3, 10), row("4655123", None)
    assert keep_most_precise([rough, fine]) == (fine,)
    assert keep_most_precise([fine, rough, exact]) == (exact,)
    assert keep_most_precise([row("1", -3), row("1", -3, 7)]) == (row("1", -3, 7),)
    other = Fact("us-gaap:A", "USD", None, END, Decimal(1), 0, "abcd")
    assert keep_most_precise([rough, other]) == (rough, other)


def test_companyfacts_rows_are_those_of_the_accession() -> None:
    rows = [
        {"start": "2024-03-31", "end": "2024-06-29", "val": 1.4, "accn": "a", "fy": 2031, "fp": "Q1", "form": "10-Q"},
        {"end": "2024-06-29", "val": 7, "accn": "a"},
        {"end": "2024-06-29", "val": 8, "accn": "b"},
    ]
    payload = json.dumps({"facts": {"us-gaap": {"Eps": {"units": {"USD/shares": rows}}}}}).encode()
    assert read_companyfacts(payload, accession="a") == (
        Fact("us-gaap:Eps", "USD/shares", date(2024, 3, 31), END, Decimal("1.4"), None, origin=FactOrigin.COMPANYFACTS),
        Fact("us-gaap:Eps", "USD/shares", None, END, Decimal(7), None, origin=FactOrigin.COMPANYFACTS),
    )


@pytest.mark.parametrize("payload", [b"", b"<html>", b"[]", b"{}", b'{"facts": 1}'])
def test_other_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(CompanyFactsUnreadableError):
        read_companyfacts(payload, accession="a")


def test_a_recorded_quarter_has_both_its_earnings(shared_data: Path) -> None:
    file = next((shared_data / "filings" / "edgar" / "companyfacts").glob("CIK0000320193_*.json.gz"))
    facts = read_companyfacts(gzip.decompress(file.read_bytes()), accession="0000320193-24-000081")
    earnings = {
        f.period_start: f.value for f in facts if f.concept == "us-gaap:EarningsPerShareDiluted" and f.period_end == END
    }
    assert earnings == {date(2024, 3, 31): Decimal("1.4"), date(2023, 10, 1): Decimal("5.11")}
