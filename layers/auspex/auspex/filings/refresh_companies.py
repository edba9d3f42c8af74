"""The daily directory of companies: tickers and names from EDGAR's ticker file (FILINGS 5)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core.database import load_sql, transaction
from auspex.filings.adapters.edgar import EdgarClient, ListedCompany

SQL = load_sql(Path(__file__).with_name("company_directory.sql"))


def refresh_companies(at: datetime, *, edgar: EdgarClient) -> dict[str, Any]:  # noqa: ARG001 - a schedule's signature
    """Store every listed company with all its tickers; a company that left the list keeps what is known of it."""
    tickers: dict[int, list[str]] = defaultdict(list)
    names: dict[int, ListedCompany] = {}
    for company in edgar.company_tickers():
        tickers[company.cik].append(company.ticker)
        names.setdefault(company.cik, company)
    ciks = sorted(names)
    with transaction() as connection:
        connection.execute(
            SQL["upsert_directory"],
            {
                "ciks": ciks,
                "names": [names[cik].name for cik in ciks],
                "tickers": ["|".join(tickers[cik]) for cik in ciks],
            },
        )
    return {"companies": len(ciks)}
