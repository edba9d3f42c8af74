"""Reads numbers in prose and compares them with proven figures: scale, sign, period, to half the last shown digit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodKind, PeriodRef, parse_periods
from auspex.filings.model import Basis, PeriodType

SCALE_WORDS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALE_NAMES = {0: "", 3: " thousand", 6: " million", 9: " billion", 12: " trillion"}
_DIGITS = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+")
_BEFORE = re.compile(r"(?P<lead>[-−–(]{0,2} ?)(?P<currency>(?:[$€£]|\b[A-Z]{3} )? ?)(?P<late>[-−(]?) ?$")
_AFTER = re.compile(
    r" ?(?P<close>\))?(?P<percent> ?(?:%|percent(?!age)\b|percentage points?\b))?"
    r"(?P<scale> ?(?:thousand|million|billion|trillion)s?\b)?",
    re.IGNORECASE,
)
_REACH_CHARACTERS = 10
_EXEMPT = re.compile(
    r"\[\d+\]|\bItems?\s+\d+[A-C]?(?:\.\d\d)?|\b(?:10|8|20|40|6)-[KQF](?:/A)?|\bEX-\d+(?:\.\d+)?|\b\d+-year\b|\bNote\s+\d+\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"`([^`]*)`")
_CURRENCY = re.compile(r"[$€£¥]|\b[A-Z]{3}\b")
_CODES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_NON_GAAP = re.compile(r"\bnon-gaap\b", re.IGNORECASE)
_OPENING = re.compile(r"\s*\((?:as of\s+)?")


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number as printed. `value` has sign and scale word applied, a percent is a share.

    `step` is one unit of the last shown digit on the same scale.
    """

    text: str
    start: int
    end: int
    value: Decimal
    step: Decimal
    percent: bool
    scaled: bool

    @property
    def currency(self) -> str | None:
        """The ISO code of the currency printed with it, None where none is."""
        shown = _CURRENCY.search(self.text)
        return _CODES.get(shown[0], shown[0]) if shown else None


@dataclass(frozen=True, slots=True)
class ProvenFigure:
    """A figure that evidence or a derivation proves. `periods` are all the periods its statement has to name, `label`
    is what it has to be called; `currency` is the ISO code of an amount, None for other kinds."""

    label: str
    value: Decimal
    kind: str
    periods: tuple[tuple[date, PeriodType], ...]
    basis: Basis
    cik: int
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a draft was rejected: `number`, `period`, `quote`, `formula` or `basis`, and the words concerned."""

    kind: str
    words: str


def scan_numbers(text: str) -> tuple[ShownNumber, ...]:
    """Return the numbers of a text; digits that belong to a word (3M, COVID-19, B2B) are no numbers."""
    found = []
    for match in _DIGITS.finditer(text):
        start, end = match.span()
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        glued = before.isalnum() or before in {"_", "."} or after.isalpha() or after == "_"
        hyphenated = before in {"-", "–"} and start > 1 and text[start - 2].isalnum()
        if not glued and not hyphenated:
            found.append(_read(text, start, end))
    return tuple(found)


def _read(text: str, start: int, end: int) -> ShownNumber:
    """Read the digits at [start:end) with the sign, currency, percent and scale words around them."""
    digits = text[start:end].replace(",", "")
    value = Decimal(digits)
    step = Decimal(1).scaleb(-len(digits.partition(".")[2]))
    before = _BEFORE.search(text, max(0, start - _REACH_CHARACTERS), start)
    after = _AFTER.match(text, end)
    lead = before["lead"] + before["late"] if before else ""
    percent, scale = (after["percent"], after["scale"]) if after else (None, None)
    closed = bool(after and after["close"])
    if any(sign in lead for sign in "-−–") or ("(" in lead and closed):
        value = -value
    power = SCALE_WORDS.get(scale.strip().lower().rstrip("s"), 0) if scale else 0
    power -= 2 if percent else 0
    first = before.start() if before else start
    last = after.end() if after else end
    shown = text[first:last]
    return ShownNumber(
        text=shown.strip(),
        start=first + len(shown) - len(shown.lstrip()),
        end=last,
        value=value.scaleb(power),
        step=step.scaleb(power),
        percent=bool(percent),
        scaled=bool(scale),
    )


def mask_exempt(text: str) -> str:
    """Blank the labels whose digits are no figures (items, forms, exhibits, notes), so that places stay."""
    return _EXEMPT.sub(lambda m: " " * len(m[0]), text)


def list_exempt(text: str) -> tuple[str, ...]:
    """Return those labels as they are written; marks of citations are none."""
    return tuple(match[0] for match in _EXEMPT.finditer(text) if not match[0].startswith("["))


def equals(shown: ShownNumber, value: Decimal) -> bool:
    """Tell whether a shown number is a value to half its last shown digit; zero has no sign."""
    return abs(shown.value - value) <= shown.step / 2


def find_in_quote(quote: str, value: Decimal, *, scale_shown: int, outflow: bool) -> ShownNumber | None:
    """Return the number of a quote that is `value` at the quote's scale; an outflow may be printed in brackets.

    A percentage may be shown with its sign or, in a table, without (scale -2).
    """
    for number in scan_numbers(quote):
        power = 0 if number.percent or number.scaled else scale_shown
        scaled = number.value.scaleb(power)
        if scaled == value or (outflow and -scaled == value):
            return number
    return None


def show(value: Decimal, *, kind: str, currency: str = "USD", scale: int = 0, decimals: int | None = None) -> str:
    """Return a figure in words: `USD 32,765 million`, `USD 1.40 per share`, `5.10%`, `1.73`, `93.86 days`.

    Without `decimals` reported figures keep every digit.
    """
    if kind in {"percent", "points"}:
        number = _digits(value * 100, decimals)
        return f"{number}%" if kind == "percent" else f"{number} percentage points"
    if kind == "currency":
        scale = scale if scale in _SCALE_NAMES else 0
        return f"{currency} {_digits(value.scaleb(-scale), decimals)}{_SCALE_NAMES[scale]}"
    if kind == "per_share":
        return f"{currency} {_digits(value, decimals, at_least=2)} per share"
    if kind == "shares":
        scale = scale if scale in _SCALE_NAMES else 0
        return f"{_digits(value.scaleb(-scale), decimals)}{_SCALE_NAMES[scale]} shares"
    return f"{_digits(value, decimals)} days" if kind == "days" else _digits(value, decimals)


def _digits(value: Decimal, decimals: int | None, *, at_least: int = 0) -> str:
    if decimals is not None:
        value = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    else:
        value = value.normalize()
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent < at_least:
            value = value.quantize(Decimal(1).scaleb(-at_least))
    return f"{value:,f}".replace("-", "−")


def verify_figures(
    markdown: str,
    *,
    proven: Sequence[ProvenFigure],
    quotes: Iterable[str],
    expressions: Iterable[str],
    calendar: FiscalCalendar,
    exempt: Iterable[str] = (),
) -> tuple[Fault, ...]:
    """Return what in a draft is not proven; an empty result lets it pass.

    Quoted lines (`> …`) must equal a quote, code spans a derivation's expression; every other number must be a proven
    figure of the name, basis and currency printed with it and of the period named nearest before it on its line, and
    no digit may be glued to letters. Every period named must belong to such a figure, and one named twice
    (`FY2024 (year ended 2024-09-28)`) be one and the same.
    `exempt` are names that contain digits (companies).
    """
    said = {_collapse(quote) for quote in quotes}
    formulas = set(expressions)
    faults: list[Fault] = []
    for line in markdown.splitlines():
        if line.startswith("> "):
            if _collapse(line[2:]) not in said:
                faults.append(Fault("quote", line[2:]))
            continue
        faults.extend(Fault("formula", code) for code in _CODE.findall(line) if code not in formulas)
        plain = _CODE.sub(lambda m: " " * len(m[0]), line)
        for name in sorted(exempt, key=len, reverse=True):
            plain = plain.replace(name, " " * len(name))
        named = [figure for figure in proven if _called(figure, line)]
        faults.extend(_line_faults(mask_exempt(plain), named, calendar))
    return tuple(faults)


def _collapse(text: str) -> str:
    return " ".join(text.split())


def _line_faults(line: str, proven: Sequence[ProvenFigure], calendar: FiscalCalendar) -> Iterator[Fault]:
    refs = parse_periods(line)
    masked = line
    for ref in refs:
        masked = masked[: ref.start] + " " * (ref.end - ref.start) + masked[ref.end :]
    numbers = scan_numbers(masked)
    covered: set[int] = set()
    for number in numbers:
        fitting = [f for f in proven if equals(number, f.value) and _kind_agrees(number, f, masked)]
        named = _named_for(number, refs, fitting, calendar)
        if not fitting:
            yield Fault("number", number.text)
        elif named is None:
            yield Fault("period", number.text)
        else:
            covered |= named
        masked = masked[: number.start] + " " * (number.end - number.start) + masked[number.end :]
    yield from (Fault("number", token) for token in masked.split() if any(c.isnumeric() for c in token))
    for i, ref in enumerate(refs):
        known = any(_names(ref, period, calendar) for f in proven for period in f.periods)
        known = known if not numbers else i in covered
        if not known or not _same_twice(refs[i : i + 2], line, calendar):
            yield Fault("period", line[ref.start : ref.end])


def _same_twice(pair: Sequence[PeriodRef], line: str, calendar: FiscalCalendar) -> bool:
    """Whether a label and the day in brackets right behind it are one period; other neighbours may differ."""
    if len(pair) < 2 or pair[1].day is None or not _OPENING.fullmatch(line[pair[0].end : pair[1].start]):
        return True
    return calendar.matches(pair[0], period_end=pair[1].day, period_type=pair[1].length or PeriodType.INSTANT)


def _called(figure: ProvenFigure, line: str) -> bool:
    """Whether a line names a figure as it is called, on its basis."""
    if figure.label.lower() not in line.lower():
        return False
    return (_NON_GAAP.search(line) is not None) == (figure.basis == Basis.NON_GAAP)


def _named_for(
    number: ShownNumber, refs: Sequence[PeriodRef], fitting: Sequence[ProvenFigure], calendar: FiscalCalendar
) -> set[int] | None:
    """Return the mentions that name the periods of a fitting figure, all of them and the nearest among them."""
    if not refs:
        return None if any(f.periods for f in fitting) else set()
    before = [i for i, ref in enumerate(refs) if ref.end <= number.start]
    nearest = before[-1] if before else 0
    for figure in fitting:
        named = {i for i, ref in enumerate(refs) for period in figure.periods if _names(ref, period, calendar)}
        complete = all(any(_names(refs[i], period, calendar) for i in named) for period in figure.periods)
        if nearest in named and complete:
            return named
    return None


def _names(ref: PeriodRef, period: tuple[date, PeriodType], calendar: FiscalCalendar) -> bool:
    end, length = period
    if ref.kind == PeriodKind.DATE:
        return ref.day == end and (ref.length in {None, length})
    return calendar.matches(ref, period_end=end, period_type=length)


def _kind_agrees(number: ShownNumber, figure: ProvenFigure, line: str) -> bool:
    """A percentage must be shown as one; an amount must not; days, shares and per-share figures say so."""
    if number.percent != (figure.kind in {"percent", "points"}) or number.currency != figure.currency:
        return False
    if number.percent and ("point" in number.text) != (figure.kind == "points"):
        return False
    following = line[number.end : number.end + 12].lstrip(" *")
    if (figure.kind == "per_share") != following.startswith("per share"):
        return False
    return (figure.kind == "days") == following.startswith("days")
