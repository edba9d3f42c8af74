"""Reads what a sentence states, clause by clause: numbers with unit, sign and period, direction, negation, basis. Pure.

Two sentences agree on a figure when the clauses around it do. What cannot be read (a number in words, a digit glued to
letters) is listed, so that a checker can refuse it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auspex.filings.answers.vocabulary import load_vocabulary, load_word_list
from auspex.filings.extraction.figures import ShownNumber, mask_exempt, scan_numbers
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodKind, PeriodRef, parse_periods

_BORDER = re.compile(
    r"[,;:](?=\s)|\s[–—-]\s|\b(?:but|while|whereas|although|though|and|or|to(?=\s+(?:[$€£]|\d|USD|EUR|GBP)))\b"
    r"|\b(?P<base>compared|versus|vs\.?|from|against|than)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nor|neither|without|cannot|unable|fail(?:s|ed|ure|ing)?|lack(?:s|ed|ing)?|absence|denie[sd]"
    r"|unlikely)\b|n['’]t\b",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:increas\w*|gr[oe]w\w*|ros[e]|ris(?:e|es|en|ing)|higher|up(?!\s+to\b)|gain\w*|improv\w*|exceed\w*|above|more"
    r"|expan\w*|climb\w*|raise[sd]?|raising|(?<!gross )(?<!operating )profits?|outperform\w*|best|beat"
    r"|strengthen\w*|accelerat\w*)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:decreas\w*|declin\w*|f[ae]ll\w*|lower\w*|down|dropp?\w*|reduc\w*|loss(?:es)?|below|less|shr[aiu]nk\w*"
    r"|contract(?:ed|ion)|worsen\w*|cuts?|cutting|under(?=\s+[$€£\d])|underperform\w*|worst|miss(?:ed)?|weaken\w*|slow(?:ed|ing)?)\b",
    re.IGNORECASE,
)
_NON_GAAP = re.compile(
    r"\bnon[-‑ ]?gaap\b|\badjusted\b|\bexcluding\b|\bconstant[- ]currency\b|\borganic\w*", re.IGNORECASE
)
_NUMBER_WORD = re.compile(
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half"
    r"|halved|thirds?|doubl\w*|tripl\w*|quadrupl\w*|twice|thrice|twofold|threefold|percent|percentage)\b",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"\s*(?:\)\s*)?(?P<word>[A-Za-z][\w-]*)?")
_PER_SHARE = re.compile(r"\s*(?:per|a)\s+(?:\w+\s+)?share\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z'’&-]+")
_TOKEN = re.compile(r"\S+")
_FUNCTION_WORDS = load_word_list("function_words")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence between commas and conjunctions. `base`: it names what is compared with (from, versus)."""

    start: int
    end: int
    words: frozenset[str]
    negated: bool
    directions: frozenset[str]
    non_gaap: bool
    base: bool
    periods: tuple[PeriodRef, ...]
    metrics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit as printed: currency code, per share or not (`end` is behind it), the noun it counts.

    `periods` and `metrics` are those of its clause, else those of the sentence: its only period, all its metrics.
    """

    number: ShownNumber
    currency: str | None
    per_share: bool
    noun: str | None
    points: bool
    clause: Clause
    periods: tuple[PeriodRef, ...]
    metrics: frozenset[str]
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as read. `unread` are tokens with digits that are no number, period or exempt label."""

    text: str
    clauses: tuple[Clause, ...]
    amounts: tuple[Amount, ...]
    periods: tuple[PeriodRef, ...]
    unread: frozenset[str]
    number_words: frozenset[str]
    names: tuple[str, ...]

    @property
    def content(self) -> str:
        """The words that say something: without names, amounts and periods, which are proven apart."""
        masked = self.text
        for name in self.names:
            masked = _mask(masked, name, " ")
        places = [(a.number.start, a.end) for a in self.amounts] + [(p.start, p.end) for p in self.periods]
        for start, end in places:
            masked = masked[:start] + " " * (end - start) + masked[end:]
        return " ".join(masked.split())


def read_statement(text: str, *, names: Iterable[str] = ()) -> Statement:
    """Read a sentence; `names` are names that may contain digits or commas (companies)."""
    known = tuple(sorted(filter(None, names), key=len, reverse=True))
    named = text
    for name in known:
        named = _mask(named, name, "x")
    plain = mask_exempt(named)
    refs = parse_periods(plain)
    masked = plain
    for ref in refs:
        masked = masked[: ref.start] + "§" * (ref.end - ref.start) + masked[ref.end :]
    clauses = tuple(_clauses(masked, refs))
    numbers = scan_numbers(masked.replace("§", " "))
    amounts = tuple(_amount(number, masked, clauses, _periods_of(number, clauses, numbers, refs)) for number in numbers)
    rest = masked
    for number in numbers:
        rest = rest[: number.start] + " " * (number.end - number.start) + rest[number.end :]
    unread = {token.strip(".,;:()\"'“”") for token in _TOKEN.findall(rest) if any(c.isnumeric() for c in token)}
    words = frozenset(match[0].lower() for match in _NUMBER_WORD.finditer(rest))
    return Statement(text, clauses, amounts, refs, frozenset(unread), words, known)


def count_directions(text: str) -> Counter[str]:
    """Return how often a text says `up` and `down`."""
    return Counter({name: len(pattern.findall(text)) for name, pattern in (("up", _UP), ("down", _DOWN))})


def same_period(one: PeriodRef, other: PeriodRef, calendar: FiscalCalendar) -> bool:
    """Tell whether two mentions name one period, however they are written."""
    if one.identity == other.identity:
        return True
    for day, named in ((one, other), (other, one)):
        if day.kind != PeriodKind.DATE or day.day is None:
            continue
        if named.kind == PeriodKind.DATE:
            return day.day == named.day and None in {day.length, named.length}
        if day.length is not None:
            return calendar.matches(named, period_end=day.day, period_type=day.length)
    return False


def _clauses(masked: str, refs: Sequence[PeriodRef]) -> Iterable[Clause]:
    starts = [(0, False)]
    starts += [(match.start(), match["base"] is not None) for match in _BORDER.finditer(masked)]
    for (start, base), (end, _) in zip(starts, [*starts[1:], (len(masked), False)], strict=True):
        part = masked[start:end]
        directions = {name for name, pattern in (("up", _UP), ("down", _DOWN)) if pattern.search(part)}
        yield Clause(
            start=start,
            end=end,
            words=frozenset(_WORD.findall(part.lower())) - _FUNCTION_WORDS,
            negated=len(_NEGATION.findall(part)) % 2 == 1,
            directions=frozenset(directions),
            non_gaap=_NON_GAAP.search(part) is not None,
            base=base,
            periods=tuple(ref for ref in refs if start <= ref.start < end),
            metrics=frozenset(m.key for m in load_vocabulary().mentions(part) if m.kind != "statement"),
        )


def _mask(text: str, name: str, letter: str) -> str:
    """Blank a name where it stands as one: `3M`, not the amount `$3M`."""
    pattern = rf"(?<![\w$€£¥.,]){re.escape(name)}(?!\w)"
    return re.sub(pattern, lambda m: letter * len(m[0]), text, flags=re.IGNORECASE)


def _periods_of(
    number: ShownNumber, clauses: Sequence[Clause], numbers: Sequence[ShownNumber], refs: Sequence[PeriodRef]
) -> tuple[PeriodRef, ...]:
    """Return the periods that a number is of: its clause's, else those of the lead-in before it, else the only one."""
    place = max(i for i, clause in enumerate(clauses) if clause.start <= number.start)
    if clauses[place].periods:
        return clauses[place].periods
    before = clauses[place - 1] if place else None
    if before is not None and before.periods and not any(before.start <= n.start < before.end for n in numbers):
        return before.periods
    distinct = _distinct(refs)
    return distinct if len(distinct) == 1 else ()


def _amount(number: ShownNumber, masked: str, clauses: Sequence[Clause], periods: tuple[PeriodRef, ...]) -> Amount:
    clause = next(c for c in reversed(clauses) if c.start <= number.start)
    follows = masked[number.end :]
    word, each = _NEXT_WORD.match(follows), _PER_SHARE.match(follows)
    noun = word["word"].lower() if word and word["word"] else None
    points = "point" in number.text.lower()
    return Amount(
        number=number,
        currency=number.currency,
        per_share=each is not None,
        end=number.end + (each.end() if each else 0),
        noun=None if noun in _FUNCTION_WORDS else noun,
        points=points,
        clause=clause,
        periods=periods,
        metrics=clause.metrics or frozenset().union(*(c.metrics for c in clauses)),
    )


def _distinct(refs: Iterable[PeriodRef]) -> tuple[PeriodRef, ...]:
    return tuple({ref.identity: ref for ref in refs}.values())
