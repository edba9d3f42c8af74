"""Reads a formula that a question spells out ("DPO is defined as: 365 * (average accounts payable …) / …").

A stated definition outranks the catalogue. One that cannot be read completely is reported as such, so that nobody
answers with another formula than the one asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auspex.filings.answers.formulas import FORMULAS, FormulaError, parse, render, substitute
from auspex.filings.answers.vocabulary import Vocabulary

_STATED = re.compile(
    r"(?:(?P<name1>(?<!\w)[A-Za-z&%][\w&% -]{0,80}?)(?:\s*\([A-Za-z]+\))?\s+(?:here\s+)?(?:is|are)\s+defined\s+as:?\s+"
    r"|\b[Dd]efine\s+(?P<name2>[\w&% -]{1,80}?)\s+as:?\s+)"
    r"(?P<body>.+?)(?=\.\s+[A-Z]|[.?]?\s*$)",
    re.DOTALL,
)
_NOTE = re.compile(r"\[[^\]]*\]|\bfrom\s+the\s+[a-z ]*statements?|\bfrom\s+[a-z ]*statement\b", re.IGNORECASE)
_YEAR = r"(?:FY\s?)?\d{4}|FY\s?\d\d"
_BETWEEN = re.compile(rf"\s*(?:between|from)\s+(?:{_YEAR})\s+(?:and|to)\s+(?:{_YEAR})", re.IGNORECASE)
_PERIOD_WORD = re.compile(rf"\s*(?:{_YEAR})\s*(?=[a-zA-Z])", re.IGNORECASE)
_OPERATORS = (
    (re.compile(r"\s*(?:divided\s+by|over)\b", re.IGNORECASE), "/"),
    (re.compile(r"\s*plus\b", re.IGNORECASE), "+"),
    (re.compile(r"\s*(?:minus|less)\b", re.IGNORECASE), "-"),
    (re.compile(r"\s*(?:times|multiplied\s+by)\b", re.IGNORECASE), "*"),
)
_PLAIN = re.compile(r"\s*(?P<text>\d+(?:\.\d+)?(?![\d%])|[-+*/()×÷−–])")
_FUNCTION = re.compile(r"\s*(?P<name>average|change\s+in)\s+", re.IGNORECASE)
_FILLER = re.compile(r"\s*\b(?:the|total|of|unadjusted)\b\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition found in a question: the formula it names (None: unknown) and its template (None: unreadable)."""

    key: str | None
    template: str | None
    start: int
    end: int


def find_definitions(text: str, vocabulary: Vocabulary) -> tuple[Definition, ...]:
    """Return the definitions a question states, in order; short names of earlier ones may be used by others."""
    found: list[Definition] = []
    spelled: dict[str, str] = {}
    for match in _STATED.finditer(text):
        key = _named_formula(match["name1"] or match["name2"], vocabulary)
        template = _template(match["body"], vocabulary)
        if key is not None and template is not None:
            spelled[key] = template
        found.append(Definition(key, template, match.start(), match.end()))
    return tuple(_resolved(definition, spelled) for definition in found)


def _named_formula(name: str, vocabulary: Vocabulary) -> str | None:
    keys = [m.key for m in vocabulary.mentions(name) if m.kind == "formula"]
    return keys[-1] if keys else None


def _resolved(definition: Definition, spelled: dict[str, str]) -> Definition:
    """Replace formula names inside a template (`dio + dso - dpo`) by their stated or catalogued templates."""
    if definition.template is None:
        return definition
    known = {key: parse(formula.template) for key, formula in FORMULAS.items()}
    known |= {key: parse(template) for key, template in spelled.items() if key != definition.key}
    template = render(substitute(parse(definition.template), known))
    return Definition(definition.key, template, definition.start, definition.end)


def _template(body: str, vocabulary: Vocabulary) -> str | None:
    """Translate a spelled-out formula into a template; None unless every word of it is understood."""
    text = _NOTE.sub(" ", body).strip()
    parts: list[str] = []
    place = 0
    function = ""
    while place < len(text):
        if text[place:].isspace():
            break
        step = _step(text, place, vocabulary)
        if step is None:
            return None
        place, part = step
        if part.startswith("@"):
            function = part[1:]
        elif function and part[:1].isalpha():
            parts.append(f"{function}({part})")
            function = ""
        else:
            parts.append(part)
    template = " ".join(part for part in parts if part)
    try:
        return render(parse(template))
    except FormulaError:
        return None


def _step(text: str, place: int, vocabulary: Vocabulary) -> tuple[int, str] | None:
    """Read the next word of a definition: (new place, what it becomes), None when it means nothing here."""
    for pattern, mark in _OPERATORS:
        if match := pattern.match(text, place):
            return match.end(), mark
    if match := _FUNCTION.match(text, place):
        return match.end(), "@avg" if match["name"].lower() == "average" else "@delta"
    if match := _BETWEEN.match(text, place) or _PERIOD_WORD.match(text, place):
        return match.end(), ""
    blank = len(text) - len(text[place:].lstrip())
    if phrase := vocabulary.matcher.match(text, blank):
        kind, key = vocabulary.phrases[" ".join(phrase[0].lower().split())]
        return None if kind == "statement" else (phrase.end(), key)
    match = _PLAIN.match(text, place) or _FILLER.match(text, place)
    return (match.end(), match.groupdict().get("text", "").replace("–", "-")) if match else None
