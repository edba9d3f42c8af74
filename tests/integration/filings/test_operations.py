"""What operators of filings see, and how they mend it: health, dead letters by reason and company, bulk redrives."""

from __future__ import annotations

from typing import Any

import pytest
from infra.local.replay.faults import Fault
from infra.local.replay.server import ReplayServer
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import DIRECTORS, RELEASE, UNRECORDED, ingest, read_filing, read_job

from auspex.core.aws import client
from auspex.core.config import StorageSettings, read_settings
from auspex.core.ids import new_id
from auspex.core.messages import Cause, wrap
from auspex.filings.messages import UNIT_KIND, ScanCompany, fetch_of

LETTERS = "/v1/filings/ops/dead-letters"
REDRIVES = "/v1/filings/ops/redrives"
MERIDIAN = 9999999002


@pytest.fixture
def operator(filings: Harness) -> str:
    """An operator; the directory of companies is there."""
    filings.fire("schedule_refresh_companies")
    return filings.create_key("admin", tokens=0)


def store_letter(harness: Harness, queue: str, body: str, *, reason: str = "processing-failed") -> str:
    """Have a message be dead."""
    letter = new_id("dead")
    harness.rows(
        "SELECT platform.store_dead_letter(%(id)s, %(queue)s, %(id)s, %(queue)s, NULL, %(reason)s, 'broke', %(body)s, "
        "3, NULL, NULL, NULL, %(at)s)",
        {"id": letter, "queue": queue, "reason": reason, "body": body, "at": harness.clock.now()},
    )
    return letter


def scan_of(cik: int, key: str) -> str:
    scan = ScanCompany(cik=cik, unit_kind=UNIT_KIND, unit_key=f"scan:{cik}")
    return wrap(scan, dedup_key=key, cause=Cause()).encode()


def redrive(harness: Harness, key: str, body: dict[str, Any], **headers: str) -> Any:
    reply = harness.request("POST", REDRIVES, key=key, json=body, headers=headers)
    assert reply.status == 202, reply.body
    return reply.data


def health(harness: Harness, key: str, query: str = "") -> Any:
    reply = harness.request("GET", f"/v1/filings/ops/health{query}", key=key)
    assert reply.status == 200, reply.body
    return reply.data


def test_health_shows_where_work_waits_what_edgar_allows_and_what_failed(
    filings: Harness, operator: str, replay: ReplayServer
) -> None:
    key = filings.create_key("filings")
    ingest(filings, key, DIRECTORS, RELEASE)
    waiting = health(filings, operator)
    depths = {queue["queue"]: queue["visible"] for queue in waiting["queues"]}
    assert depths == {
        "filings-scan": 0, "filings-backfill": 0, "filings-ingestion": 2, "filings-analysis": 0, "filings-knowledge": 0,
    }  # fmt: skip
    assert (waiting["feed"]["polled_at"], waiting["edgar"]["is_paused"], waiting["failures"]["dead_letters_open"]) == (
        None, False, 0,
    )  # fmt: skip
    used = waiting["edgar"]["slots"]
    replay.faults.arm(Fault("/www/Archives", "429", retry_after=300))
    filings._deliver_round()
    filings.pass_time(60)
    store_letter(filings, "filings-scan", scan_of(MERIDIAN, "one"), reason="not-found-at-source")
    store_letter(filings, "oracle-simulate", "{}", reason="of-another-product")
    paused = health(filings, operator, "?window_minutes=5")
    assert (paused["edgar"]["is_paused"], paused["edgar"]["strikes"]) == (True, 1)
    assert paused["edgar"]["slots"] == used + 1
    assert paused["edgar"]["slots_per_second"] == round((used + 1) / 300, 4)
    assert paused["failures"]["dead_letters_by_reason"] == {"not-found-at-source": 1}
    assert paused["failures"]["dead_letters_open"] == 1
    (backlog,) = [queue for queue in paused["queues"] if queue["queue"] == "filings-ingestion"]
    assert backlog["unsent"] == 1
    filings.hop()
    done = health(filings, operator)
    assert {row["status"]: row["filings"] for row in done["statuses"]} == {"indexed": 2}
    assert [row["oldest_seconds"] for row in done["statuses"]] == [None]


def test_a_window_counts_what_failed_in_it_and_the_oldest_filing_of_a_status_is_shown(
    filings: Harness, operator: str
) -> None:
    filings.rows(
        "INSERT INTO filings.filings (accession, cik, form, base_form, is_amendment, filing_date, detected_at, "
        "fetched_at, status, source) SELECT '9999999002-23-00000' || n, 9999999002, '8-K', '8-K', false, '2024-11-01', "
        "%(at)s::timestamptz - n * interval '1 hour', %(at)s::timestamptz - n * interval '1 minute', 'fetched', 'scan' "
        "FROM generate_series(1, 3) AS n",
        {"at": filings.clock.now()},
    )
    filings.rows(
        "SELECT platform.record_failure('filings-analysis', 'filings-analysis', 'm', 1, 'load', 'E', '', NULL, %(at)s)",
        {"at": filings.clock.now()},
    )
    filings.pass_time(600)
    seen = health(filings, operator, "?window_minutes=11")
    assert seen["statuses"] == [{"status": "fetched", "filings": 3, "oldest_seconds": 780.0}]
    assert seen["failures"]["failed_attempts_by_stage"] == {"filings-analysis": 1}
    assert health(filings, operator, "?window_minutes=9")["failures"]["failed_attempts_by_stage"] == {}


def test_dead_letters_are_listed_by_stage_reason_and_company_and_other_products_stay_unseen(
    filings: Harness, operator: str
) -> None:
    meridian = store_letter(filings, "filings-scan", scan_of(MERIDIAN, "one"), reason="source-unavailable")
    ingest(filings, filings.create_key("filings"), UNRECORDED)
    filings.pump()
    nonsense = store_letter(filings, "filings-analysis", '{"body": {"cik": "1e9"}}')
    foreign = store_letter(filings, "oracle-simulate", "{}")

    def listed(query: str = "") -> list[str]:
        reply = filings.request("GET", LETTERS + query, key=operator)
        assert reply.status == 200, reply.body
        return [row["dead_letter_id"] for row in reply.data]

    assert foreign not in listed()
    assert len(listed()) == 3
    assert listed("?ticker=fmrd") == listed("?reason=source-unavailable") == listed("?stage=filings-scan") == [meridian]
    assert listed("?redriven=true") == []
    (row,) = filings.request("GET", LETTERS + "?stage=filings-ingestion", key=operator).data
    assert (row["accession"], row["reason"], row["unit"]) == (UNRECORDED, "not-recorded", UNRECORDED)
    first = filings.request("GET", LETTERS + "?limit=2", key=operator).json()
    rest = filings.request("GET", f"{LETTERS}?limit=2&cursor={first['next_cursor']}", key=operator).json()
    assert {r["dead_letter_id"] for r in [*first["data"], *rest["data"]]} == set(listed())
    assert nonsense in listed()


def test_a_bulk_redrive_recovers_filings_says_how_many_and_skips_what_it_sent_before(
    filings: Harness, operator: str
) -> None:
    key = filings.create_key("filings")
    job_id = ingest(filings, key, DIRECTORS)
    with filings.crash_at("analysis.tables.before", times=9):
        filings.hop()
    assert read_filing(filings, key, DIRECTORS)["status"] == "dead_letter"
    done = redrive(filings, operator, {"filter": {"ticker": "FLRK"}})
    assert (done["enqueued"], done["skipped"]) == (1, 0)
    assert (done["job"]["kind"], done["job"]["status"], done["job"]["cost"]) == ("filings.redrive", "succeeded", 0)
    (letter,) = done["job"]["items"][0]["result"]["letters"]
    again = redrive(filings, operator, {"ids": [letter["dead_letter_id"]]})
    assert (again["enqueued"], again["skipped"]) == (0, 1)
    assert again["job"]["items"][0]["result"]["letters"][0]["outcome"] == "already_redriven"
    filings.hop()
    filing = read_filing(filings, key, DIRECTORS)
    assert (filing["status"], [event["topic"] for event in filing["events"]].count("analyzed")) == ("indexed", 1)
    job = read_job(filings, key, job_id)
    assert (job["status"], job["cost"]) == ("succeeded", 0)


def test_a_redrive_takes_the_oldest_of_its_kind_and_never_a_letter_of_another_product(
    filings: Harness, operator: str
) -> None:
    old = store_letter(filings, "filings-scan", scan_of(MERIDIAN, "old"))
    filings.pass_time(60)
    store_letter(filings, "filings-scan", scan_of(MERIDIAN, "new"))
    foreign = store_letter(filings, "oracle-simulate", scan_of(MERIDIAN, "foreign"))
    one = redrive(filings, operator, {"filter": {"stage": "filings-scan"}, "max": 1})
    assert one["job"]["items"][0]["result"]["letters"] == [{"dead_letter_id": old, "outcome": "sent"}]
    named = redrive(filings, operator, {"ids": [foreign]})
    assert (named["enqueued"], named["job"]["items"][0]["result"]["letters"][0]["outcome"]) == (0, "not_found")
    rest = redrive(filings, operator, {"all": True})
    assert (rest["enqueued"], rest["skipped"]) == (1, 0)
    assert filings.rows("SELECT redriven_at FROM platform.dead_letters WHERE queue LIKE 'oracle-%%'", {}) == [
        {"redriven_at": None}
    ]


def test_a_redrive_that_died_half_way_goes_on_under_its_key(filings: Harness, operator: str) -> None:
    ids = [store_letter(filings, "filings-scan", scan_of(MERIDIAN, f"scan {n}")) for n in range(3)]
    with filings.crash_at("redrive.uncommitted", passing=2), pytest.raises(BaseException, match="redrive"):
        filings.request("POST", REDRIVES, key=operator, json={"ids": ids}, headers={"idempotency-key": "once"})
    table = read_settings(StorageSettings).idempotency_table
    for item in client("dynamodb").scan(TableName=table)["Items"]:  # the dead call's claim runs out
        client("dynamodb").delete_item(TableName=table, Key={"id": item["id"]})
    done = redrive(filings, operator, {"ids": ids}, **{"idempotency-key": "once"})
    assert (done["enqueued"], done["skipped"], done["job"]["status"]) == (2, 1, "succeeded")
    assert filings.rows("SELECT count(*) AS n FROM platform.jobs") == [{"n": 1}]
    assert filings.rows("SELECT count(*) AS n FROM platform.outbox") == [{"n": 3}]


def test_only_operators_operate(filings: Harness) -> None:
    key = filings.create_key("filings")
    for method, route in (("GET", LETTERS), ("POST", REDRIVES), ("GET", "/v1/filings/ops/health")):
        assert filings.request(method, route, key=key, json={"all": True} if method == "POST" else None).status == 403


def test_a_poison_letter_of_a_fetch_names_its_company_before_the_filing_is_known(
    filings: Harness, operator: str
) -> None:
    unknown = fetch_of("9999999002-23-000777", MERIDIAN, enrich=False)
    letter = store_letter(filings, "filings-ingestion", wrap(unknown, dedup_key="fetch", cause=Cause()).encode())
    (row,) = filings.request("GET", LETTERS + "?ticker=FMRD", key=operator).data
    assert (row["dead_letter_id"], row["ticker"]) == (letter, "FMRD")
