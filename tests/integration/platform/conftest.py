"""The platform's tests that need a product's work use filings: the sample company's EDGAR on the harness."""

from __future__ import annotations

from tests.integration.filings.conftest import filings, replay

__all__ = ["filings", "replay"]  # fixtures
