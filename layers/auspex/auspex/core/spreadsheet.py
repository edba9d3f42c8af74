"""Text that lands in a spreadsheet stays text: a CSV cell that begins like a formula would be run when it is opened."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Full-width signs too: spreadsheets of East Asian locales read them as the plain ones."""


def text_cell(text: str) -> str:
    """Return a text as a cell; one that would run as a formula is led by an apostrophe (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
