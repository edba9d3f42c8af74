"""What `filings.companies` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.model import Model


class Company(Model):
    """A company and how the text names it: `exact` by ticker or CIK, `alias` by name, `prefix` by a beginning."""

    cik: int
    exchange: str | None
    fiscal_year_end: str | None
    match: Literal["exact", "alias", "prefix"] | str
    name: str
    sic: str | None
    ticker: str | None
    tickers: list[str]
