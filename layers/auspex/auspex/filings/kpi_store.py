"""Facts, KPIs and summaries of a filing's analysis. Only this module writes them; they are append-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.ids import new_id
from auspex.filings.model import (
    Basis,
    Fact,
    FilingDocument,
    Kpi,
    Method,
    PeriodType,
    Section,
    Span,
    SummaryBullet,
)

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SectionIds = Mapping[tuple[int, int], str]


def insert_facts(
    connection: Connection,
    facts: Sequence[tuple[Fact, FilingDocument | None]],
    *,
    accession: str,
    cik: int,
    section_ids: SectionIds,
    known_at: datetime,
) -> None:
    """Store tagged facts with their place; a fact that is stored already stays as it is."""
    places = [_place(fact, document, section_ids) for fact, document in facts]
    connection.execute(
        SQL["insert_facts"],
        {
            "accession": accession, "cik": cik, "known_at": known_at,
            "fact_ids": [new_id("fact") for _ in facts],
            "concepts": [f.concept for f, _ in facts], "units": [f.unit for f, _ in facts],
            "period_starts": [f.period_start for f, _ in facts], "period_ends": [f.period_end for f, _ in facts],
            "dims_hashes": [f.dims_hash for f, _ in facts], "values": [f.value for f, _ in facts],
            "decimals": [f.decimals for f, _ in facts], "origins": [f.origin.value for f, _ in facts],
            "section_ids": [p[0] for p in places], "char_starts": [p[1] for p in places],
            "char_ends": [p[2] for p in places],
        },
    )  # fmt: skip


def insert_kpis(
    connection: Connection,
    kpis: Sequence[Kpi],
    *,
    accession: str,
    run: int,
    cik: int,
    section_ids: SectionIds,
    known_at: datetime,
) -> None:
    """Store a run's KPIs with their quotes and places."""
    for kpi in kpis:
        span = kpi.span
        derivation = kpi.derivation
        connection.execute(
            SQL["insert_kpi"],
            {
                "kpi_id": new_id("kpi"), "accession": accession, "run": run, "cik": cik, "metric": kpi.metric,
                "label": kpi.label, "value": kpi.value, "unit": kpi.unit, "scale_shown": kpi.scale_shown,
                "period_start": kpi.period_start, "period_end": kpi.period_end, "period_type": kpi.period_type.value,
                "fiscal_period": kpi.fiscal_period, "basis": kpi.basis.value, "method": kpi.method.value,
                "derivation": Jsonb(
                    {"expression": derivation.expression, "inputs": derivation.inputs, "sources": derivation.sources}
                ) if derivation else None,
                "concept": kpi.concept,
                "section_id": section_ids[span.document_sequence, span.section_ordinal] if span else None,
                "char_start": span.start if span else None, "char_end": span.end if span else None,
                "figure_start": kpi.figure_start, "figure_end": kpi.figure_end, "quote": kpi.quote,
                "preliminary": kpi.preliminary, "conflict": kpi.conflict, "known_at": known_at,
            },
        )  # fmt: skip


def list_previous_kpis(connection: Connection, *, cik: int, accession: str, known_at: datetime) -> tuple[Kpi, ...]:
    """Return what other filings of the company had reported before this one could be known."""
    rows = fetch_all(connection, SQL["list_previous_kpis"], {"cik": cik, "accession": accession, "known_at": known_at})
    return tuple(_kpi(row, None) for row in rows)


def list_filing_kpis(connection: Connection, *, accession: str, run: int) -> tuple[Kpi, ...]:
    """Return a run's KPIs with their places."""
    rows = fetch_all(connection, SQL["list_filing_kpis"], {"accession": accession, "run": run})
    return tuple(
        _kpi(row, Span(row["sequence"], row["ordinal"], row["char_start"], row["char_end"]))
        if row["sequence"] is not None
        else _kpi(row, None)
        for row in rows
    )


def insert_summary(
    connection: Connection, bullets: Sequence[SummaryBullet], *, accession: str, run: int, section_ids: SectionIds
) -> None:
    """Store a run's extractive summary; every bullet names its span."""
    rows = [
        {
            "text": bullet.text, "section_id": section_ids[bullet.span.document_sequence, bullet.span.section_ordinal],
            "document_sequence": bullet.span.document_sequence, "section_ordinal": bullet.span.section_ordinal,
            "start": bullet.span.start, "end": bullet.span.end,
        }
        for bullet in bullets
    ]  # fmt: skip
    connection.execute(SQL["insert_summary"], {"accession": accession, "run": run, "bullets": Jsonb(rows)})


def insert_enrichment(
    connection: Connection, *, accession: str, run: int, items: Jsonb, provider: str, tokens_in: int | None,
    tokens_out: int | None, usd_micros: int | None,
) -> None:  # fmt: skip
    """Store a run's proven items of a provider with what they cost, and count the cost on the filing."""
    connection.execute(
        SQL["insert_enrichment"],
        {
            "accession": accession, "run": run, "items": items, "provider": provider, "tokens_in": tokens_in,
            "tokens_out": tokens_out, "usd_micros": usd_micros,
        },
    )  # fmt: skip


def is_enriched(connection: Connection, *, accession: str, run: int) -> bool:
    """Tell whether a provider's proven items are stored of a run."""
    row = fetch_one(connection, SQL["is_enriched"], {"accession": accession, "run": run})
    return bool(row and row["enriched"])


def read_summary(connection: Connection, *, accession: str, run: int) -> tuple[SummaryBullet, ...]:
    """Return a run's extractive summary; empty when the filing has none."""
    row = fetch_one(connection, SQL["read_summary"], {"accession": accession, "run": run})
    return tuple(
        SummaryBullet(b["text"], Span(b["document_sequence"], b["section_ordinal"], b["start"], b["end"]))
        for b in (row["bullets"] if row else [])
    )


def _place(
    fact: Fact, document: FilingDocument | None, section_ids: SectionIds
) -> tuple[str | None, int | None, int | None]:
    if document is None or fact.start is None or fact.end is None:
        return None, None, None
    section = _section_of(document.sections, fact.start, fact.end)
    if section is None:
        return None, None, None
    return section_ids[document.sequence, section.ordinal], fact.start - section.start, fact.end - section.start


def _section_of(sections: Sequence[Section], start: int, end: int) -> Section | None:
    return next((s for s in sections if s.start <= start and end <= s.end), None)


def _kpi(row: dict[str, Any], span: Span | None) -> Kpi:
    return Kpi(
        metric=row["metric"], label=row["label"], value=row["value"], unit=row["unit"],
        scale_shown=row["scale_shown"], period_start=row["period_start"], period_end=row["period_end"],
        period_type=PeriodType(row["period_type"]), fiscal_period=row["fiscal_period"], basis=Basis(row["basis"]),
        method=Method(row["method"]), span=span, quote=row["quote"], preliminary=row["preliminary"],
        conflict=row["conflict"], figure_start=row["figure_start"], figure_end=row["figure_end"],
        accession=row["accession"],
    )  # fmt: skip
