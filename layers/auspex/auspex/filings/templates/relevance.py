"""How well the last filings of a company serve a template (FILINGS 7.18)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from auspex.filings.templates.model import RecentFiling, Relevance, Rule

FILINGS_CONSIDERED = 6
HIGH, MEDIUM = Decimal("0.9"), Decimal("0.5")


def rate_relevance(filings: Sequence[RecentFiling], rules: Sequence[Rule]) -> Relevance:
    """Return the best weight over at most six filings, newest first: 0.9 is high, 0.5 medium, less low.

    The brief says what is indexed and, where little fits, which forms would.
    """
    considered = list(filings[:FILINGS_CONSIDERED])
    weights = [_weight(filing, rules) for filing in considered]
    score = max(weights, default=Decimal(0))
    label = "high" if score >= HIGH else "medium" if score >= MEDIUM else "low"
    if not considered:
        brief = "No filing is indexed."
    else:
        brief = f"Last {len(considered)} indexed filings: {'; '.join(map(_named, considered))}."
    if label == "low":
        brief += f" Filings that would fit: {', '.join(_fitting(rules))}."
    else:
        best = considered[weights.index(score)]
        brief += f" Best fit: {_named(best)}, weight {score.normalize():f}."
    return Relevance(label, score, brief)


def _weight(filing: RecentFiling, rules: Sequence[Rule]) -> Decimal:
    fitting = (
        rule.weight
        for rule in rules
        if rule.base_form == filing.base_form and (rule.item is None or rule.item in filing.items)
    )
    return max(fitting, default=Decimal(0))


def _named(filing: RecentFiling) -> str:
    items = f" ({', '.join(filing.items)})" if filing.items else ""
    return f"{filing.form}{items} of {filing.filing_date.isoformat()}"


def _fitting(rules: Sequence[Rule]) -> list[str]:
    fit = sorted((r for r in rules if r.weight >= MEDIUM), key=lambda r: (-r.weight, r.base_form, r.item or ""))
    return [f"{rule.base_form} item {rule.item}" if rule.item else rule.base_form for rule in fit]
