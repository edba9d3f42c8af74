"""Submissions in columns, their paging, and acceptance times that are not always UTC."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.adapters.edgar_index import new_york_to_utc
from auspex.filings.adapters.edgar_sgml import header_labels
from auspex.filings.adapters.edgar_submissions import (
    parse_older_filings,
    parse_submissions,
    resolve_acceptance,
)
from auspex.filings.source_errors import SourceUnreadable

CORPUS = Path(__file__).parents[3] / "infra" / "local" / "replay" / "corpus" / "data" / "submissions"


def sample() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CORPUS / "CIK9999999001.json").read_text(encoding="utf-8"))
    return document


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def test_a_company_and_its_filings_come_newest_first() -> None:
    found = parse_submissions(encoded(sample()), etag='"e"')
    assert (found.cik, found.tickers, found.fiscal_year_end, found.etag) == (9999999001, ("FLRK",), "1231", '"e"')
    assert [filing.form for filing in found.filings] == ["10-K/A", "10-K", "8-K/A", "10-Q", "8-K", "8-K"]
    release = found.filings[4]
    assert release.items == ("2.02", "9.01")
    assert release.inline_xbrl
    assert found.sample


def test_older_pages_are_named_with_the_days_they_span() -> None:
    found = parse_submissions(encoded(sample()))
    (page,) = found.older
    assert (page.name, page.filed_to) == ("CIK9999999001-submissions-001.json", date(1998, 3, 27))
    (filing,) = parse_older_filings((CORPUS / page.name).read_bytes())
    assert (filing.form, filing.filing_date) == ("10-K", date(1998, 3, 27))


def test_a_company_without_filings_is_no_error() -> None:
    document = sample()
    document["filings"] = {"recent": {name: [] for name in document["filings"]["recent"]}, "files": []}
    assert parse_submissions(encoded(document)).filings == ()


@pytest.mark.parametrize("body", [b"", b"<Error/>", b"[]", b"{}", b'{"cik": "1", "name": "x"}', b'{"filings": 3}'])
def test_anything_but_submissions_is_unreadable(body: bytes) -> None:
    with pytest.raises(SourceUnreadable):
        parse_submissions(body)


def test_columns_of_different_length_are_unreadable() -> None:
    document = sample()
    document["filings"]["recent"]["form"].pop()
    with pytest.raises(SourceUnreadable, match="length"):
        parse_submissions(encoded(document))


@pytest.mark.parametrize("name", ["../../etc/passwd", "CIK1-submissions-001.json", "http://elsewhere.example/x.json"])
def test_a_page_name_that_leads_elsewhere_is_unreadable(name: str) -> None:
    document = sample()
    document["filings"]["files"][0]["name"] = name
    with pytest.raises(SourceUnreadable):
        parse_submissions(encoded(document))


def test_a_malformed_accession_is_unreadable() -> None:
    document = sample()
    document["filings"]["recent"]["accessionNumber"][0] = "0000320193-24-81"
    with pytest.raises(SourceUnreadable):
        parse_submissions(encoded(document))


@pytest.mark.parametrize(
    ("stated", "form", "filed", "accepted"),
    [
        # 21:36 New York time would have made it the next day's filing: the file states UTC.
        ("2024-02-21T21:36:57.000Z", "10-K", date(2024, 2, 21), datetime(2024, 2, 21, 21, 36, 57, tzinfo=UTC)),
        # 06:01 UTC is two in the morning in New York, when EDGAR is closed: the file states New York time.
        ("2024-11-01T06:01:36.000Z", "10-K", date(2024, 11, 1), datetime(2024, 11, 1, 10, 1, 36, tzinfo=UTC)),
        # A Friday evening counts as Monday.
        ("2023-08-25T23:36:34.000Z", "10-Q", date(2023, 8, 28), datetime(2023, 8, 25, 23, 36, 34, tzinfo=UTC)),
        # Both 16:30 and 12:30 in New York fit.
        ("2023-08-03T16:30:21.000Z", "8-K", date(2023, 8, 3), None),
        # Neither fits: the filing date lies before.
        ("2023-08-03T16:30:21.000Z", "8-K", date(2023, 8, 1), None),
    ],
)
def test_an_acceptance_time_counts_only_when_one_reading_fits(
    stated: str, form: str, filed: date, accepted: datetime | None
) -> None:
    assert resolve_acceptance(stated, form, filed) == accepted


@given(
    st.integers(min_value=0, max_value=20 * 366 * 86_400),
    st.sampled_from(["8-K", "10-Q", "4", "S-3"]),
    st.integers(min_value=-2, max_value=6),
)
def test_a_resolved_time_is_one_of_the_two_readings(seconds: int, form: str, later: int) -> None:
    at = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    found = resolve_acceptance(f"{at:%Y-%m-%dT%H:%M:%S}.000Z", form, at.date() + timedelta(days=later))
    if found is not None:
        assert (found - at) in (timedelta(), timedelta(hours=4), timedelta(hours=5))


def test_recorded_times_agree_with_the_headers_of_their_submissions(shared_data: Path) -> None:
    """The recorded file of this company holds New York times marked as UTC; what is resolved must be right."""
    edgar = shared_data / "filings" / "edgar"
    rows = parse_submissions(
        gzip.decompress((edgar / "submissions" / "CIK0001796129_317cbeabb2ca.json.gz").read_bytes())
    )
    by_accession = {row.accession: row for row in rows.filings}
    checked = 0
    for path in (edgar / "archives").glob("1796129__*.txt.gz"):
        labels = header_labels(gzip.decompress(path.read_bytes()))
        row = by_accession[labels["ACCESSION NUMBER"][0]]
        stamp = labels["ACCEPTANCE-DATETIME"][0]
        local = datetime.fromisoformat(f"{stamp[:8]}T{stamp[8:]}")
        assert row.accepted_at in (None, new_york_to_utc(local))
        checked += 1
    assert checked == 3


def test_every_recorded_company_is_read(shared_data: Path) -> None:
    counts = {}
    for path in sorted((shared_data / "filings" / "edgar" / "submissions").glob("CIK0*.json.gz")):
        found = parse_submissions(gzip.decompress(path.read_bytes()))
        counts[found.cik] = len(found.filings)
    assert (counts[320193], counts[1045810], counts[350001]) == (1005, 1007, 0)
