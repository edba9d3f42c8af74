"""The grammar words of questions: what asks, compares, averages or instructs, and which words need no explanation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auspex.filings.answers.vocabulary import Mention, load_word_list
from auspex.filings.extraction.fiscal_periods import PeriodRef, parse_periods

QUESTION_CLAUSE = re.compile(
    r"(?:^|[.:,;?]\s+)(?P<clause>(?:what|how|which|who|whom|why|when|where|did|does|do|is|are|was|were|has|have|had|can|"
    r"could|should|will|by\s+how|among|from)\b(?:[^?.]|\.(?=\w)|(?<=\d)\.(?!\w))*)\?",
    re.IGNORECASE,
)
INSTRUCTION = re.compile(
    r"(?:^|(?<=[.?!])\s*)(?:answer|round|give|respond|address|base|calculate|please|approach|assume|define|compute)\b",
    re.IGNORECASE,
)
TEXT_QUESTION = re.compile(
    r"\bwhy\b|\bwho\b|\bwhich\b|\bdescribe\b|\bexplain\b|\breasons?\b|\bdrivers?\b"
    r"|\bwhat\s+(?:\w+\s+){0,2}?(?:drove|drives|caused|led|explains?|contributed|industry|kinds?|types?|products?)\b"
    r"|\bwhat\s+(?:percent|percentage|share|portion|proportion)\s+of\b|\bwhat\s+(?:are|were)\s+the\s+(?:major|main|key)\b",
    re.IGNORECASE,
)
AVERAGE = re.compile(r"\baverage\b", re.IGNORECASE)
GROWTH = re.compile(
    r"\bgrowth\b|\bgrow\b|\bgrew\b|\b(?:percent(?:age)?|%)\s+(?:change|increase|decrease|decline)\b"
    r"|\bchange\b(?=.*\b(?:percents?|percentage|%))|\byoy\b|\bqoq\b",
    re.IGNORECASE,
)
CHANGE = re.compile(
    r"\bchang(?:e|ed|es)\b|\bdifference\b|\b(?:in|de)creas(?:e|ed|es|ing)\b|\bdeclin(?:e|ed|es|ing)\b"
    r"|\bimprov(?:e|ed|ing)\b|\bcompar(?:e|ed|ison)\b|\bversus\b|\bvs\b|\bdrop(?:ped)?\b|\brise\b|\brose\b|\bf[ae]ll\b"
    r"|\bup\s+or\s+down\b|\bbetween\b",
    re.IGNORECASE,
)
PRIOR_QUARTER = re.compile(
    r"\b(?:prior|previous|preceding)\s+quarter\b|\bquarter[\s-]+(?:over|on)[\s-]+quarter\b|\bsequential(?:ly)?\b|\bqoq\b"
    r"|\bquarter\s+before\b",
    re.IGNORECASE,
)
PRIOR_YEAR = re.compile(
    r"\b(?:prior|previous|preceding)\s+(?:fiscal\s+)?(?:year|period)\b|\byear[\s-]+(?:over|on)[\s-]+year\b|\byoy\b"
    r"|\byear[\s-]+(?:ago|earlier|before)\b|\bsame\s+(?:quarter|period)\b|\blast\s+year's\b",
    re.IGNORECASE,
)
RATIO_OF = re.compile(
    r"\bas\s+an?\s+(?:%|percent|percentage|share|proportion)\s*(?P<of>of)\b|%\s*margin\b", re.IGNORECASE
)
ADJUSTED = re.compile(
    r"(?<!un)\badjusted\b|\bnon[\s-]?gaap\b|\bexclud(?:e|es|ing)\b|\bconstant[\s-]currency\b|\borganic(?:ally)?\b|\bcore\b",
    re.IGNORECASE,
)
_PLAIN_WORDS = load_word_list("plain")
_VERDICT_WORDS = load_word_list("verdict")
_STOP = load_word_list("stop")
_ASKING = load_word_list("asking")
_INSTRUCTION_SENTENCE = re.compile(
    r"(?:^|(?<=[.?!])\s+)(?:answer|round|give|respond|address|base|basing|calculate|please|approach|assume|define|if\s+\w+(?:\s+"
    r"\w+){0,4}\s+(?:is|are)\s+not)\b[^.?!]*(?:[.?!]|$)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z&'’-]*|\d[\d.,]*")


def unexplained_words(clause: str, phrases: Sequence[Mention], periods: Sequence[PeriodRef]) -> tuple[str, ...]:
    """Return the words of the asking clause that nothing accounts for; a figure is looked up only without any."""
    covered = [(m.start, m.end) for m in phrases] + [(p.start, p.end) for p in periods]
    covered += [m.span() for m in RATIO_OF.finditer(clause)] + [m.span() for m in re.finditer(r"\([^()]*\)", clause)]
    allowed = _PLAIN_WORDS | _VERDICT_WORDS
    left = []
    for match in _WORD.finditer(clause):
        word = match[0].lower().replace("’", "'").removesuffix("'s").strip("'-")
        inside = any(start <= match.start() < end for start, end in covered)
        if not inside and word not in allowed and not re.fullmatch(r"\d[.,]?|'?s", word):
            left.append(word)
    return tuple(left)


def content_words(text: str) -> str:
    """Return the words of a question worth searching for: without instructions, periods and function words."""
    asked = _INSTRUCTION_SENTENCE.sub(" ", text)
    if len(asked.split()) < 3:
        asked = text
    for ref in reversed(parse_periods(asked)):
        asked = asked[: ref.start] + " " + asked[ref.end :]
    words = [m[0].replace("’", "'").removesuffix("'s") for m in _WORD.finditer(asked)]
    return " ".join(w for w in words if w.lower() not in _STOP and len(w) > 1)


def evidence_words(content: str) -> str:
    """Return the content words that an answer has to hold: none that only ask for a cause, a degree or an amount.

    Filings seldom use such words, so that their rarity would outweigh what the question is about ("What drove …").
    """
    words = content.split()
    return " ".join([w for w in words if w.lower() not in _ASKING] or words)
