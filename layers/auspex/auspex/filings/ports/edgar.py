"""EDGAR as this deployment reaches it."""

from __future__ import annotations

from functools import cache

from auspex.core.config import read_settings
from auspex.core.database import connect
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_budget import EdgarBudget
from auspex.filings.adapters.edgar_transport import EdgarSettings


@cache
def edgar_client() -> EdgarClient:
    """Return the EDGAR client; every request of it takes a slot of the shared budget."""
    return EdgarClient(read_settings(EdgarSettings), EdgarBudget(connect))
