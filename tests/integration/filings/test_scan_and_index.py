"""The scan takes everything, the daily index finds what both missed, and no day of it is ever skipped."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from infra.local.replay.faults import Fault
from infra.local.replay.server import ReplayServer
from tests.factories.edgar_pages import Listed, index_file, index_path
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of
from tests.integration.filings.ingesting import ANNUAL, CIK, DIRECTORS, QUARTERLY, RELEASE, AlteredStore, ingest

from auspex.core.limits import SCANS_PER_ROUND_MAX

SUBMISSIONS = f"/data/submissions/CIK{CIK:010d}.json"
RELEASED = datetime(2024, 10, 29, 20, 5, 31, tzinfo=UTC)
MONDAY = datetime(2024, 11, 4, 7, 30, tzinfo=UTC)
FRIDAY = date(2024, 11, 1)
AMENDED = "9999999001-24-000020"


@pytest.fixture
def pages(replay: ReplayServer) -> AlteredStore:
    """What EDGAR shows in place of the sample corpus."""
    return AlteredStore(replay)


@pytest.fixture
def desk(make_harness: HarnessMaker, replay: ReplayServer) -> Harness:
    """The application on a Monday morning, with somebody who watches the sample company."""
    harness = make_harness(parameters=parameters_of(replay), now=MONDAY)
    harness.fire("schedule_refresh_companies")
    watch(harness)
    return harness


def watch(desk: Harness, **item: Any) -> str:
    key = desk.create_key("filings")
    reply = desk.request(
        "POST", "/v1/filings/watchlist", key=key, json={"items": [{"ticker": "FLRK", "notify": ["detected"]} | item]}
    )
    assert reply.status == 200, reply.body
    return key


def scan(desk: Harness) -> Any:
    """Have every followed company scanned, and nothing that follows from it fetched."""
    reply = desk.fire("schedule_poll_scan")
    for message in desk.rows("SELECT body FROM platform.outbox WHERE queue = 'filings-scan' ORDER BY outbox_id"):
        desk.invoke("filings", "stage_scan", record(message["body"]))
    desk.rows("DELETE FROM platform.outbox")
    return reply


def record(body: str) -> dict[str, Any]:
    event: dict[str, Any] = {"messageId": "m", "receiptHandle": "r", "body": body, "attributes": {}}
    event["attributes"] = {"ApproximateReceiveCount": "1", "SentTimestamp": "0"}
    return {
        "Records": [event | {"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:auspex-filings-scan"}]
    }


def stored(desk: Harness) -> dict[str, str]:
    rows = desk.rows("SELECT accession, status, source FROM filings.filings ORDER BY 1")
    return {row["accession"]: f"{row['status']} {row['source']}" for row in rows}


def keep_submissions(pages: AlteredStore, until: str, *, others: list[tuple[str, str, str]] = []) -> None:  # noqa: B006
    """Show the company's submissions as they stood on a day, with some rows (accession, form, date) more."""
    document = json.loads(pages.original(SUBMISSIONS))
    recent = document["filings"]["recent"]
    kept = [n for n, day in enumerate(recent["filingDate"]) if day <= until]
    columns = {name: [column[n] for n in kept] for name, column in recent.items()}
    for accession, form, day in others:
        for name, column in columns.items():
            column.insert(0, {"accessionNumber": accession, "form": form, "filingDate": day}.get(name, ""))
    document["filings"]["recent"] = columns
    document["filings"]["files"] = []
    pages.replace(SUBMISSIONS, json.dumps(document).encode())


class TestScan:
    def test_a_new_watch_brings_the_newest_filing_of_each_form(self, desk: Harness, pages: AlteredStore) -> None:
        keep_submissions(pages, "2024-10-31")
        scan(desk)
        assert stored(desk) == {RELEASE: "detected scan", QUARTERLY: "detected scan"}
        assert desk.rows("SELECT 1 FROM platform.notifications") == []  # filed before the watch began

    def test_a_watch_is_scanned_at_once_so_that_the_fiscal_year_is_known_first(self, desk: Harness) -> None:
        assert scan(desk)["scans"] == 0  # the schedule finds it under way
        (company,) = desk.rows("SELECT fiscal_year_end FROM filings.companies WHERE cik = %(cik)s", {"cik": CIK})
        assert company["fiscal_year_end"] == "1231"

    def test_a_scan_takes_all_that_is_new_and_not_only_the_newest(self, desk: Harness, pages: AlteredStore) -> None:
        keep_submissions(pages, "2024-06-30")
        scan(desk)
        assert stored(desk) == {DIRECTORS: "detected scan"}
        keep_submissions(pages, "2024-11-04", others=[("9999999001-24-000021", "4", "2024-11-04")])
        desk.pass_time(300)
        scan(desk)
        assert stored(desk) == {
            DIRECTORS: "detected scan", RELEASE: "detected scan", QUARTERLY: "detected scan", AMENDED: "detected scan",
            "9999999001-24-000021": "skipped scan",
        }  # fmt: skip
        (told,) = desk.rows("SELECT subject FROM platform.notifications")
        assert told["subject"] == AMENDED  # filed on the day the watch began

    def test_a_request_between_watch_and_scan_does_not_take_its_beginning_away(
        self, desk: Harness, pages: AlteredStore
    ) -> None:
        older = "9999999001-24-000003"
        keep_submissions(pages, "2024-10-31", others=[(older, "10-K", "2024-02-20")])
        body = {"tickers": [{"ticker": "FLRK", "limit": 1}], "forms": ["8-K"]}
        assert desk.request("POST", "/v1/filings/ingestions", key=desk.create_key("filings"), json=body).status == 202
        messages = [row["body"] for row in desk.rows("SELECT body FROM platform.outbox WHERE queue = 'filings-scan'")]
        for message in sorted(messages, key=lambda body: json.loads(body)["job_id"] is None):  # request first
            desk.pass_time(1)
            desk.invoke("filings", "stage_scan", record(message))
        assert set(stored(desk)) == {older, RELEASE, QUARTERLY}  # the newest of each form, not of seven days only

    def test_what_a_request_left_out_is_taken_by_the_next_scan(self, desk: Harness, pages: AlteredStore) -> None:
        keep_submissions(pages, "2024-11-04")
        body = {"tickers": [{"ticker": "FLRK", "limit": 1}]}
        assert desk.request("POST", "/v1/filings/ingestions", key=desk.create_key("filings"), json=body).status == 202
        (message,) = desk.rows(
            "SELECT body FROM platform.outbox WHERE queue = 'filings-scan' AND body::jsonb ->> 'job_id' IS NOT NULL"
        )
        desk.invoke("filings", "stage_scan", record(message["body"]))
        desk.rows("DELETE FROM platform.outbox")
        assert stored(desk) == {AMENDED: "detected request"}
        desk.pass_time(2_000)  # the watch's own scan, deleted here, counts as lost
        scan(desk)
        assert set(stored(desk)) == {AMENDED, QUARTERLY, RELEASE}

    def test_an_unchanged_company_costs_one_small_answer(
        self, desk: Harness, pages: AlteredStore, replay: ReplayServer
    ) -> None:
        keep_submissions(pages, "2024-10-31")
        desk.pass_time(60)
        scan(desk)
        desk.pass_time(300)
        replay.log.clear()
        scan(desk)
        assert replay.log.summary()["by_status"] == {"304": 1}

    def test_a_second_watcher_makes_the_company_be_looked_at_anew(self, desk: Harness, pages: AlteredStore) -> None:
        keep_submissions(pages, "2024-06-30")
        scan(desk)
        desk.rows("DELETE FROM filings.sightings")
        desk.rows("DELETE FROM filings.events")
        desk.rows("DELETE FROM filings.filings")
        desk.pass_time(300)
        watch(desk)
        scan(desk)
        assert stored(desk) == {DIRECTORS: "detected scan"}

    def test_a_round_is_bounded_takes_the_oldest_and_says_what_is_left(self, desk: Harness) -> None:
        desk.rows(
            "INSERT INTO filings.companies (cik, name, last_scan_at) "
            "SELECT n, 'x', %(at)s - n * interval '1 minute' FROM generate_series(1, 1600) n", {"at": MONDAY},
        )  # fmt: skip
        desk.rows(
            "INSERT INTO filings.watchlist "
            "SELECT (SELECT min(account_id) FROM platform.accounts), n, '{8-K}', '{}', %(at)s "
            "FROM generate_series(1, 1600) n", {"at": MONDAY},
        )  # fmt: skip
        desk.rows("UPDATE filings.companies SET scan_sent_at = NULL")  # not even for the watch that just began
        first = desk.fire("schedule_poll_scan")
        assert (first["scans"], first["left"]) == (SCANS_PER_ROUND_MAX, 101)
        sent = desk.rows(
            "SELECT cik FROM filings.companies WHERE scan_sent_at IS NOT NULL AND last_scan_at IS NOT NULL"
        )
        assert min(row["cik"] for row in sent) == 102  # never scanned, then the longest unscanned
        desk.pass_time(300)
        second = desk.fire("schedule_poll_scan")
        assert (second["scans"], second["left"]) == (101, 0)  # what is under way is not sent again
        desk.pass_time(1_900)
        assert desk.fire("schedule_poll_scan")["scans"] == SCANS_PER_ROUND_MAX  # nobody scanned: it was lost


class TestDailyIndex:
    def test_what_feed_and_scan_missed_is_fetched_told_and_shown(self, desk: Harness, pages: AlteredStore) -> None:
        key = desk.create_key("filings")
        keep_submissions(pages, "1990-01-01")  # the scan finds nothing
        ingest(desk, key, RELEASE)
        desk.hop()
        desk.rows("UPDATE filings.watchlist SET created_at = '2024-10-01'")
        friday = datetime(2024, 11, 1, 20, tzinfo=UTC)
        listed = [
            Listed(RELEASE, CIK, friday), Listed(QUARTERLY, CIK, friday, form="10-Q"),
            Listed("9999999001-24-000099", CIK, friday, form="4"), Listed("0000000001-24-000001", 1, friday),
        ]  # fmt: skip
        pages.replace(index_path(FRIDAY), index_file(listed))
        desk.rows("INSERT INTO filings.index_days VALUES ('2024-10-31', 'read', NULL, 0, 0, '2024-11-01')")
        reply = desk.fire("schedule_reconcile_daily")
        assert (reply["days"], reply["days_read"], reply["days_closed"]) == (3, 1, 2)  # Friday, and the weekend
        assert (reply["entries"], reply["missing"], reply["fetched"]) == (3, 2, 1)
        assert stored(desk)[QUARTERLY] == "detected daily"
        rows = desk.rows("SELECT accession, was_missing FROM filings.index_entries ORDER BY 1")
        assert [(row["accession"], row["was_missing"]) for row in rows] == [
            (RELEASE, False), (QUARTERLY, True), ("9999999001-24-000099", True),
        ]  # fmt: skip
        told = desk.rows("SELECT subject, body FROM platform.notifications WHERE kind = 'filing.detected' ORDER BY 1")
        assert [row["subject"] for row in told] == [RELEASE, QUARTERLY]
        assert told[1]["body"] == "10-Q, filed 2024-11-01, detected 2024-11-04 07:30 UTC"
        (row,) = desk.request("GET", "/v1/filings/coverage?ticker=FLRK", key=key).data
        assert row["index"] == {
            "listed": 3, "found_late": 2, "missing": 1, "missing_accessions": [QUARTERLY],
        }  # fmt: skip

    def test_an_index_that_is_absent_fails_the_run_and_is_read_the_next_day(
        self, desk: Harness, pages: AlteredStore, replay: ReplayServer
    ) -> None:
        replay.faults.arm(Fault(index_path(date(2024, 11, 4)), "404"))
        desk.rows("INSERT INTO filings.index_days VALUES ('2024-11-03', 'closed', NULL, 0, 0, '2024-11-04')")
        desk.pass_time(86_400)
        assert desk.fire("schedule_reconcile_daily") is None
        (day,) = desk.rows("SELECT outcome, reason FROM filings.index_days WHERE day = '2024-11-04'")
        assert day["outcome"] == "waiting"
        assert "absent" in day["reason"]
        (run,) = desk.rows(
            "SELECT outcome, detail FROM platform.schedule_runs WHERE schedule = 'filings-reconcile-daily'"
        )
        assert run["outcome"] == "failed"
        assert "2024-11-04: absent" in run["detail"]["error"]
        for day_of, listed in ((date(2024, 11, 4), [RELEASE]), (date(2024, 11, 5), [QUARTERLY])):
            rows = [Listed(one, CIK, datetime(2024, 11, day_of.day, 20, tzinfo=UTC)) for one in listed]
            pages.replace(index_path(day_of), index_file(rows))
        desk.pass_time(86_400)
        assert desk.fire("schedule_reconcile_daily")["days_read"] == 2
        assert set(stored(desk)) == {RELEASE, QUARTERLY}

    @pytest.mark.parametrize("fault", ["html", "truncated"])
    def test_a_file_that_is_no_index_takes_nothing_and_stays_due(
        self, desk: Harness, pages: AlteredStore, replay: ReplayServer, fault: str
    ) -> None:
        desk.rows("INSERT INTO filings.index_days VALUES ('2024-10-31', 'read', NULL, 0, 0, '2024-11-01')")
        whole = index_file([Listed(RELEASE, CIK, RELEASED)])
        pages.replace(index_path(FRIDAY), whole if fault == "html" else whole[:-20])
        if fault == "html":
            replay.faults.arm(Fault.of({"kind": "html", "path_prefix": index_path(FRIDAY), "times": 1}))
        assert desk.fire("schedule_reconcile_daily") is None
        outcomes = {row["day"].day: row["outcome"] for row in desk.rows("SELECT * FROM filings.index_days")}
        assert outcomes == {31: "read", 1: "waiting", 2: "closed", 3: "closed"}
        assert stored(desk) == {}
        pages.replace(index_path(FRIDAY), whole)
        desk.pass_time(60)
        desk.fire("schedule_reconcile_daily")
        assert set(stored(desk)) == {RELEASE}

    def test_a_day_that_never_comes_is_given_up_on_record(self, desk: Harness, replay: ReplayServer) -> None:
        replay.faults.arm(Fault(index_path(date(2024, 10, 23)), "404"))
        desk.rows("INSERT INTO filings.index_days VALUES ('2024-10-23', 'waiting', 'absent', 0, 0, '2024-10-24')")
        desk.rows("INSERT INTO filings.index_days VALUES ('2024-11-03', 'closed', NULL, 0, 0, '2024-11-04')")
        assert desk.fire("schedule_reconcile_daily") is None
        (day,) = desk.rows("SELECT outcome, reason FROM filings.index_days WHERE day = '2024-10-23'")
        assert day["outcome"] == "given_up"
        desk.pass_time(60)
        assert desk.fire("schedule_reconcile_daily")["days"] == 0

    def test_the_first_run_begins_with_yesterday(self, desk: Harness) -> None:
        assert desk.fire("schedule_reconcile_daily")["days_closed"] == 1
        assert [row["day"] for row in desk.rows("SELECT day FROM filings.index_days")] == [date(2024, 11, 3)]


def test_the_same_filing_by_every_way_is_stored_and_told_once(desk: Harness, pages: AlteredStore) -> None:
    desk.rows("UPDATE filings.watchlist SET created_at = '2024-10-01'")
    keep_submissions(pages, "2024-10-31")
    scan(desk)
    pages.replace(index_path(FRIDAY), index_file([Listed(RELEASE, CIK, RELEASED), Listed(ANNUAL, CIK, RELEASED)]))
    desk.rows("INSERT INTO filings.index_days VALUES ('2024-10-31', 'read', NULL, 0, 0, '2024-11-01')")
    desk.fire("schedule_reconcile_daily")
    assert stored(desk) == {
        RELEASE: "detected scan", QUARTERLY: "detected scan", ANNUAL: "detected daily",
    }  # fmt: skip
    told = desk.rows("SELECT subject, count(*) AS n FROM platform.notifications GROUP BY 1")
    assert {row["subject"]: row["n"] for row in told} == {RELEASE: 1, QUARTERLY: 1, ANNUAL: 1}
