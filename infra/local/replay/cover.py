"""Read the facts of a filing from its own document: cover page, inline XBRL, signature. Nothing is guessed.

Used by the manifest's builder only; the analysis of filings reads documents with its own, independent code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lxml import html

SIGNATURE_DAYS_MAX = 120

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"({_MONTHS})\s+(\d{{1,2}})\s*,\s*(20\d\d)", re.IGNORECASE)
_PERIOD = re.compile(
    rf"(?:quarterly period|fiscal year|year) ended:?\s+({_MONTHS})\s+(\d{{1,2}})\s*,\s*(\d{{4}})", re.I
)
_ITEM = re.compile(r"\bI\s?tem\s+(\d\.\d{2})", re.IGNORECASE)
_SIGNATURE = re.compile(r"S\s?I\s?G\s?N\s?A\s?T\s?U\s?R\s?E", re.IGNORECASE)
_FACT = re.compile(r"<ix:nonNumeric\b([^>]*)>(.*?)</ix:nonNumeric>", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE = re.compile(r'(\w+)\s*=\s*"([^"]*)"')
_TITLE = re.compile(r"<title>\s*([\w.-]+)\s*</title>", re.IGNORECASE)
_SCHEMA = re.compile(r'schemaRef\b[^>]*href="([^"/]+)\.xsd"')


@dataclass(frozen=True, slots=True)
class Cover:
    """What a document says about its filing; None and empty where it does not."""

    cik: int | None
    form: str | None
    report_date: date | None
    signed_on: date | None
    items: tuple[str, ...]
    file_stem: str | None
    fiscal_year_end: str | None
    inline_xbrl: bool


def read_cover(body: bytes) -> Cover:
    """Read a primary document (HTML, inline XBRL or not)."""
    markup = body.decode("utf-8", "replace")
    text = " ".join(" ".join(str(piece) for piece in html.document_fromstring(body).itertext()).split())
    facts = _dei_facts(markup)
    form, context = facts.get("DocumentType", (None, None))
    report_date = _context_end(markup, context) if context else _cover_period(text)
    schema, title = _SCHEMA.search(markup), _TITLE.search(markup)
    current = bool(form and form.startswith("8-K"))
    return Cover(
        cik=int(facts["EntityCentralIndexKey"][0]) if "EntityCentralIndexKey" in facts else None,
        form=form or None,
        report_date=report_date,
        signed_on=_signed_on(text, report_date, after=not current) if report_date else None,
        items=tuple(dict.fromkeys(_ITEM.findall(text))) if current else (),
        file_stem=title[1] if schema and title and schema[1] == title[1] else None,
        fiscal_year_end=_month_and_day(facts),
        inline_xbrl="<ix:header" in markup,
    )


def _dei_facts(markup: str) -> dict[str, tuple[str, str]]:
    """Map each `dei:` name to its text and context, the first of each."""
    facts: dict[str, tuple[str, str]] = {}
    for match in _FACT.finditer(markup):
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        prefix, _, name = attributes.get("name", "").partition(":")
        if prefix == "dei":
            value = " ".join(re.sub(r"<[^>]+>", "", match[2]).split())
            facts.setdefault(name, (value, attributes.get("contextRef", "")))
    return facts


def _context_end(markup: str, context: str) -> date | None:
    found = re.search(
        rf'<xbrli:context\b[^>]*\bid="{re.escape(context)}".*?<xbrli:(?:endDate|instant)>\s*(\d{{4}}-\d{{2}}-\d{{2}})',
        markup,
        re.DOTALL,
    )
    return date.fromisoformat(found[1]) if found else None


def _cover_period(text: str) -> date | None:
    found = _PERIOD.search(text[:10_000])
    return _as_date(found) if found else None


def _signed_on(text: str, report_date: date, *, after: bool) -> date | None:
    """Return the first date after the last signature heading that can be one: up to 120 days after the period.

    With `after`, the period's own last day is none: a periodic report is signed later, a current one may be that day.
    """
    earliest = report_date + timedelta(days=int(after))
    for heading in reversed([match.start() for match in _SIGNATURE.finditer(text)]):
        for match in _DATE.finditer(text[heading : heading + 4_000]):
            signed = _as_date(match)
            if earliest <= signed <= report_date + timedelta(days=SIGNATURE_DAYS_MAX):
                return signed
    return None


def _month_and_day(facts: dict[str, tuple[str, str]]) -> str | None:
    value = facts.get("CurrentFiscalYearEndDate", ("", ""))[0]
    found = re.fullmatch(r"--(\d{2})-?(\d{2})", value)
    return found[1] + found[2] if found else None


def _as_date(match: re.Match[str]) -> date:
    return datetime.strptime(" ".join(match.groups()).title(), "%B %d %Y").date()  # noqa: DTZ007 - a day, no instant
