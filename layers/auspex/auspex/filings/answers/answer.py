"""Checks a draft against stored text and turns it into an answer, or a refusal. Nothing unproven leaves this module."""

from __future__ import annotations

from collections.abc import Mapping

from auspex.filings.answers.citations import StoredSection, verify_sources
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import EvidenceFigure
from auspex.filings.answers.formulas import FormulaError, evaluate
from auspex.filings.answers.refusals import refuse
from auspex.filings.extraction.figures import Fault, find_in_quote, verify_figures
from auspex.filings.model import Answer, Basis, Citation, Method


def finish_answer(
    draft: Draft, sections: Mapping[str, StoredSection], *, basis: Basis
) -> tuple[Answer, tuple[Fault, ...]]:
    """Return the answer and no faults, or the refusal `figure_unverified` and why.

    `sections` are the cited sections as they lie in the database now, by id.
    """
    citations, faults = check_draft(draft, sections, basis=basis)
    if faults:
        return refuse("figure_unverified"), faults
    answer = Answer(
        answer_markdown=draft.markdown,
        refused=False,
        reason=None,
        evidence_class=draft.evidence_class,
        citations=citations,
        figures=tuple(draft.figures),
        derivations=draft.derivations(),
    )
    return answer, ()


def check_draft(
    draft: Draft, sections: Mapping[str, StoredSection], *, basis: Basis
) -> tuple[tuple[Citation, ...], tuple[Fault, ...]]:
    """Return the citations, verified or not, and every fault: of quotes, figures, formulas, periods, company, basis."""
    citations = verify_sources(draft.sources, sections)
    faults = [Fault("citation", c.quote[:80]) for c in citations if not c.verified]
    for figure in draft.evidence:
        faults.extend(_figure_faults(figure, draft, basis))
    faults.extend(_formula_faults(draft))
    faults.extend(_period_faults(draft))
    faults.extend(_line_faults(draft))
    faults.extend(
        verify_figures(
            draft.markdown,
            proven=draft.proven,
            quotes=[source.quote for source in draft.sources],
            expressions=[result.expression for _, _, result in draft.computations],
            calendar=draft.calendar,
            exempt=[*draft.exempt, *([draft.company.name] if draft.company else [])],
        )
    )
    return citations, tuple(faults)


def _figure_faults(figure: EvidenceFigure, draft: Draft, basis: Basis) -> list[Fault]:
    """A reported figure must be a number of its own quote, of the company and basis asked for."""
    faults = []
    if draft.company is not None and (figure.cik != draft.company.cik or figure.source.cik != figure.cik):
        faults.append(Fault("company", figure.label))
    if figure.basis != basis:
        faults.append(Fault("basis", figure.label))
    quote, start = figure.source.quote, figure.source.start
    if figure.figure_span is not None and figure.source.start <= figure.figure_span[0] < figure.source.end:
        first, last = figure.figure_span
        quote = quote[max(0, first - start - 2) : last - start + 2]
    shown = find_in_quote(quote, figure.value, scale_shown=figure.scale_shown, outflow=figure.outflow)
    if shown is None or figure.method == Method.DERIVED:
        faults.append(Fault("figure", f"{figure.label} {figure.value}"))
    return faults


def _formula_faults(draft: Draft) -> list[Fault]:
    """A derivation must give its result again from the figures it cites, and every one of them must be shown."""
    faults = []
    for label, _, result in draft.computations:
        try:
            again = evaluate(result.expression, {name: figure.value for name, figure in result.inputs.items()})
        except FormulaError:
            faults.append(Fault("formula", label))
            continue
        if again != result.value or any(figure not in draft.evidence for figure in result.inputs.values()):
            faults.append(Fault("formula", label))
    return faults


def _line_faults(draft: Draft) -> list[Fault]:
    """Every result must name its company, and every reported figure bear the marks of its own sources."""
    faults = []
    if draft.company is not None and draft.figures:
        results = [line for line in draft.lines if not line.startswith(("- ", "> ", "Relative change: "))]
        faults += [Fault("company", line[:80]) for line in results if draft.company.name not in line]
    for figure in draft.evidence:
        marks = draft.cite(figure.sources)
        if not any(figure.label in line and line.endswith(f" {marks}") for line in draft.lines):
            faults.append(Fault("citation", f"{figure.label} {marks}"))
    return faults


def _period_faults(draft: Draft) -> list[Fault]:
    """The stated result must be of the periods asked for, all of them and no other."""
    if not draft.asked or not draft.proven:
        return []
    result = draft.proven[0]
    strays = [
        end
        for end, length in result.periods
        if not any(draft.calendar.matches(ref, period_end=end, period_type=length) for ref in draft.asked)
    ]
    return [Fault("period", end.isoformat()) for end in strays]
