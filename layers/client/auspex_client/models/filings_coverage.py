"""What `filings.coverage` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.model import Model


class AgainstIndex(Model):
    """EDGAR's daily index: filings it listed, those that it alone brought, those of read forms not fetched yet."""

    found_late: int
    listed: int
    missing: int
    missing_accessions: list[str]


class ByStatus(Model):
    """Filings by where they stand; `skipped` are of forms that are not read unless somebody asks."""

    analyzed: int
    dead_letter: int
    detected: int
    fetched: int
    indexed: int
    skipped: int


class Lag(Model):
    """Seconds from acceptance, of filings that the watch came upon; null without any."""

    p50: float | None
    p95: float | None


class LagsOut(Model):
    """How late filings were detected, analysed and indexed."""

    analyze_s: Lag
    detect_s: Lag
    index_s: Lag


class Coverage(Model):
    """One company's coverage."""

    by_status: ByStatus
    cik: int
    filings: int
    index: AgainstIndex
    lags: LagsOut
    last_scan_at: dt.datetime | None
    name: str
    newest_indexed: dt.date | None
    ticker: str | None
