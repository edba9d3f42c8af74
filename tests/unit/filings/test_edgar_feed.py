"""The feed of latest filings and the daily index, as recorded and as broken."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from auspex.filings.adapters.edgar_daily_index import daily_index_path, parse_daily_index
from auspex.filings.adapters.edgar_feed import parse_feed
from auspex.filings.source_errors import SourceUnreadable

HEADER = """Description:           Master Index of EDGAR Dissemination Feed
Last Data Received:    Nov  4, 2024
Comments:              webmaster@sec.gov
Anonymous FTP:         ftp://ftp.sec.gov/edgar/

CIK|Company Name|Form Type|Date Filed|File Name
--------------------------------------------------------------------------------
"""
ROW = "320193|Apple Inc.|8-K|20241104|edgar/data/320193/0000320193-24-000120.txt\n"


def test_recorded_pages_hold_each_accession_once_for_every_role(shared_data: Path) -> None:
    folder = shared_data / "filings/edgar/atom_getcurrent/test_get_all_current_filings"
    pages = [parse_feed(gzip.decompress((folder / f"start_{n * 100:05}.xml.gz").read_bytes())) for n in range(51)]
    entries = [entry for page in pages for entry in page]
    assert len(entries) == 5_100
    assert len({entry.accession for entry in entries}) == 3_315
    assert len({entry.accession for entry in entries if entry.form == "8-K"}) == 275
    assert entries == sorted(entries, key=lambda entry: entry.accepted_at, reverse=True)
    flux = next(entry for entry in entries if entry.accession == "0001493152-25-027595")
    assert (flux.cik, flux.role, flux.items, flux.filing_date) == (
        1_083_743, "Filer", ("8.01", "9.01"), date(2025, 12, 12),
    )  # fmt: skip
    assert flux.accepted_at == datetime(2025, 12, 12, 22, 31, 8, tzinfo=UTC)


def test_the_recorded_page_past_the_end_is_no_feed(shared_data: Path) -> None:
    past = shared_data / "filings/edgar/atom_getcurrent/test_get_all_current_filings/start_05100.xml.gz"
    with pytest.raises(SourceUnreadable):
        parse_feed(gzip.decompress(past.read_bytes()))


def test_an_empty_feed_has_no_entries() -> None:
    assert parse_feed(b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>') == ()


def test_entities_of_a_feed_are_not_expanded() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&a; (0000000001) (Filer)</title></entry></feed>'
    )
    with pytest.raises(SourceUnreadable):
        parse_feed(bomb)


def test_a_daily_index_lists_a_line_for_each_company() -> None:
    (row,) = parse_daily_index((HEADER + ROW).encode())
    assert (row.cik, row.form, row.filing_date, row.accession) == (
        320_193, "8-K", date(2024, 11, 4), "0000320193-24-000120",
    )  # fmt: skip
    assert parse_daily_index(HEADER.encode()) == ()


def test_dates_with_dashes_and_folders_of_accessions_are_read_too() -> None:
    line = "1|Ä Corp|10-K|2024-11-04|edgar/data/1/000000000124000001/0000000001-24-000001.txt\n"
    (row,) = parse_daily_index((HEADER + line).encode("latin-1"))
    assert (row.company, row.accession) == ("Ä Corp", "0000000001-24-000001")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>Down for maintenance</html>",
        HEADER.partition("CIK|")[0] + ROW,
        HEADER.rpartition("----")[0].replace("-", ""),
        HEADER + "320193|Apple Inc.|8-K|20241104\n",
        HEADER + ROW + "320193|Apple Inc.|8-K|20241399|edgar/data/320193/0000320193-24-000121.txt\n",
        HEADER + ROW[: len(ROW) // 2],
    ],
    ids=["empty", "page", "no header", "no rule", "too few columns", "no such day", "cut"],
)
def test_a_file_that_is_no_whole_index_is_refused(body: str) -> None:
    with pytest.raises(SourceUnreadable):
        parse_daily_index(body.encode())


@pytest.mark.parametrize(
    ("day", "quarter"), [((2024, 1, 1), 1), ((2024, 3, 31), 1), ((2024, 4, 1), 2), ((2024, 12, 31), 4)]
)
def test_an_index_lies_in_its_quarter(day: tuple[int, int, int], quarter: int) -> None:
    assert f"/2024/QTR{quarter}/master.2024" in daily_index_path(date(*day))
