"""Read outlook sentences: which value belongs to which figure, basis and period (FILINGS 7.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auspex.filings.extraction.figures import mask_exempt
from auspex.filings.extraction.guidance_amounts import Expression, scan_expressions
from auspex.filings.extraction.guidance_item import ALL_METRICS, GuidancePeriod, Shape
from auspex.filings.extraction.guidance_metrics import Mention, find_mentions, metric_for, read_basis, unit_of
from auspex.filings.extraction.guidance_periods import Horizon, PeriodMention, find_periods
from auspex.filings.extraction.guidance_words import (
    is_aside,
    is_former,
    links,
    looks_ahead,
    looks_back,
    says_decline,
    says_direction,
    says_growth,
    spans_years,
    tells_history,
    withdraws,
)
from auspex.filings.extraction.metrics import Kind
from auspex.filings.model import Basis

UNSCALED_MONEY_MIN = 100_000
"""An amount of money without a scale word is taken as it stands from here on; below it lacks one."""
_BASIS_REACH_CHARACTERS = 60
_FORMER_REACH_CHARACTERS = 110
_ASIDE_REACH_CHARACTERS = 80
_QUALITATIVE_MAX = 3
_AFTER_BASIS = re.compile(
    r"\s*,?\s*(?:on\s+an?\s+(?P<long>non[\s-]?gaap|gaap|adjusted)\s+basis|\(\s*(?P<short>non[\s-]?gaap|gaap|adjusted)\s*\))",
    re.IGNORECASE,
)
_OWN_BASIS = re.compile(r"^\W*on\s+an?\s+(?:non[\s-]?gaap|adjusted)\s+basis\b", re.IGNORECASE)
_NAME_FOLLOWS = re.compile(r"\s+(?:in|of)\s+(?:[\w-]+\s+){0,3}?$", re.IGNORECASE)
_SHARE_OF = re.compile(r"\s+of\s+(?:(?:our|its|total|net|annual|expected)\s+)*(?:revenues?|sales)\b", re.IGNORECASE)
_PERIOD_FOLLOWS = re.compile(
    r"[\s,]*(?:(?:in|for|during|by)\s+)?(?:(?:the|our|its|fiscal|full|year|-)\s*)*$", re.IGNORECASE
)
_PERIOD_REACH_CHARACTERS = 30


@dataclass(frozen=True, slots=True)
class Statement:
    """One promise of a sentence or a table's row; `expression` is None for words without a figure."""

    metric: str
    basis: Basis
    period: GuidancePeriod
    shape: Shape
    expression: Expression | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as it is read: its text with periods blanked out, and what it names."""

    text: str
    bare: str
    mentions: Sequence[Mention]
    periods: Sequence[PeriodMention]
    expressions: Sequence[Expression]

    def between(self, start: int, end: int) -> str:
        """Return the words of a stretch without the values and periods in it."""
        words = self.bare
        for expression in self.expressions:
            if expression.start < end and expression.end > start:
                first, last = max(start, expression.start), min(end, expression.end)
                words = words[:first] + " " * (last - first) + words[last:]
        return words[start:end]


def read_sentence(
    text: str, *, horizon: Horizon, inherited: GuidancePeriod | None = None, in_scope: bool = False
) -> list[Statement]:
    """Return what a sentence promises.

    `inherited` is the period that its heading or the sentence before names; `in_scope` says that it stands under an
    outlook heading, where a line needs no verb.
    """
    if withdraws(text):
        return _withdrawals(text, horizon, inherited)
    if looks_back(text) or not (looks_ahead(text) or (in_scope and not tells_history(text))):
        return []
    reading = _read(text, horizon)
    found = list(_statements(reading, inherited))
    if not found and looks_ahead(text) and not reading.expressions and says_direction(text):
        found = list(_directions(reading))
    return found


def period_of(text: str, horizon: Horizon) -> GuidancePeriod | None:
    """Return the one period ahead that a heading or an introducing line names; None where it names several or none."""
    periods = {m.period for m in find_periods(text, horizon) if m.period is not None}
    return periods.pop() if len(periods) == 1 else None


def _read(text: str, horizon: Horizon) -> Reading:
    periods = find_periods(text, horizon)
    bare = mask_exempt(text)
    for mention in periods:
        bare = bare[: mention.start] + " " * (mention.end - mention.start) + bare[mention.end :]
    return Reading(text, bare, find_mentions(text), periods, scan_expressions(bare))


def _statements(reading: Reading, inherited: GuidancePeriod | None) -> Iterator[Statement]:
    pairs: list[tuple[Mention, Expression]] = []
    for expression in reading.expressions:
        before = reading.bare[max(0, expression.start - _FORMER_REACH_CHARACTERS) : expression.start]
        after = reading.text[expression.end :]
        if is_former(before) or spans_years(after) or _SHARE_OF.match(after):
            continue
        mention = _governing(reading, expression)
        if mention is not None:
            pairs.append((mention, expression))
    for mention in dict.fromkeys(mention for mention, _ in pairs):
        expressions = [expression for other, expression in pairs if other is mention]
        for basis, expression in _on_bases(reading, mention, expressions):
            period = _period_for(reading, expression, inherited)
            statement = (
                None if period is None else state(mention, expression, basis, period, _lead(reading, expression))
            )
            if statement is not None:
                yield statement


def _governing(reading: Reading, expression: Expression) -> Mention | None:
    """Return the figure that a value belongs to: the one before it that nothing but joining words parts from it."""
    after = next((m for m in reading.mentions if m.start >= expression.end), None)
    if after is not None and _NAME_FOLLOWS.fullmatch(reading.bare[expression.end : after.start]):
        return after if after.metric is not None else None
    before = [m for m in reading.mentions if m.end <= expression.start]
    if not before or before[-1].metric is None:
        return None
    mention = before[-1]
    if is_aside(reading.between(max(0, mention.start - _ASIDE_REACH_CHARACTERS), mention.start)):
        return None
    return mention if links(reading.between(mention.end, expression.start)) else None


def _lead(reading: Reading, expression: Expression) -> str:
    """Return the words that lead to a value, back to the figure or value before it."""
    ends = [m.end for m in reading.mentions if m.end <= expression.start]
    ends += [e.end for e in reading.expressions if e.end <= expression.start]
    start = max(ends, default=0)
    return reading.bare[start : expression.start] if ends else reading.bare[: expression.start]


def _on_bases(
    reading: Reading, mention: Mention, expressions: Sequence[Expression]
) -> Iterator[tuple[Basis, Expression]]:
    named = _bases_before(reading, mention)
    if len(named) > 1 and len(expressions) == len(named):
        yield from zip(named, expressions, strict=True)
        return
    assert mention.metric is not None
    usual = Basis.NON_GAAP if _OWN_BASIS.match(reading.text) else mention.metric.basis
    for expression in expressions:
        after = _AFTER_BASIS.match(reading.text, expression.end)
        if after is not None:
            word = (after["long"] or after["short"]).lower()
            yield (Basis.GAAP if word == "gaap" else Basis.NON_GAAP), expression
        else:
            for basis in named or (usual,):
                yield basis, expression


def _bases_before(reading: Reading, mention: Mention) -> tuple[Basis, ...]:
    ends = [m.end for m in reading.mentions if m.end <= mention.start]
    ends += [e.end for e in reading.expressions if e.end <= mention.start]
    start = max([mention.start - _BASIS_REACH_CHARACTERS, 0, *ends])
    return read_basis(reading.text[start : mention.end])


def _period_for(reading: Reading, expression: Expression, inherited: GuidancePeriod | None) -> GuidancePeriod | None:
    """Return the period of a value: named right after it, else before it, else later, else inherited."""
    periods = [mention for mention in reading.periods if not mention.compared]
    after = next((m for m in periods if m.start >= expression.end), None)
    if after is not None and after.start - expression.end <= _PERIOD_REACH_CHARACTERS:
        joint = reading.text[expression.end : after.start]
        if _PERIOD_FOLLOWS.fullmatch(joint) and joint.strip(" ,"):
            return after.period
    before = [mention for mention in periods if mention.end <= expression.start]
    if before:
        return before[-1].period
    return after.period if after is not None else inherited


def state(
    mention: Mention, expression: Expression, basis: Basis, period: GuidancePeriod, lead: str
) -> Statement | None:
    """Return what a value says of a figure; None where value and figure do not fit. `lead` are the words before it."""
    metric = mention.metric
    if metric is None:
        return None
    name = metric_for(metric, expression.kind)
    if name is None or not _fits(metric.kind, expression):
        return None
    change = name.endswith("_growth") or name == "comparable_sales"
    if expression.kind == "percent" and metric.percent_is_growth and not says_growth(lead):
        return None
    if expression.kind == "percent" and not change and says_growth(lead):
        return None  # "gross margin to improve 50 basis points" states no level
    if mention.loss or (change and says_decline(lead)):
        expression = expression.negated()
    unit = unit_of(name, metric, expression.kind, expression.currency)
    return Statement(name, basis, period, expression.shape, expression, unit)


def _fits(kind: Kind, expression: Expression) -> bool:
    if expression.kind == "percent":
        return True
    largest = max(abs(value) for value in (expression.low, expression.high) if value is not None)
    if kind is Kind.PER_SHARE:
        return largest < UNSCALED_MONEY_MIN and (expression.kind == "money" or expression.decimals >= 2)
    if kind is Kind.RATIO:
        return False
    return expression.scaled or largest >= UNSCALED_MONEY_MIN


def _directions(reading: Reading) -> Iterator[Statement]:
    """State what is expected without a figure; the period has to stand in the sentence itself."""
    periods = [mention.period for mention in reading.periods if mention.period is not None]
    seen: set[str] = set()
    for mention in reading.mentions[:_QUALITATIVE_MAX]:
        if mention.metric is None or not periods:
            continue
        metric = mention.metric
        name = metric.percent if metric.percent_is_growth else metric.money or metric.percent
        if name is not None and name not in seen:
            seen.add(name)
            bases = _bases_before(reading, mention) or (metric.basis,)
            yield Statement(name, bases[0], periods[0], Shape.QUALITATIVE, None, None)


def _withdrawals(text: str, horizon: Horizon, inherited: GuidancePeriod | None) -> list[Statement]:
    reading = _read(text, horizon)
    ahead = [mention.period for mention in reading.periods if mention.period is not None]
    period = ahead[0] if ahead else inherited or period_of("full year", horizon)
    if period is None:
        return []
    named = {
        (
            mention.metric.money or mention.metric.percent,
            (_bases_before(reading, mention) or (mention.metric.basis,))[0],
        )
        for mention in reading.mentions
        if mention.metric is not None
    }
    if not named:
        return [Statement(ALL_METRICS, Basis.GAAP, period, Shape.WITHDRAWN, None, None)]
    return [
        Statement(name, basis, period, Shape.WITHDRAWN, None, None)
        for name, basis in sorted(named, key=str)
        if name is not None
    ]
