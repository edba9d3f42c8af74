"""Read the values that outlook statements give: ranges, points, margins around a point, bounds (FILINGS 7.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from auspex.filings.extraction.guidance_item import Shape

APPROXIMATE_SHARE = Decimal("0.01")
"""`approximately A` is held to within 1 % of |A|."""
_CURRENCIES = {"$": "USD", "US$": "USD", "USD": "USD", "€": "EUR", "EUR": "EUR", "£": "GBP", "¥": "JPY", "C$": "CAD",
               "A$": "AUD", "HK$": "HKD"}  # fmt: skip
_SCALES = {"thousand": 3, "k": 3, "million": 6, "mm": 6, "m": 6, "billion": 9, "bn": 9, "b": 9, "trillion": 12}
_AMOUNT = re.compile(
    r"""
    (?<![\w.,$])
    (?P<open>\()?\s?(?P<sign>[-\u2212\u2013](?=[$€£¥\d.(]))?\(?
    (?P<currency>US\$|HK\$|[CA]\$|\$|€|£|¥|(?:USD|EUR)(?=\s?\d))?\s?(?P<inner>\()?(?P<late>[-\u2212](?=\d))?
    (?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?![\d,]*\d)
    (?:(?P<letter>mm|bn|[MBK])\b|[\s\u00a0-]?(?P<word>thousands?|millions?|billions?|trillions?|bn|mm)\b)?
    (?P<close>\))?
    (?:\s?(?P<percent>%|percent(?:age\spoints?)?\b)|\s?-?(?P<points>(?:basis\spoints?|bps)\b)|\s?(?P<cents>cents?|¢))?
    (?P<close2>\))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TO = re.compile(r"\s*(?:to|through|[-\u2010-\u2015\u2212]|and)\s*(?:approximately|about|roughly)?\s*", re.IGNORECASE)
_PLUS_MINUS = re.compile(
    r"[\s,(]*(?:plus\s+or\s+minus|plus/minus|\+\s?/\s?[-\u2212\u2013]|±|give\s+or\s+take)\s*(?:approximately\s*)?",
    re.IGNORECASE,
)
_RESPECTIVELY = re.compile(rf"[\s,]*respectively{_PLUS_MINUS.pattern}", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|range\s+of|ranging\s+from)\s+(?:approximately\s+)?$", re.IGNORECASE)
_ABOUT = re.compile(r"(?:\b(?:approximately|about|around|roughly|nearly|circa|approx\.?)\s+|~\s?)$", re.IGNORECASE)
_AT_LEAST = re.compile(
    r"(?:\bat\s+least|(?<!no\s)(?<!not\s)\b(?:more|greater|higher|better)\s+than|\bnot?\s+less\s+than|\bin\s+excess\s+of|\bexceed(?:ing)?"
    r"|\bminimum\s+of|\babove|\bover|[>≥])\s*(?:approximately\s+)?$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:\bat\s+most|\bup\s+to|(?<!no\s)(?<!not\s)\b(?:less|lower)\s+than|\bnot?\s+(?:more|greater|higher)\s+than|\bnot\s+(?:to\s+)?exceed"
    r"|\bmaximum\s+of|\bbelow|\bunder|[<≤])\s*(?:approximately\s+)?$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(r"\s*,?\s*or\s+(?:more|higher|greater|above|better)\b", re.IGNORECASE)
_OR_LESS = re.compile(r"\s*,?\s*or\s+(?:less|lower|below|fewer)\b", re.IGNORECASE)
_REACH_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Expression:
    """A value as it is said. `kind` is `money`, `percent` or `plain`; numbers have their own scale word applied.

    Without `scaled` they are still to be scaled by what stands over their table. `decimals` counts shown digits.
    """

    start: int
    end: int
    shape: Shape
    low: Decimal | None
    high: Decimal | None
    tolerance: Decimal
    kind: str
    currency: str | None
    scaled: bool
    decimals: int

    def times(self, scale: int) -> Expression:
        """Return the expression with the scale of its table applied."""
        moved = [None if value is None else _exact(value.scaleb(scale)) for value in (self.low, self.high)]
        return replace(self, low=moved[0], high=moved[1], tolerance=_exact(self.tolerance.scaleb(scale)), scaled=True)

    def negated(self) -> Expression:
        """Return what the same figures are as losses."""
        low, high = self.low, self.high
        if (low is not None and low < 0) or (high is not None and high < 0):
            return self
        turned = {Shape.AT_LEAST: Shape.AT_MOST, Shape.AT_MOST: Shape.AT_LEAST}.get(self.shape, self.shape)
        return replace(self, shape=turned, low=None if high is None else -high, high=None if low is None else -low)


@dataclass(frozen=True, slots=True)
class _Amount:
    """One printed number with what stands on it."""

    start: int
    end: int
    value: Decimal
    decimals: int
    currency: str | None
    scale: int | None
    percent: bool
    points: bool
    cents: bool

    @property
    def is_bare(self) -> bool:
        return self.scale is None and not self.percent and not self.points and not self.cents


def scan_expressions(text: str) -> tuple[Expression, ...]:
    """Return the values of a text in order; those that stand together as a range or with a margin are one."""
    amounts = [_read(match) for match in _AMOUNT.finditer(text)]
    found: list[Expression] = []
    place = 0
    while place < len(amounts):
        first = amounts[place]
        second = amounts[place + 1] if place + 1 < len(amounts) else None
        expression, used = _single(text, first), 1
        if second is not None:
            joint = text[first.end : second.start]
            if _joins(text, first, second, joint):
                expression, used = _range(first, second), 2
            elif _PLUS_MINUS.fullmatch(joint):
                expression, used = _around(first, second) or expression, 2
            elif _RESPECTIVELY.fullmatch(joint) and place and found:
                found[-1] = replace(_around(amounts[place - 1], second) or found[-1], end=amounts[place - 1].end)
                expression, used = _around(first, second) or expression, 2
        found.append(expression)
        place += used
    return tuple(found)


def _read(match: re.Match[str]) -> _Amount:
    digits = match["digits"].replace(",", "")
    value = Decimal(digits)
    closed = match["close"] or match["close2"]
    bracketed = bool(closed) and "(" in match[0][: match.start("digits") - match.start()]
    if match["sign"] or match["late"] or bracketed:
        value = -value
    name = (match["letter"] or match["word"] or "").lower()
    scale = _SCALES.get(name) or _SCALES.get(name.rstrip("s"))
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    end = match.end() if bracketed or not closed else match.end() - 1
    if match["open"] and not bracketed:
        start = match.start() + match[0].index("(") + 1
    currency = (match["currency"] or "").upper() or None
    return _Amount(
        start, end, value, len(digits.partition(".")[2]), None if currency is None else _CURRENCIES[currency], scale,
        bool(match["percent"]), bool(match["points"]), bool(match["cents"]),
    )  # fmt: skip


def _joins(text: str, first: _Amount, second: _Amount, joint: str) -> bool:
    """Whether two numbers are the ends of one range: "A to B", "A-B", "between A and B"."""
    if not _TO.fullmatch(joint) or first.points != second.points:
        return False
    if first.percent and not second.percent:
        return False
    if second.percent and not first.percent and (first.scale is not None or first.currency):
        return False
    if second.is_bare and first.scale is not None:
        return False
    if "and" in joint.lower():
        return _BETWEEN.search(text, max(0, first.start - _REACH_CHARACTERS), first.start) is not None
    return True


def _range(first: _Amount, second: _Amount) -> Expression:
    if first.is_bare:
        first = replace(first, scale=second.scale, percent=second.percent, points=second.points, cents=second.cents)
    low, high = sorted((_value(first), _value(second)))
    return Expression(
        first.start, second.end, Shape.RANGE, low, high, min(_step(first), _step(second)) / 2, _kind(first, second),
        first.currency or second.currency, _is_scaled(second), max(first.decimals, second.decimals),
    )  # fmt: skip


def _around(first: _Amount, margin: _Amount) -> Expression | None:
    """Return A plus or minus m: a share of A for money, points where A is a percentage itself."""
    value = _value(first)
    if first.percent or first.points:
        width = _value(margin) if margin.percent or margin.points else None
    elif margin.percent:
        width = abs(value) * _value(margin)
    else:
        same = margin if margin.scale is not None or not margin.is_bare else replace(margin, scale=first.scale)
        width = _value(same)
    if width is None:
        return None
    width = abs(width)
    return Expression(
        first.start, margin.end, Shape.RANGE, _exact(value - width), _exact(value + width), _step(first) / 2,
        _kind(first, first), first.currency, _is_scaled(first), first.decimals,
    )  # fmt: skip


def _single(text: str, amount: _Amount) -> Expression:
    before = text[max(0, amount.start - _REACH_CHARACTERS) : amount.start]
    value = _value(amount)
    low: Decimal | None = value
    high: Decimal | None = value
    shape, tolerance = Shape.POINT, _step(amount) / 2
    if _AT_LEAST.search(before) or _OR_MORE.match(text, amount.end):
        shape, high = Shape.AT_LEAST, None
    elif _AT_MOST.search(before) or _OR_LESS.match(text, amount.end):
        shape, low = Shape.AT_MOST, None
    elif _ABOUT.search(before):
        tolerance = abs(value) * APPROXIMATE_SHARE
    return Expression(
        amount.start, amount.end, shape, low, high, _exact(tolerance), _kind(amount, amount), amount.currency,
        _is_scaled(amount), amount.decimals,
    )  # fmt: skip


def _power(amount: _Amount) -> int:
    if amount.points:
        return -4
    return -2 if amount.percent or amount.cents else amount.scale or 0


def _value(amount: _Amount) -> Decimal:
    return _exact(amount.value.scaleb(_power(amount)))


def _step(amount: _Amount) -> Decimal:
    return _exact(Decimal(1).scaleb(_power(amount) - amount.decimals))


def _kind(first: _Amount, second: _Amount) -> str:
    if first.percent or second.percent or first.points or second.points:
        return "percent"
    money = (first.currency, second.currency) != (None, None) or first.cents or second.cents
    return "money" if money else "plain"


def _is_scaled(amount: _Amount) -> bool:
    return amount.scale is not None or amount.percent or amount.points or amount.cents


def _exact(value: Decimal) -> Decimal:
    """Write a number without an exponent."""
    return Decimal(format(value, "f"))
