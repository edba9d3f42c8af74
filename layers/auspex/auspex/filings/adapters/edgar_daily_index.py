"""Read EDGAR's daily master index: what was disseminated on one day, a line for each company a filing names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from auspex.filings.source_errors import SourceUnreadable

_COLUMNS = "cik|company name|form type|date filed|file name"
_RULE = re.compile(r"-{20,}")
_FILE = re.compile(r"edgar/data/\d+/(?:\d{18}/)?(?P<accession>\d{10}-\d{2}-\d{6})\.txt")


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A filing of one company as the index lists it."""

    cik: int
    company: str
    form: str
    filing_date: date
    accession: str


def daily_index_path(day: date) -> str:
    """Return where the master index of a day lies."""
    return f"/Archives/edgar/daily-index/{day:%Y}/QTR{(day.month - 1) // 3 + 1}/master.{day:%Y%m%d}.idx"


def parse_daily_index(body: bytes) -> tuple[IndexRow, ...]:
    """Parse a master index; a day without filings has its header alone.

    Raises SourceUnreadable when header or rule is missing, or for the first line that does not fit: a file that is
    read in part would hide what it lacks.
    """
    lines = [line.rstrip() for line in body.decode("latin-1").splitlines()]
    names = [line.lower().replace("filename", "file name") for line in lines]
    header = names.index(_COLUMNS) if _COLUMNS in names else None
    if header is None or header + 1 >= len(lines) or not _RULE.fullmatch(lines[header + 1]):
        raise SourceUnreadable("a daily index without its header")
    return tuple(
        _row(line, number) for number, line in enumerate(lines[header + 2 :], start=header + 3) if line.strip()
    )


def _row(line: str, number: int) -> IndexRow:
    parts = [part.strip() for part in line.split("|")]
    found = _FILE.fullmatch(parts[-1])
    if len(parts) != 5 or found is None or not parts[0].isdecimal():
        raise SourceUnreadable(f"line {number} of a daily index is not as expected: {line[:100]!r}")
    try:
        filed = datetime.strptime(parts[3].replace("-", ""), "%Y%m%d").date()  # noqa: DTZ007 - a day, no instant
    except ValueError as error:
        raise SourceUnreadable(f"line {number} of a daily index: {error}") from error
    return IndexRow(cik=int(parts[0]), company=parts[1], form=parts[2], filing_date=filed, accession=found["accession"])
