"""Build the table of a template's run from what was known: rows stated in a draft, unproven ones withheld."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from auspex.core.database import Connection
from auspex.core.limits import TEMPLATE_ROWS_MAX
from auspex.filings.answers.answer import check_draft
from auspex.filings.answers.companies import KnownCompany
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import FigureIndex, Source
from auspex.filings.answers.evidence_store import load_sections
from auspex.filings.answers.gather_evidence import Scope
from auspex.filings.answers.refusals import RefusedError
from auspex.filings.extraction.fiscal_periods import PeriodKind, PeriodRef
from auspex.filings.guidance_reads import list_records
from auspex.filings.kpi_reads import list_answer_figures
from auspex.filings.model import Basis, PeriodType
from auspex.filings.reading.items import ITEM_TITLES_8K, Severity, item_severity
from auspex.filings.reading.sentences import split_sentences
from auspex.filings.template_reads import (
    list_expectations,
    list_guidance,
    list_item_sections,
    list_risk_sections,
)
from auspex.filings.templates.changes import state_change
from auspex.filings.templates.guidance_shift import given_with, is_proven, pair_up, state_shift
from auspex.filings.templates.model import ReportText, Row, Table, Template
from auspex.filings.templates.periods import compared_with, definite_at
from auspex.filings.templates.risk_flags import new_sentences
from auspex.filings.templates.surprises import state_surprise

HIGH_ITEMS = tuple(item for item in ITEM_TITLES_8K if item_severity(item) == Severity.HIGH)
EVENT_SENTENCES = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """The periods a run asks for: None is the latest, and what the template compares with by itself."""

    period: PeriodRef | None = None
    compare_to: str | PeriodRef | None = None


@dataclass(slots=True)
class BuiltTable:
    """Rows with the draft that states them; `record` is how the company's guidance came out, for guidance alone."""

    draft: Draft
    rows: list[Row]
    period: str
    compare_to: str | None
    record: dict[str, Any] | None = None


Statement = Callable[[Draft], Row]


def build_table(
    connection: Connection, template: Template, *, company: KnownCompany, scope: Scope, wanted: Wanted
) -> BuiltTable:
    """Return the table of a template. Raises RefusedError where nothing stored is about the periods."""
    match template.table:
        case Table.CHANGES | Table.SURPRISES:
            return _figures(connection, template, company, scope, wanted)
        case Table.GUIDANCE:
            return _guidance(connection, template, company, scope, wanted)
        case Table.RISKS:
            return _risks(connection, company, scope, wanted)


def _figures(
    connection: Connection, template: Template, company: KnownCompany, scope: Scope, wanted: Wanted
) -> BuiltTable:
    figures = list_answer_figures(connection, cik=company.cik, metrics=template.metrics, as_of=scope.as_of)
    index = FigureIndex(figures, scope.calendar)
    now = _resolve(index, template.metrics, wanted.period or PeriodRef(PeriodKind.LATEST_QUARTER))
    named = wanted.compare_to
    before = compared_with(now, _resolve(index, template.metrics, named) if isinstance(named, PeriodRef) else named)
    statements: list[Statement]
    if template.table == Table.CHANGES:
        asked = [before, now] if before else [now]
        statements = [
            partial(state_change, metric=metric, index=index, now=now, before=before) for metric in template.metrics
        ]
    else:
        asked = [before, now] if before and named else [now]
        issued = list_expectations(connection, cik=company.cik, metrics=template.metrics, as_of=scope.as_of)
        statements = [
            partial(state_surprise, metric=metric, index=index, ref=ref, expectations=issued)
            for ref in reversed(asked)
            for metric in template.metrics
        ]

    def draft_of() -> Draft:
        kind = "formula" if template.table == Table.CHANGES else "kpi"
        return Draft(company, scope.calendar, kind, asked=[ref for ref in asked if ref])

    built = _proven(connection, statements, draft_of)
    if all(row.fields["value"] is None for row in built[1]):
        raise RefusedError("period_missing", f"figures of {company.name} for {now.label}")
    return BuiltTable(*built, now.label, before.label if before in asked and before else None)


def _resolve(index: FigureIndex, metrics: Sequence[str], ref: PeriodRef) -> PeriodRef:
    for metric in metrics:
        resolved = index.resolve(ref, metric, Basis.GAAP)
        if resolved is not None:
            return PeriodRef(resolved.kind, resolved.year, resolved.number)
    raise RefusedError("period_missing", f"figures for {ref.label}")


def _guidance(
    connection: Connection, template: Template, company: KnownCompany, scope: Scope, wanted: Wanted
) -> BuiltTable:
    items = list_guidance(connection, cik=company.cik, metrics=template.metrics, as_of=scope.as_of)
    items = [item for item in items if is_proven(item)]
    if not items:
        raise RefusedError("no_evidence", f"guidance of {company.name}")
    newest = max(item.source.known_at for item in items).date()
    now = definite_at(wanted.period, newest, scope.calendar)
    named = wanted.compare_to
    before = compared_with(
        now, definite_at(named, newest, scope.calendar) if isinstance(named, PeriodRef) else named
    )  # fmt: skip
    given = given_with(items, now, scope.calendar)
    if not given:
        raise RefusedError("period_missing", f"guidance given with {now.label}")
    pairs = pair_up(given, given_with(items, before, scope.calendar) if before else ())[:TEMPLATE_ROWS_MAX]
    statements: list[Statement] = [partial(state_shift, item=item, before=previous) for item, previous in pairs]
    built = _proven(connection, statements, lambda: Draft(company, scope.calendar, "extractive"))
    record = list_records(connection, cik=company.cik, as_of=scope.as_of)[None, None]
    return BuiltTable(*built, now.label, before.label if before else None, record)


def _risks(connection: Connection, company: KnownCompany, scope: Scope, wanted: Wanted) -> BuiltTable:
    reports = list_risk_sections(connection, cik=company.cik, as_of=scope.as_of)
    report = next((r for r in reports if _is_about(r, wanted.period, scope)), None)
    if report is None:
        missing = wanted.period.label if wanted.period else "any period"
        raise RefusedError("period_missing", f"risk factors of {company.name} for {missing}")
    earlier_ones = [r for r in reports if r.base_form == report.base_form and r.report_date < report.report_date]
    named = wanted.compare_to if isinstance(wanted.compare_to, PeriodRef) else None
    if wanted.compare_to and named is None:
        named = compared_with(_period_of(report, scope), wanted.compare_to)
    before = next((r for r in earlier_ones if named is None or _is_about(r, named, scope)), None)
    if before is None:
        raise RefusedError("period_missing", f"earlier risk factors of {company.name} to compare with")
    following = [
        r.source.known_at for r in reports if r.base_form == report.base_form and r.report_date > report.report_date
    ]
    until = min(following, default=scope.as_of)
    events = list_item_sections(
        connection, cik=company.cik, items=HIGH_ITEMS, after=before.source.known_at, as_of=until
    )
    spans = new_sentences(report.text, before.text)
    sources = [_part(report.source, *span) for span in spans[: TEMPLATE_ROWS_MAX - len(events)]]
    statements: list[Statement] = [
        *(partial(_state_event, event=event) for event in events),
        *(partial(_state_sentence, source=source, before=before) for source in sources),
    ]
    draft, rows = _proven(connection, statements, lambda: Draft(company, scope.calendar, "extractive"))
    if not rows:
        _say(draft, f"Nothing is new in the {report.form} for {report.report_date.isoformat()}, and no item is grave.")
    if len(spans) > len(sources):
        _say(draft, f"{len(spans) - len(sources)} more new sentences are not shown.")
    return BuiltTable(draft, rows, _period_of(report, scope).label, _period_of(before, scope).label)


def _proven(
    connection: Connection, statements: Sequence[Statement], draft_of: Callable[[], Draft]
) -> tuple[Draft, list[Row]]:
    """Return the rows and a draft of those that pass every check against the stored text, each row by itself.

    A row that fails shows that something is withheld, and nothing else of it.
    """
    singles: list[tuple[Draft, Row]] = []
    for state in statements:
        draft = draft_of()
        singles.append((draft, state(draft)))
    cited = {source.section_id for draft, _ in singles for source in draft.sources}
    sections = {key: filed.section for key, filed in load_sections(connection, sorted(cited)).items()}
    whole, rows = draft_of(), []
    for state, (draft, row) in zip(statements, singles, strict=True):
        if check_draft(draft, sections, basis=Basis.GAAP)[1]:
            kept = {name: row.fields[name] for name in ("kind", "metric", "label", "period") if name in row.fields}
            rows.append(Row(dict.fromkeys(row.fields) | kept | {"missing": "figure_unverified"}))
            continue
        rows.append(state(whole))
    return whole, rows


def _state_sentence(draft: Draft, source: Source, before: ReportText) -> Row:
    described = f"new against the {before.form} for {before.report_date.isoformat()}"
    draft.quote(source, described)
    fields = {
        "kind": "new_sentence", "text": source.quote, "section_key": source.section_key,
        "known_at": source.known_at, "compare_accession": before.source.accession, "missing": None,
    }  # fmt: skip
    return Row(fields, (source,))


def _state_event(draft: Draft, event: ReportText) -> Row:
    item = event.section_key.removeprefix("item")
    spans = [span for span in split_sentences(event.text) if event.text[slice(*span)].strip()][: EVENT_SENTENCES + 1]
    text = event.text[: spans[-1][1]].rstrip() if spans else event.text
    source = _part(event.source, 0, len(text))
    described = f"{event.form} item {item}, known {source.known_at.date().isoformat()}"
    draft.quote(source, described)
    fields = {
        "kind": "event", "item": item, "title": ITEM_TITLES_8K[item], "severity": Severity.HIGH.value, "text": text,
        "known_at": source.known_at, "missing": None,
    }  # fmt: skip
    return Row(fields, (source,))


def _say(draft: Draft, words: str) -> None:
    """Add a line about the table itself, whose numbers come from no filing."""
    draft.lines.append(words)
    draft.exempt.append(words)


def _part(source: Source, start: int, end: int) -> Source:
    return replace(source, start=source.start + start, end=source.start + end, quote=source.quote[start:end])


def _is_about(report: ReportText, ref: PeriodRef | None, scope: Scope) -> bool:
    if ref is None:
        return True
    if ref.kind == PeriodKind.LATEST_YEAR:
        return report.base_form == "10-K"
    if ref.kind == PeriodKind.LATEST_QUARTER:
        return report.base_form == "10-Q"
    lengths = {"10-K": (PeriodType.YEAR, PeriodType.QUARTER), "10-Q": (PeriodType.QUARTER,)}[report.base_form]
    return any(scope.calendar.matches(ref, period_end=report.report_date, period_type=length) for length in lengths)


def _period_of(report: ReportText, scope: Scope) -> PeriodRef:
    length = PeriodType.YEAR if report.base_form == "10-K" else PeriodType.QUARTER
    return scope.calendar.reference_to(report.report_date, length)
