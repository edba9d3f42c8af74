"""football-data files: real ones whole, and each fault that people and servers put into them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.oracle.football_data import ParsedFile, UnreadableFileError, parse_results

HEADER = "Div,Date,Time,HomeTeam,AwayTeam,FTHG,FTAG,FTR,HTHG,HTAG,HST,AST,HR,AR,AvgH,AvgD,AvgA,PSCH,PSCD,PSCA"
ROW = "E0,10/08/2018,20:00,Man United,Leicester,2,1,H,1,0,6,4,0,1,1.54,3.94,6.85,1.58,3.93,7.5"


def parse(*rows: str, header: str = HEADER) -> ParsedFile:
    return parse_results("\r\n".join([header, *rows, ""]).encode())


def code_of(row: str) -> tuple[str, str, int]:
    parsed = parse(ROW, row)
    assert len(parsed.rows) == len(parsed.rejected) == 1
    return parsed.rejected[0].code, parsed.rejected[0].column, parsed.rejected[0].line


def refusal(content: bytes) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        parse_results(content)
    return caught.value


def test_a_row_is_read_whole() -> None:
    (row,) = parse(ROW).rows
    assert (row.line, row.division, row.match_date, row.home, row.away) == (
        2, "E0", date(2018, 8, 10), "Man United", "Leicester",
    )  # fmt: skip
    assert (row.home_goals, row.away_goals, row.ht_home, row.ht_away) == (2, 1, 1, 0)
    assert (row.home_sot, row.away_sot, row.home_red, row.away_red) == (6, 4, 0, 1)
    early = row.early("1x2")
    assert early is not None
    assert early.prices == {"home": 1.54, "draw": 3.94, "away": 6.85}


def test_early_and_closing_odds_are_never_mixed() -> None:
    (row,) = parse(ROW).rows
    closing = row.quote("1x2", "closing", "PS")
    assert closing is not None
    assert closing.prices == {"home": 1.58, "draw": 3.93, "away": 7.5}
    assert row.quote("1x2", "early", "PS") is None
    only_closing = parse(ROW.replace("1.54,3.94,6.85", ",,")).rows[0]
    assert only_closing.early("1x2") is None


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        ("10/08/2018", "20:00", datetime(2018, 8, 10, 19, 0, tzinfo=UTC)),
        ("26/12/18", "15:00", datetime(2018, 12, 26, 15, 0, tzinfo=UTC)),
        ("1/1/06", "9:30", datetime(2006, 1, 1, 9, 30, tzinfo=UTC)),
    ],
)
def test_times_are_uk_wall_clock(day: str, clock: str, utc: datetime) -> None:
    (row,) = parse(f"E0,{day},{clock},A,B").rows
    assert (row.kickoff, row.match_date) == (utc, utc.date())


@pytest.mark.parametrize("clock", ["", "TBC", "25:00", "15.00"])
def test_without_a_readable_time_the_kickoff_is_unknown(clock: str) -> None:
    (row,) = parse(f"E0,10/08/2018,{clock},A,B").rows
    assert row.kickoff is None


def test_a_two_digit_year_past_the_pivot_is_of_the_last_century() -> None:
    assert parse("E0,14/08/93,,A,B,1,0,H").rows[0].match_date == date(1993, 8, 14)


def test_fixtures_without_result_are_rows() -> None:
    (row,) = parse("E0,10/08/2018,20:00,A,B,,,,,,,,,,2.1,3.3,3.6").rows
    assert not row.played
    assert (row.home_goals, row.home_sot, row.early("1x2") is not None) == (None, None, True)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (ROW.replace(",H,", ",A,"), "result-contradicts", "FTR"),
        (ROW.replace(",2,1,H,", ",,,H,"), "result-contradicts", "FTR"),
        (ROW.replace(",2,1,H,", ",2,,H,"), "goals-invalid", "FTAG"),
        (ROW.replace(",2,1,H,", ",-2,1,H,"), "goals-invalid", "FTHG"),
        (ROW.replace(",2,1,H,", ",2.5,1,H,"), "goals-invalid", "FTHG"),
        (ROW.replace("10/08/2018", "2018-08-10"), "date-invalid", "Date"),
        (ROW.replace("10/08/2018", "31/02/2018"), "date-invalid", "Date"),
        (ROW.replace("Leicester", ""), "team-missing", "AwayTeam"),
        (ROW.replace("Leicester", "MAN UNITED"), "same-team", "AwayTeam"),
    ],
)
def test_a_row_that_cannot_be_trusted_is_rejected_by_line_and_column(row: str, code: str, column: str) -> None:
    assert code_of(row) == (code, column, 3)


def test_a_bad_side_value_costs_only_itself() -> None:
    (row,) = parse("E0,10/08/2018,,A,B,2,1,H,3,0,six,4,0,1,1.54,x,6.85,1.0,3.9,7.5").rows
    assert (row.home_goals, row.ht_home, row.home_sot, row.away_sot, row.odds) == (2, None, None, 4, ())


@pytest.mark.parametrize("price", ["1", "0.9", "-2.0", "nan", "inf", "1e3", "99999", "²"])
def test_a_price_that_is_none_is_left_out(price: str) -> None:
    assert parse(f"E0,10/08/2018,,A,B,,,,,,,,,,{price},3.3,3.6").rows[0].odds == ()


def test_byte_order_mark_latin_blank_and_short_rows_and_unknown_columns_are_tolerated() -> None:
    header = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR,Mystery,,AvgH,AvgD,AvgA"
    rows = ["SP1,10/08/18,Málaga,B,1,1,D", ",,,,,,,,,,,", "", "SP1,11/08/18,C,D,0,2,A,?,,2,3,4,excess"]
    for content in (
        b"\xef\xbb\xbf" + "\n".join([header, *rows, ""]).encode(),
        "\n".join([header, *rows, ""]).encode("latin-1"),
    ):
        parsed = parse_results(content)
        assert [(row.home, row.line) for row in parsed.rows] == [("Málaga", 2), ("C", 5)]
        assert [len(row.odds) for row in parsed.rows] == [0, 1]
        assert parsed.rejected == ()


def test_older_average_columns_and_cleaned_names_are_the_same_average() -> None:
    old = parse(
        "E0,10/08/05,A,B,2,3,4,1.9,1.8", header="Div,Date,HomeTeam,AwayTeam,BbAvH,BbAvD,BbAvA,BbAv>2.5,BbAv<2.5"
    )
    new = parse("E0,10/08/05,A,B,2,3,4,1.9,1.8", header="Div,Date,HomeTeam,AwayTeam,AvgH,AvgD,AvgA,Avg>2.5,Avg<2.5")
    mirror = parse(
        "E0,10/08/05,A,B,2,3,4,1.9,1.8", header="Div,Date,HomeTeam,AwayTeam,BbAvH,BbAvD,BbAvA,BbAv_2_5,BbAv_2_5_1"
    )
    assert old.rows == new.rows == mirror.rows
    total = old.rows[0].early("over_2_5")
    assert total is not None
    assert total.prices == {"over": 1.9, "under": 1.8}


def test_pinnacle_totals_and_closing_totals_are_found() -> None:
    header = "Div,Date,HomeTeam,AwayTeam,P>2.5,P<2.5,PC>2.5,PC<2.5,AvgC>2.5,AvgC<2.5"
    (row,) = parse("E0,10/08/19,A,B,1.9,2.0,1.8,2.1,1.7,2.2", header=header).rows
    assert {(quote.bookmaker, quote.phase): quote.prices["over"] for quote in row.odds} == {
        ("PS", "early"): 1.9, ("PS", "closing"): 1.8, ("Avg", "closing"): 1.7,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n,,,\r\n", "empty"),
        (b"<!DOCTYPE html>\n<html><body>Div,Date,HomeTeam,AwayTeam</body></html>", "html"),
        (b"\xef\xbb\xbf  <HTML>gone</HTML>", "html"),
        (b"Div,Date,Home,Away\nE0,10/08/18,A,B\n", "columns-missing"),
        (("\n".join([HEADER, ROW, ROW[:40]])).encode(), "truncated"),
        (('Div,Date,HomeTeam,AwayTeam\nE0,10/08/18,A,"' + "B" * 200_000).encode(), "not-csv"),
    ],
)
def test_what_is_no_such_file_is_told_apart(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def test_missing_columns_are_named() -> None:
    assert refusal(b"Div,Date,Home,Away\nE0,10/08/18,A,B\n").columns == ("HomeTeam", "AwayTeam")


def test_a_typed_file_may_end_short() -> None:
    content = "\n".join([HEADER, ROW, "E0,10/08/2018,,A,B"]).encode()
    assert len(parse_results(content, last_row_may_be_short=True).rows) == 2
    assert len(parse_results("\n".join([HEADER, ROW, ROW]).encode()).rows) == 2


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_rows_or_a_refusal(tail: bytes, keep_header: bool) -> None:
    content = (HEADER.encode() + b"\n" if keep_header else b"") + tail
    try:
        parsed = parse_results(content)
    except UnreadableFileError:
        return
    lines = [*(row.line for row in parsed.rows), *(row.line for row in parsed.rejected)]
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize(
    ("name", "rows", "has_sot", "has_closing"),
    [
        ("E0_0506", 380, True, False),
        ("D1_0506", 306, False, False),
        ("SP1_1819", 380, True, True),
    ],
)
def test_a_real_file_is_read_without_loss(
    shared_data: Path, name: str, rows: int, *, has_sot: bool, has_closing: bool
) -> None:
    parsed = parse_results((shared_data / "oracle" / "raw" / f"{name}.csv").read_bytes())
    assert (len(parsed.rows), parsed.rejected) == (rows, ())
    assert all(row.played and row.early("1x2") is not None for row in parsed.rows)
    assert any(row.home_sot is not None for row in parsed.rows) is has_sot
    assert any(row.quote("1x2", "closing", "PS") is not None for row in parsed.rows) is has_closing
    assert any(row.early("over_2_5") is not None for row in parsed.rows)


def test_a_real_file_cut_anywhere_in_a_row_is_seen(shared_data: Path) -> None:
    content = (shared_data / "oracle" / "raw" / "E0_1819.csv").read_bytes()
    starts = [index + 1 for index, byte in enumerate(content) if byte == 10][1:-1]
    for start in starts[::40]:
        assert refusal(content[: start + 60]).code == "truncated"
