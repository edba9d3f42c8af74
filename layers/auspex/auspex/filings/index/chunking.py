"""Turn a filing into chunks: every character of every section lies in at least one of them (FILINGS 7.12).

A chunk's text is a slice of a stored section and may be quoted; its context line says where it stands and is indexed
and embedded with it, but never quoted. Both together stay within what the embedding model reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from auspex.filings.index.passages import CountTokens, Region, cut_to_fit, pack_rows, pack_text, split_regions
from auspex.filings.model import (
    Basis,
    Chunk,
    FilingDocument,
    FilingHeader,
    Kpi,
    PeriodType,
    Section,
    Span,
    SummaryBullet,
    Table,
)

CHUNK_TOKENS_MAX = 250
"""Context and text together; four less than the model reads, because counts at a cut word may differ by a few."""
CONTEXT_TOKENS_MAX = 40
IDENTITY_TOKENS_MAX = 26

_SCALES = {3: "in thousands", 6: "in millions", 9: "in billions"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PERIOD_WORDS = {
    PeriodType.QUARTER: "quarter ended",
    PeriodType.HALF: "six months ended",
    PeriodType.NINE_MONTHS: "nine months ended",
    PeriodType.YEAR: "year ended",
    PeriodType.INSTANT: "as of",
    PeriodType.OTHER: "period ended",
}


@dataclass(frozen=True, slots=True)
class CompanyName:
    """What a company is called in a chunk's context; the ticker may be missing."""

    ticker: str | None
    name: str


def chunk_filing(
    header: FilingHeader,
    company: CompanyName,
    documents: Sequence[FilingDocument],
    kpis: Sequence[Kpi],
    bullets: Sequence[SummaryBullet],
    *,
    guidance: Sequence[tuple[Span, str]] = (),
    count_tokens: CountTokens,
) -> tuple[Chunk, ...]:
    """Cut a filing into chunks of kind text, table, kpi, guidance and summary, numbered in a stable order.

    Offsets are code points within the section that (document_sequence, section_ordinal) names. `tokens` counts context
    and text together. `guidance` are promises by their place, each with the words that name it. KPIs without a span
    (derived figures) have no place to point at and give none.
    """
    writer = _ContextWriter(header, company, kpis, count_tokens)
    unique: dict[tuple[object, ...], Chunk] = {}
    for chunk in (
        *_section_chunks(documents, writer, count_tokens),
        *_pointers(documents, (kpis, guidance, bullets), writer, count_tokens),
    ):
        place = (chunk.document_sequence, chunk.section_ordinal, chunk.start, chunk.end)
        unique.setdefault((chunk.kind, place, chunk.context), replace(chunk, ordinal=len(unique)))
    return tuple(unique.values())


def embedded_text(chunk: Chunk) -> str:
    """Return what is embedded and indexed: the context line, then the text."""
    return f"{chunk.context}\n{chunk.text}"


def _section_chunks(
    documents: Sequence[FilingDocument], writer: _ContextWriter, count_tokens: CountTokens
) -> Iterator[Chunk]:
    for document in documents:
        for section in document.sections:
            inside = [
                (table.start - section.start, table.end - section.start, table)
                for table in document.tables
                if section.start <= table.start and table.end <= section.end
            ]
            for region in split_regions(section.text, inside):
                for start, end, context in _passages(section, region, writer, count_tokens):
                    kind = "text" if region.table is None else "table"
                    place = Span(document.sequence, section.ordinal, start, end)
                    yield _chunk(kind, section, place, context, count_tokens)


def _passages(
    section: Section, region: Region, writer: _ContextWriter, count_tokens: CountTokens
) -> Iterator[tuple[int, int, str]]:
    context = writer.passage(section, region.table)
    budget = CHUNK_TOKENS_MAX - count_tokens(context)
    if region.table is None:
        for start, end in pack_text(section.text, region, budget=budget, count_tokens=count_tokens):
            yield start, end, context
        return
    if count_tokens(section.text[region.start : region.end]) <= budget:
        yield region.start, region.end, context
        return
    context = writer.passage(section, region.table, columns=_columns(region.table))
    budget = CHUNK_TOKENS_MAX - count_tokens(context)
    for start, end in pack_rows(section.text, region, budget=budget, count_tokens=count_tokens):
        yield start, end, context


def _pointers(
    documents: Sequence[FilingDocument],
    found: tuple[Sequence[Kpi], Sequence[tuple[Span, str]], Sequence[SummaryBullet]],
    writer: _ContextWriter,
    count_tokens: CountTokens,
) -> Iterator[Chunk]:
    kpis, guidance, bullets = found
    sections = {
        (document.sequence, section.ordinal): section for document in documents for section in document.sections
    }
    pointers: list[tuple[str, Span, str]] = [("kpi", kpi.span, writer.kpi(kpi)) for kpi in kpis if kpi.span is not None]
    pointers += [("guidance", span, writer.guidance(words)) for span, words in guidance]
    pointers += [("summary", bullet.span, writer.summary()) for bullet in bullets]
    for kind, span, context in pointers:
        section = sections[span.document_sequence, span.section_ordinal]
        budget = CHUNK_TOKENS_MAX - count_tokens(context)
        end = cut_to_fit(section.text, span.start, span.end, budget=budget, count_tokens=count_tokens)
        yield _chunk(kind, section, replace(span, end=end), context, count_tokens)


def _chunk(kind: str, section: Section, place: Span, context: str, count_tokens: CountTokens) -> Chunk:
    text = section.text[place.start : place.end]
    return Chunk(
        ordinal=0,
        kind=kind,
        document_sequence=place.document_sequence,
        section_ordinal=place.section_ordinal,
        start=place.start,
        end=place.end,
        context=context,
        text=text,
        tokens=count_tokens(context) + count_tokens(text),
    )


def _columns(table: Table) -> str:
    """Join the distinct words over a table's columns in reading order: "Three Months Ended June 29, 2024"."""
    return " ".join(dict.fromkeys(part for cell in table.cells for part in cell.header if part))


class _ContextWriter:
    """Compose context lines of at most CONTEXT_TOKENS_MAX tokens; what matters most comes first and is cut last."""

    def __init__(
        self, header: FilingHeader, company: CompanyName, kpis: Sequence[Kpi], count_tokens: CountTokens
    ) -> None:
        self._count_tokens = count_tokens
        period_end = header.report_date or header.filing_date
        labels = [kpi.fiscal_period for kpi in kpis if kpi.period_end == period_end and kpi.fiscal_period]
        label = max(sorted(set(labels)), key=labels.count, default="")
        self._company = " ".join(part for part in (company.ticker, company.name) if part)
        self._form = " ".join(part for part in (header.form, label, _words_of(period_end)) if part)

    def passage(self, section: Section, table: Table | None, *, columns: str = "") -> str:
        """Say whose passage this is; of a table also columns (when it is cut), scale and caption."""
        if table is None:
            return self._join(section.title)
        scale = _SCALES.get(table.scale or 0, "")
        return self._join(columns, scale, table.caption, section.title)

    def kpi(self, kpi: Kpi) -> str:
        """Name a figure as people ask for it: label, basis, period."""
        basis = "non-GAAP" if kpi.basis is Basis.NON_GAAP else ""
        period = f"{_PERIOD_WORDS[kpi.period_type]} {_words_of(kpi.period_end)}"
        label = kpi.label or kpi.metric.replace("_", " ")
        return self._join(" ".join(part for part in (basis, label) if part), period, kpi.fiscal_period or "")

    def guidance(self, words: str) -> str:
        """Name a promise as people ask for it."""
        return self._join(f"guidance outlook {words}")

    def summary(self) -> str:
        """Mark a sentence as one of the filing's summary."""
        return self._join("summary")

    def _join(self, *details: str) -> str:
        room = IDENTITY_TOKENS_MAX - self._count_tokens(self._form)
        company = self._cut(self._company, room)
        line = f"{company} {self._form}".strip()
        for detail in details:
            cut = self._cut(detail, CONTEXT_TOKENS_MAX - self._count_tokens(f"{line};"))
            if cut:
                line = f"{line}; {cut}"
        return line

    def _cut(self, text: str, room: int) -> str:
        """Drop words from the end until the text keeps to `room` tokens."""
        kept: list[str] = []
        for word in text.split():
            room -= self._count_tokens(word)
            if room < 0:
                break
            kept.append(word)
        return " ".join(kept)


def _words_of(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
