"""Store what a filing promises, each statement with what it does to the one before, in the analysis's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from auspex.core.database import Connection
from auspex.filings import filing_store, guidance_store
from auspex.filings.expectation_scores import PRODUCT, promise_prediction
from auspex.filings.extraction.actuals import Sought
from auspex.filings.extraction.guidance import read_quoted_guidance
from auspex.filings.extraction.guidance_item import ALL_METRICS, GuidanceItem, Shape
from auspex.filings.extraction.guidance_ledger import CHANGES, Action, Promise, action_of
from auspex.filings.extraction.guidance_periods import horizon_of
from auspex.filings.guidance_store import Key, Standing
from auspex.filings.kpi_store import SectionIds
from auspex.filings.model import FilingHeader, Kpi, PeriodType, Span
from auspex.platform.scorebook.archive import archive_predictions
from auspex.platform.scorebook.model import Prediction

SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class GuidanceFound:
    """What a run found: the rules' statements, and what reading a provider's quotes needs."""

    header: FilingHeader
    run: int
    items: Sequence[GuidanceItem]
    kpis: Sequence[Kpi]
    section_ids: SectionIds


def record_guidance(connection: Connection, found: GuidanceFound, *, at: datetime) -> list[dict[str, Any]]:
    """Store a run's guidance and return the changes it makes; have the company's ledger scored again.

    Quotes of guidance that a provider added, and that the rules can read, are stored with method `llm` where the rules
    themselves found nothing about that figure and period. A withdrawal that names no figure withdraws each that stood.
    Every promise with figures is archived in the scorebook as the company's own prediction, once for all runs.
    Writes the event `guidance_changed` when what stood is raised, cut, narrowed, widened or withdrawn.
    """
    header = found.header
    known_at = filing_store.known_at(header)
    row = filing_store.load_filing(connection, header.accession)
    standing = guidance_store.list_open_guidance(
        connection, cik=header.cik, accession=header.accession, amends=row["amends"], known_at=known_at
    )
    earlier = guidance_store.list_earlier_keys(connection, accession=header.accession, run=found.run)
    changes: list[dict[str, Any]] = []
    promised: list[Prediction] = []
    for item in _expanded([*found.items, *_quoted(connection, found)], standing):
        before = standing.get(item.key)
        promise = Promise(item.shape, item.low, item.high, item.tolerance)
        action = action_of(before.promise if before else None, promise)
        stored = guidance_store.insert_guidance(
            connection, item, accession=header.accession, run=found.run, cik=header.cik,
            section_ids=found.section_ids, known_at=known_at, action=action,
        )  # fmt: skip
        if item.key not in earlier:
            promised += _prediction(header.accession, item, known_at=known_at, at=at)
        if stored is not None and action in CHANGES:
            changes.append(_change(stored, item, action, before))
    # The company's place in the queue before the scorebook's lock, as scoring takes them.
    guidance_store.queue_company(connection, cik=header.cik, at=at)
    if promised:
        archive_predictions(connection, product=PRODUCT, predictions=promised, at=at)
    if changes:
        filing_store.insert_event(
            connection, accession=header.accession, topic="guidance_changed",
            payload={"run": found.run, "changes": changes[:SHOWN_MAX], "count": len(changes)}, at=at,
        )  # fmt: skip
    return changes


def _prediction(accession: str, item: GuidanceItem, *, known_at: datetime, at: datetime) -> list[Prediction]:
    """Return a promise as the company's own prediction, for the scorebook; none without a figure or a dated period."""
    if not item.is_numeric or item.period.end is None or known_at > at:
        return []
    sought = Sought(item.metric, item.basis, item.unit, item.period.period_type, item.period.end, known_at)
    promise = Promise(item.shape, item.low, item.high, item.tolerance)
    made = promise_prediction(accession, sought, promise, item.period.label, at=at)
    return [] if made is None else [made]


def _quoted(connection: Connection, found: GuidanceFound) -> Iterator[GuidanceItem]:
    """Read what a provider quoted, by the same rules; what they cannot read is no guidance of ours."""
    rows = guidance_store.list_quoted_guidance(connection, accession=found.header.accession, run=found.run)
    if not rows:
        return
    company = filing_store.find_company(connection, found.header.cik)
    horizon = horizon_of(found.header.filing_date, company["fiscal_year_end"] if company else None, found.kpis)
    places = {section_id: place for place, section_id in found.section_ids.items()}
    known = {item.key for item in found.items}
    for row in rows:
        if row["section_id"] not in places:
            continue
        span = Span(*places[row["section_id"]], row["start"], row["end"])
        for item in read_quoted_guidance(row["quote"], span, horizon):
            if item.key not in known:
                known.add(item.key)
                yield item


def _expanded(items: Sequence[GuidanceItem], standing: dict[Key, Standing]) -> Iterator[GuidanceItem]:
    """Name what a withdrawal of everything withdraws: what stood for its period, else whatever stood."""
    named = {item.key for item in items}
    for item in items:
        if item.metric != ALL_METRICS or item.shape is not Shape.WITHDRAWN:
            yield item
            continue
        open_now = [each for each in standing.values() if each.promise.shape is not Shape.WITHDRAWN]
        same = [each for each in open_now if _within(each, item)]
        touched = [each for each in same or open_now if each.key not in named]
        for each in touched:
            yield replace(item, metric=each.metric, basis=each.basis, period=each.period)
        if not touched:
            yield item


def _within(each: Standing, item: GuidanceItem) -> bool:
    """Whether a statement is about the withdrawn period or a part of it."""
    if (each.period.period_type, each.period.label) == (item.period.period_type, item.period.label):
        return True
    year = item.period.period_type is PeriodType.YEAR
    return year and each.period.label.rpartition(" ")[2] == item.period.label


def _change(stored: str, item: GuidanceItem, action: Action, before: Standing | None) -> dict[str, Any]:
    old = before.promise if before else None
    return {
        "guidance_id": stored, "metric": item.metric, "basis": item.basis.value, "fiscal_period": item.period.label,
        "action": action.value, "unit": item.unit or (before.unit if before else None),
        "low": _shown(item.low), "high": _shown(item.high),
        "previous_low": _shown(old.low if old else None), "previous_high": _shown(old.high if old else None),
    }  # fmt: skip


def _shown(value: Any) -> str | None:
    return None if value is None else format(value, "f")
