"""EDGAR's envelope around documents, checked against documents that are recorded both ways."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from auspex.filings.adapters.edgar_index import parse_filing_index
from auspex.filings.adapters.edgar_sgml import document_body, header_labels, split_submission

BLOCK = b"<DOCUMENT>\n<TYPE>EX-99.1\n<SEQUENCE>2\n<FILENAME>a.htm\n<TEXT>\n<p>one</p>\n</TEXT>\n</DOCUMENT>\n"
INLINE = (
    b"<DOCUMENT>\n<TYPE>8-K\n<SEQUENCE>1\n<FILENAME>b.htm\n<TEXT>\n<XBRL>\n<html/>\n</XBRL>\n</TEXT>\n</DOCUMENT>\n"
)


def test_the_block_around_a_document_is_taken_off() -> None:
    assert document_body(BLOCK) == b"<p>one</p>\n"


@pytest.mark.parametrize("raw", [b"", b"<html/>", b"<DOCUMENT>\n<TYPE>EX-99.1\n<TEXT>\ncut off"])
def test_a_body_without_a_whole_block_stays_as_it_is(raw: bytes) -> None:
    assert document_body(raw) == raw


def test_of_a_complete_submission_the_first_document_counts() -> None:
    assert document_body(b"<SEC-DOCUMENT>x\n<SEC-HEADER>\n</SEC-HEADER>\n" + BLOCK) == b"<p>one</p>\n"


def test_inline_documents_are_served_bare_and_others_in_their_block() -> None:
    inline, exhibit = split_submission(INLINE + BLOCK)
    assert (inline.served, inline.body) == (b"<html/>\n", b"<html/>\n")
    assert (exhibit.served, exhibit.body) == (BLOCK, b"<p>one</p>\n")
    assert (exhibit.type, exhibit.sequence, exhibit.filename) == ("EX-99.1", 2, "a.htm")


def test_a_picture_is_known_by_its_encoding() -> None:
    picture = BLOCK.replace(b"<p>one</p>", b"begin 644 a.jpg\nM_]C\n`\nend")
    assert next(split_submission(picture)).encoded


def test_labels_of_a_header_keep_every_value() -> None:
    text = b"<ACCEPTANCE-DATETIME>20240102030405\nITEM INFORMATION:\t\tOne\nITEM INFORMATION:\t\tTwo\n</SEC-HEADER>"
    assert header_labels(text) == {"ITEM INFORMATION": ["One", "Two"], "ACCEPTANCE-DATETIME": ["20240102030405"]}


def test_recorded_documents_and_sizes_agree_with_their_submissions(shared_data: Path) -> None:
    archives = shared_data / "filings" / "edgar" / "archives"
    compared = sizes = 0
    for page in sorted(archives.glob("*-index.html.gz")):
        cik, _, rest = page.name.partition("__")
        accession = rest.removesuffix("-index.html.gz")
        text = archives / f"{cik}__{accession.replace('-', '')}__{accession}.txt.gz"
        if not text.exists():
            continue
        documents = {one.filename: one for one in split_submission(gzip.decompress(text.read_bytes()))}
        for listed in parse_filing_index(gzip.decompress(page.read_bytes()), accession).documents:
            found = documents[listed.filename]
            if not found.encoded:
                assert len(found.served) == listed.size, listed.filename
                sizes += 1
            single = archives / f"{cik}__{accession.replace('-', '')}__{listed.filename}.gz"
            if single.exists():
                assert found.served == gzip.decompress(single.read_bytes())
                compared += 1
    assert (compared, sizes) == (3, 21)
