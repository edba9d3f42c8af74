"""Binds a formula's names to cited figures of one company, period and basis, and computes it.

Names carry their period. What no filing prints is taken from a line of the same statement (`gross_profit` as
`revenue − cost_of_revenue`) or, for a quarter, from two year-to-date figures; the expression shows it either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from auspex.filings.answers.evidence import EvidenceFigure, FigureIndex, slug
from auspex.filings.answers.formulas import (
    VIRTUAL_METRICS,
    FormulaError,
    Node,
    divides_by_negative,
    evaluate,
    expand,
    parse,
    render,
)
from auspex.filings.extraction.fiscal_periods import PeriodKind, PeriodRef, earlier
from auspex.filings.model import Basis, PeriodType


class MissingInputError(LookupError):
    """A name of the formula has no figure: `metric` for `ref`; `elsewhere` when other periods have one."""

    def __init__(self, metric: str, ref: PeriodRef, *, elsewhere: bool) -> None:
        super().__init__(f"{metric} for {ref.label}")
        self.metric = metric
        self.ref = ref
        self.elsewhere = elsewhere


class MixedUnitsError(ValueError):
    """The inputs of a sum or ratio are in different currencies or units."""


@dataclass(slots=True)
class Computation:
    """An expression over cited figures, its value, and the period (last day, length) it holds for.

    `node` is plain arithmetic over the names in `inputs`.
    """

    node: Node
    value: Decimal
    period: tuple[date, PeriodType]
    inputs: dict[str, EvidenceFigure] = field(default_factory=dict)

    @property
    def expression(self) -> str:
        """The expression as printed."""
        return render(self.node)


def compute(
    template: str, ref: PeriodRef, index: FigureIndex, basis: Basis, *, anchor: date | None = None
) -> Computation:
    """Compute a template for one definite period.

    Raises MissingInputError for a name without a figure, MixedUnitsError, and FormulaError for a
    division by zero or by a negative figure.
    """
    binder = _Binder(index, basis, ref, anchor)
    node = binder.bind(parse(template))
    currencies = {f.currency for f in binder.inputs.values() if f.kind in {"currency", "per_share"}}
    if len(currencies) > 1:
        raise MixedUnitsError(", ".join(sorted(currencies)))
    values = {name: figure.value for name, figure in binder.inputs.items()}
    value = evaluate(node, values)
    if divides_by_negative(node, values):
        raise FormulaError("it is not defined where what it divides by is negative")
    return Computation(node, value, _period(binder.inputs, ref), binder.inputs)


_LENGTHS = {
    PeriodKind.YEAR: PeriodType.YEAR,
    PeriodKind.QUARTER: PeriodType.QUARTER,
    PeriodKind.HALF: PeriodType.HALF,
    PeriodKind.NINE_MONTHS: PeriodType.NINE_MONTHS,
}


def _period(inputs: Mapping[str, EvidenceFigure], ref: PeriodRef) -> tuple[date, PeriodType]:
    """Return the last day and the length of a result: that of the period asked for, an instant for balances alone."""
    if not inputs:
        raise FormulaError("a formula needs at least one reported figure")
    end = max(figure.period_end for figure in inputs.values())
    balances = all(figure.period_type == PeriodType.INSTANT for figure in inputs.values())
    return end, PeriodType.INSTANT if balances else _LENGTHS.get(ref.kind, PeriodType.OTHER)


class _Binder:
    """Replaces the names of a template by names of figures, one filing for all where it can be."""

    def __init__(self, index: FigureIndex, basis: Basis, ref: PeriodRef, anchor: date | None) -> None:
        self._index = index
        self._basis = basis
        self._ref = ref
        self._anchor = anchor
        self.inputs: dict[str, EvidenceFigure] = {}

    def bind(self, template: Node) -> Node:
        refs: dict[str, tuple[str, PeriodRef]] = {}

        def name_at(metric: str, back: int) -> str:
            ref = self._step_back(metric, back)
            name = f"{metric}_{slug(ref)}"
            refs[name] = (metric, ref)
            return name

        return self._resolve(expand(template, name_at), refs)

    def _step_back(self, metric: str, back: int) -> PeriodRef:
        if back == 0:
            return self._ref
        try:
            if self._ref.kind == PeriodKind.QUARTER:
                return earlier(self._ref, quarters=back)
            return earlier(self._ref, years=back)
        except ValueError:
            raise MissingInputError(metric, self._ref, elsewhere=True) from None

    def _resolve(self, node: Node, refs: dict[str, tuple[str, PeriodRef]]) -> Node:
        if node.kind == "number":
            return node
        if node.kind == "name":
            metric, ref = refs[node.text]
            return self._figure(node.text, metric, ref)
        return Node(node.kind, node.text, tuple(self._resolve(part, refs) for part in node.parts))

    def _figure(self, name: str, metric: str, ref: PeriodRef, *, virtual: bool = True) -> Node:
        found = self._index.find(metric, ref, self._basis, anchor=self._anchor)
        if found is not None:
            self.inputs[name] = found
            return Node("name", name)
        derived = self._index.derive_quarter(metric, ref, self._basis)
        if derived is not None and derived.expression is not None:
            self.inputs.update(derived.inputs)
            return parse(derived.expression)
        if virtual and metric in VIRTUAL_METRICS:
            template = VIRTUAL_METRICS[metric]
            try:
                return self._virtual(parse(template), ref)
            except MissingInputError:
                pass
        elsewhere = metric in self._index.metrics()
        raise MissingInputError(metric, ref, elsewhere=elsewhere)

    def _virtual(self, node: Node, ref: PeriodRef) -> Node:
        if node.kind == "name":
            return self._figure(f"{node.text}_{slug(ref)}", node.text, ref, virtual=False)
        return Node(node.kind, node.text, tuple(self._virtual(part, ref) for part in node.parts))


def compute_first(
    templates: tuple[str, ...], ref: PeriodRef, index: FigureIndex, basis: Basis, *, anchor: date | None = None
) -> Computation:
    """Compute the first template whose inputs exist. Raises what the first one raised when none can be computed."""
    failure: MissingInputError | FormulaError | None = None
    for template in templates:
        try:
            return compute(template, ref, index, basis, anchor=anchor)
        except (MissingInputError, FormulaError) as error:
            failure = failure or error
    if failure is None:
        raise ValueError("no template to compute")
    raise failure


def combine(parts: list[Computation], node: Node) -> Computation:
    """Return an expression over whole computations; `node` must already contain theirs."""
    inputs: dict[str, EvidenceFigure] = {}
    for part in parts:
        inputs |= part.inputs
    value = evaluate(node, {name: figure.value for name, figure in inputs.items()})
    return Computation(node, value, max(part.period for part in parts), inputs)
