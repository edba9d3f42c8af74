"""Watching: whoever watches is told of a filing once, whichever way it came, and of why it matters."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from infra.local.replay.faults import Fault
from infra.local.replay.server import ReplayServer
from infra.local.replay.store import canonical
from tests.conftest import Database
from tests.factories.edgar_pages import Listed, feed_page, feed_path
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of
from tests.integration.filings.ingesting import CIK, DIRECTORS, RELEASE, AlteredStore, ingest

from auspex.core import outbox
from auspex.core.messages import Cause, Envelope
from auspex.filings.detect_filings import Sighting, detect_filings
from auspex.filings.model import FilingHeader
from auspex.platform.notification_messages import RouteNotification

ACCEPTED = datetime(2024, 10, 29, 20, 5, 31, tzinfo=UTC)
OTHER_FORM = "9999999001-24-000500"
PARTNER = 9999999002


@pytest.fixture
def pages(replay: ReplayServer) -> AlteredStore:
    """What EDGAR shows besides the sample corpus; an empty feed to begin with."""
    store = AlteredStore(replay)
    show_feed(store)
    return store


@pytest.fixture
def desk(make_harness: HarnessMaker, replay: ReplayServer, pages: AlteredStore) -> Harness:
    """The application half a minute after the sample company's release was accepted.

    The scan that a watch begins with is under way all the while: what is found here, the feed found.
    """
    harness = make_harness(parameters=parameters_of(replay), now=ACCEPTED + timedelta(seconds=34))
    harness.fire("schedule_refresh_companies")
    hold_scans(harness)
    return harness


def hold_scans(desk: Harness) -> None:
    desk.rows("UPDATE filings.companies SET scan_sent_at = %(at)s", {"at": desk.clock.now()})


def show_feed(store: AlteredStore, *listed: Listed) -> None:
    store.replace(canonical(feed_path(0)), feed_page(*listed))
    store.replace(canonical(feed_path(1)), feed_page())


def release(**changes: Any) -> Listed:
    facts: dict[str, Any] = {"accession": RELEASE, "cik": CIK, "accepted_at": ACCEPTED, "items": ("2.02", "9.01")}
    return Listed(**facts | changes)


def watch(desk: Harness, key: str, *items: dict[str, Any]) -> Any:
    reply = desk.request("POST", "/v1/filings/watchlist", key=key, json={"items": list(items) or [{"ticker": "FLRK"}]})
    assert reply.status == 200, reply.body
    return reply.data


def notifications(desk: Harness, kind: str | None = None) -> list[dict[str, Any]]:
    rows = desk.rows(
        "SELECT account_id, kind, subject, topic, title, body, data FROM platform.notifications ORDER BY 1, 2"
    )
    return [row for row in rows if kind in {None, row["kind"]} and row["kind"].startswith("filing.")]


def fetches(desk: Harness) -> list[str]:
    rows = desk.rows(
        "SELECT body::jsonb -> 'body' ->> 'accession' AS a FROM platform.outbox WHERE queue = 'filings-ingestion'"
    )
    return sorted(row["a"] for row in rows)


class TestFeed:
    def test_a_watched_filing_is_detected_told_read_and_told_again_with_why(
        self, desk: Harness, pages: AlteredStore
    ) -> None:
        key = desk.create_key("filings")
        watch(desk, key)
        show_feed(pages, release())
        assert desk.fire("schedule_poll_feed")["fetched"] == 1
        (first,) = notifications(desk)
        assert (first["kind"], first["subject"], first["topic"]) == ("filing.detected", RELEASE, "FLRK")
        assert first["title"] == "FLRK: 8-K, items 2.02, 9.01"
        assert first["body"] == "8-K, items 2.02, 9.01, accepted 20:05 UTC, detected 34 s later"
        desk.hop()
        (why,) = notifications(desk, "filing.analyzed")
        assert why["title"].startswith("FLRK: 8-K, items 2.02, 9.01: revenue 512.00 m USD")
        assert "item 2.02: medium severity" in why["body"]
        assert {figure["metric"] for figure in why["data"]["figures"]} == {"revenue", "eps_diluted"}
        (row,) = desk.rows("SELECT source, status FROM filings.filings")
        assert row == {"source": "feed", "status": "indexed"}

    def test_one_accession_in_several_roles_is_one_filing_told_to_watchers_of_each(
        self, desk: Harness, pages: AlteredStore
    ) -> None:
        one, other = desk.create_key("filings"), desk.create_key("filings")
        watch(desk, one)
        watch(desk, other, {"cik": PARTNER})
        show_feed(pages, release(cik=PARTNER), release(), release(cik=77, role="Reporting"))
        reply = desk.fire("schedule_poll_feed")
        assert (reply["entries"], reply["watched"], reply["fetched"], reply["told"]) == (3, 1, 1, 2)
        assert fetches(desk) == [RELEASE]

    def test_polls_that_overlap_take_a_filing_once(self, desk: Harness, pages: AlteredStore) -> None:
        watch(desk, desk.create_key("filings"))
        show_feed(pages, release())
        desk.fire("schedule_poll_feed")
        late = release(accession=DIRECTORS, items=("5.02",))  # of the same second, and shown below what was read
        show_feed(pages, release(), late)
        desk.pass_time(60)
        assert desk.fire("schedule_poll_feed")["fetched"] == 1
        desk.pass_time(60)
        assert desk.fire("schedule_poll_feed")["fetched"] == 0
        assert fetches(desk) == sorted([DIRECTORS, RELEASE])
        assert len(notifications(desk)) == 2

    def test_a_form_that_is_not_read_is_stored_as_skipped_and_told_nobody(
        self, desk: Harness, pages: AlteredStore
    ) -> None:
        watch(desk, desk.create_key("filings"))
        show_feed(pages, release(accession=OTHER_FORM, form="4", items=(), role="Issuer"))
        assert desk.fire("schedule_poll_feed")["skipped"] == 1
        (row,) = desk.rows("SELECT form, status FROM filings.filings")
        assert row == {"form": "4", "status": "skipped"}
        assert (fetches(desk), notifications(desk)) == ([], [])

    def test_nothing_is_asked_at_night_or_while_nobody_watches(self, desk: Harness, replay: ReplayServer) -> None:
        replay.log.clear()
        assert desk.fire("schedule_poll_feed")["watched"] == 0
        watch(desk, desk.create_key("filings"))
        desk.pass_time(7 * 3_600)  # a quarter past eleven in New York
        assert desk.fire("schedule_poll_feed")["quiet"] is True
        assert replay.log.summary()["total"] == 0

    def test_a_page_past_the_end_that_is_refused_ends_the_poll(
        self, desk: Harness, pages: AlteredStore, replay: ReplayServer
    ) -> None:
        watch(desk, desk.create_key("filings"))
        show_feed(pages, release())
        replay.faults.arm(fault_of("503", feed_path(1)))
        reply = desk.fire("schedule_poll_feed")
        assert (reply["pages"], reply["complete"], reply["fetched"]) == (2, True, 1)

    def test_a_refusal_before_the_mark_leaves_the_mark_where_it_was(
        self, desk: Harness, pages: AlteredStore, replay: ReplayServer
    ) -> None:
        watch(desk, desk.create_key("filings"))
        show_feed(pages, release(accession=DIRECTORS, accepted_at=ACCEPTED - timedelta(hours=1)))
        desk.fire("schedule_poll_feed")
        (before,) = desk.rows("SELECT entry_updated_at AS at FROM filings.feed_mark")
        show_feed(pages, release())
        replay.faults.arm(fault_of("503", feed_path(1)))
        desk.pass_time(60)
        reply = desk.fire("schedule_poll_feed")
        assert (reply["complete"], reply["fetched"]) == (False, 1)  # what was seen is taken all the same
        assert desk.rows("SELECT entry_updated_at AS at FROM filings.feed_mark") == [before]

    def test_a_pause_of_edgar_is_no_failure(self, desk: Harness, replay: ReplayServer) -> None:
        watch(desk, desk.create_key("filings"))
        replay.faults.arm(fault_of("429", feed_path(0)))
        assert desk.fire("schedule_poll_feed")["paused_seconds"] == 30

    def test_a_pause_below_the_first_page_keeps_what_was_read_and_leaves_the_mark(
        self, desk: Harness, pages: AlteredStore, replay: ReplayServer
    ) -> None:
        watch(desk, desk.create_key("filings"))
        show_feed(pages, release())
        replay.faults.arm(fault_of("429", feed_path(1)))
        reply = desk.fire("schedule_poll_feed")
        assert (reply["pages"], reply["fetched"], reply["complete"], reply["paused_seconds"]) == (1, 1, False, 30)
        assert desk.rows("SELECT entry_updated_at AS at FROM filings.feed_mark") == [{"at": None}]


def fault_of(kind: str, path: str) -> Any:
    return Fault.of({"kind": kind, "path_prefix": path, "times": 1})


class TestTelling:
    def test_forms_and_wishes_decide_who_is_told_what(self, desk: Harness, pages: AlteredStore) -> None:
        keys = {name: desk.create_key("filings", name=name) for name in ("all", "annual", "silent", "why")}
        watch(desk, keys["all"])
        watch(desk, keys["annual"], {"ticker": "FLRK", "forms": ["10-K"]})
        watch(desk, keys["silent"], {"ticker": "FLRK", "notify": []})
        watch(desk, keys["why"], {"ticker": "FLRK", "notify": ["analyzed"]})
        show_feed(pages, release())
        desk.fire("schedule_poll_feed")
        desk.hop()
        told = desk.rows(
            "SELECT a.name, n.kind FROM platform.notifications n JOIN platform.accounts a USING (account_id) "
            "WHERE n.kind LIKE 'filing.%' ORDER BY 1, 2"
        )
        assert [(row["name"], row["kind"]) for row in told] == [
            ("all", "filing.analyzed"), ("all", "filing.detected"), ("why", "filing.analyzed"),
        ]  # fmt: skip

    def test_what_was_filed_before_the_watch_began_alerts_nobody(self, desk: Harness, pages: AlteredStore) -> None:
        desk.pass_time(86_400)
        hold_scans(desk)
        watch(desk, desk.create_key("filings"))
        show_feed(pages, release())
        assert desk.fire("schedule_poll_feed")["fetched"] == 1
        desk.hop()
        assert notifications(desk) == []

    def test_what_somebody_had_asked_for_is_told_to_watchers_when_the_watch_comes_upon_it(
        self, desk: Harness, pages: AlteredStore
    ) -> None:
        key = desk.create_key("filings")
        watch(desk, key)
        ingest(desk, key, RELEASE)
        desk.hop()
        assert notifications(desk) == []
        show_feed(pages, release())
        reply = desk.fire("schedule_poll_feed")
        assert (reply["fetched"], reply["told"]) == (0, 2)
        assert [row["kind"] for row in notifications(desk)] == ["filing.analyzed", "filing.detected"]

    def test_a_second_analysis_tells_nobody_again(self, desk: Harness, pages: AlteredStore) -> None:
        watch(desk, desk.create_key("filings"))
        show_feed(pages, release())
        desk.fire("schedule_poll_feed")
        with desk.crash_at("analysis.persist.after"):
            desk.hop()
        assert len(notifications(desk)) == 2

    def test_channels_and_webhooks_hear_of_it_with_the_notification(self, desk: Harness, pages: AlteredStore) -> None:
        key = desk.create_key("filings")
        watch(desk, key)
        parts = {"token_a": "T1JJ3T3L2", "token_b": "B1BRTD4JD", "token_c": "0" * 24}
        added = desk.request("POST", "/v1/notifications/channels", key=key, json={"name": "desk", "slack": parts})
        hook = {"url": "https://hooks.example.com/mine", "event_types": ["filing.detected"]}
        assert (added.status, desk.request("POST", "/v1/webhooks", key=key, json=hook).status) == (201, 201)
        show_feed(pages, release())
        desk.fire("schedule_poll_feed")
        sent = {row["queue"]: row for row in desk.rows("SELECT queue, body, sent_at FROM platform.outbox")}
        assert set(sent) == {"filings-ingestion", "platform-notifier", "platform-webhook-delivery"}
        assert all(row["sent_at"] is not None for row in sent.values())  # at once, not with the sweep
        route = Envelope[RouteNotification].model_validate_json(sent["platform-notifier"]["body"])
        (told,) = desk.rows("SELECT notification_id AS id FROM platform.notifications WHERE kind = 'filing.detected'")
        assert route.body.notification_id == told["id"]
        (event,) = desk.rows("SELECT type, subject, body FROM platform.webhook_messages")
        assert (event["type"], event["subject"]) == ("filing.detected", RELEASE)
        assert json.loads(event["body"])["data"]["items"] == ["2.02", "9.01"]

    def test_a_thousand_watchers_are_told_in_one_statement(self, desk: Harness, pages: AlteredStore) -> None:
        now = {"cik": CIK, "at": desk.clock.now()}
        ids = "SELECT 'acct_' || lpad(n::text, 26, '0') AS id FROM generate_series(1, 1000) n"
        desk.rows(
            "INSERT INTO platform.accounts (account_id, name, plan, created_at) "
            f"SELECT id, 'w', 'premium', %(at)s FROM ({ids}) n", now,
        )  # fmt: skip
        desk.rows(
            f"INSERT INTO filings.watchlist SELECT id, %(cik)s, '{{8-K}}', '{{detected}}', %(at)s FROM ({ids}) n", now
        )
        show_feed(pages, release())
        assert desk.fire("schedule_poll_feed")["told"] == 1_000
        assert len({row["account_id"] for row in notifications(desk)}) == 1_000


def header(accession: str = RELEASE) -> FilingHeader:
    return FilingHeader(
        accession=accession, cik=CIK, form="8-K", items=("2.02",), filing_date=date(2024, 10, 29), report_date=None,
        accepted_at=ACCEPTED, primary_document="",
    )  # fmt: skip


def test_feed_scan_and_daily_index_at_once_make_one_row_one_fetch_one_notification(
    desk: Harness, database: Database
) -> None:
    for name in ("one", "two"):
        watch(desk, desk.create_key("filings", name=name))
    start, found = threading.Barrier(3), []

    def take(source: str) -> None:
        with database.connect() as connection:
            start.wait()
            for accession in (RELEASE, DIRECTORS):
                with connection.transaction():
                    sighting = Sighting(header(accession), (CIK,))
                    found.append(
                        detect_filings(connection, [sighting], source=source, cause=Cause(), at=desk.clock.now())
                    )

    threads = [threading.Thread(target=take, args=(source,)) for source in ("feed", "scan", "daily")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outbox.forget_pending()
    assert len(found) == 6
    assert sum(len(one.fetched) for one in found) == 2
    assert sum(one.told for one in found) == 4
    assert len(desk.rows("SELECT 1 FROM filings.filings")) == 2
    assert fetches(desk) == sorted([DIRECTORS, RELEASE])
    assert len(notifications(desk)) == 4
