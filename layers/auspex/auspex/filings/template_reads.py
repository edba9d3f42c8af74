"""Reads of ask templates and of what their tables are made of, as known at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.limits import TEMPLATE_ROWS_MAX
from auspex.core.problems import NotFound
from auspex.filings.amendments import RESTATED_CHARACTERS_MIN
from auspex.filings.answers.evidence import Source
from auspex.filings.extraction.guidance_item import Shape
from auspex.filings.model import Basis, PeriodType
from auspex.filings.templates.model import (
    Expectation,
    Guidance,
    RecentFiling,
    ReportText,
    Rule,
    Table,
    Template,
)
from auspex.filings.templates.relevance import FILINGS_CONSIDERED

SQL = load_sql(Path(__file__).with_suffix(".sql"))
RISK_SECTIONS_MAX = 24
"""Reports whose risk factors are looked at: six years of them."""


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """Templates by key, and where the next page begins."""

    templates: list[Template]
    next_cursor: str | None


def list_templates(connection: Connection, *, account_id: str, limit: int, cursor: str | None) -> TemplatePage:
    """Return a page of the templates an account may run. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "ask_templates", "account_id": account_id}
    (after_key,) = decode_cursor(cursor, filters=filters) if cursor else (None,)
    parameters = {"account_id": account_id, "template_key": None, "after_key": after_key, "rows_max": limit + 1}
    found = [_template(row) for row in fetch_all(connection, SQL["list_templates"], parameters)]
    kept = found[:limit]
    return TemplatePage(kept, encode_cursor([kept[-1].key], filters=filters) if len(found) > limit else None)


def load_template(connection: Connection, *, account_id: str, template_key: str) -> Template:
    """Return a template that an account may run. Raises NotFound, also for another account's own."""
    parameters = {"account_id": account_id, "template_key": template_key, "after_key": None, "rows_max": 1}
    row = fetch_one(connection, SQL["list_templates"], parameters)
    if row is None:
        raise NotFound(detail=f"There is no template {template_key}.")
    return _template(row)


def list_recent_filings(connection: Connection, *, cik: int, as_of: datetime) -> list[RecentFiling]:
    """Return the last indexed filings known by then, newest first; as many as relevance considers."""
    rows = fetch_all(
        connection, SQL["list_recent_filings"], {"cik": cik, "as_of": as_of, "rows_max": FILINGS_CONSIDERED}
    )
    return [RecentFiling(**row | {"items": tuple(row["items"])}) for row in rows]


def list_expectations(
    connection: Connection, *, cik: int, metrics: Sequence[str], as_of: datetime
) -> list[Expectation]:
    """Return the expectations of some metrics that had been issued by then."""
    rows = fetch_all(
        connection, SQL["list_expectations"], {"cik": cik, "metrics": list(metrics), "as_of": as_of}
    )  # fmt: skip
    return [
        Expectation(**row | {"basis": Basis(row["basis"]), "period_type": PeriodType(row["period_type"])})
        for row in rows
    ]


def list_guidance(connection: Connection, *, cik: int, metrics: Sequence[str], as_of: datetime) -> list[Guidance]:
    """Return the guidance known by then, oldest first; of every metric where none is named."""
    rows = fetch_all(connection, SQL["list_guidance"], {"cik": cik, "metrics": list(metrics), "as_of": as_of})
    return [
        Guidance(
            guidance_id=row["guidance_id"], metric=row["metric"], basis=Basis(row["basis"]),
            period_type=PeriodType(row["period_type"]), fiscal_period=row["fiscal_period"], shape=Shape(row["shape"]),
            low=row["low"], high=row["high"], unit=row["unit"],
            source=_source(row, row["char_start"], row["quote"]),
        )
        for row in rows
    ]  # fmt: skip


def list_risk_sections(connection: Connection, *, cik: int, as_of: datetime) -> list[ReportText]:
    """Return the risk factors of periodic reports as last told by then, newest report first."""
    parameters = {
        "cik": cik, "as_of": as_of, "characters_min": RESTATED_CHARACTERS_MIN, "rows_max": RISK_SECTIONS_MAX,
    }  # fmt: skip
    return [
        ReportText(
            row["form"], row["base_form"], row["section_key"], row["text"], _source(row, 0, row["text"]),
            row["report_date"],
        )
        for row in fetch_all(connection, SQL["list_risk_sections"], parameters)
    ]  # fmt: skip


def list_item_sections(
    connection: Connection, *, cik: int, items: Sequence[str], after: datetime, as_of: datetime
) -> list[ReportText]:
    """Return the sections of some 8-K items that became known after an instant, by `as_of`, oldest first."""
    parameters = {
        "cik": cik, "items": list(items), "section_keys": [f"item{item}" for item in items], "after": after,
        "as_of": as_of, "rows_max": TEMPLATE_ROWS_MAX,
    }  # fmt: skip
    return [
        ReportText(
            row["form"], "8-K", row["section_key"], row["text"], _source(row, 0, row["text"]), row["report_date"]
        )
        for row in fetch_all(connection, SQL["list_item_sections"], parameters)
    ]


def _template(row: dict[str, Any]) -> Template:
    return Template(
        key=row["template_key"],
        title=row["title"],
        question=row["question_template"],
        table=Table(row["params"]["table"]),
        metrics=tuple(row["params"].get("metrics", ())),
        rules=tuple(Rule(rule["form"], rule["item"], Decimal(str(rule["weight"]))) for rule in row["rules"]),
        is_own=row["is_own"],
    )


def _source(row: dict[str, Any], start: int, quote: str) -> Source:
    return Source(
        accession=row["accession"],
        form=row["form"],
        cik=row["cik"],
        document=row["filename"],
        section_id=row["section_id"],
        section_key=row["section_key"],
        start=start,
        end=start + len(quote),
        quote=quote,
        text_sha256=row["text_sha256"],
        source_url=row["source_url"],
        known_at=row["known_at"],
        report_date=row["report_date"],
    )
