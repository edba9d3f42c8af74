"""Read EDGAR's submissions JSON: a company and its filings in columns, the recent ones first.

`acceptanceDateTime` ends in Z but is not always UTC: recorded files hold both UTC and New York clock times, even within
one file (accession 0001193125-25-012209 states the header's 16:08:25 New York time as 16:08:25Z). So it is only trusted
where EDGAR's opening hours and its 17:30 rule leave one reading; the filing's index page always tells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from auspex.filings.adapters.edgar_index import ACCESSION, EDGAR_TIME_ZONE, new_york_to_utc
from auspex.filings.source_errors import SourceUnreadable

OLDER_PAGE_NAME = re.compile(r"CIK\d{10}-submissions-\d{3,4}\.json")
OPENS, CLOSES, SAME_DAY_UNTIL = time(6, 0), time(22, 0), time(17, 30)
DAYS_TO_NEXT_BUSINESS_DAY_MAX = 5
_NEXT_DAY_AFTER_1730 = frozenset({"8-K", "10-Q", "10-K"})
_REQUIRED = ("accessionNumber", "filingDate", "form")


@dataclass(frozen=True, slots=True)
class SubmittedFiling:
    """One row of a company's submissions. `accepted_at` is UTC, None where the file does not tell it unambiguously."""

    accession: str
    form: str
    items: tuple[str, ...]
    filing_date: date | None
    report_date: date | None
    accepted_at: datetime | None
    primary_document: str
    inline_xbrl: bool


@dataclass(frozen=True, slots=True)
class OlderPage:
    """A further file of the same company that holds its filings of an earlier time."""

    name: str
    filing_count: int
    filed_from: date
    filed_to: date


@dataclass(frozen=True, slots=True)
class Submissions:
    """A company as its submissions file shows it; `fiscal_year_end` is MMDD."""

    cik: int
    name: str
    tickers: tuple[str, ...]
    exchanges: tuple[str, ...]
    sic: str | None
    fiscal_year_end: str | None
    former_names: tuple[str, ...]
    filings: tuple[SubmittedFiling, ...]
    older: tuple[OlderPage, ...]
    etag: str | None = None
    sample: bool = False
    generated: bool = False


def parse_submissions(body: bytes, *, etag: str | None = None) -> Submissions:
    """Parse `CIK##########.json`. Raises SourceUnreadable."""
    document = load_object(body, "submissions")
    try:
        filings = document["filings"]
        return Submissions(
            cik=int(document["cik"]),
            name=str(document["name"]),
            tickers=_strings(document.get("tickers")),
            exchanges=_strings(document.get("exchanges")),
            sic=str(document.get("sic") or "") or None,
            fiscal_year_end=str(document.get("fiscalYearEnd") or "") or None,
            former_names=tuple(str(former["name"]) for former in document.get("formerNames") or ()),
            filings=tuple(_rows(filings["recent"])),
            older=tuple(_older(page) for page in filings.get("files") or ()),
            etag=etag,
            sample=document.get("sample") is True,
            generated=document.get("generated") is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SourceUnreadable(f"a submissions file is not as expected: {error!r}") from error


def parse_older_filings(body: bytes) -> tuple[SubmittedFiling, ...]:
    """Parse `CIK##########-submissions-###.json`, whose columns stand at the top. Raises SourceUnreadable."""
    try:
        return tuple(_rows(load_object(body, "an older submissions page")))
    except (KeyError, TypeError, ValueError) as error:
        raise SourceUnreadable(f"an older submissions page is not as expected: {error!r}") from error


def resolve_acceptance(stated: str, form: str, filing_date: date) -> datetime | None:
    """Return the UTC moment behind a stated acceptance time if exactly one reading fits the filing date, else None.

    A reading fits when EDGAR was open (weekdays, 6:00 to 22:00 New York time) and the filing date is that day for
    acceptance by 17:30, else a later one. Ownership and other forms may keep the day until 22:00, so for them both fit.
    """
    strict = form.removesuffix("/A") in _NEXT_DAY_AFTER_1730
    clock = datetime.fromisoformat(stated.replace("Z", "+00:00")).replace(tzinfo=None)
    readings = {
        moment
        for moment in (clock.replace(tzinfo=UTC), new_york_to_utc(clock))
        if _fits(moment.astimezone(EDGAR_TIME_ZONE), filing_date, strict=strict)
    }
    return readings.pop() if len(readings) == 1 else None


def load_object(body: bytes, what: str) -> dict[str, Any]:
    """Decode a JSON object. Raises SourceUnreadable when the body is none."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise SourceUnreadable(f"{what}: the body is no JSON") from error
    if not isinstance(document, dict):
        raise SourceUnreadable(f"{what}: the body is no JSON object")
    return document


def _fits(local: datetime, filing_date: date, *, strict: bool) -> bool:
    if local.weekday() >= 5 or not OPENS <= local.time() <= CLOSES:
        return False
    days_later = (filing_date - local.date()).days
    if local.time() <= SAME_DAY_UNTIL:
        return days_later == 0
    return (1 if strict else 0) <= days_later <= DAYS_TO_NEXT_BUSINESS_DAY_MAX


def _rows(columns: dict[str, Any]) -> Iterator[SubmittedFiling]:
    accessions = columns["accessionNumber"]
    if any(len(columns[name]) != len(accessions) for name in _REQUIRED):
        raise ValueError("columns differ in length")
    for at, accession in enumerate(accessions):
        row = {name: column[at] for name, column in columns.items() if isinstance(column, list) and at < len(column)}
        if not ACCESSION.fullmatch(accession):
            raise ValueError(f"accession {accession!r}")
        yield _row(row)


def _row(row: dict[str, Any]) -> SubmittedFiling:
    filing_date = date.fromisoformat(row["filingDate"]) if row.get("filingDate") else None
    stated = row.get("acceptanceDateTime")
    return SubmittedFiling(
        accession=row["accessionNumber"],
        form=row["form"],
        items=tuple(item.strip() for item in str(row.get("items") or "").split(",") if item.strip()),
        filing_date=filing_date,
        report_date=date.fromisoformat(row["reportDate"]) if row.get("reportDate") else None,
        accepted_at=resolve_acceptance(stated, row["form"], filing_date) if stated and filing_date else None,
        primary_document=str(row.get("primaryDocument") or ""),
        inline_xbrl=bool(row.get("isInlineXBRL")),
    )


def _older(page: dict[str, Any]) -> OlderPage:
    name = str(page["name"])
    if not OLDER_PAGE_NAME.fullmatch(name):
        raise ValueError(f"page name {name!r}")
    return OlderPage(
        name=name,
        filing_count=int(page["filingCount"]),
        filed_from=date.fromisoformat(page["filingFrom"]),
        filed_to=date.fromisoformat(page["filingTo"]),
    )


def _strings(values: list[Any] | None) -> tuple[str, ...]:
    return tuple(str(value) for value in values or () if value)
