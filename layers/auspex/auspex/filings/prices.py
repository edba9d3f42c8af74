"""What filings cost, in tokens (FILINGS 3). Detection and core analysis of watched companies are nobody's bill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auspex.platform.charging import fixed_price, job_price, price_afterwards

SEARCH_TOKENS: Final = 1
ASK_TOKENS: Final = 2
FILING_TOKENS: Final = 1
FILING: Final = "filing"
"""The part of a unit's price that a filing costs which is processed anew."""


def ingestion_quote(arguments: Mapping[str, Any]) -> int:
    """Return the most an ingestion can cost: every filing that it names or may find is new."""
    body: Any = arguments["body"]
    filings = len(body.accessions) + sum(int(item.limit) for item in body.tickers)
    return FILING_TOKENS * filings


SEARCH_PRICE = fixed_price(SEARCH_TOKENS)
ASK_PRICE = price_afterwards(lambda _: ASK_TOKENS, is_analysis=True)
INGESTION_PRICE = job_price(ingestion_quote)
