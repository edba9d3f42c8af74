"""The index page of a filing, as EDGAR writes it and as the replay server composes it."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from auspex.filings.adapters.edgar_index import (
    FilingIndex,
    IndexDocument,
    documents_to_fetch,
    new_york_to_utc,
    parse_filing_index,
)
from auspex.filings.source_errors import SourceUnreadable

CORPUS = Path(__file__).parents[3] / "infra" / "local" / "replay" / "corpus"
RELEASE = "9999999001-24-000018"


def sample_page(accession: str = RELEASE) -> bytes:
    (path,) = CORPUS.glob(f"www/Archives/edgar/data/*/*/{accession}-index.html")
    return path.read_bytes()


def recorded_index(shared_data: Path, name: str) -> FilingIndex:
    body = gzip.decompress((shared_data / "filings" / "edgar" / "archives" / f"{name}-index.html.gz").read_bytes())
    return parse_filing_index(body, name.partition("__")[2])


def document(sequence: int, kind: str, filename: str) -> IndexDocument:
    return IndexDocument(sequence=sequence, type=kind, filename=filename, size=1, url=f"/Archives/{filename}")


def index_of(*documents: IndexDocument) -> FilingIndex:
    return FilingIndex(RELEASE, "8-K", (), date(2024, 1, 2), None, None, documents, (), None)


def test_a_composed_page_gives_form_items_dates_and_documents() -> None:
    index = parse_filing_index(sample_page(), RELEASE)
    assert (index.form, index.items) == ("8-K", ("2.02", "9.01"))
    assert (index.filing_date, index.report_date) == (date(2024, 10, 29), date(2024, 10, 29))
    assert [(d.sequence, d.type) for d in index.documents] == [(1, "8-K"), (2, "EX-99.1")]
    assert index.sample
    assert not index.generated


def test_the_accepted_time_is_new_york_time_and_comes_out_in_utc() -> None:
    summer = parse_filing_index(sample_page(), RELEASE)
    winter = parse_filing_index(sample_page("9999999001-25-000003"), "9999999001-25-000003")
    assert summer.accepted_at == datetime(2024, 10, 29, 20, 5, 31, tzinfo=UTC)
    assert winter.accepted_at == datetime(2025, 2, 21, 22, 48, 2, tzinfo=UTC)


def test_the_hour_that_autumn_repeats_is_read_as_its_first() -> None:
    assert new_york_to_utc(datetime.fromisoformat("2024-11-03T01:30:00")) == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)


def test_a_page_of_another_accession_is_refused() -> None:
    with pytest.raises(SourceUnreadable, match=RELEASE):
        parse_filing_index(sample_page(), "9999999001-24-000019")


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"<html><body>Nothing here</body></html>", b"{}"])
def test_anything_but_an_index_page_is_unreadable(body: bytes) -> None:
    with pytest.raises(SourceUnreadable):
        parse_filing_index(body, RELEASE)


def test_a_page_without_a_filing_date_has_no_header() -> None:
    index = FilingIndex(RELEASE, "8-K", (), None, None, None, (document(1, "8-K", "a.htm"),), (), None)
    with pytest.raises(SourceUnreadable, match="filing date"):
        index.header(1)


def test_the_header_is_that_of_the_primary_document() -> None:
    header = parse_filing_index(sample_page(), RELEASE).header(9_999_999_001)
    assert header.primary_document == "flrk-20241029.htm"
    assert header.inline_xbrl
    assert header.items == ("2.02", "9.01")


def test_primary_document_and_wanted_exhibits_are_fetched_and_nothing_else() -> None:
    chosen = [document(1, "8-K", "main.htm"), document(2, "EX-10.1", "x.htm"), document(3, "EX-13", "y.htm"),
              document(4, "EX-99", "z.htm"), document(5, "EX-99.2", "w.txt")]  # fmt: skip
    others = [document(6, "EX-101.SCH", "a.xsd"), document(7, "EX-31.1", "b.htm"), document(8, "GRAPHIC", "c.jpg"),
              document(9, "EX-99.3", "slides.pdf"), document(10, "EX-104", "d.htm")]  # fmt: skip
    assert list(documents_to_fetch(index_of(*chosen, *others))) == chosen


def test_a_primary_document_is_fetched_whatever_its_kind() -> None:
    letter = document(1, "LETTER", "filename1.pdf")
    assert documents_to_fetch(index_of(letter)) == (letter,)


def test_the_page_of_an_old_filing_lists_its_submission_as_the_document() -> None:
    index = parse_filing_index(sample_page("9999999001-98-000002"), "9999999001-98-000002")
    assert [d.filename for d in documents_to_fetch(index)] == ["9999999001-98-000002.txt"]
    assert index.full_submission_url is not None
    assert index.full_submission_url.endswith("/9999999001-98-000002.txt")


def test_a_recorded_page_loses_its_viewer_link_and_keeps_its_inline_mark(shared_data: Path) -> None:
    index = recorded_index(shared_data, "1364742__0001193125-23-048785")
    primary = index.primary
    assert primary is not None
    assert primary.url == "/Archives/edgar/data/1364742/000119312523048785/d435686d8k.htm"
    assert (primary.inline_xbrl, primary.size) == (True, 23537)
    assert index.accepted_at == datetime(2023, 2, 24, 21, 22, 4, tzinfo=UTC)
    assert (index.filers[0].cik, index.filers[0].name) == (1364742, "BlackRock Inc.")


def test_every_item_of_a_recorded_page_is_read(shared_data: Path) -> None:
    index = recorded_index(shared_data, "72333__0000072333-23-000015")
    assert index.items == ("5.02", "9.01")
    assert [d.type for d in documents_to_fetch(index)] == ["8-K", "EX-10.1", "EX-10.2"]


def test_a_release_behind_an_8_k_is_always_fetched(shared_data: Path) -> None:
    index = recorded_index(shared_data, "19617__0000019617-26-000241")
    assert [d.type for d in documents_to_fetch(index)] == ["8-K", "EX-99.1"]


def test_a_style_sheets_view_of_an_ownership_form_is_no_document(shared_data: Path) -> None:
    index = recorded_index(shared_data, "1609804__0000950142-22-003095")
    assert [d.filename for d in index.documents] == ["es220296680_4-davis.xml"]
    assert [f.role for f in index.filers] == ["Reporting", "Issuer"]
