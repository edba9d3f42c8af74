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

    Full dates or years must be as many as the columns, or divide them evenly ("2023 2022" said once for two groups);
    lengths are spread evenly. An empty list says that the heads do not fit the columns.
    """
    text = " ".join(heads)
    full = _FULL.findall(text)
    rest = _FULL.sub(" ", text)
    lengths = _spread(_LENGTH.findall(rest) or _LENGTH.findall(text), width)
    if full and (dates := _repeat(full, width)):
        return [(*length, day) for length, day in zip(lengths, dates, strict=True)]
    years = _repeat(_YEAR.findall(text), width)
    if not years:
        return []
    days = _spread(_DAY.findall(rest), width)
    return [(*length, *day, year) for length, day, year in zip(lengths, days, years, strict=True)]


def _repeat(items: Sequence[str], width: int) -> list[str]:
    """Lay items over columns one each, starting again for each group of columns; nothing if they do not fit."""
    if not items or width % len(items):
        return []
    return [items[column % len(items)] for column in range(width)]


def _spread(items: Sequence[str], width: int) -> list[tuple[str, ...]]:
    """Lay items over equal groups of neighbouring columns; nothing over any if they do not fit."""
    if not items or width % len(items):
        return [()] * width
    share = width // len(items)
    return [(items[column // share],) for column in range(width)]
