"""Read the figures that filings print: signs, brackets, dashes, percentages, currencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "C$": "CAD", "A$": "AUD", "HK$": "HKD"}
_DASHES = frozenset({"—", "–", "-", "--", "---", "\u2012", "\u2212", "\u2015", "nil"})
_FIGURE = re.compile(
    r"""
    (?P<lead>[-\u2212\u2013\u2014(+]?)\s*
    (?P<currency>(?:US|HK|[CA])?\$|[€£¥])?\s*
    (?P<inner>[-\u2212\u2013(]?)\s*
    (?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)
    \s*(?P<percent>%)?\s*(?P<close>\))?\s*(?P<percent2>%)?
    (?P<note>\s*(?:\(\w{1,2}\)|\[\w{1,2}\]|[*†‡§]+|[¹²³⁴⁵⁶⁷⁸⁹]+))*
    """,
    re.VERBOSE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
AMOUNT_CHARACTERS_MAX = 40


@dataclass(frozen=True, slots=True)
class Amount:
    """One printed figure. `value` carries its sign but no scale; `decimals` counts the digits shown after the point."""

    value: Decimal
    decimals: int
    percent: bool = False
    currency: str | None = None
    dash: bool = False


def parse_amount(text: str) -> Amount | None:
    """Read a whole cell as a figure; a dash is a reported zero, text, blanks and `N/A` are None (FILINGS 7.6)."""
    text = text.strip()
    if not text or len(text) > AMOUNT_CHARACTERS_MAX:
        return None
    bare = text.lstrip("$€£¥( ").rstrip(")% ")
    if bare in _DASHES:
        return Amount(Decimal(0), 0, percent=text.endswith("%"), currency=_CURRENCIES.get(text[0]), dash=True)
    match = _FIGURE.fullmatch(text)
    if match is None:
        return None
    digits = match["digits"].replace(",", "")
    value = Decimal(digits)
    opening = match["lead"] + match["inner"]
    if "(" in opening and not match["close"]:
        return None
    if any(sign in opening for sign in "-\u2212\u2013\u2014") or "(" in opening:
        value = -value
    decimals = len(digits.partition(".")[2])
    percent = bool(match["percent"] or match["percent2"])
    return Amount(value, decimals, percent=percent, currency=_CURRENCIES.get(match["currency"] or ""))


def is_year(text: str) -> bool:
    """Whether a cell shows nothing but a calendar year (no separator, no currency), footnote marks aside."""
    return _YEAR.fullmatch(re.sub(r"\s*(?:\(\w{1,2}\)|\*+)$", "", text.strip())) is not None


def scaled(value: Decimal, scale: int) -> Decimal:
    """Multiply by a power of ten, exactly, and write the result without an exponent."""
    return Decimal(format(value.scaleb(scale), "f")) if value else Decimal(0)
