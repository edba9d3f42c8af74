"""What oracle's jobs work on and what they found. Only this module writes runs, their rows, shards and projections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.problems import NotFound

SQL = load_sql(Path(__file__).with_suffix(".sql"))
RunKind = Literal["batch", "projection"]


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of a run: its rows or seasons from `first` to `last`, both included."""

    shard: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Run:
    """What a job was asked for; `run` is the prefix of its units, `totals` is null until its shards were collected."""

    job_id: str
    account_id: str
    run: str
    kind: RunKind
    input: dict[str, Any]
    rejected: list[dict[str, Any]]
    strengths: dict[str, Any] | None = None
    totals: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: an answer or an error, never both."""

    row_no: int
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


def insert_run(
    connection: Connection, run: Run, *, shards: Sequence[Shard], rows: Sequence[tuple[int, dict[str, Any]]] = ()
) -> None:
    """Keep a run with its shards, and the rows of a batch by their numbers."""
    connection.execute(
        SQL["insert_run"],
        {"job_id": run.job_id, "account_id": run.account_id, "run": run.run, "kind": run.kind,
         "input": Jsonb(run.input), "rejected": Jsonb(run.rejected)},
    )  # fmt: skip
    if rows:
        numbered = Jsonb([{"row_no": number, "input": value} for number, value in rows])
        connection.execute(SQL["insert_rows"], {"job_id": run.job_id, "rows": numbered})
    cut = Jsonb([{"shard": s.shard, "first": s.first, "last": s.last} for s in shards])
    connection.execute(SQL["insert_shards"], {"job_id": run.job_id, "shards": cut})


def load_run(connection: Connection, job_id: str) -> Run:
    """Return what a job was asked for. Raises NotFound for a job that is none of oracle's."""
    row = fetch_one(connection, SQL["find_run"], {"job_id": job_id})
    if row is None:
        raise NotFound(detail=f"There is no batch or projection {job_id}.")
    return Run(**row)


def keep_strengths(connection: Connection, *, job_id: str, strengths: dict[str, Any]) -> dict[str, Any]:
    """Return what all shards of a projection draw from: what the first of them kept."""
    row = fetch_one(connection, SQL["keep_strengths"], {"job_id": job_id, "strengths": Jsonb(strengths)})
    assert row is not None
    kept: dict[str, Any] = row["strengths"]
    return kept


def list_inputs(connection: Connection, *, job_id: str, first: int, last: int) -> list[tuple[int, dict[str, Any]]]:
    """Return numbers and inputs of the rows of a shard, in order."""
    rows = fetch_all(connection, SQL["list_inputs"], {"job_id": job_id, "first": first, "last": last})
    return [(row["row_no"], row["input"]) for row in rows]


def store_rows(connection: Connection, *, job_id: str, rows: Sequence[RowResult]) -> None:
    """Write answers and errors; a row that is written again holds the newer."""
    found = Jsonb([{"row_no": r.row_no, "result": r.result, "error": r.error} for r in rows])
    connection.execute(SQL["store_rows"], {"job_id": job_id, "rows": found})


def end_shard(
    connection: Connection, *, job_id: str, shard: int, partial: dict[str, Any], attempts: int, at: datetime
) -> None:
    """Mark a shard done with what it adds to the totals; totals made without it are forgotten."""
    ended = {"job_id": job_id, "shard": shard, "partial": Jsonb(partial), "attempts": attempts, "at": at}
    connection.execute(SQL["end_shard"], ended)
    connection.execute(SQL["forget_totals"], {"job_id": job_id})


def count_shards_alive(connection: Connection, *, job_id: str) -> int:
    """Return how many shards of a job still wait or run; exact only under the job's lock."""
    row = fetch_one(connection, SQL["count_shards_alive"], {"job_id": job_id})
    assert row is not None
    return int(row["alive"])


def list_partials(connection: Connection, *, job_id: str) -> list[dict[str, Any]]:
    """Return what each finished shard adds to the totals, in the shards' order."""
    return [row["partial"] for row in fetch_all(connection, SQL["list_partials"], {"job_id": job_id})]


def store_totals(connection: Connection, *, job_id: str, totals: dict[str, Any]) -> None:
    """Keep what the shards add up to."""
    connection.execute(SQL["store_totals"], {"job_id": job_id, "totals": Jsonb(totals)})


def store_projection(connection: Connection, *, job_id: str, table: list[dict[str, Any]], meta: dict[str, Any]) -> None:
    """Keep the table of a projection; a later one, of more shards, takes its place."""
    connection.execute(SQL["store_projection"], {"job_id": job_id, "table": Jsonb(table), "meta": Jsonb(meta)})


def list_results(connection: Connection, *, job_id: str, after: int, rows_max: int) -> list[dict[str, Any]]:
    """Return rows that were answered or failed, after a row number: {row_no, input, result, error}."""
    return fetch_all(connection, SQL["list_results"], {"job_id": job_id, "after": after, "rows_max": rows_max})
