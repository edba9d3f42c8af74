"""Look companies up by what a person types: the names that questions understand, and beginnings of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all
from auspex.core.limits import COMPANIES_FOUND_MAX
from auspex.filings.answers.companies import KnownCompany, find_companies, name_words
from auspex.filings.company_reads import SQL, find_companies_by_name, list_candidates

EXACT, ALIAS, PREFIX = "exact", "alias", "prefix"
_RANKS = (EXACT, ALIAS, PREFIX)


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """Companies, the best match first, each with its `match`, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def look_up_companies(connection: Connection, text: str, *, limit: int, cursor: str | None) -> CompanyPage:
    """Return companies that a text names: `exact` by ticker or CIK, `alias` by name, else `prefix` by a beginning.

    What a question would take for a company is found here by the same code. Of more than 500 the first by ticker are
    known. Raises MalformedRequest for a foreign cursor.
    """
    filters = {"list": "companies", "q": text}
    after: list[Any] = decode_cursor(cursor, filters=filters) if cursor else [-1, "", 0]
    matches = _matches(connection, text)
    rows = fetch_all(connection, SQL["list_company_rows"], {"ciks": sorted(matches)})
    ordered = sorted(rows, key=lambda row: _place(row, matches))
    left = [row | {"match": matches[row["cik"]]} for row in ordered if _place(row, matches) > after]
    kept = left[:limit]
    more = len(left) > limit
    return CompanyPage(kept, encode_cursor(_place(kept[-1], matches), filters=filters) if more else None)


def _place(row: dict[str, Any], matches: dict[int, str]) -> list[Any]:
    return [_RANKS.index(matches[row["cik"]]), row["ticker"] or row["name"], row["cik"]]


def _matches(connection: Connection, text: str) -> dict[int, str]:
    """Return the match of every company found, the best where several hold."""
    asked = text.strip().upper()
    found = {
        row["cik"]: PREFIX
        for row in fetch_all(
            connection, SQL["list_companies_by_beginning"], {"beginning": asked, "rows_max": COMPANIES_FOUND_MAX}
        )
    }
    for mention in find_companies(asked, list_candidates(connection, asked)):
        for company in mention.companies:
            found[company.cik] = ALIAS if _names(asked, company) else PREFIX
    for company in find_companies_by_name(connection, [asked]).values():
        found[company.cik] = EXACT
    return found


def _names(asked: str, company: KnownCompany) -> bool:
    """Tell whether a text is a company's whole name or an alias, legal suffixes aside."""
    words = name_words(asked)
    return any(words == name_words(name) for name in (company.name, *company.aliases))
