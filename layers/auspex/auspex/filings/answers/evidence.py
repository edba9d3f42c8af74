"""What an answer may stand on: figures with the place they were read from, and passages. Pure values.

Every figure carries the company, period and basis it holds for; an answer about another company, period or basis
finds nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodKind, PeriodRef
from auspex.filings.model import Basis, Method, PeriodType

METHOD_ORDER = (Method.XBRL, Method.TABLE, Method.TEXT_TABLE, Method.DERIVED, Method.LLM)
SUBTRACTABLE_UNITS_EXCLUDED = frozenset({"per_share", "shares", "percent"})


@dataclass(frozen=True, slots=True)
class Source:
    """A span of a stored section as quoted; offsets are code points in the section's text."""

    accession: str
    form: str
    cik: int
    document: str
    section_id: str
    section_key: str
    start: int
    end: int
    quote: str
    text_sha256: str
    source_url: str
    known_at: datetime
    report_date: date | None = None


@dataclass(frozen=True, slots=True)
class EvidenceFigure:
    """A reported figure. `value` has scale and sign applied in base units (a percent is a share); `kind` is currency,
    per_share, shares or percent; `sources` are the figure's own span first, then spans that give period or scale;
    `figure_span` is the figure's own place in the same section where it is known; `rank` 0 is the best label."""

    metric: str
    label: str
    value: Decimal
    kind: str
    currency: str
    scale_shown: int
    period_end: date
    period_type: PeriodType
    basis: Basis
    method: Method
    cik: int
    sources: tuple[Source, ...]
    outflow: bool = False
    preliminary: bool = False
    conflict: bool = False
    rank: int = 0
    figure_span: tuple[int, int] | None = None

    @property
    def source(self) -> Source:
        """The span that shows the figure."""
        return self.sources[0]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage with its place in the section and its lexemes as Postgres stems them."""

    start: int
    end: int
    text: str
    lexemes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk: its source spans the whole chunk; `rank` counts from 1."""

    rank: int
    source: Source
    kind: str
    sentences: tuple[Sentence, ...]
    lexemes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that stands for a name of a formula, itself derived from others where no filing prints it."""

    figure: EvidenceFigure
    expression: str | None = None
    inputs: dict[str, EvidenceFigure] = field(default_factory=dict)


class FigureIndex:
    """Finds the figure of one company for (metric, period, basis); the filing about the asked period comes first."""

    def __init__(self, figures: Sequence[EvidenceFigure], calendar: FiscalCalendar) -> None:
        self._by_metric: dict[str, list[EvidenceFigure]] = {}
        self.calendar = calendar
        for figure in figures:
            self._by_metric.setdefault(figure.metric, []).append(figure)

    def metrics(self) -> frozenset[str]:
        """Return the metrics of which there is any figure."""
        return frozenset(self._by_metric)

    def resolve(self, ref: PeriodRef, metric: str, basis: Basis) -> PeriodRef | None:
        """Return a definite period for `latest_*` and for a quarter without a year; others as they are."""
        if ref.kind in {PeriodKind.LATEST_QUARTER, PeriodKind.LATEST_YEAR}:
            return self._latest_of(ref.kind, metric, basis)
        if ref.kind == PeriodKind.QUARTER and ref.year is None:
            found = [f.period_end for f in self._matching(metric, ref, basis)]
            return replace(ref, year=self.calendar.position(max(found))[0]) if found else None
        if ref.kind == PeriodKind.DATE:
            return self._period_ending(ref, metric, basis)
        return ref

    def _latest_of(self, kind: PeriodKind, metric: str, basis: Basis) -> PeriodRef | None:
        """Return the last quarter or year that any figure reaches; it may have to be derived."""
        figures = [f for f in self._by_metric.get(metric, ()) if f.basis == basis and f.method != Method.DERIVED]
        if kind == PeriodKind.LATEST_YEAR:
            figures = [f for f in figures if f.period_type in {PeriodType.YEAR, PeriodType.INSTANT}]
        if not figures:
            return None
        end = max(f.period_end for f in figures)
        length = PeriodType.QUARTER
        if kind == PeriodKind.LATEST_YEAR:
            length = max((f for f in figures if f.period_end == end), key=lambda f: f.period_type.value).period_type
        return self.calendar.reference_to(end, length)

    def _period_ending(self, ref: PeriodRef, metric: str, basis: Basis) -> PeriodRef | None:
        """Return the period of a metric that ends on a named day: year or quarter where no length is stated."""
        lengths = {f.period_type for f in self._matching(metric, ref, basis)}
        if ref.day is None or not lengths:
            return None
        order = [PeriodType.INSTANT, PeriodType.QUARTER, PeriodType.HALF, PeriodType.NINE_MONTHS]
        if self.calendar.position(ref.day)[1] == 4:
            order.insert(0, PeriodType.YEAR)
        return next((self.calendar.reference_to(ref.day, length) for length in order if length in lengths), None)

    def latest(self, metric: str, basis: Basis) -> PeriodRef | None:
        """Return the most recent reported period of a metric; of a quarter and a year ending together, the year."""
        kinds = {PeriodType.YEAR: 2, PeriodType.INSTANT: 2, PeriodType.QUARTER: 1}
        found = [f for f in self._by_metric.get(metric, ()) if f.basis == basis and f.period_type in kinds]
        if not found:
            return None
        newest = max(found, key=lambda f: (f.period_end, kinds[f.period_type]))
        return self.calendar.reference_to(newest.period_end, newest.period_type)

    def find(self, metric: str, ref: PeriodRef, basis: Basis, *, anchor: date | None = None) -> EvidenceFigure | None:
        """Return the best figure for a definite period, None when no filing gives it.

        `anchor` is the end of the latest period asked for: the filing that reports on it is preferred, so that all
        inputs of a formula come from one filing where they can.
        """
        found = self._matching(metric, ref, basis)
        return min(found, key=lambda f: self._preference(f, anchor), default=None)

    def derive_quarter(self, metric: str, ref: PeriodRef, basis: Basis) -> Input | None:
        """Return a quarter as one year-to-date figure minus another (FILINGS 7.5); never for per-share figures."""
        if ref.kind != PeriodKind.QUARTER or ref.year is None or ref.number is None or ref.number == 1:
            return None
        longer, shorter = {
            2: (PeriodRef(PeriodKind.HALF, ref.year, 1), PeriodRef(PeriodKind.QUARTER, ref.year, 1)),
            3: (PeriodRef(PeriodKind.NINE_MONTHS, ref.year), PeriodRef(PeriodKind.HALF, ref.year, 1)),
            4: (PeriodRef(PeriodKind.YEAR, ref.year), PeriodRef(PeriodKind.NINE_MONTHS, ref.year)),
        }[ref.number]
        whole, part = self.find(metric, longer, basis), self.find(metric, shorter, basis)
        if whole is None or part is None or whole.kind in SUBTRACTABLE_UNITS_EXCLUDED or whole.kind != part.kind:
            return None
        if whole.period_type == PeriodType.INSTANT or whole.currency != part.currency:
            return None
        names = {f"{metric}_{slug(longer)}": whole, f"{metric}_{slug(shorter)}": part}
        figure = replace(
            whole,
            value=whole.value - part.value,
            period_type=PeriodType.QUARTER,
            method=Method.DERIVED,
            sources=(*whole.sources, *part.sources),
        )
        return Input(figure, " - ".join(names), names)

    def _matching(self, metric: str, ref: PeriodRef, basis: Basis) -> list[EvidenceFigure]:
        return [
            f
            for f in self._by_metric.get(metric, ())
            if f.basis == basis
            and self.calendar.matches(ref, period_end=f.period_end, period_type=f.period_type)
            and f.method != Method.DERIVED
        ]

    def _preference(self, figure: EvidenceFigure, anchor: date | None) -> tuple[object, ...]:
        reported = figure.source.report_date
        distance = abs((reported - anchor).days) if reported and anchor and figure.method == Method.TEXT_TABLE else 0
        return (
            figure.preliminary,
            METHOD_ORDER.index(figure.method) if figure.method == Method.TEXT_TABLE else 0,
            distance > 20,
            figure.rank,
            -figure.source.known_at.timestamp(),
            METHOD_ORDER.index(figure.method),
            figure.source.start,
        )


def slug(ref: PeriodRef) -> str:
    """Return a period as the end of a formula name: `fy2018`, `q3_fy2024`, `2024_06_29`."""
    return ref.label.lower().replace(" ", "_").replace("-", "_")
