"""Finds a quote in stored text. White space alone may differ, and then the stored text takes the quote's place."""

from __future__ import annotations

import re

QUOTE_WORDS_MAX = 400


def locate_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Return the first place where a quote stands in a text, None when it does not (FILINGS 7.11)."""
    words = quote.split()
    if not words or len(words) > QUOTE_WORDS_MAX:
        return None
    exact = quote.strip()
    at = text.find(exact)
    if at >= 0:
        return at, at + len(exact)
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    return found.span() if found else None
