"""Spoils drafts one place at a time, each a way of being wrong that must be caught.

A digit, scale, sign or period; unit, company, measure or basis; the mark of a source; a name or operation of a formula.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date

from tests.factories.answer_evidence import COMPANY

from auspex.filings.answers.answer_figures import draft_figures
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import FigureIndex
from auspex.filings.answers.questions import parse_question

QUESTIONS = (
    "What was Apple's revenue in FY2024?",
    "What was Apple's capex in FY2023?",
    "What was Apple's net income in FY2024?",
    "What was Apple's diluted EPS in FY2024?",
    "What was Apple's gross margin in FY2024?",
    "What was Apple's operating margin in FY2023?",
    "What was Apple's free cash flow in FY2024?",
    "What was Apple's current ratio in FY2024?",
    "What was Apple's return on assets in FY2024?",
    "How did Apple's revenue change in FY2024 compared with the prior year?",
    "What was Apple's revenue growth in FY2024?",
    "What was Apple's days sales outstanding in FY2024?",
    "What was Apple's capex as a % of revenue in FY2024?",
    "What was the change in Apple's operating margin between FY2023 and FY2024?",
    "What was Apple's total assets in FY2024?",
    "What is the FY2023 - FY2024 2 year average gross margin for Apple?",
    "What was Apple's quick ratio in FY2023?",
    "What was Apple's working capital in FY2024?",
)
_NUMBER = re.compile(r"(?<![\w.-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w-])")
_SCALES = ("thousand", "million", "billion")
_UNITS = ("USD", "EUR", "%", " percentage points", " days", " per share")
_MEASURES = ("Revenue", "Net income", "Capital expenditure", "Gross margin", "Total assets", "Inventories")
_COMPANIES = ("Meridian Corp.", "Alphabet Inc.", "Apple Hospitality")
_CODE_OR_MARK = re.compile(r"`[^`]*`|\[\d+\]|\d{4}-\d\d-\d\d|FY\d{4}|Q\d|\b\d+-K\b")
_NAMED = rf"(?:^|(?<=- ))(?:{'|'.join(_MEASURES)})(?=,| of )"
_PLACES = {
    "scale": r"\b(?:thousand|million|billion)\b", "period": r"\bFY\d{4}\b|\b\d{4}-\d\d-\d\d\b",
    "unit": r"USD|%| percentage points| per share| days(?! sales)", "company": r"Apple Inc\.", "basis": _NAMED,
    "measure": _NAMED, "mark": r"\[\d+\]$",
}  # fmt: skip


def drafts(index: FigureIndex) -> list[Draft]:
    """Return a draft for each of the questions, all about one company's two years."""
    return [
        draft_figures(parse_question(question, [COMPANY], date(2025, 1, 1)), COMPANY, index) for question in QUESTIONS
    ]


def mutate(markdown: str, dice: random.Random) -> tuple[str, str]:
    """Return (kind, spoiled text) with one change of a kind drawn at random from those that the text allows."""
    options = list(_kinds(markdown))
    kind = dice.choice(sorted({kind for kind, _, _ in options}))
    _, place, words = dice.choice([option for option in options if option[0] == kind])
    return kind, markdown[:place] + _other(kind, words, dice) + markdown[place + len(words) :]


def _other(kind: str, words: str, dice: random.Random) -> str:
    swaps = {"scale": _SCALES, "unit": _UNITS, "company": _COMPANIES, "measure": _MEASURES}
    if kind in swaps:
        return dice.choice([other for other in swaps[kind] if other != words])
    if kind in {"digit", "period"}:
        at = dice.choice([i for i, c in enumerate(words) if c.isdigit()]) if kind == "digit" else len(words) - 1
        return words[:at] + dice.choice([d for d in "0123456789" if d != words[at]]) + words[at + 1 :]
    if kind == "mark":
        return f"[{int(words[1:-1]) + dice.choice([1, 7])}]"
    if kind == "formula":
        return {"−": "+", "÷": "×", "×": "÷", "+": "−"}.get(words, f"x_{words}")
    return {"sign": "−", "basis": "Non-GAAP "}[kind] + words


def _kinds(markdown: str) -> Iterator[tuple[str, int, str]]:
    """Yield (kind, place, words) of everything that can be spoiled."""
    shielded = _CODE_OR_MARK.sub(lambda m: "x" * len(m[0]), markdown)
    code_free = re.sub(r"`[^`]*`", lambda m: "x" * len(m[0]), markdown)
    for match in _NUMBER.finditer(shielded):
        yield "digit", match.start(), match[0]
        if markdown[match.start() - 1] not in "−-" and float(match[0].replace(",", "")) != 0:
            yield "sign", match.start(), match[0]
    for kind, pattern in _PLACES.items():
        text = code_free if kind in {"period", "mark"} else shielded
        yield from ((kind, match.start(), match[0]) for match in re.finditer(pattern, text, re.MULTILINE))
    for code in re.finditer(r"`[^`]*`", markdown):
        for match in re.finditer(r"[−÷×+]|\b[a-z]\w+\b", code[0]):
            yield "formula", code.start() + match.start(), match[0]
