"""The KPI and formula routes: one figure, a comparison, growth, or an average, each with every input cited."""

from __future__ import annotations

import re
from datetime import date

from auspex.filings.answers.companies import KnownCompany
from auspex.filings.answers.computation import Computation, MissingInputError, MixedUnitsError, combine, compute_first
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import EvidenceFigure, FigureIndex
from auspex.filings.answers.formulas import FormulaError, Node
from auspex.filings.answers.questions import Compare, Intent, ParsedQuestion, Target
from auspex.filings.answers.refusals import RefusedError
from auspex.filings.extraction.fiscal_periods import PeriodKind, PeriodRef, earlier
from auspex.filings.model import PeriodType

RATIO_DECIMALS = 2
AVERAGE_YEARS_MAX = 10
_SPAN_OF_YEARS = re.compile(r"\b(?P<n>\d|two|three|four|five)[\s-]+years?\b", re.IGNORECASE)
_NUMBER_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5}


def draft_figures(question: ParsedQuestion, company: KnownCompany, index: FigureIndex) -> Draft:
    """Draft the figure, comparison, growth or average asked for. Raises RefusedError naming what is missing."""
    target = question.target
    if target is None or target.template is None:
        raise RefusedError("no_evidence", "a formula stated in words that could be read")
    try:
        return _Route(question, target, company, index).draft()
    except MissingInputError as error:
        reason = "period_missing" if error.elsewhere else "no_evidence"
        raise RefusedError(reason, f"{error.metric.replace('_', ' ')} for {error.ref.label}") from error
    except MixedUnitsError as error:
        raise RefusedError("no_evidence", f"inputs in one currency (found {error})") from error
    except FormulaError as error:
        raise RefusedError("no_evidence", f"a value of {target.label.lower()}: {error}") from error


class _Route:
    """Drafts one question about one target; the filing on the latest period asked for is preferred throughout."""

    def __init__(self, question: ParsedQuestion, target: Target, company: KnownCompany, index: FigureIndex) -> None:
        self._question = question
        self._target = target
        self._company = company
        self._index = index
        self._draft = Draft(company, index.calendar, "kpi" if target.is_metric else "formula")
        self._anchor: date | None = None

    def draft(self) -> Draft:
        refs = [self._definite(ref) for ref in self._question.periods] or [self._latest()]
        refs = sorted(dict.fromkeys(refs), key=lambda ref: self._index.calendar.last_day(ref) or date.min)
        self._anchor = self._index.calendar.last_day(refs[-1])
        match self._question.intent:
            case Intent.AVERAGE:
                self._average(refs)
            case Intent.COMPARISON | Intent.GROWTH:
                self._comparison(*self._pair(refs))
            case _:
                for ref in refs:
                    self._single(ref)
        return self._draft

    def _definite(self, ref: PeriodRef) -> PeriodRef:
        """Turn `last quarter` and dates into fiscal periods of this company."""
        metrics = self._target.metrics()
        for metric in metrics:
            resolved = self._index.resolve(ref, metric, self._question.basis)
            if resolved is not None:
                return PeriodRef(resolved.kind, resolved.year, resolved.number)
        known = any(metric in self._index.metrics() for metric in metrics)
        raise MissingInputError(metrics[0], ref, elsewhere=known)

    def _latest(self) -> PeriodRef:
        wanted = PeriodRef(PeriodKind.LATEST_QUARTER) if self._question.compare == Compare.PRIOR_QUARTER else None
        for metric in self._target.metrics():
            if wanted is not None:
                found = self._index.resolve(wanted, metric, self._question.basis)
            else:
                found = self._index.latest(metric, self._question.basis)
            if found is not None:
                return found
        raise RefusedError("no_evidence", self._target.label.lower())

    def _pair(self, refs: list[PeriodRef]) -> tuple[PeriodRef, PeriodRef]:
        """Return (earlier, later)."""
        later = refs[-1]
        if self._question.compare == Compare.NAMED and len(refs) == 2:
            return refs[0], later
        if self._question.compare == Compare.PRIOR_QUARTER:
            if later.kind != PeriodKind.QUARTER:
                raise RefusedError("period_missing", "a quarter to compare with the one before")
            return earlier(later, quarters=1), later
        return earlier(later, years=1), later

    def _compute(self, ref: PeriodRef) -> Computation:
        templates = (self._target.template or "", *self._target.alternatives)
        return compute_first(templates, ref, self._index, self._question.basis, anchor=self._anchor)

    def _single(self, ref: PeriodRef) -> None:
        result = self._compute(ref)
        self._draft.asked.append(ref)
        if result.node.kind == "name":
            figure = result.inputs[result.node.text]
            self._draft.state(figure, of_company=True, bold=True, scale=self._scale(figure))
            return
        self._state(self._target.label, [result], result, self._target.unit)

    def _comparison(self, before: PeriodRef, now: PeriodRef) -> None:
        old, new = self._compute(before), self._compute(now)
        self._draft.asked += [before, now]
        unit = {"percent": "points"}.get(self._target.unit, self._target.unit)
        change = combine([old, new], Node("operation", "-", (new.node, old.node)))
        relative = self._relative(old, new)
        growth = self._question.intent == Intent.GROWTH
        label = self._target.label
        if growth and isinstance(relative, Computation):
            self._state(f"Growth in {label.lower()}", [old, new], relative, "percent", inputs=False)
        self._state(f"Change in {label.lower()}", [old, new], change, unit, inputs=False)
        if not growth and isinstance(relative, Computation) and unit != "points":
            self._state(f"Relative change in {label.lower()}", [old, new], relative, "percent", inputs=False)
        if isinstance(relative, str):
            self._draft.lines.append(f"Relative change: not defined, {relative}")
        for each in (new, old):
            if each.node.kind != "name":
                self._state(label, [each], each, self._target.unit, inputs=False)
        self._inputs([new, old])

    def _average(self, refs: list[PeriodRef]) -> None:
        years = [ref.year for ref in refs if ref.kind == PeriodKind.YEAR and ref.year is not None]
        stated = _SPAN_OF_YEARS.search(self._question.text)
        length = _NUMBER_WORDS.get(stated["n"].lower()) or int(stated["n"]) if stated else None
        if len(years) != len(refs) or not years:
            raise RefusedError("period_missing", "the years to average over")
        first = min(years) if len(years) > 1 else max(years) - (length or 1) + 1
        span = list(range(first, max(years) + 1))
        if len(span) < 2 or len(span) > AVERAGE_YEARS_MAX or (length is not None and length != len(span)):
            raise RefusedError("period_missing", "the years to average over")
        parts = [self._compute(PeriodRef(PeriodKind.YEAR, year=year)) for year in span]
        self._draft.asked += [PeriodRef(PeriodKind.YEAR, year=span[0]), PeriodRef(PeriodKind.YEAR, year=span[-1])]
        total = parts[0].node
        for part in parts[1:]:
            total = Node("operation", "+", (total, part.node))
        mean = combine(parts, Node("operation", "/", (total, Node("number", str(len(span))))))
        label = f"Average of {self._target.label.lower()}"
        self._state(label, [parts[0], parts[-1]], mean, self._target.unit)

    def _relative(self, old: Computation, new: Computation) -> Computation | str:
        """Return the change relative to the earlier value, or why there is none (FILINGS 7.6)."""
        if old.value == 0:
            return "the earlier figure is zero"
        if old.value < 0:
            return "the earlier figure is negative"
        change = Node("operation", "-", (new.node, old.node))
        return combine([old, new], Node("operation", "/", (change, old.node)))

    def _state(
        self, label: str, ends: list[Computation], result: Computation, unit: str, *, inputs: bool = True
    ) -> None:
        """Add the line of a computed value, its formula and, unless told otherwise, its inputs."""
        lead = next(iter(result.inputs.values()))
        periods: list[tuple[date, PeriodType]] = [each.period for each in ends]
        decimals = self._question.decimals if unit not in {"currency", "shares", "per_share"} else None
        if decimals is None and unit not in {"currency", "shares", "per_share"}:
            decimals = RATIO_DECIMALS
        self._draft.state_result(
            label, periods, result, kind=unit, lead=lead, scale=self._scale(lead), decimals=decimals
        )
        if inputs:
            self._inputs([result])

    def _inputs(self, parts: list[Computation]) -> None:
        stated: dict[EvidenceFigure, None] = {}
        for part in parts:
            stated.update(dict.fromkeys(part.inputs.values()))
        for figure in stated:
            self._draft.state(figure, prefix="- ", scale=figure.scale_shown)

    def _scale(self, figure: EvidenceFigure) -> int:
        return figure.scale_shown if self._question.scale is None else self._question.scale
