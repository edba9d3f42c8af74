"""Read and move calendar dates as filings write them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
FULL_DATE = re.compile(rf"\b{MONTH}\s*(\d{{1,2}})\s*,?\s*((?:19|20)\d\d)\b", re.IGNORECASE)
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def read_date(text: str) -> date | None:
    """Read the first full date in a text: `March 3, 2023`, `3/3/2023` or `2023-03-03`."""
    if (match := FULL_DATE.search(text)) is not None:
        return make_date(int(match.group(3)), MONTHS[match.group(1).lower()], int(match.group(2)))
    if (match := _ISO.search(text)) is not None:
        return make_date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
    if (match := _SLASHED.search(text)) is not None:
        year = int(match.group(3))
        return make_date(year + 2000 if year < 100 else year, int(match.group(1)), int(match.group(2)))
    return None


def list_dates(text: str) -> list[date]:
    """List the full dates written in words in a text, in order."""
    found = (make_date(int(m.group(3)), MONTHS[m.group(1).lower()], int(m.group(2))) for m in FULL_DATE.finditer(text))
    return [item for item in found if item is not None]


def make_date(year: int, month: int, day: int) -> date | None:
    """Make a date of its parts; None if the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_month_end(day: date) -> bool:
    """Whether a day closes its month."""
    return day.day == monthrange(day.year, day.month)[1]


def add_months(day: date, months: int) -> date:
    """Move a day by whole months; a month's end stays a month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, last if is_month_end(day) else min(day.day, last))


def in_year(day: date, year: int) -> date:
    """Move a day to the same day of another year."""
    return add_months(day, 12 * (year - day.year))
