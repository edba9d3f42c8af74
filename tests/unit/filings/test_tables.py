"""Tables: printed figures, heads, scales, and tables that are plain text (FILINGS 7.6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.model import Table
from auspex.filings.reading.amounts import Amount, is_year, parse_amount, scaled
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.tables import read_scale
from auspex.filings.reading.text_tables import read_text_tables


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("(1,234)", Amount(Decimal(-1234), 0)),
        ("$(1.50)", Amount(Decimal("-1.50"), 2, currency="USD")),
        ("($1.50)", Amount(Decimal("-1.50"), 2, currency="USD")),
        ("-3.2%", Amount(Decimal("-3.2"), 1, percent=True)),
        ("(3.2)%", Amount(Decimal("-3.2"), 1, percent=True)),
        ("€ 12", Amount(Decimal(12), 0, currency="EUR")),
        ("$—", Amount(Decimal(0), 0, currency="USD", dash=True)),
        ("—", Amount(Decimal(0), 0, dash=True)),
        (".75", Amount(Decimal("0.75"), 2)),
        ("1,234 (1)", Amount(Decimal(1234), 0)),
        ("2,853 *", Amount(Decimal(2853), 0)),
    ],
)
def test_printed_figures_are_read(text: str, amount: Amount) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize(
    "text", ["", "N/A", "n/m", "Net sales", "(1,234", "1,23", "12-14", "$", "1 2", "Q3 2023", "$4.75 to $4.78"]
)
def test_other_cells_are_no_figures(text: str) -> None:
    assert parse_amount(text) is None


def test_years_are_told_from_figures() -> None:
    assert [is_year(text) for text in ("2023", "2023 (1)", "2,023", "$2023", "1850", "20231")] == [
        True,
        True,
        *[False] * 4,
    ]


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=3, allow_nan=False),
    st.integers(min_value=-2, max_value=9),
)
def test_scaling_is_exact_and_written_without_exponent(value: Decimal, scale: int) -> None:
    assert scaled(value, scale) == value * Decimal(10) ** scale
    assert "E" not in str(scaled(value, scale)) or abs(scaled(value, scale)) < Decimal("1e-6")


@pytest.mark.parametrize(
    ("statement", "scale"),
    [
        ("(In millions, except number of shares, which are reflected in thousands, and per-share amounts)", 6),
        ("(Amounts in Thousands Except Share and Per Share Amounts)", 3),
        ("($ in billions)", 9),
        ("Dollars in millions", 6),
        ("(in thousands of U.S. dollars)", 3),
        ("(000's omitted)", 3),
        ("(Millions)", 6),
        ("We serve millions of customers", None),
        ("revenue of $5 million", None),
        ("Three Months Ended", None),
    ],
)
def test_the_scale_of_money_is_the_one_a_caption_states(statement: str, scale: int | None) -> None:
    assert read_scale(statement) == scale


def only_table(html: str) -> Table:
    (table,) = normalize(f"<html><body>{html}</body></html>".encode(), filename="a.htm").tables
    return table


def test_heads_span_their_columns_and_groups_their_rows() -> None:
    table = only_table(
        "<p>We did well, and the table shows adjusted and other things that matter to you and to me alike.</p>"
        "<p>STATEMENTS OF INCOME</p><p>(In thousands, except share and per share data)</p><table>"
        "<tr><td></td><td colspan=4>Three Months Ended</td><td colspan=4>Six Months Ended</td></tr>"
        "<tr><td></td><td colspan=2>June 30, 2023</td><td colspan=2>June 30, 2022</td><td colspan=2>June 30, 2023</td>"
        "<td colspan=2>June 30, 2022</td></tr>"
        "<tr><td>Earnings per share:</td></tr>"
        "<tr><td>Diluted</td><td>$</td><td>1.00</td><td>$</td><td>2.00</td><td>$</td><td>3.00</td><td>$</td><td>4.00</td></tr>"
        "</table>"
    )
    figures = {cell.text: cell for cell in table.cells if cell.text.startswith("$")}
    assert figures["$2.00"].header == ("Three Months Ended", "June 30, 2022")
    assert figures["$3.00"].header == ("Six Months Ended", "June 30, 2023")
    assert (figures["$4.00"].row_label, figures["$4.00"].row_group) == ("Diluted", "Earnings per share:")
    assert table.caption == "STATEMENTS OF INCOME · (In thousands, except share and per share data)"
    assert (table.scale, table.currency, table.per_share_exempt, table.shares_exempt) == (3, "USD", True, True)


def test_only_per_share_rows_are_exempt_where_the_caption_says_no_more() -> None:
    table = only_table("<p>(In millions, except per share data)</p><table><tr><td>a</td><td>1</td></tr></table>")
    assert (table.scale, table.per_share_exempt, table.shares_exempt) == (6, True, False)


def test_new_heads_inside_a_table_begin_again() -> None:
    table = only_table(
        "<table><tr><td></td><td>2023</td></tr><tr><td>Sales</td><td>5</td></tr>"
        "<tr><td></td><td>December 31, 2022</td></tr><tr><td>Assets</td><td>7</td></tr></table>"
    )
    assert [cell.header for cell in table.cells if cell.text in {"5", "7"}] == [("2023",), ("December 31, 2022",)]


def test_a_cell_that_spans_rows_keeps_the_columns_in_place() -> None:
    table = only_table(
        "<table><tr><td rowspan=2>x</td><td>2023</td><td>2022</td></tr><tr><td>2.5</td><td>3.5</td></tr></table>"
    )
    assert [(cell.text, cell.column) for cell in table.cells] == [
        ("x", 0),
        ("2023", 1),
        ("2022", 2),
        ("2.5", 1),
        ("3.5", 2),
    ]


PAGE = """Consolidated Balance Sheet
At December 31
(Dollars in millions, except per share amount)
2018
2017
Current assets
Accounts receivable — net of allowances of $95 and $103
5,020
4,911
Total current assets
 $
13,709
14,277
Commitments (Note 16)
Treasury stock
(29,626)
(25,887)
The notes are an integral part of this statement and everything that it says must be read together with them.
"""


def test_text_tables_join_labels_and_figures_over_lines() -> None:
    (table,) = read_text_tables(PAGE)
    rows = [(cell.row_label, cell.text, cell.header) for cell in table.cells if cell.header]
    this, last = ("December 31", "2018"), ("December 31", "2017")
    assert rows == [
        ("Accounts receivable — net of allowances of $95 and $103", "5,020", this),
        ("Accounts receivable — net of allowances of $95 and $103", "4,911", last),
        ("Total current assets", "13,709", this),
        ("Total current assets", "14,277", last),
        ("Treasury stock", "(29,626)", this),
        ("Treasury stock", "(25,887)", last),
    ]
    assert table.scale == 6
    assert all(PAGE[cell.start : cell.end] == cell.text for cell in table.cells if cell.header)


def test_text_tables_read_rows_on_one_line() -> None:
    page = "Year ended December 31,\n1997 1996\n(in thousands)\nNet sales..... $214,310 $190,115\nNet loss (1) (5) -\n"
    (table,) = read_text_tables(page)
    assert [(cell.row_label, cell.text, cell.header) for cell in table.cells if cell.header] == [
        ("Net sales", "$214,310", ("Year ended", "December 31", "1997")),
        ("Net sales", "$190,115", ("Year ended", "December 31", "1996")),
    ]


def test_heads_that_do_not_fit_the_columns_name_none() -> None:
    page = "Year Ended December 31, 2018\nNet sales\n1,042\n2,886\n3,576\nOperating income\n1,927\n2,983\n3,724\n"
    (table,) = read_text_tables(page)
    assert not any(cell.header for cell in table.cells)


@given(st.text(alphabet="ab 12,.$()%-\n—", max_size=300))
def test_any_text_gives_cells_in_place(text: str) -> None:
    for table in read_text_tables(text):
        assert all(text[cell.start : cell.end] == cell.text for cell in table.cells if cell.column > 0)
