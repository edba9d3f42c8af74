"""Headers of complete submissions, checked against every recorded one."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from auspex.filings.reading.submission import Filer, SubmissionUnreadableError, read_submission_header

HEADER = b"""<SEC-DOCUMENT>0001-24-000001.txt : 20240703
<SEC-HEADER>0001-24-000001.hdr.sgml : 20240703
<ACCEPTANCE-DATETIME>20240703162204
ACCESSION NUMBER:		0001-24-000001
CONFORMED SUBMISSION TYPE:	8-K
CONFORMED PERIOD OF REPORT:	20240701
ITEM INFORMATION:		Results of Operations and Financial Condition
ITEM INFORMATION:		Financial Statements and Exhibits
FILED AS OF DATE:		20240703
FILER:
	COMPANY DATA:
		COMPANY CONFORMED NAME:			Widget Co
		CENTRAL INDEX KEY:			0001364742
		FISCAL YEAR END:			1231
</SEC-HEADER>
"""


def test_a_header_says_what_was_filed_when_in_utc() -> None:
    header = read_submission_header(HEADER)
    assert (header.accession, header.form, header.items) == ("0001-24-000001", "8-K", ("2.02", "9.01"))
    assert (header.filing_date, header.report_date) == (date(2024, 7, 3), date(2024, 7, 1))
    assert header.accepted_at == datetime(2024, 7, 3, 20, 22, 4, tzinfo=UTC)
    assert header.filers == (Filer(1364742, "Widget Co", "1231"),)


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("20240115163000", datetime(2024, 1, 15, 21, 30, tzinfo=UTC)),
        ("20240310030000", datetime(2024, 3, 10, 7, 0, tzinfo=UTC)),
        ("20241103013000", datetime(2024, 11, 3, 5, 30, tzinfo=UTC)),
        ("20249999999999", None),
    ],
)
def test_new_york_time_becomes_utc_in_summer_and_winter(wall: str, utc: datetime | None) -> None:
    assert read_submission_header(HEADER.replace(b"20240703162204", wall.encode())).accepted_at == utc


@pytest.mark.parametrize("raw", [b"", b"<html>", b"<SEC-HEADER>\nno labels\n</SEC-HEADER>"])
def test_other_texts_are_refused(raw: bytes) -> None:
    with pytest.raises(SubmissionUnreadableError):
        read_submission_header(raw)


def test_recorded_headers_agree_with_their_ground_truth(shared_data: Path) -> None:
    folder = shared_data / "filings" / "edgar"
    truth = json.loads((folder / "archives_header_ground_truth.json").read_text())
    assert len(truth) == 32
    for row in truth:
        header = read_submission_header(gzip.decompress((folder / "archives" / f"{row['file']}.gz").read_bytes()))
        assert header.accession == row["accession"]
        assert header.form == row["form"]
        assert list(header.item_titles) == row["items"]
        assert len(header.items) == len(row["items"])
        assert (header.filing_date or date.min).strftime("%Y%m%d") == row["filed"]
        assert ("" if header.report_date is None else header.report_date.strftime("%Y%m%d")) == row["period"]
        assert int(row["cik"]) in {filer.cik for filer in header.filers}
        assert header.accepted_at is not None
