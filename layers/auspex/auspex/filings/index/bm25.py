"""The one definition of our BM25: constants, formula and what text is searchable (FILINGS 7.13).

The index applies the same formula in SQL (retrieval.sql takes these constants as parameters); the functions here are
its reference, for tests and small sets.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

K1 = 1.2
B = 0.75

_COMMA_IN_NUMBER = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def searchable_text(text: str) -> str:
    """Return the text as `to_tsvector('english', …)` shall see it: 1,234,567 is one number, 1234567."""
    return _COMMA_IN_NUMBER.sub("", text)


def idf(documents: int, document_frequency: int) -> float:
    """Weigh a term by rarity: ln(1 + (N - df + 0.5) / (df + 0.5)), never negative."""
    return math.log(1.0 + (documents - document_frequency + 0.5) / (document_frequency + 0.5))


def term_score(term_idf: float, tf: int, dl: int, average_dl: float) -> float:
    """Score one term of one chunk: idf · tf · (k1 + 1) / (tf + k1 · (1 - b + b · dl / avgdl))."""
    return term_idf * tf * (K1 + 1.0) / (tf + K1 * (1.0 - B + B * dl / average_dl))


def score_all(query: Mapping[str, float], documents: Sequence[Sequence[str]]) -> list[float]:
    """Score documents (lists of terms) against weighted query terms over their own statistics; 0 for no common term."""
    frequencies = [Counter(document) for document in documents]
    lengths = [len(document) for document in documents]
    average = sum(lengths) / len(documents) if documents else 0.0
    df = Counter(term for frequency in frequencies for term in frequency)
    return [
        sum(
            weight * term_score(idf(len(documents), df[term]), frequency[term], length, average)
            for term, weight in query.items()
            if term in frequency
        )
        for frequency, length in zip(frequencies, lengths, strict=True)
    ]
