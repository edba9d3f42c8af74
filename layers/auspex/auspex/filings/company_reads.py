"""Reads of companies: those a question may name, those a caller names by ticker, and what is stored of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.problems import pointer_error
from auspex.filings.answers.companies import KnownCompany, name_words, ticker_words
from auspex.filings.problems import UnknownTicker

SQL = load_sql(Path(__file__).with_suffix(".sql"))
CANDIDATES_MAX = 500
NEAREST_MAX = 5
CHOICES_MAX = 10
CIK_DIGITS_MAX = 10
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9&]*")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many filings of a company can be read, and the day its last annual report closed."""

    filings: int
    year_end: date | None


def list_candidates(connection: Connection, text: str) -> tuple[KnownCompany, ...]:
    """Return the companies that a question's words may name; `companies.find_companies` decides."""
    words = {w.lower() for w in _WORD.findall(re.sub(r"['’]s\b", " ", text))}
    words |= {part for word in words for part in name_words(word)}
    rows = fetch_all(
        connection,
        SQL["list_companies_by_word"],
        {"tickers": list(ticker_words(text)), "words": sorted(words), "rows_max": CANDIDATES_MAX},
    )
    return tuple(_company(row) for row in rows)


def find_companies_by_name(connection: Connection, asked: Sequence[str]) -> dict[str, KnownCompany]:
    """Return the companies that tickers (in capitals) and CIKs name, by the name they were asked for.

    Whoever names a company, in a question, an ingestion, a watchlist or a look-up, comes through here.
    """
    rows = fetch_all(connection, SQL["list_companies_by_ticker"], {"tickers": list(asked)})
    found = {str(row["asked"]): _company(row) for row in rows}
    ciks = [int(name) for name in asked if name.isascii() and name.isdigit() and len(name) <= CIK_DIGITS_MAX]
    if ciks:
        rows = fetch_all(connection, SQL["list_companies_by_cik"], {"ciks": ciks})
        companies = {row["cik"]: _company(row) for row in rows}
        numbers = [name for name in asked if name.isascii() and name.isdigit()]
        found |= {name: companies[int(name)] for name in numbers if int(name) in companies}
    return found


def load_companies(connection: Connection, tickers: Sequence[str], *, pointer: str) -> tuple[KnownCompany, ...]:
    """Return the companies of the given tickers or CIKs. Raises UnknownTicker with similar names for the first miss.

    `pointer` is the JSON Pointer of the list in the request body.
    """
    asked = [ticker.strip().upper() for ticker in tickers]
    found = find_companies_by_name(connection, asked)
    for place, ticker in enumerate(asked):
        if ticker not in found:
            raise _unknown(connection, ticker, pointer=f"{pointer}/{place}")
    return tuple({company.cik: company for company in found.values()}.values())


def load_company(connection: Connection, ticker: str, *, pointer: str) -> KnownCompany:
    """Return the company of one ticker or CIK; `pointer` is that field's own. Raises UnknownTicker."""
    asked = ticker.strip().upper()
    found = find_companies_by_name(connection, [asked])
    if asked not in found:
        raise _unknown(connection, asked, pointer=pointer)
    return found[asked]


def list_nearest(connection: Connection, ticker: str) -> list[dict[str, str]]:
    """Return up to five companies whose ticker or name begins like an unknown ticker."""
    rows = fetch_all(connection, SQL["list_nearest_tickers"], {"ticker": ticker, "rows_max": NEAREST_MAX})
    return [{"ticker": row["ticker"], "name": row["name"]} for row in rows]


def list_filed_companies(connection: Connection, *, as_of: datetime) -> tuple[KnownCompany, ...]:
    """Return companies with an indexed filing known by `as_of`, at most ten: the choices of a refusal."""
    rows = fetch_all(connection, SQL["list_filed_companies"], {"as_of": as_of, "rows_max": CHOICES_MAX})
    return tuple(_company(row) for row in rows)


def read_coverage(connection: Connection, cik: int, *, as_of: datetime) -> Coverage:
    """Return what of a company could be read at `as_of`."""
    row = fetch_one(connection, SQL["read_coverage"], {"cik": cik, "as_of": as_of})
    return Coverage(row["filings"], row["year_end"]) if row else Coverage(0, None)


def _unknown(connection: Connection, ticker: str, *, pointer: str) -> UnknownTicker:
    return UnknownTicker(
        detail=f"No company is known as {ticker}.",
        errors=[pointer_error(pointer, "unknown ticker or CIK")],
        nearest=list_nearest(connection, ticker),
    )


def _company(row: dict[str, Any]) -> KnownCompany:
    return KnownCompany(
        cik=row["cik"],
        name=row["name"],
        ticker=row["ticker"],
        tickers=tuple(row["tickers"]),
        aliases=tuple(row["aliases"]),
        fiscal_year_end=row["fiscal_year_end"],
    )
