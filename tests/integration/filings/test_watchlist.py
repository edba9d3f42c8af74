"""The watchlist, the look-up of companies, and coverage, over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from infra.local.replay.server import ReplayServer
from tests.conftest import Database
from tests.factories.stored_filings import store_filing
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of
from tests.integration.filings.ingesting import CIK

from auspex.core import outbox
from auspex.core.messages import Cause
from auspex.filings.poll_scan import scan_at_once

WATCHLIST = "/v1/filings/watchlist"
COMPANIES: tuple[tuple[int, str, list[str], list[str]], ...] = (
    (320_193, "Apple Inc.", ["AAPL"], ["Apple Computer Inc"]),
    (6_951, "APPLIED MATERIALS INC /DE", ["AMAT"], []),
    (37_996, "FORD MOTOR CO", ["F", "F-PB"], []),
    (1_652_044, "Alphabet Inc.", ["GOOGL", "GOOG"], ["Google Inc."]),
    (66_740, "3M CO", ["MMM"], []),
)


@pytest.fixture
def directory(make_harness: HarnessMaker) -> Harness:
    """The application with a handful of companies."""
    harness = make_harness()
    for cik, name, tickers, aliases in COMPANIES:
        harness.rows(
            "INSERT INTO filings.companies (cik, name, ticker, tickers, aliases, exchange) "
            "VALUES (%(cik)s, %(name)s, %(ticker)s, %(tickers)s, %(aliases)s, 'NYSE')",
            {"cik": cik, "name": name, "ticker": tickers[0], "tickers": tickers, "aliases": aliases},
        )
    return harness


def look_up(harness: Harness, text: str, **parameters: Any) -> list[tuple[str, str]]:
    query = "&".join(f"{name}={value}" for name, value in {"q": text, **parameters}.items())
    reply = harness.request("GET", f"/v1/filings/companies?{query}", key=harness.create_key("filings:read"))
    assert reply.status == 200, reply.body
    return [(row["ticker"], row["match"]) for row in reply.data]


def watch(harness: Harness, key: str, *items: dict[str, Any]) -> Any:
    return harness.request("POST", WATCHLIST, key=key, json={"items": list(items)})


def scans(harness: Harness) -> list[int]:
    """Return the companies that scans were sent for."""
    rows = harness.rows("SELECT body::jsonb #> '{body,cik}' AS cik FROM platform.outbox WHERE queue = 'filings-scan'")
    return sorted(row["cik"] for row in rows)


NAMED = {
    "AAPL": [("AAPL", "exact")],
    "aapl": [("AAPL", "exact")],
    "320193": [("AAPL", "exact")],
    "0000320193": [("AAPL", "exact")],
    "f": [("F", "exact")],
    "goog": [("GOOGL", "exact")],
    "Google": [("GOOGL", "alias")],
    "apple": [("AAPL", "alias")],
    "Apple%20Computer": [("AAPL", "alias")],
    "appl": [("AAPL", "prefix"), ("AMAT", "prefix")],
    "Ford": [("F", "prefix")],
    "3m": [("MMM", "alias")],
    "nobody": [],
    "%25": [],
}


class TestLookUp:
    def test_a_company_is_found_by_ticker_number_name_and_beginning(self, directory: Harness) -> None:
        assert {text: look_up(directory, text) for text in NAMED} == NAMED

    def test_the_best_match_comes_first_and_pages_join(self, directory: Harness) -> None:
        key = directory.create_key("filings:read")
        first = directory.request("GET", "/v1/filings/companies?q=a&limit=2", key=key).json()
        assert first["has_more"] is True
        second = directory.request(
            "GET", f"/v1/filings/companies?q=a&limit=2&cursor={first['next_cursor']}", key=key
        ).json()
        found = [row["ticker"] for row in first["data"] + second["data"]]
        assert found == ["AAPL", "AMAT", "GOOGL"]


class TestWatchlist:
    def test_names_are_resolved_and_unknown_ones_returned(self, directory: Harness) -> None:
        key = directory.create_key("filings")
        reply = watch(directory, key, {"ticker": "googl"}, {"cik": 320_193, "forms": ["8-K"], "notify": []},
                      {"ticker": "APPL"}, {"cik": 4})  # fmt: skip
        assert reply.status == 200, reply.body
        rows = [(row["ticker"], row["forms"], row["notify"]) for row in reply.data["items"]]
        everything = ["8-K", "10-Q", "10-K", "8-K/A", "10-Q/A", "10-K/A"]
        assert rows == [("GOOGL", everything, ["detected", "analyzed", "guidance"]), ("AAPL", ["8-K"], [])]
        near, none = reply.data["unresolved"]
        assert (near["asked"], near["nearest"][0]["ticker"]) == ("APPL", "AAPL")
        assert none == {"asked": "4", "nearest": []}

    def test_asking_twice_keeps_one_row_and_its_age_and_takes_on_new_wishes(self, directory: Harness) -> None:
        key = directory.create_key("filings")
        (first,) = watch(directory, key, {"ticker": "AAPL"}).data["items"]
        directory.pass_time(3_600)
        (second,) = watch(directory, key, {"ticker": "AAPL", "forms": ["10-K"]}).data["items"]
        assert second == first | {"forms": ["10-K"]}
        assert directory.request("GET", WATCHLIST, key=key).data == [second]

    def test_what_is_taken_off_is_gone_however_often_it_is_asked_for(self, directory: Harness) -> None:
        key = directory.create_key("filings")
        watch(directory, key, {"ticker": "AAPL"})
        for removed in (True, False):
            gone = directory.request("DELETE", f"{WATCHLIST}?cik=320193", key=key)
            assert (gone.status, gone.data) == (200, {"cik": 320_193, "removed": removed})
        assert directory.request("GET", WATCHLIST, key=key).data == []

    def test_every_account_has_its_own(self, directory: Harness) -> None:
        mine, yours = directory.create_key("filings"), directory.create_key("filings")
        watch(directory, mine, {"ticker": "AAPL"})
        assert directory.request("GET", WATCHLIST, key=yours).data == []
        assert directory.request("DELETE", f"{WATCHLIST}?cik=320193", key=yours).data["removed"] is False
        assert len(directory.request("GET", WATCHLIST, key=mine).data) == 1

    def test_the_plan_bounds_it_and_a_request_above_that_changes_nothing(self, directory: Harness) -> None:
        directory.rows("INSERT INTO filings.companies (cik, name) SELECT n, 'x' FROM generate_series(1, 11) n")
        key = directory.create_key("filings", plan="free")
        assert watch(directory, key, *({"cik": n} for n in range(1, 11))).status == 200
        refused = watch(directory, key, {"cik": 11})
        assert (refused.status, refused.json()["code"]) == (422, "watchlist-full")
        assert len(directory.request("GET", WATCHLIST, key=key).data) == 10
        assert watch(directory, key, {"cik": 1, "notify": []}).status == 200  # nothing new

    def test_what_cannot_be_watched_is_refused_with_its_place(self, directory: Harness) -> None:
        key = directory.create_key("filings")
        wrong: list[tuple[dict[str, Any], str]] = [
            ({}, "/items/0"),
            ({"ticker": "AAPL", "cik": 320_193}, "/items/0"),
            ({"ticker": "AAPL", "forms": ["8-K", "S-1"]}, "/items/0/forms"),
            ({"ticker": "AAPL", "notify": ["everything"]}, "/items/0/notify/0"),
        ]
        for item, pointer in wrong:
            refused = watch(directory, key, item)
            assert refused.status == 422
            assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


class TestFirstScan:
    def test_a_company_is_scanned_when_a_watch_of_it_begins_and_not_when_it_changes(self, directory: Harness) -> None:
        key = directory.create_key("filings")
        watch(directory, key, {"ticker": "GOOGL"}, {"ticker": "AAPL"}, {"ticker": "NOBODY"})
        assert scans(directory) == [320_193, 1_652_044]
        watch(directory, key, {"ticker": "AAPL", "forms": ["8-K"]}, {"ticker": "F"})
        assert scans(directory) == [37_996, 320_193, 1_652_044]
        assert directory.fire("schedule_poll_scan")["scans"] == 0  # they are under way

    def test_it_is_sent_once_while_it_is_under_way_and_again_for_who_comes_later(self, directory: Harness) -> None:
        first, second, third = (directory.create_key("filings") for _ in range(3))
        watch(directory, first, {"ticker": "AAPL"})
        watch(directory, second, {"ticker": "AAPL"})
        assert scans(directory) == [320_193]
        directory.pass_time(60)
        directory.rows("UPDATE filings.companies SET last_scan_at = %(at)s", {"at": directory.clock.now()})
        watch(directory, third, {"ticker": "AAPL"})
        assert scans(directory) == [320_193, 320_193]

    def test_two_who_begin_at_once_send_one_scan_and_not_none(self, directory: Harness, database: Database) -> None:
        for _ in range(2):
            directory.create_key("filings")
        accounts = [row["account_id"] for row in directory.rows("SELECT account_id FROM platform.accounts")]
        at = directory.clock.now()
        with database.connect() as one, database.connect() as other, one.transaction(), other.transaction():
            for connection, account_id in zip((one, other), accounts, strict=True):
                row = (account_id, at)
                connection.execute("INSERT INTO filings.watchlist VALUES (%s, 320193, '{8-K}', '{}', %s)", row)
            sent = [scan_at_once(each, ciks=[320_193], cause=Cause(), at=at) for each in (one, other)]
        outbox.forget_pending()
        assert (sent, scans(directory)) == ([1, 0], [320_193])

    def test_a_watch_that_is_refused_sends_nothing(self, directory: Harness) -> None:
        directory.rows("INSERT INTO filings.companies (cik, name) SELECT n, 'x' FROM generate_series(1, 11) n")
        key = directory.create_key("filings", plan="free")
        assert watch(directory, key, *({"cik": n} for n in range(1, 12))).status == 422
        assert scans(directory) == []


class TestCoverage:
    def store(self, harness: Harness) -> None:
        """Four filings of one company at different states, one of another; the index lists one more."""
        at = harness.clock.now()
        with harness.database.connect(None) as connection:
            for number, seconds in enumerate((30, 40, 50), start=1):
                accession = f"0000320193-24-00000{number}"
                store_filing(connection, accession=accession, sections=[], cik=320_193, form="8-K", detected_at=at)
                connection.execute(
                    "UPDATE filings.filings SET status = 'indexed', source = 'feed', accepted_at = %s, "
                    "indexed_at = %s, filing_date = %s WHERE accession = %s",
                    (at - timedelta(seconds=seconds), at + timedelta(minutes=5), at.date(), accession),
                )
                connection.execute("INSERT INTO filings.sightings VALUES (%s, 320193, 'feed', %s)", (accession, at))
            old = "0000320193-19-000001"
            store_filing(connection, accession=old, sections=[], cik=320_193, detected_at=at)
            connection.execute(
                "UPDATE filings.filings SET status = 'dead_letter', filing_date = '2019-02-01', "
                "accepted_at = '2019-02-01' WHERE accession = %s", (old,),
            )  # fmt: skip
            store_filing(connection, accession="0000037996-24-000001", sections=[], cik=37_996, detected_at=at)
            connection.execute(
                "INSERT INTO filings.index_entries VALUES "
                "('0000320193-24-000001', 320193, '8-K', %(day)s, %(at)s, false), "
                "('0000320193-24-000009', 320193, '10-Q', %(day)s, %(at)s, true), "
                "('0000320193-24-000010', 320193, '4', %(day)s, %(at)s, true)", {"day": at.date(), "at": at},
            )  # fmt: skip

    def test_it_says_what_is_stored_how_late_and_what_is_missing(self, directory: Harness) -> None:
        self.store(directory)
        key = directory.create_key("filings:read")
        (row,) = directory.request("GET", "/v1/filings/coverage?ticker=AAPL", key=key).data
        assert row["filings"] == 4
        assert {status: n for status, n in row["by_status"].items() if n} == {"indexed": 3, "dead_letter": 1}
        assert row["index"] == {
            "listed": 3, "found_late": 2, "missing": 1, "missing_accessions": ["0000320193-24-000009"],
        }  # fmt: skip
        assert row["lags"]["detect_s"] == {"p50": 40.0, "p95": 49.0}
        assert row["lags"]["index_s"]["p50"] == 340.0
        assert row["lags"]["analyze_s"] == {"p50": None, "p95": None}

    def test_since_and_the_watchlist_narrow_it(self, directory: Harness) -> None:
        self.store(directory)
        key = directory.create_key("filings")
        watch(directory, key, {"ticker": "AAPL"}, {"ticker": "GOOGL"})
        today = date.isoformat(directory.clock.now().date())
        rows = directory.request("GET", f"/v1/filings/coverage?watched_only=true&since={today}", key=key).data
        assert [(row["ticker"], row["filings"]) for row in rows] == [("AAPL", 3), ("GOOGL", 0)]
        everything = directory.request("GET", "/v1/filings/coverage", key=key).data
        assert [row["ticker"] for row in everything] == ["F", "AAPL"]

    def test_filings_can_be_narrowed_to_the_watchlist(self, directory: Harness) -> None:
        self.store(directory)
        key = directory.create_key("filings")
        watch(directory, key, {"ticker": "F"})
        rows = directory.request("GET", "/v1/filings/accessions?watched_only=true", key=key).data
        assert [row["accession"] for row in rows] == ["0000037996-24-000001"]
        assert len(directory.request("GET", "/v1/filings/accessions", key=key).data) == 5


def test_an_ingestion_and_a_watchlist_take_the_same_names(make_harness: HarnessMaker, replay: ReplayServer) -> None:
    harness = make_harness(parameters=parameters_of(replay))
    harness.fire("schedule_refresh_companies")
    key = harness.create_key("filings")
    (row,) = watch(harness, key, {"ticker": "flrk"}).data["items"]
    job = harness.request("POST", "/v1/filings/ingestions", key=key, json={"tickers": [{"ticker": "flrk"}]})
    assert (row["cik"], job.status) == (CIK, 202)
