"""The log of everything asked of sources: only this module writes `source_files`, which only grows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.limits import REJECTED_ROWS_KEPT
from auspex.oracle.football_data import RejectedRow
from auspex.oracle.source_errors import SourceFault
from auspex.oracle.sources.transport import Fetched

SQL = load_sql(Path(__file__).with_suffix(".sql"))
Source = Literal["football-data", "odds"]


@dataclass(frozen=True, slots=True)
class Held:
    """What we hold of a file at its source; all None before the first."""

    etag: str | None
    last_modified: str | None
    sha256: str | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking for a file so far; `is_settled`: it is stored, or the source has none."""

    asked_at: datetime
    is_stored: bool
    is_settled: bool


def held_version(connection: Connection, path: str) -> Held:
    """Return what makes the next request for a file conditional."""
    row = fetch_one(connection, SQL["read_newest"], {"url": path}) or {}
    return Held(row.get("etag"), row.get("last_modified"), row.get("sha256"), row.get("asked_at"))


def asked_files(connection: Connection, paths: Sequence[str]) -> dict[str, Asked]:
    """Return what became of files that were asked for before."""
    rows = fetch_all(connection, SQL["list_asked"], {"urls": list(paths)})
    return {row["url"]: Asked(row["asked_at"], row["is_stored"], row["is_settled"]) for row in rows}


def record_file(
    connection: Connection,
    *,
    source: Source,
    competition: str | None,
    fetched: Fetched,
    rows_ok: int,
    rejected: Sequence[RejectedRow],
    at: datetime,
) -> int:
    """Record a file that is stored in this transaction and return its id."""
    kept = [{"line": r.line, "code": r.code, "column": r.column, "detail": r.detail} for r in rejected]
    detail = {"rejected": kept[:REJECTED_ROWS_KEPT]} if kept else {}
    return _insert(
        connection, source=source, url=fetched.path, competition=competition, fetched_at=at, status=200,
        outcome="stored", etag=fetched.etag, last_modified=fetched.last_modified,
        sha256=hashlib.sha256(fetched.body).hexdigest(), bytes=len(fetched.body), rows_ok=rows_ok,
        rows_bad=len(rejected), detail=Jsonb(detail),
    )  # fmt: skip


def record_fault(
    connection: Connection, *, source: Source, competition: str | None, path: str, fault: SourceFault, at: datetime
) -> int:
    """Record that a file was asked for and what came instead: what we hold stays as it is."""
    detail = {} if fault.outcome in {"unchanged", "absent"} else {"error": str(fault)[:300]}
    return _insert(
        connection, source=source, url=path, competition=competition, fetched_at=at, status=fault.status,
        outcome=fault.outcome, etag=None, last_modified=None, sha256=None, bytes=None, rows_ok=None, rows_bad=None,
        detail=Jsonb(detail),
    )  # fmt: skip


def _insert(connection: Connection, **values: Any) -> int:
    row = fetch_one(connection, SQL["insert_file"], values)
    if row is None:
        raise RuntimeError("an insert returned nothing")
    return int(row["id"])
