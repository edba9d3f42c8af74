"""Have a filing worked on again: go on where it stopped, read its stored text anew, or index it anew (FILINGS 7.19).

A replay is never charged. An indexed filing stays readable as it is until the new run or index version is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.limits import INDEX_BATCH_CHUNKS
from auspex.core.messages import Cause, UnitCommand, wrap
from auspex.core.problems import NotFound
from auspex.filings import filing_store, kpi_store
from auspex.filings.messages import UNIT_KIND, AnalyzeFiling, IndexFiling, fetch_of
from auspex.filings.problems import FilingNotReady
from auspex.platform.jobs import CreatedJob, NewJob, create_job, note_unit_starts, succeed_unit

SQL = load_sql(Path(__file__).with_suffix(".sql"))
JOB_KIND = "filings.replay"
JOB = "{job_id}"
"""Stands in a key for the job that is not made yet."""
ROUTE = "POST /v1/filings/accessions/{accession}/replays"
Mode = Literal["auto", "analysis", "index"]
Resolved = Literal["ingestion", "analysis", "index", "none"]
GRAPHS: dict[Resolved, str] = {"ingestion": "ingestion", "analysis": "analysis", "index": "knowledge"}
NODES: dict[Resolved, tuple[str, ...]] = {
    "ingestion": ("list", "detect", "documents", "normalize", "sections", "persist"),
    "analysis": ("load", "facts", "tables", "items", "guidance", "compare", "persist"),
    "index": ("chunk", "embed", "index", "link", "finish"),
}
STATUS_BEFORE: dict[Resolved, str] = {"ingestion": "detected", "analysis": "fetched", "index": "analyzed"}


@dataclass(frozen=True, slots=True)
class ReplayCommand:
    """What an operator asks for."""

    account_id: str
    accession: str
    mode: Mode
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """The job, what the mode came to, and the node that the work goes on with; none when nothing is left to do."""

    job: CreatedJob
    mode_resolved: Resolved
    first_node: str | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is sent, under which key; nothing where nothing is left to do.

    An analysis is marked with its rows, so that its key may be the one it always has. A fetch and an index go on after
    their first message is marked: each replay of them bears a key of its own.
    """

    resolved: Resolved
    first_node: str | None
    command: UnitCommand | None
    key: str = ""


def create_replay(connection: Connection, *, clock: Clock, command: ReplayCommand, cause: Cause) -> Replay:
    """Create the job and send the one message that begins it, in the caller's transaction.

    Raises NotFound for a filing that is not stored, FilingNotReady for a step whose input is not there yet.
    """
    at, accession = clock.now(), command.accession
    row = filing_store.lock_filing(connection, accession)
    if row is None:
        raise NotFound(detail=f"There is no filing {accession}.")
    plan = _plan(connection, row, command.mode)
    unit_key = plan.command.unit_key if plan.command else accession
    job = create_job(
        connection,
        NewJob(account_id=command.account_id, kind=JOB_KIND, unit_kind=UNIT_KIND, route=ROUTE, units=[unit_key],
               request={"accession": accession, "mode": command.mode}, idempotency_key=command.idempotency_key,
               result_path=f"/v1/filings/accessions/{accession}"),
        cause=cause, at=at,
    )  # fmt: skip
    if not job.created:
        return _begun(connection, accession, job)
    if plan.command is None:
        result = {"accession": accession, "status": row["status"], "already_stored": True}
        succeed_unit(connection, kind=UNIT_KIND, unit_key=unit_key, result=result, at=at)
        return Replay(job, "none", None)
    _begin(connection, plan, accession=accession, job_id=job.job_id, cause=cause, at=at)
    return Replay(job, plan.resolved, plan.first_node)


def _plan(connection: Connection, row: dict[str, Any], mode: Mode) -> _Plan:
    """Decide from where a filing stands what is sent. A new run or version has units of its own: whoever waits for the
    filing itself has it already."""
    accession, run, version = row["accession"], row["run"], row["index_version"]
    if mode == "analysis":
        if row["fetched_at"] is None:
            raise FilingNotReady(detail=f"{accession} was not fetched yet: there is no text to analyse.")
        again = AnalyzeFiling(
            accession=accession, run=run + 1, enrich=kpi_store.is_enriched(connection, accession=accession, run=run),
            unit_kind=UNIT_KIND, unit_key=f"{accession}:run-{run + 1}",
        )  # fmt: skip
        return _Plan("analysis", "load", again, f"analyze:{accession}:{run + 1}")
    if mode == "index":
        if row["analyzed_at"] is None:
            raise FilingNotReady(detail=f"{accession} was not analysed yet: there is nothing to index.")
        anew = _index(row, version + 1, unit_key=f"{accession}:index-{version + 1}")
        return _Plan("index", "chunk", anew, f"index:{accession}:{run}:{version + 1}:{JOB}")
    if row["status"] == "indexed":
        return _Plan("none", None, None)
    resolved = _unfinished(row)
    node = _first_unfinished(connection, resolved, accession, run)
    if resolved == "index":
        rest = _index(row, version, unit_key=accession)
        return _Plan(resolved, node, rest, f"index:{accession}:{run}:{version}:{JOB}")
    if resolved == "analysis":
        analyze = AnalyzeFiling(accession=accession, run=run, unit_kind=UNIT_KIND, unit_key=accession)
        return _Plan(resolved, node, analyze, f"analyze:{accession}:{run}")
    return _Plan(resolved, node, fetch_of(accession, row["cik"], enrich=False), f"fetch:{accession}:{JOB}")


def _index(row: dict[str, Any], version: int, *, unit_key: str) -> IndexFiling:
    return IndexFiling(
        accession=row["accession"], run=row["run"], index_version=version, unit_kind=UNIT_KIND, unit_key=unit_key
    )


def _unfinished(row: dict[str, Any]) -> Resolved:
    if row["analyzed_at"] is not None:
        return "index"
    return "analysis" if row["fetched_at"] is not None else "ingestion"


def _first_unfinished(connection: Connection, resolved: Resolved, accession: str, run: int) -> str:
    """Return the first node without a checkpoint; embedding and indexing take turns, batch by batch."""
    rows = fetch_all(
        connection, SQL["list_finished_nodes"], {"graph": GRAPHS[resolved], "accession": accession, "run": run}
    )
    times = {str(row["node"]): int(row["times"]) for row in rows}
    nodes = NODES[resolved]
    missing = next((node for node in nodes if node not in times), nodes[-1])
    if resolved != "index" or missing != "link":
        return missing
    chunks = next((row["chunks"] for row in rows if row["chunks"] is not None), 0)
    if times["index"] < times["embed"]:
        return "index"
    return "embed" if times["embed"] * INDEX_BATCH_CHUNKS < chunks else "link"


def _begin(connection: Connection, plan: _Plan, *, accession: str, job_id: str, cause: Cause, at: datetime) -> None:
    """Put the filing back to where it stands, remember the replay in its history, and send the message."""
    assert plan.command is not None
    if plan.command.unit_key == accession:
        connection.execute(SQL["restore_status"], {"accession": accession, "status": STATUS_BEFORE[plan.resolved]})
    payload = {"job_id": job_id, "mode": plan.resolved, "first_node": plan.first_node}
    filing_store.insert_event(connection, accession=accession, topic="replayed", payload=payload, at=at)
    note_unit_starts(connection, job_id=job_id, starts=[plan.command])
    key, caused = plan.key.replace(JOB, job_id), cause.model_copy(update={"job_id": job_id})
    outbox.enqueue(connection, wrap(plan.command, dedup_key=key, cause=caused), at=at)


def _begun(connection: Connection, accession: str, job: CreatedJob) -> Replay:
    """Return what an earlier call with the same Idempotency-Key began."""
    row = fetch_one(connection, SQL["find_replay"], {"accession": accession, "job_id": job.job_id})
    return Replay(job, row["payload"]["mode"], row["payload"]["first_node"]) if row else Replay(job, "none", None)
