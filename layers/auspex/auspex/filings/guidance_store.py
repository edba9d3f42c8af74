"""Guidance of filings in Postgres. Only this module writes it; it is append-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.ids import new_id
from auspex.filings.extraction.guidance_item import GuidanceItem, GuidancePeriod, Shape
from auspex.filings.extraction.guidance_ledger import Action, Promise
from auspex.filings.kpi_store import SectionIds
from auspex.filings.model import Basis, PeriodType, Span

SQL = load_sql(Path(__file__).with_suffix(".sql"))
PREFIX = "gdn"
Key = tuple[str, Basis, PeriodType, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """A stored statement that was open at a time."""

    guidance_id: str
    metric: str
    basis: Basis
    period: GuidancePeriod
    promise: Promise
    unit: str | None

    @property
    def key(self) -> Key:
        """What it is about."""
        return (self.metric, self.basis, self.period.period_type, self.period.label)


def insert_guidance(
    connection: Connection, item: GuidanceItem, *, accession: str, run: int, cik: int, section_ids: SectionIds,
    known_at: datetime, action: Action,
) -> str | None:  # fmt: skip
    """Store one statement of a run and return its id; None when that place stated it already."""
    row = fetch_one(
        connection,
        SQL["insert_guidance"],
        {
            "guidance_id": new_id(PREFIX), "accession": accession, "run": run, "cik": cik, "metric": item.metric,
            "basis": item.basis.value, "period_type": item.period.period_type.value, "period_end": item.period.end,
            "fiscal_period": item.period.label, "shape": item.shape.value, "low": item.low, "high": item.high,
            "unit": item.unit, "tolerance": item.tolerance, "action": action.value, "method": item.method,
            "section_id": section_ids[item.span.document_sequence, item.span.section_ordinal],
            "char_start": item.span.start, "char_end": item.span.end, "quote": item.quote, "known_at": known_at,
        },
    )  # fmt: skip
    return None if row is None else str(row["guidance_id"])


def list_open_guidance(
    connection: Connection, *, cik: int, accession: str, amends: str | None, known_at: datetime
) -> dict[Key, Standing]:
    """Return what stood of a company before a filing, by what it is about."""
    rows = fetch_all(
        connection,
        SQL["list_open_guidance"],
        {"cik": cik, "accession": accession, "amends": amends, "known_at": known_at},
    )
    standing = (
        Standing(row["guidance_id"], row["metric"], Basis(row["basis"]), _period(row), promise_of(row), row["unit"])
        for row in rows
    )
    return {each.key: each for each in standing}


def list_filing_guidance(connection: Connection, *, accession: str, run: int) -> tuple[GuidanceItem, ...]:
    """Return a run's guidance with its places."""
    rows = fetch_all(connection, SQL["list_filing_guidance"], {"accession": accession, "run": run})
    return tuple(
        GuidanceItem(
            metric=row["metric"], basis=Basis(row["basis"]), period=_period(row), shape=Shape(row["shape"]),
            low=row["low"], high=row["high"], unit=row["unit"], tolerance=row["tolerance"],
            span=Span(row["sequence"], row["ordinal"], row["char_start"], row["char_end"]), quote=row["quote"],
            method=row["method"],
        )
        for row in rows
    )  # fmt: skip


def list_quoted_guidance(connection: Connection, *, accession: str, run: int) -> list[dict[str, Any]]:
    """Return the places of guidance that a provider quoted in a run: section_id, start, end, quote."""
    return fetch_all(connection, SQL["list_quoted_guidance"], {"accession": accession, "run": run})


def list_earlier_keys(connection: Connection, *, accession: str, run: int) -> frozenset[Key]:
    """Return what other runs of a filing found statements about."""
    rows = fetch_all(connection, SQL["list_earlier_keys"], {"accession": accession, "run": run})
    return frozenset(
        (row["metric"], Basis(row["basis"]), PeriodType(row["period_type"]), row["fiscal_period"]) for row in rows
    )


def queue_company(connection: Connection, *, cik: int, at: datetime) -> None:
    """Have a company's guidance and expectations looked at by the next scoring."""
    connection.execute(SQL["queue_company"], {"cik": cik, "at": at})


def promise_of(row: dict[str, Any]) -> Promise:
    """Return the figures of a stored statement."""
    return Promise(Shape(row["shape"]), row["low"], row["high"], row["tolerance"])


def _period(row: dict[str, Any]) -> GuidancePeriod:
    return GuidancePeriod(PeriodType(row["period_type"]), row["period_end"], row["fiscal_period"])
