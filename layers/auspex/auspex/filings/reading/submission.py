"""Read the header of a complete submission: what EDGAR states about a filing when no index page is at hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from auspex.filings.reading.items import item_numbers_from_titles

_NEW_YORK = ZoneInfo("America/New_York")
_END = b"</SEC-HEADER>"
_LABEL = re.compile(r"^\s*([A-Z][A-Z /]+):[ \t]*(.*?)\s*$", re.MULTILINE)
_ACCEPTED = re.compile(r"<ACCEPTANCE-DATETIME>(\d{14})")
HEADER_BYTES_MAX = 200_000


class SubmissionUnreadableError(ValueError):
    """The text is not a complete submission: it has no header, or the header names no accession or form."""


@dataclass(frozen=True, slots=True)
class Filer:
    """A company named in a header; `fiscal_year_end` is `MMDD`."""

    cik: int
    name: str
    fiscal_year_end: str | None


@dataclass(frozen=True, slots=True)
class SubmissionHeader:
    """The header's statements; `accepted_at` is UTC (the header shows New York time)."""

    accession: str
    form: str
    item_titles: tuple[str, ...]
    items: tuple[str, ...]
    filing_date: date | None
    report_date: date | None
    accepted_at: datetime | None
    filers: tuple[Filer, ...]


def read_submission_header(raw: bytes) -> SubmissionHeader:
    """Read the `<SEC-HEADER>` of a complete submission. Raises SubmissionUnreadableError where there is none."""
    end = raw.find(_END, 0, HEADER_BYTES_MAX)
    if end < 0:
        raise SubmissionUnreadableError("no <SEC-HEADER>")
    head = raw[:end].decode("utf-8", errors="replace")
    labels = [(match[1], match[2]) for match in _LABEL.finditer(head)]
    first: dict[str, str] = {}
    for name, value in labels:
        first.setdefault(name, value)
    accession, form = first.get("ACCESSION NUMBER"), first.get("CONFORMED SUBMISSION TYPE")
    if not accession or not form:
        raise SubmissionUnreadableError("the header names no accession or no form")
    titles = tuple(value for name, value in labels if name == "ITEM INFORMATION")
    accepted = _ACCEPTED.search(head)
    return SubmissionHeader(
        accession=accession,
        form=form,
        item_titles=titles,
        items=item_numbers_from_titles(titles),
        filing_date=_date(first.get("FILED AS OF DATE")),
        report_date=_date(first.get("CONFORMED PERIOD OF REPORT")),
        accepted_at=None if accepted is None else _instant(accepted[1]),
        filers=_filers(labels),
    )


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    """Turn New York wall time into UTC; of the hour that comes twice in autumn the first is meant."""
    try:
        wall = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=_NEW_YORK)
    except ValueError:
        return None
    return wall.astimezone(UTC)


def _filers(labels: list[tuple[str, str]]) -> tuple[Filer, ...]:
    found: list[Filer] = []
    name = ""
    for label, value in labels:
        if label == "COMPANY CONFORMED NAME":
            name = value
        elif label == "CENTRAL INDEX KEY" and value.isdigit():
            found.append(Filer(int(value), name, None))
        elif label == "FISCAL YEAR END" and found and re.fullmatch(r"\d{4}", value):
            found[-1] = Filer(found[-1].cik, found[-1].name, value)
    return tuple(found)
