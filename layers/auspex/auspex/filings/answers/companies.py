"""Finds which company a question names: by `$TICKER`, ticker in capitals, alias, name or the beginning of a name.

A span of words that fits two companies equally well stays ambiguous; nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from auspex.filings.answers.vocabulary import load_word_list

PREFIX_CHARACTERS_MIN = 4
_SUFFIXES = load_word_list("company_suffixes")
_COMMON_FIRST_WORDS = load_word_list("common_first_words")
_CAPITALS_THAT_ARE_NO_TICKERS = load_word_list("capitals_that_are_no_tickers")
_WORD = re.compile(r"\$?[A-Za-z0-9][A-Za-z0-9&]*(?:\.[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class KnownCompany:
    """A company as stored: enough to recognise it in a question."""

    cik: int
    name: str
    ticker: str | None = None
    tickers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    fiscal_year_end: str | None = None


@dataclass(frozen=True, slots=True)
class CompanyMention:
    """A span of a question and the companies it fits best; more than one means ambiguous."""

    start: int
    end: int
    companies: tuple[KnownCompany, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a company's name without legal suffixes, in lower case."""
    words = [w.replace(".com", "") for w in re.findall(r"[a-z0-9][a-z0-9&]*(?:\.[a-z]+)?", _plain(name))]
    kept = tuple(w for w in words if w not in _SUFFIXES)
    return kept or tuple(words)


def find_companies(text: str, companies: Sequence[KnownCompany]) -> tuple[CompanyMention, ...]:
    """Return the companies a text names, in order, the longest and best fit at each place."""
    words = [_Word(m[0], m.start(), m.end()) for m in _WORD.finditer(re.sub(r"['’]s\b", "  ", text))]
    best: dict[tuple[int, int], tuple[int, dict[int, KnownCompany]]] = {}
    for company in companies:
        for first, last, level in _fits(words, company):
            held = best.get((first, last))
            if held is None or level > held[0]:
                best[first, last] = (level, {company.cik: company})
            elif level == held[0]:
                held[1][company.cik] = company
    mentions: list[CompanyMention] = []
    taken: set[int] = set()
    order = sorted(best.items(), key=lambda item: (-(item[0][1] - item[0][0]), -item[1][0], item[0]))
    for (first, last), (_, fitting) in order:
        if taken.isdisjoint(range(first, last + 1)):
            taken.update(range(first, last + 1))
            found = tuple(fitting[cik] for cik in sorted(fitting))
            mentions.append(CompanyMention(words[first].start, words[last].end, found))
    return tuple(sorted(mentions, key=lambda mention: mention.start))


def ticker_words(text: str) -> tuple[str, ...]:
    """Return the words of a text that could be tickers: `$aapl`, or capitals that are no word of finance."""
    found = []
    for match in _WORD.finditer(re.sub(r"['’]s\b", "  ", text)):
        word = match[0]
        if word.startswith("$") and word[1:].isalpha():
            found.append(word[1:].upper())
        elif _looks_like_ticker(word):
            found.append(word)
    return tuple(dict.fromkeys(found))


def _plain(name: str) -> str:
    return re.sub(r"/[a-z]+/?", " ", name.lower().replace("’", "'").replace("'s", "s")).replace("'", "")


def _looks_like_ticker(word: str) -> bool:
    letters = word.replace(".", "")
    return 2 <= len(letters) <= 6 and letters.isalpha() and word.isupper() and word not in _CAPITALS_THAT_ARE_NO_TICKERS


def _fits(words: Sequence[_Word], company: KnownCompany) -> list[tuple[int, int, int]]:
    """Return (first word, last word, level) of every fit: 3 ticker, name or alias, 2 and 1 beginnings of the name."""
    found = []
    tickers = {t.upper() for t in (*company.tickers, company.ticker or "") if t}
    for i, word in enumerate(words):
        marked = word.text.startswith("$")
        plain = word.text.removeprefix("$")
        if plain.upper() in tickers and (marked or _looks_like_ticker(plain)):
            found.append((i, i, 3))
    full = name_words(company.name)
    phrases = {full: 3} | {name_words(alias): 3 for alias in company.aliases}
    for length in range(len(full) - 1, 0, -1):
        if length > 1 or full[0] not in _COMMON_FIRST_WORDS:
            phrases.setdefault(full[:length], 2 if length > 1 else 1)
    lowered = [w.text.lower().replace(".com", "") for w in words]
    for phrase, level in phrases.items():
        for i in range(len(words) - len(phrase) + 1):
            if _proper(words[i].text, phrase, level) and _same(lowered[i : i + len(phrase)], phrase):
                last = i + len(phrase) - 1
                while level == 3 and last + 1 < len(words) and lowered[last + 1] in _SUFFIXES - {"the", "new", "de"}:
                    last += 1
                found.append((i, last, level))
    return found


def _proper(word: str, phrase: tuple[str, ...], level: int) -> bool:
    """Tell whether a word is written like a name; a short beginning of a name has to stand in capitals."""
    if level == 1 and len(phrase[0]) < PREFIX_CHARACTERS_MIN:
        return word.isupper() and len(word) >= 2
    return not word[0].islower()


def _same(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    return all(w == p or (w == p + "s" and len(p) > 2) for w, p in zip(words, phrase, strict=True))
