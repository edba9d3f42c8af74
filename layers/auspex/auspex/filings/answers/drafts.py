"""Composes answers: short exact lines, each figure with unit and period, each input of a formula with its citation.

A line names a period before the figure that holds for it: `figures.verify_figures` reads lines the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from auspex.filings.answers.companies import KnownCompany
from auspex.filings.answers.computation import Computation
from auspex.filings.answers.evidence import EvidenceFigure, Source
from auspex.filings.extraction.figures import ProvenFigure, show
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodRef
from auspex.filings.model import Basis, Figure, PeriodType

AMOUNTS = frozenset({"currency", "per_share"})
"""The kinds of figures that have a currency."""
_LENGTH_WORDS = {
    PeriodType.YEAR: "year ended ",
    PeriodType.QUARTER: "quarter ended ",
    PeriodType.HALF: "six months ended ",
    PeriodType.NINE_MONTHS: "nine months ended ",
    PeriodType.INSTANT: "as of ",
    PeriodType.OTHER: "period ended ",
}


@dataclass(slots=True)
class Draft:
    """An answer under construction; `figures[0]` is the single stated result. `asked` are the periods it must be of."""

    company: KnownCompany | None
    calendar: FiscalCalendar
    evidence_class: str
    lines: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    evidence: list[EvidenceFigure] = field(default_factory=list)
    computations: list[tuple[str, str, Computation]] = field(default_factory=list)
    proven: list[ProvenFigure] = field(default_factory=list)
    asked: list[PeriodRef] = field(default_factory=list)
    exempt: list[str] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        """The answer's text."""
        return "\n".join(self.lines)

    def cite(self, sources: Sequence[Source]) -> str:
        """Add sources once each and return their marks, such as `[1][2]`."""
        marks = []
        for source in sources:
            if source not in self.sources:
                self.sources.append(source)
            marks.append(f"[{self.sources.index(source) + 1}]")
        return "".join(dict.fromkeys(marks))

    def describe_period(self, end: date, length: PeriodType) -> str:
        """Return a period as label and day: `FY2018 (year ended 2018-12-31)`."""
        return f"{self.calendar.label(end, length)} ({_LENGTH_WORDS[length]}{end.isoformat()})"

    def state(
        self, figure: EvidenceFigure, *, scale: int, prefix: str = "", bold: bool = False, of_company: bool = False
    ) -> None:
        """Add the line of a reported figure with its citation marks; its sources prove it."""
        shown = show(figure.value, kind=figure.kind, currency=figure.currency, scale=scale)
        marks = self.cite(figure.sources)
        notes = [note for note, holds in (("preliminary", figure.preliminary), ("conflict", figure.conflict)) if holds]
        basis = "Non-GAAP " if figure.basis == Basis.NON_GAAP else ""
        owner = f" of {self.company.name}" if of_company and self.company else ""
        period = self.describe_period(figure.period_end, figure.period_type)
        noted = f" ({', '.join(notes)})" if notes else ""
        number = f"**{shown}**" if bold else shown
        self.lines.append(f"{prefix}{basis}{figure.label}{owner}, {period}: {number}{noted} {marks}")
        self.evidence.append(figure)
        self.figures.append(
            Figure(shown, figure.value, unit_name(figure), citation_index=self.sources.index(figure.source))
        )
        ends = ((figure.period_end, figure.period_type),)
        currency = figure.currency if figure.kind in AMOUNTS else None
        self.proven.append(
            ProvenFigure(figure.label, figure.value, figure.kind, ends, figure.basis, figure.cik, currency)
        )

    def state_result(
        self,
        label: str,
        periods: Sequence[tuple[date, PeriodType]],
        result: Computation,
        *,
        kind: str,
        lead: EvidenceFigure,
        scale: int,
        decimals: int | None,
    ) -> None:
        """Add the line of a computed value and its formula; `lead` gives currency, basis and company."""
        shown = show(result.value, kind=kind, currency=lead.currency, scale=scale, decimals=decimals)
        span = " to ".join(self.describe_period(*period) for period in dict.fromkeys(periods))
        owner = f" of {self.company.name}" if self.company else ""
        basis = "Non-GAAP: " if lead.basis == Basis.NON_GAAP else ""
        self.lines.append(f"{basis}{label}{owner}, {span}: **{shown}** = `{result.expression}`")
        unit = {"currency": lead.currency, "per_share": f"{lead.currency}/share"}.get(kind, kind)
        self.figures.append(Figure(shown, result.value, unit, derivation_index=len(self.computations)))
        self.computations.append((label, unit, result))
        ends, currency = tuple(dict.fromkeys(periods)), lead.currency if kind in AMOUNTS else None
        self.proven.append(ProvenFigure(label, result.value, kind, ends, lead.basis, lead.cik, currency))

    def quote(self, source: Source, described: str) -> None:
        """Add a verbatim sentence and, on a line of its own, its mark and what it is quoted from."""
        mark = self.cite([source])
        self.lines += [f"> {' '.join(source.quote.split())}", f"{mark} {described}"]
        self.exempt.append(described)

    def derivations(self) -> tuple[dict[str, object], ...]:
        """Return the formulas as the reply shows them: expression, result and every input with its citation."""
        return tuple(
            {
                "label": label,
                "expression": result.expression,
                "result": str(result.value),
                "unit": unit,
                "inputs": {
                    name: {
                        "metric": figure.metric,
                        "value": str(figure.value),
                        "unit": unit_name(figure),
                        "period_end": figure.period_end.isoformat(),
                        "period_type": figure.period_type.value,
                        "basis": figure.basis.value,
                        "citation_index": self.sources.index(figure.source),
                    }
                    for name, figure in result.inputs.items()
                },
            }
            for label, unit, result in self.computations
        )


def unit_name(figure: EvidenceFigure) -> str:
    """Return the unit of a figure: an ISO currency, `USD/share`, `shares` or `percent`."""
    return {"currency": figure.currency, "per_share": f"{figure.currency}/share"}.get(figure.kind, figure.kind)
