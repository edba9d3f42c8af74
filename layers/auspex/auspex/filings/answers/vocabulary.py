"""The words of questions: metric, formula and statement names, and the line items under which statements print them.

Everything is read once from `vocabulary.json`; matching is longest first, so that "operating margin" is never read as
"operating" something else and "cash flow statement" never as cash.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

VOCABULARY_WEIGHT = 0.6
STATEMENT_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Metric:
    """A named figure and how statements print it. `outflow`: often printed in brackets, always meant positive."""

    key: str
    label: str
    statement: str
    measure: str
    unit: str
    outflow: bool
    terms: tuple[str, ...]
    concepts: tuple[str, ...]
    line_items: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase of the vocabulary found in a text: `kind` is metric, formula or statement."""

    kind: str
    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The loaded vocabulary with its compiled phrase matcher."""

    metrics: dict[str, Metric]
    statement_terms: dict[str, tuple[str, ...]]
    statement_titles: dict[str, re.Pattern[str]]
    phrases: dict[str, tuple[str, str]]
    matcher: re.Pattern[str]
    advice: re.Pattern[str]
    expansions: dict[str, tuple[str, ...]]

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return the phrases found in a text, longest first at each place, without overlaps."""
        found = []
        for match in self.matcher.finditer(text):
            kind, key = self.phrases[_phrase_key(match[0])]
            found.append(Mention(kind, key, match.start(), match.end()))
        return tuple(found)

    def metric_of_line_item(self, label: str) -> tuple[tuple[str, int], ...]:
        """Return (metric, rank of the matching pattern) for each metric a printed row label names."""
        words = label_words(label)
        found = []
        for metric in self.metrics.values():
            for rank, pattern in enumerate(metric.line_items):
                if pattern.fullmatch(words):
                    found.append((metric.key, rank))
                    break
        return tuple(found)


def label_words(label: str) -> str:
    """Return a row label in lower case without notes in brackets, dashes, punctuation and doubled blanks."""
    plain = re.sub(r"\([^()]*\)?", " ", label.lower().replace("’", "'"))
    return " ".join(re.sub(r"[^a-z0-9& ]", " ", plain.replace("'", "")).split())


def _phrase_key(phrase: str) -> str:
    return " ".join(phrase.lower().replace("’", "'").split())


def _matcher(phrases: dict[str, tuple[str, str]]) -> re.Pattern[str]:
    alternatives = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    body = "|".join(re.escape(p).replace(r"\ ", r"\s+").replace("'", "['’]") for p in alternatives)
    return re.compile(rf"(?<![\w&])(?:{body})(?![\w&])", re.IGNORECASE)


def _metric(key: str, entry: dict[str, Any]) -> Metric:
    return Metric(
        key=key,
        label=entry["label"],
        statement=entry["statement"],
        measure=entry["measure"],
        unit=entry["unit"],
        outflow=entry.get("outflow", False),
        terms=tuple(entry["terms"]),
        concepts=tuple(entry["concepts"]),
        line_items=tuple(re.compile(pattern) for pattern in entry["line_items"]),
    )


@cache
def _read_file() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8"))
    return raw


def load_word_list(name: str) -> frozenset[str]:
    """Return one of the vocabulary's plain word lists."""
    return frozenset(_read_file()["words"][name].split())


@cache
def load_vocabulary() -> Vocabulary:
    """Read and compile the vocabulary that ships beside this module; a phrase belongs to one thing only."""
    raw = _read_file()
    phrases: dict[str, tuple[str, str]] = {}
    groups = [
        *(("statement", key, entry["names"]) for key, entry in raw["statements"].items()),
        *(("metric", key, entry["names"]) for key, entry in raw["metrics"].items()),
        *(("formula", key, names) for key, names in raw["formula_names"].items()),
    ]
    for kind, key, names in groups:
        for name in names:
            if phrases.setdefault(_phrase_key(name), (kind, key)) != (kind, key):
                raise ValueError(f"{name!r} names two things")
    advice = "|".join(re.escape(phrase) for phrase in raw["advice"])
    return Vocabulary(
        metrics={key: _metric(key, entry) for key, entry in raw["metrics"].items()},
        statement_terms={key: tuple(entry["terms"]) for key, entry in raw["statements"].items()},
        statement_titles={key: re.compile(entry["titles"], re.IGNORECASE) for key, entry in raw["statements"].items()},
        phrases=phrases,
        matcher=_matcher(phrases),
        advice=re.compile(rf"\b(?:{advice})\b", re.IGNORECASE),
        expansions={key: tuple(terms) for key, terms in raw["expansions"].items()},
    )
