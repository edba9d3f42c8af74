"""Sentences of a risk section that the section before it had none like (FILINGS 7.18)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from auspex.filings.reading.sentences import split_sentences

JACCARD_SAME = 0.8
"""Sentences that share this part of their words say the same."""
WORDS_MIN = 5
_WORD = re.compile(r"[^\W_]+")


def new_sentences(text: str, before: str) -> list[tuple[int, int]]:
    """Return the trimmed spans of sentences of at least five words that no sentence of `before` resembles.

    Two resemble one another when the Jaccard index of their word sets is 0.8 or more. Only sentences that share one of
    a sentence's rarest words can reach that, so only those are compared.
    """
    known = [words for _, words in _sentences(before)]
    counts = Counter(word for words in known for word in words)
    holders: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(known):
        for word in words:
            holders[word].append(place)
    return [span for span, words in _sentences(text) if not _is_known(words, known, counts, holders)]


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Return the shared part of two word sets, 0 to 1."""
    union = len(left | right)
    return len(left & right) / union if union else 1.0


def _is_known(
    words: frozenset[str], known: Sequence[frozenset[str]], counts: Counter[str], holders: dict[str, list[int]]
) -> bool:
    shared_min = -(-4 * len(words) // 5)  # of JACCARD_SAME, in whole numbers
    rarest = sorted(words, key=lambda word: (counts[word], word))[: len(words) - shared_min + 1]
    candidates = {place for word in rarest for place in holders.get(word, ())}
    return any(jaccard(words, known[place]) >= JACCARD_SAME for place in candidates)


def _sentences(text: str) -> list[tuple[tuple[int, int], frozenset[str]]]:
    found = []
    for start, end in split_sentences(text):
        sentence = text[start:end]
        words = frozenset(_WORD.findall(sentence.lower()))
        if len(words) >= WORDS_MIN:
            lead = len(sentence) - len(sentence.lstrip())
            found.append(((start + lead, start + lead + len(sentence.strip())), words))
    return found
