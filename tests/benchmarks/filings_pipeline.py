"""Filings through the whole pipeline of an embedded stack: how many an hour, and what EDGAR is asked for each.

Recorded filings are ingested over the API on a stack of the benchmark's own, then once more. Everything counts: what
waits in a queue, what starts a worker, what the schedules do beside it.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from infra.local.demo_caller import Caller, control, open_account, wait_for
from infra.local.replay.day_filings import READ_FORMS
from infra.local.replay.store import MANIFEST
from tests.benchmarks.own_stack import OwnStack, StackCpu, own_stack

from auspex.core.limits import INGESTION_ITEMS_MAX

Filing = dict[str, Any]
STAGES = ("FilingsStageIngestion", "FilingsStageAnalysis", "FilingsStageKnowledge")
STEPS = ("fetched", "analyzed", "indexed")
REPORTS = frozenset({"10-K", "10-Q"})
JOB_SECONDS_MAX = 2_700.0
POLL_SECONDS = 1.0
BUDGET_REQUESTS_AN_HOUR = 8 * 3_600
"""What all functions together may ask EDGAR."""
OF_FILINGS = ("index_page", "document", "full_submission", "companyfacts")
"""Kinds of requests that an ingestion by accession costs; the others are what schedules ask beside it."""

_OF_FILING = re.compile(r"/www/Archives/edgar/data/\d+/(?P<folder>\d{18})/(?P<name>[^/?]+)")
_INDEX_PAGE = re.compile(r"\d{10}-\d{2}-\d{6}-index\.html?")
_FULL_SUBMISSION = re.compile(r"\d{10}-\d{2}-\d{6}\.txt")
_KINDS = {
    "/data/submissions/": "submissions", "/data/api/xbrl/companyfacts/": "companyfacts",
    "/www/cgi-bin/browse-edgar": "list", "/www/Archives/edgar/daily-index/": "list", "/www/files/": "list",
}  # fmt: skip
_HOSTS = ("/www/", "/data/")


@dataclass(frozen=True, slots=True)
class Round:
    """What one ingestion of all filings gave: its jobs, the filings afterwards, the requests, the CPU."""

    began_at: datetime
    seconds: float
    """From the first request to the last answer of its jobs."""
    jobs: list[Filing]
    filings: list[Filing]
    """Those that were delivered, as the API shows them."""
    requests: Counter[str]
    cpu_seconds: dict[str, float]

    @property
    def results(self) -> list[Filing]:
        """What the jobs say of each filing that was delivered."""
        return delivered(self.jobs)

    @property
    def failures(self) -> dict[str, str]:
        """Which filings were not delivered, with the code of the problem."""
        units = [unit for job in self.jobs for unit in job["items"] if unit["state"] != "succeeded"]
        return {unit["key"]: (unit["problem"] or {}).get("code", unit["state"]) for unit in units}

    @property
    def tokens(self) -> int:
        """What was paid."""
        return sum(int(job["cost"]) for job in self.jobs)


def measure_pipeline() -> dict[str, Any]:
    """Return filings an hour, seconds and CPU by stage, requests, tokens and USD a filing; then the same once more."""
    with own_stack() as stack:
        running = stack.running
        recorded = bool(control(running.replay_url, "GET", "/__health")["recorded"])
        chosen = choose_filings(json.loads(MANIFEST.read_text(encoding="utf-8"))["filings"], recorded=recorded)
        operator = Caller(running.api_url, running.admin_key)
        key = open_account(operator, plan="premium", tokens=2 * len(chosen), scopes=["filings"])
        analyst = Caller(running.api_url, key)
        first = _ingest(stack, operator, analyst, chosen)
        again = _ingest(stack, operator, analyst, first.filings)
        attempts = operator("GET", "/v1/filings/ops/health", quiet=True).data["failures"]["failed_attempts_by_stage"]
        return {
            "corpus": "recorded" if recorded else "sample (no recordings beside the checkout)",
            **describe(first),
            "failed_attempts": attempts, "workers_timed_out": stack.workers_timed_out(),
            "again": describe_again(again),
        }  # fmt: skip


def delivered(jobs: Sequence[Filing]) -> list[Filing]:
    """Return the results of units that succeeded."""
    return [unit["result"] for job in jobs for unit in job["items"] if unit["state"] == "succeeded"]


def choose_filings(manifest: Mapping[str, Filing], *, recorded: bool) -> list[Filing]:
    """Return recorded filings of the followed forms, smallest first; without recordings the sample companies'.

    Of the companies with reports every second one is taken, with all its filings: else the schedule that scans what is
    stored would bring the missing ones in beside those that are measured. A filing whose day nobody recorded is left
    out: its index page cannot be read.
    """
    companies: defaultdict[int, list[Filing]] = defaultdict(list)
    for filing in manifest.values():
        if filing["form"] in READ_FORMS and filing.get("filing_date") and bool(filing.get("sample")) is not recorded:
            companies[filing["cik"]].append(filing)
    reporting = sorted(cik for cik, filings in companies.items() if any(f["form"] in REPORTS for f in filings))
    left_out = set(reporting[1::2]) if recorded else set()
    return sorted((f for cik, filings in companies.items() if cik not in left_out for f in filings), key=_size)


def count_requests(by_path: Mapping[str, int], accessions: Collection[str]) -> Counter[str]:
    """Return requests to EDGAR by kind, from the replay server's counts by path; other sources are left out.

    Pages of filings that are not among `accessions` are `other_filing`.
    """
    folders = {accession.replace("-", "") for accession in accessions}
    kinds: Counter[str] = Counter()
    for path, requests in by_path.items():
        if path.startswith(_HOSTS):
            kinds[_kind(path, folders)] += requests
    return kinds


def _kind(path: str, folders: Collection[str]) -> str:
    of_filing = _OF_FILING.fullmatch(path)
    if of_filing is None:
        return next((kind for prefix, kind in _KINDS.items() if path.startswith(prefix)), "other")
    if of_filing["folder"] not in folders:
        return "other_filing"
    if _INDEX_PAGE.fullmatch(of_filing["name"]):
        return "index_page"
    return "full_submission" if _FULL_SUBMISSION.fullmatch(of_filing["name"]) else "document"


def _size(filing: Filing) -> tuple[int, str]:
    return sum(int(document.get("bytes", 0)) for document in filing["documents"]), filing["accession"]


def _ingest(stack: OwnStack, operator: Caller, analyst: Caller, filings: Sequence[Filing]) -> Round:
    """Have filings ingested in as few requests as possible, and wait until nothing is left to do."""
    control(stack.running.replay_url, "DELETE", "/__requests")
    cpu = StackCpu(stack, STAGES)
    items = [{"accession": filing["accession"], "cik": filing["cik"]} for filing in filings]
    began_at = datetime.now(UTC)
    jobs = []
    for first in range(0, len(items), INGESTION_ITEMS_MAX):
        answer = analyst(
            "POST", "/v1/filings/ingestions", {"accessions": items[first : first + INGESTION_ITEMS_MAX]}, quiet=True
        )
        if answer.status != 202:
            raise AssertionError(f"the ingestion was answered with {answer.status}: {answer.body}")
        jobs.append(_finish(analyst, answer.data["job_id"], cpu))
    seconds = (datetime.now(UTC) - began_at).total_seconds()
    if not wait_for(lambda: _is_idle(operator), seconds_max=JOB_SECONDS_MAX):
        raise TimeoutError("the queues of filings did not become empty")
    log = control(stack.running.replay_url, "GET", "/__requests")
    requests = count_requests(log["by_path"], [filing["accession"] for filing in filings])
    return Round(
        began_at=began_at, seconds=seconds, jobs=jobs, requests=requests, cpu_seconds=cpu.seconds(),
        filings=[
            analyst("GET", f"/v1/filings/accessions/{result['accession']}", quiet=True).data
            for result in delivered(jobs)
        ],
    )  # fmt: skip


def _finish(analyst: Caller, job_id: str, cpu: StackCpu) -> Filing:
    """Return a job when it has ended, looking at the workers meanwhile. Raises TimeoutError."""

    def look() -> Any:
        cpu.sample()
        job = analyst("GET", f"/v1/jobs/{job_id}", quiet=True).data
        return job if job["finished_at"] else None

    job: Filing | None = wait_for(look, seconds_max=JOB_SECONDS_MAX, poll_seconds=POLL_SECONDS)
    if job is None:
        raise TimeoutError(f"{job_id} has not ended after {JOB_SECONDS_MAX} s")
    return job


def _is_idle(operator: Caller) -> bool:
    queues = operator("GET", "/v1/filings/ops/health", quiet=True).data["queues"]
    return not any(queue[name] for queue in queues for name in ("visible", "in_flight", "delayed", "unsent"))


def describe(done: Round) -> dict[str, Any]:
    """Return the figures of the first round; rates count what was indexed."""
    indexed, n = done.filings, len(done.filings)
    if not n:
        raise AssertionError(f"nothing was indexed: {done.jobs}")
    seconds = (max(_moments(filing)["indexed"] for filing in indexed) - done.began_at).total_seconds()
    chunks = sum(int(result["chunks"]) for result in done.results)
    asked = sum(done.requests[kind] for kind in OF_FILINGS)
    cores = os.cpu_count() or 1
    return {
        "filings": n,
        "forms": dict(Counter(filing["form"] for filing in indexed).most_common()),
        "not_indexed": done.failures,
        "documents_a_filing": round(sum(len(filing["documents"]) for filing in indexed) / n, 2),
        "megabytes_a_filing": round(sum(d["bytes"] for f in indexed for d in f["documents"]) / n / 1e6, 2),
        "chunks_a_filing": round(chunks / n, 1),
        "wall_seconds": round(seconds, 1),
        "filings_per_hour": round(3_600 * n / seconds, 1),
        "chunks_per_second": round(chunks / seconds, 1),
        "seconds_to": _step_seconds(indexed, done.began_at),
        "cpu_seconds_a_filing": {name: round(taken / n, 2) for name, taken in done.cpu_seconds.items()},
        "share_of_cores_busy": round(sum(done.cpu_seconds.values()) / seconds / cores, 2),
        "edgar_requests_a_filing": round(asked / n, 2),
        "edgar_requests_a_filing_by_kind": {kind: round(done.requests[kind] / n, 2) for kind in OF_FILINGS},
        "edgar_requests_of_schedules": {k: found for k, found in sorted(done.requests.items()) if k not in OF_FILINGS},
        "filings_per_hour_of_edgar_budget": round(BUDGET_REQUESTS_AN_HOUR * n / asked) if asked else None,
        "tokens_a_filing": round(done.tokens / n, 2),
        "provider_tokens_a_filing": round(sum(filing["cost"]["tokens"] for filing in indexed) / n, 2),
        "provider_usd_a_filing": str(sum((Decimal(f["cost"]["usd"]) for f in indexed), Decimal(0)) / n),
    }


def describe_again(again: Round) -> dict[str, Any]:
    """Return what the same filings cost the second time."""
    n = len(again.filings)
    asked = sum(again.requests[kind] for kind in OF_FILINGS)
    return {
        "filings": n,
        "already_stored": sum(result["already_stored"] is True for result in again.results),
        "seconds": round(again.seconds, 2),
        "edgar_requests_a_filing": round(asked / n, 2),
        "edgar_document_requests": again.requests["document"] + again.requests["full_submission"],
        "tokens": again.tokens,
    }


def _step_seconds(filings: Sequence[Filing], began_at: datetime) -> dict[str, dict[str, float]]:
    """Return p50 and p95 of the seconds from one step of a filing to the next, waiting in the queue included."""
    spans: dict[str, list[float]] = {step: [] for step in STEPS}
    for filing in filings:
        moments, before = _moments(filing), began_at
        for step in STEPS:
            spans[step].append((moments[step] - before).total_seconds())
            before = moments[step]
    return {
        step: {f"p{q}": round(float(np.percentile(found, q)), 1) for q in (50, 95)} for step, found in spans.items()
    }


def _moments(filing: Filing) -> dict[str, datetime]:
    return {event["topic"]: datetime.fromisoformat(event["at"]) for event in filing["events"]}
