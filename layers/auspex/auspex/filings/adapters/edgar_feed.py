"""Read EDGAR's feed of latest filings: Atom in ISO-8859-1, newest first, a hundred entries a page.

One accession has an entry for each of its filers, issuers, subjects and reporting owners; `updated` is its acceptance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lxml import etree

from auspex.filings.adapters.edgar_index import ACCESSION
from auspex.filings.source_errors import SourceUnreadable

ENTRIES_PER_PAGE = 100
_ATOM = "{http://www.w3.org/2005/Atom}"
_TITLE = re.compile(r"\((?P<cik>\d{10})\)\s*\((?P<role>[^()]+)\)\s*$")
_FILED = re.compile(r"Filed:</b>\s*(\d{4}-\d{2}-\d{2})")
_ITEM = re.compile(r"\bItem (\d{1,2}\.\d{2})\b")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One accession in one role. `accepted_at` is UTC, `items` those that an 8-K's entry names."""

    accession: str
    cik: int
    role: str
    form: str
    filing_date: date
    accepted_at: datetime
    items: tuple[str, ...]


def parse_feed(body: bytes) -> tuple[FeedEntry, ...]:
    """Parse a page of the feed; an empty one has no entries. Raises SourceUnreadable for anything that is no feed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceUnreadable(f"the feed is no XML: {error}") from error
    if root.tag != f"{_ATOM}feed":
        raise SourceUnreadable(f"the feed's page is a {root.tag}")
    return tuple(_entry(element) for element in root.iterfind(f"{_ATOM}entry"))


def _entry(element: etree._Element) -> FeedEntry:
    title, summary = _text(element, "title"), _text(element, "summary")
    accession = _text(element, "id").rpartition("accession-number=")[2]
    category = element.find(f"{_ATOM}category")
    named, filed = _TITLE.search(title), _FILED.search(summary)
    if named is None or filed is None or category is None or not ACCESSION.fullmatch(accession):
        raise SourceUnreadable(f"an entry of the feed is not as expected: {title[:100]!r}")
    try:
        return FeedEntry(
            accession=accession,
            cik=int(named["cik"]),
            role=named["role"].strip(),
            form=category.get("term") or title.partition(" - ")[0],
            filing_date=date.fromisoformat(filed[1]),
            accepted_at=datetime.fromisoformat(_text(element, "updated")).astimezone(UTC),
            items=tuple(dict.fromkeys(_ITEM.findall(summary))),
        )
    except ValueError as error:
        raise SourceUnreadable(f"an entry of the feed is not as expected: {error}") from error


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{_ATOM}{name}") or "").strip()
