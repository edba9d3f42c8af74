"""What a watcher reads: a detected filing in one line, an analysed one with why it matters. Pure text, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from auspex.filings.model import FilingHeader

HEADLINES = ("revenue", "eps_diluted")
_LABELS = {"revenue": "revenue", "eps_diluted": "EPS (diluted)"}
_ACTIONS = {
    "raise": "raised", "cut": "cut", "withdraw": "withdrawn", "initiate": "given", "narrow": "narrowed",
    "widen": "widened", "reaffirm": "reaffirmed",
}  # fmt: skip
_SCALES = ((Decimal(10) ** 12, "tn"), (Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"))
_LINES_MAX = 12


@dataclass(frozen=True, slots=True)
class Told:
    """A title of one line and the text below it."""

    title: str
    body: str


def detected_words(header: FilingHeader, *, who: str, detected_at: datetime) -> Told:
    """Word a detection: "8-K, items 2.02, 9.01, accepted 21:07 UTC, detected 34 s later"."""
    what = form_words(header)
    return Told(title=f"{who}: {what}", body=f"{what}, {_when(header, detected_at)}")


def analyzed_words(
    header: FilingHeader,
    *,
    who: str,
    figures: Sequence[Mapping[str, Any]],
    guidance: Sequence[Mapping[str, Any]],
    severities: Mapping[str, str],
) -> Told:
    """Word why an analysed filing matters: headline figures with their change, guidance, items by severity.

    `figures`: metric, basis, value, unit, period_end, period_type, fiscal_period, change_pct (a fraction) or None with
    reason. `guidance`: metric, basis, fiscal_period, low, high, unit, action. Nothing of them: the items alone.
    """
    shown = [figure_words(figure) for figure in figures]
    moved = [guidance_words(item) for item in guidance]
    items = [f"item {item}: {severity} severity" for item, severity in severities.items()]
    first = [*shown[:2], *[line for line in moved if _is_news(line)][:1]]
    what = form_words(header)
    if not first and "high" in severities.values():
        first = ["high severity"]
    title = f"{who}: {what}" + (f": {'; '.join(first)}" if first else "")
    lines = [*shown, *moved[:_LINES_MAX], *items]
    return Told(title=title, body="\n".join(lines) or f"{what}: read, no headline figures in it")


def form_words(header: FilingHeader) -> str:
    """Return "8-K, items 2.02, 9.01"; a form without items is its name."""
    if not header.items:
        return header.form
    return f"{header.form}, {'item' if len(header.items) == 1 else 'items'} {', '.join(header.items)}"


def figure_words(figure: Mapping[str, Any]) -> str:
    """Return "revenue 94.04 bn USD (+9.63 %)"; without a change its reason stands in its place."""
    label = _LABELS.get(figure["metric"], figure["metric"].replace("_", " "))
    basis = "" if figure["basis"] == "gaap" else " non-GAAP"
    change = _change_words(figure.get("change_pct"), figure.get("reason"))
    period = figure.get("fiscal_period") or f"to {figure['period_end']}"
    return f"{label}{basis} {amount_words(Decimal(figure['value']), figure['unit'])}{change}, {period}"


def guidance_words(item: Mapping[str, Any]) -> str:
    """Return "guidance raised: revenue FY2025 41 bn to 42 bn USD"."""
    basis = "" if item["basis"] == "gaap" else " non-GAAP"
    unit = item["unit"] or ""
    ends = [amount_words(Decimal(end), unit) for end in (item["low"], item["high"]) if end is not None]
    span = " to ".join(dict.fromkeys(ends))
    name = item["metric"].replace("_", " ")
    return f"guidance {_ACTIONS[item['action']]}: {name}{basis} {item['fiscal_period']}" + (f" {span}" if span else "")


def amount_words(value: Decimal, unit: str) -> str:
    """Return a value a person reads at a glance, to four digits; shares of one are percent."""
    if unit in {"pure", "percent"}:
        return f"{value * 100:.2f} %"
    if "/" in unit:  # an amount for each share
        return f"{value:.2f} {unit.partition('/')[0]}"
    for size, letters in _SCALES:
        if abs(value) >= size:
            return f"{value / size:.2f} {letters} {unit}".rstrip()
    return f"{value.normalize():f} {unit}".rstrip()


def span_words(seconds: float) -> str:
    """Return a span as "34 s", "12 min", "3 h", "2 d"."""
    for size, letters in _SPANS:
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {letters}"
    return f"{max(0, round(seconds))} s"


def _change_words(pct: str | None, reason: str | None) -> str:
    if pct is not None:
        return f" ({Decimal(pct) * 100:+.2f} %)"
    return f" ({reason.replace('_', ' ')})" if reason else ""


def _is_news(line: str) -> bool:
    return line.startswith(("guidance raised", "guidance cut", "guidance withdrawn"))


def _when(header: FilingHeader, detected_at: datetime) -> str:
    if header.accepted_at is None:
        return f"filed {header.filing_date}, detected {detected_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    accepted = header.accepted_at.astimezone(UTC)
    late = (detected_at - accepted).total_seconds()
    stated = f"{accepted:%H:%M}" if late < 86_400 else f"{accepted:%Y-%m-%d %H:%M}"
    return f"accepted {stated} UTC, detected {span_words(late)} later"
