"""Words that no text of ours contains (ORACLE 7.9): probabilities are explained here, never advice to stake anything.

English and Spanish, in any case, at word boundaries. Names of teams are masked before: a club may be called what it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_STEMS = ("bet", "wager", "gambl", "stake", "guarantee", "profit", "apuesta", "garantiza")
"""Forbidden with any ending: taken at their word, so that not even `between` passes."""
_WORDS = (
    "bankroll", "punter", "tip", "tipster", "pick", "lock", "banker", "sure thing", "certain", "certainty",
    "can't lose", "cannot lose", "winnings", "payout", "jackpot", "arbitrage", "value bet", "edge", "roi", "apostar",
    "ganancia", "seguro",
)  # fmt: skip
_PLURALS = {"tip", "tipster", "pick", "lock", "banker", "punter", "payout", "jackpot", "edge", "ganancia"}
ALLOWED_IDENTIFIERS = ("headline_pick",)
"""The one name that may stand although a part of it may not."""
MASK = "▢"


def _pattern() -> re.Pattern[str]:
    stems = "|".join(rf"{re.escape(stem)}\w*" for stem in _STEMS)
    words = "|".join(
        re.escape(word).replace(r"\ ", r"\s+") + ("s?" if word in _PLURALS else "") for word in sorted(_WORDS)
    )
    # An underscore ends a word here: identifiers are read by people too.
    return re.compile(rf"(?<![^\W_])(?:{stems}|{words})(?![^\W_])", re.IGNORECASE)


_FORBIDDEN = _pattern()


def find_forbidden(text: str, *, names: Iterable[str] = ()) -> str | None:
    """Return the first forbidden word of a text, as it stands there; None for a clean one."""
    plain = _fold(text)
    for name in (*ALLOWED_IDENTIFIERS, *names):
        if name.strip():
            plain = re.sub(rf"(?<!\w){re.escape(_fold(name))}(?!\w)", MASK, plain)
    found = _FORBIDDEN.search(plain)
    return found.group() if found else None


def clean_sentences(sentences: Iterable[str], *, names: Iterable[str] = ()) -> tuple[list[str], int]:
    """Return the sentences without a forbidden word, and how many were dropped."""
    masked, kept, dropped = tuple(names), [], 0
    for sentence in sentences:
        if find_forbidden(sentence, names=masked) is None:
            kept.append(sentence)
        else:
            dropped += 1
    return kept, dropped


def _fold(text: str) -> str:
    """Return a text in one case, with accents and typographic apostrophes taken off."""
    decomposed = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
