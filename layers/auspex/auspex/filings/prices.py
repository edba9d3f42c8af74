"""What filings cost, in tokens (FILINGS 3). Detection and core analysis of watched companies are nobody's bill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auspex.platform.charging import Price, fixed_price, job_price, price_afterwards

SEARCH_TOKENS: Final = 1
KPI_CSV_TOKENS: Final = 1
"""A table of KPIs as CSV; as JSON it is free."""
ASK_TOKENS: Final = 2
ASK_PROVIDER_TOKENS: Final = 5
"""An ask that a provider's answer is served for."""
FILING_TOKENS: Final = 1
FILING: Final = "filing"
"""The part of a unit's price that a filing costs which is processed anew."""


ENRICH_TOKENS: Final = 4
ENRICH: Final = "enrich"
"""The part of a unit's price that a provider's enrichment costs, paid only when something of it was proven."""


def filing_price(*, enrich: bool) -> dict[str, int]:
    """Return the parts that one new filing costs."""
    return {FILING: FILING_TOKENS} | ({ENRICH: ENRICH_TOKENS} if enrich else {})


def ingestion_quote(arguments: Mapping[str, Any]) -> int:
    """Return the most an ingestion can cost: every filing that it names or may find is new."""
    body: Any = arguments["body"]
    filings = len(body.accessions) + sum(int(item.limit) for item in body.tickers)
    return sum(filing_price(enrich=body.enrich).values()) * filings


def kpi_quote(arguments: Mapping[str, Any]) -> int:
    """Return what a table of KPIs costs in the form asked for."""
    return KPI_CSV_TOKENS if arguments["as_csv"] else 0


def backfill_quote(arguments: Mapping[str, Any]) -> int:
    """Return the most a backfill can cost: every company has as many filings as are asked for, and all are new."""
    body: Any = arguments["body"]
    return sum(filing_price(enrich=body.enrich).values()) * int(body.per_ticker_limit) * len(body.tickers)


def ask_quote(arguments: Mapping[str, Any]) -> int:
    """Return the most an ask can cost: a provider's answer only where one is wanted and configured."""
    from auspex.providers.settings import is_any_configured  # noqa: PLC0415 - stages read prices without providers

    body: Any = arguments["body"]
    return ASK_PROVIDER_TOKENS if body.provider == "auto" and is_any_configured() else ASK_TOKENS


SEARCH_PRICE = fixed_price(SEARCH_TOKENS)
KPI_PRICE = Price("known", kpi_quote)
ASK_PRICE = price_afterwards(ask_quote, is_analysis=True)
INGESTION_PRICE = job_price(ingestion_quote)
BACKFILL_PRICE = job_price(backfill_quote)
