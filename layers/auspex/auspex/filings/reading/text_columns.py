"""Tell which dates stand over which column when heads are plain lines of text (FILINGS 7.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_FULL = re.compile(rf"\b{_MONTH}\s+\d{{1,2}}\s*,?\s*(?:19|20)\d\d\b", re.IGNORECASE)
_DAY = re.compile(rf"\b{_MONTH}\s+\d{{1,2}}\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LENGTH = re.compile(
    r"(?:(?:three|six|nine|twelve|[\w-]*teen|twenty-\w+|thirty-\w+|forty|fifty-\w+|\d{1,2})\s+(?:months?|weeks?)"
    r"|(?:first|second|third|fourth)\s+quarter|(?:fiscal\s+)?(?:years?|quarters?))(?:\s+ended)?",
    re.IGNORECASE,
)


def column_paths(heads: Sequence[str], width: int) -> list[tuple[str, ...]]:
    """Return the head path of each of `width` columns: length, day and year, as far as the lines tell.

    Dates or years must be as many as the columns, or be said once for each group of columns ("2023 2022" under "Three
    Months" and under "Six Months"). An empty list says that the heads do not fit the columns.
    """
    text = "\n".join(heads)
    full = [date for head in heads for date in _FULL.findall(head)]
    rest = "\n".join(_FULL.sub(" ", head) for head in heads)
    lengths = _LENGTH.findall(rest)
    if dates := _lay_out(full, width, groups=len(lengths)):
        return [(*length, date) for length, date in zip(_spread(lengths, width), dates, strict=True)]
    if full and width > 1 and len(full) * 2 >= width:
        return []
    years = _lay_out(_YEAR.findall(text), width, groups=len(lengths))
    if not years:
        return []
    days = _spread(_DAY.findall(rest), width)
    return [(*length, *day, year) for length, day, year in zip(_spread(lengths, width), days, years, strict=True)]


def _lay_out(items: Sequence[str], width: int, *, groups: int) -> list[str]:
    """Lay items over columns one each, again for each of `groups` groups; nothing if they do not fit."""
    if len(items) == width:
        return list(items)
    fits = len(items) > 1 and groups > 1 and len(items) * groups == width
    return [items[column % len(items)] for column in range(width)] if fits else []


def _spread(items: Sequence[str], width: int) -> list[tuple[str, ...]]:
    """Lay items over equal groups of neighbouring columns; nothing over any if they do not fit."""
    if not items or width % len(items):
        return [()] * width
    share = width // len(items)
    return [(items[column // share],) for column in range(width)]
