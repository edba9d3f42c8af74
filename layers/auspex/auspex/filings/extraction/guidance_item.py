"""What a company says of its own future: one item per metric, basis and fiscal period (FILINGS 7.9). Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from auspex.filings.model import Basis, PeriodType, Span

ALL_METRICS = "all"
"""The metric of a withdrawal that names none: whatever stood is withdrawn."""


class Shape(StrEnum):
    """In which form a value is promised."""

    RANGE = "range"
    POINT = "point"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    QUALITATIVE = "qualitative"
    WITHDRAWN = "withdrawn"


NUMERIC = frozenset({Shape.RANGE, Shape.POINT, Shape.AT_LEAST, Shape.AT_MOST})


@dataclass(frozen=True, slots=True)
class GuidancePeriod:
    """The period that a statement is about; `end` is its nominal last day, None where nothing dates it."""

    period_type: PeriodType
    end: date | None
    label: str


@dataclass(frozen=True, slots=True)
class GuidanceItem:
    """One statement about one figure of one period.

    `low` and `high` are in `unit` with scale and sign applied, shares for percentages; one of them is None for a bound
    on one side, both for what has no figure. `tolerance` is what rounding alone may explain. `quote` is the text of
    `span`.
    """

    metric: str
    basis: Basis
    period: GuidancePeriod
    shape: Shape
    low: Decimal | None
    high: Decimal | None
    unit: str | None
    tolerance: Decimal | None
    span: Span
    quote: str
    method: str = "rule"

    @property
    def key(self) -> tuple[str, Basis, PeriodType, str]:
        """What makes two statements be about the same thing."""
        return (self.metric, self.basis, self.period.period_type, self.period.label)

    @property
    def words(self) -> str:
        """Name it as people ask for it: basis, figure, period."""
        basis = "non-GAAP" if self.basis is Basis.NON_GAAP else ""
        return " ".join(part for part in (basis, self.metric.replace("_", " "), self.period.label) if part)

    @property
    def is_numeric(self) -> bool:
        """Whether it states a figure that an actual can be held against."""
        return self.shape in NUMERIC


def middle(low: Decimal | None, high: Decimal | None) -> Decimal | None:
    """Return the middle of a range; a bound on one side alone has none."""
    return None if low is None or high is None else (low + high) / 2
