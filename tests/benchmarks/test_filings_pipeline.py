"""What the pipeline's benchmark counts is what happened: requests by kind, filings chosen, processes' CPU."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from infra.local.demo_caller import RunningStack
from infra.local.replay.store import MANIFEST
from infra.local.state import StackState, StateDirectory
from tests.benchmarks.filings_pipeline import Round, choose_filings, count_requests, describe, describe_again
from tests.benchmarks.own_stack import OwnStack

FOLDER = "/www/Archives/edgar/data/9999999001/999999900124000018"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{FOLDER}/9999999001-24-000018-index.html", "index_page"),
        (f"{FOLDER}/9999999001-24-000018-index.htm", "index_page"),
        (f"{FOLDER}/9999999001-24-000018.txt", "full_submission"),
        (f"{FOLDER}/flrk-8k.htm", "document"),
        (f"{FOLDER}/exhibit-index.html", "document"),
        (f"{FOLDER}/notes.txt", "document"),
        ("/data/submissions/CIK9999999001.json", "submissions"),
        ("/data/submissions/CIK0000320193-submissions-001.json", "submissions"),
        ("/data/api/xbrl/companyfacts/CIK9999999001.json", "companyfacts"),
        ("/www/cgi-bin/browse-edgar?action=getcurrent&count=100&start=0", "list"),
        ("/www/Archives/edgar/daily-index/2026/QTR1/master.20260105.idx", "list"),
        ("/www/files/company_tickers.json", "list"),
        ("/www/robots.txt", "other"),
    ],
)
def test_a_request_is_counted_as_what_it_asks_for(path: str, kind: str) -> None:
    assert count_requests({path: 3}, ["9999999001-24-000018"]) == {kind: 3}


def test_requests_of_one_kind_add_up_and_other_sources_are_left_out() -> None:
    by_path = {f"{FOLDER}/a.htm": 2, f"{FOLDER}/b.htm": 1, "/football/E0.csv": 9, "/odds/v4": 9}
    assert count_requests(by_path, ["9999999001-24-000018"]) == {"document": 3}


def test_what_the_schedules_fetch_beside_is_not_counted_as_of_the_filings() -> None:
    by_path = {f"{FOLDER}/a.htm": 2, f"{FOLDER}/9999999001-24-000018-index.html": 1}
    assert count_requests(by_path, ["9999999001-24-000019"]) == {"other_filing": 3}


def test_forms_are_mixed_and_of_a_company_all_is_taken_or_nothing() -> None:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))["filings"]
    chosen = choose_filings(manifest, recorded=True)
    forms = Counter(filing["form"] for filing in chosen)
    assert len(chosen) >= 30
    assert set(forms) == {"8-K", "10-Q", "10-K"}
    assert not any(filing.get("sample") for filing in chosen)
    companies = {filing["cik"] for filing in chosen}
    assert {filing["accession"] for filing in chosen} == {
        accession for accession, filing in manifest.items()
        if filing["cik"] in companies and filing["form"] in forms and filing.get("filing_date")
    }  # fmt: skip
    assert len({filing["accession"] for filing in chosen}) == len(chosen)
    assert all(filing["sample"] for filing in choose_filings(manifest, recorded=False))


def test_a_worker_that_timed_out_is_counted_once(tmp_path: Path) -> None:
    stack = OwnStack(RunningStack({}, StackState()), StateDirectory(tmp_path))
    log = stack.directory.log("emulator")
    log.parent.mkdir()
    log.write_text(
        "12:48 WARNING [lambda_runtime] Lambda auspex-Knowledge timed out after 30s — killing worker\n"
        "12:48 WARNING [lambda] ESM: Lambda auspex-Knowledge failed (errorMessage=Task timed out after 30.00 seconds)\n"
        "Task timed out after 30.00 seconds\n",
        encoding="utf-8",
    )
    assert stack.workers_timed_out() == 1


def filing(*, seconds: tuple[int, int, int], chunks: int = 0) -> dict[str, Any]:
    """Return a filing as the API shows it, with its three steps so many seconds after the beginning."""
    steps = zip(("fetched", "analyzed", "indexed"), seconds, strict=True)
    return {
        "accession": str(chunks), "form": "8-K", "status": "indexed", "dead_letter_reason": None,
        "documents": [{"bytes": 500_000}], "cost": {"tokens": 0, "usd": "0.000000"},
        "events": [{"topic": step, "at": (BEGAN + timedelta(seconds=after)).isoformat()} for step, after in steps],
    }  # fmt: skip


def finished(*, chunks: int, already_stored: bool) -> dict[str, Any]:
    """Return the unit of a filing that a job delivered."""
    result = {"status": "indexed", "already_stored": already_stored} | ({} if already_stored else {"chunks": chunks})
    return {"state": "succeeded", "result": result}


def test_rates_are_of_the_last_filing_indexed() -> None:
    filings = [filing(seconds=(2, 4, 10)), filing(seconds=(4, 8, 20))]
    refused = {"key": "9999999001-24-000777", "state": "failed", "result": None, "problem": {"code": "not-recorded"}}
    items = [finished(chunks=30, already_stored=False), refused, finished(chunks=10, already_stored=False)]
    job = {"cost": 2, "items": items}
    requests = Counter(index_page=2, document=3, list=7)
    done = Round(
        began_at=BEGAN, seconds=21.0, jobs=[job], filings=filings, requests=requests, cpu_seconds={"emulator": 3.0}
    )
    shown = describe(done)
    assert (shown["wall_seconds"], shown["filings_per_hour"], shown["chunks_per_second"]) == (20.0, 360.0, 2.0)
    assert (shown["chunks_a_filing"], shown["documents_a_filing"], shown["megabytes_a_filing"]) == (20.0, 1.0, 0.5)
    assert (shown["edgar_requests_a_filing"], shown["edgar_requests_of_schedules"]) == (2.5, {"list": 7})
    assert shown["seconds_to"]["analyzed"] == {"p50": 3.0, "p95": 3.9}
    assert (shown["filings"], shown["not_indexed"]) == (2, {"9999999001-24-000777": "not-recorded"})
    assert (shown["tokens_a_filing"], shown["cpu_seconds_a_filing"]) == (1.0, {"emulator": 1.5})


def test_the_second_round_shows_what_it_still_cost() -> None:
    job = {"cost": 0, "items": [finished(chunks=0, already_stored=True)]}
    again = Round(
        began_at=BEGAN, seconds=0.5, jobs=[job], filings=[filing(seconds=(1, 2, 3))],
        requests=Counter(index_page=1, document=1, full_submission=1), cpu_seconds={},
    )  # fmt: skip
    assert describe_again(again) == {
        "filings": 1, "already_stored": 1, "seconds": 0.5, "edgar_requests_a_filing": 3.0,
        "edgar_document_requests": 2, "tokens": 0,
    }  # fmt: skip
