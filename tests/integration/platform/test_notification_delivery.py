"""What leaves over channels, and when: at once, after quiet hours, in digests, or not at all."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from infra.local.catcher.answers import Answer
from infra.local.catcher.catcher import Catcher
from tests.factories.ended_jobs import start_job, succeed
from tests.factories.key_holders import first_holder
from tests.factories.listeners import CHANNELS, SLACK, Listener, everything_logged, parameters_of
from tests.harness.fixtures import HarnessMaker
from tests.integration.platform.listening import catcher, listener

from auspex.core import outbox
from auspex.core.limits import CHANNEL_ATTEMPTS_MAX, DIGEST_ENTRIES_MAX
from auspex.core.messages import Cause
from auspex.platform.notifications import News, notify

__all__ = ["catcher", "listener"]  # fixtures
HOUR = 3_600
BERLIN = ZoneInfo("Europe/Berlin")


def listening_at(make_harness: HarnessMaker, catcher: Catcher, now: datetime, **options: Any) -> Listener:
    """Return an account with a proven address on a harness whose clock stands at an instant."""
    harness = make_harness(parameters=parameters_of(catcher), now=now.astimezone(UTC), **options)
    made = Listener(harness, catcher, first_holder(harness, "filings"))
    made.listen()
    return made


def shifted(listener: Listener, **span: float) -> None:
    """Have decided what was told, let time pass in one leap, then run what became due."""
    harness = listener.harness
    harness.fire("schedule_sweep")
    harness.pump()
    harness.clock.advance(timedelta(**span))
    for _ in range(2):
        for schedule in ("schedule_sweep", "schedule_notification_digests"):
            harness.fire(schedule)
        harness.pump()


class TestAtOnce:
    def test_it_goes_out_once_and_is_told_once(self, listener: Listener) -> None:
        listener.listen()
        first, second = listener.tell(), listener.tell()
        assert (first.told, second.told) == (True, False)
        assert first.notification_id == second.notification_id
        listener.harness.drain()
        (mail,) = listener.mails()
        assert mail["subject"] == "About a"
        assert "What is new of a." in mail["text"]
        assert listener.tell(version="2").told
        listener.harness.drain()
        assert listener.subjects() == ["About a", "About a"]
        assert [row["outcome"] for row in listener.deliveries()] == ["sent", "sent"]

    def test_concurrent_twins_tell_once(self, listener: Listener) -> None:
        listener.listen()
        news = News(product="filings", kind="filing.analyzed", subject="a", material_version="1", title="A", body="b")
        at, ready = listener.harness.clock.now(), threading.Barrier(6)

        def tell(_: int) -> bool:
            with listener.harness.database.connect("auspex_filings") as connection, connection.transaction():
                ready.wait()
                account_id = listener.holder.account_id
                return notify(connection, account_id=account_id, news=news, cause=Cause(), at=at).told

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(tell, range(6))) == [False] * 5 + [True]
        outbox.forget_pending()
        listener.harness.drain()
        assert listener.subjects() == ["A"]

    def test_every_message_twice_and_out_of_order_changes_nothing(
        self, make_harness: HarnessMaker, catcher: Catcher
    ) -> None:
        made = listening_at(make_harness, catcher, datetime(2024, 11, 4, 9, tzinfo=UTC), copies=2, seed=7)
        for subject in "abc":
            made.tell(subject)
        made.harness.drain()
        assert sorted(made.subjects()) == ["About a", "About b", "About c"]
        assert len(made.deliveries()) == 3

    def test_a_worker_that_dies_after_sending_sends_again_and_records_once(self, listener: Listener) -> None:
        listener.listen()
        listener.tell()
        with listener.harness.crash_at("platform-notifier.sent") as crash:
            listener.harness.drain()
        assert crash.fired
        assert listener.subjects() == ["About a", "About a"]
        assert [row["outcome"] for row in listener.deliveries()] == ["sent"]
        assert listener.harness.rows("SELECT count(*)::integer AS n FROM platform.notifications") == [{"n": 1}]

    def test_an_address_that_is_not_proven_gets_nothing(self, listener: Listener) -> None:
        listener.listen("proven@example.org")
        listener.add_email("unproven@example.org")
        listener.catcher.received.forget_mails()
        listener.tell()
        listener.harness.drain()
        assert listener.subjects("proven@example.org") == ["About a"]
        assert listener.mails("unproven@example.org") == []

    def test_what_is_under_way_to_a_deleted_channel_is_dropped(self, listener: Listener) -> None:
        channel_id = listener.listen()
        listener.wish(quiet_start="08:00", quiet_end="12:00")
        listener.tell()
        shifted(listener, hours=1)
        assert listener.request("DELETE", f"{CHANNELS}/{channel_id}").status == 200
        shifted(listener, hours=4)
        assert listener.mails() == []
        assert [(row["outcome"], row["reason"]) for row in listener.deliveries()] == [
            ("dropped", "the channel is gone")
        ]

    def test_a_suspended_account_hears_nothing(self, listener: Listener) -> None:
        listener.listen()
        listener.harness.rows("UPDATE platform.accounts SET status = 'suspended'")
        listener.tell()
        listener.harness.drain()
        assert listener.mails() == []

    def test_a_jobs_end_goes_out_to_those_who_ask_for_it(self, listener: Listener) -> None:
        listener.listen()
        start_job(listener.harness, listener.holder.account_id, "a")
        succeed(listener.harness, "a")
        listener.harness.drain()
        assert listener.mails() == []
        listener.wish(kinds={"job.finished": "immediate"})
        start_job(listener.harness, listener.holder.account_id, "b")
        succeed(listener.harness, "b")
        listener.harness.drain()
        assert listener.subjects() == ["Job succeeded: filings.ingestion"]
        assert len(listener.request("GET", "/v1/notifications").data) == 2

    def test_muted_kinds_stay_in_the_application(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(kinds={"filing.detected": "muted"})
        listener.tell("a", kind="filing.detected")
        listener.tell("b")
        listener.harness.drain()
        assert listener.subjects() == ["About b"]
        assert len(listener.request("GET", "/v1/notifications").data) == 2

    def test_a_title_is_one_line(self, listener: Listener) -> None:
        listener.listen()
        listener.tell(title="first\r\nBcc: other@example.org", body="x" * 5_000)
        listener.harness.drain()
        assert listener.subjects() == ["first Bcc: other@example.org"]
        assert listener.mails("other@example.org") == []


class TestQuietHours:
    def test_the_night_holds_back_and_the_morning_delivers(self, make_harness: HarnessMaker, catcher: Catcher) -> None:
        made = listening_at(make_harness, catcher, datetime(2024, 7, 1, 21, tzinfo=BERLIN))
        made.wish(time_zone="Europe/Berlin", quiet_start="22:00", quiet_end="07:00")
        made.tell("evening")
        made.harness.drain()
        assert made.subjects() == ["About evening"]
        shifted(made, hours=2)
        made.tell("night")
        shifted(made, hours=2)
        made.tell("after midnight")
        until_seven = datetime(2024, 7, 2, 7, tzinfo=BERLIN) - made.harness.clock.now()
        shifted(made, seconds=until_seven.total_seconds() - 1)
        assert made.subjects() == ["About evening"]
        shifted(made, minutes=2)
        assert sorted(made.subjects()[1:]) == ["About after midnight", "About night"]

    def test_quiet_hours_that_begin_while_it_waits_hold_it_too(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(quiet_start="08:00", quiet_end="10:00")
        listener.tell()
        shifted(listener, minutes=5)
        listener.wish(quiet_start="08:00", quiet_end="12:00")
        shifted(listener, hours=2)
        assert listener.mails() == []
        shifted(listener, hours=1)
        assert listener.subjects() == ["About a"]

    def test_what_is_muted_while_it_waits_is_dropped(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(quiet_start="08:00", quiet_end="10:00")
        listener.tell()
        shifted(listener, minutes=5)
        listener.wish(kinds={"filing.analyzed": "muted"})
        shifted(listener, hours=2)
        assert listener.mails() == []
        assert [row["reason"] for row in listener.deliveries()] == ["muted"]


class TestDigests:
    def test_a_daily_digest_comes_at_the_local_time_on_both_sides_of_a_clock_change(
        self, make_harness: HarnessMaker, catcher: Catcher
    ) -> None:
        made = listening_at(make_harness, catcher, datetime(2024, 3, 30, 8, 30, tzinfo=BERLIN))
        made.wish(frequency="daily", time_zone="Europe/Berlin", digest_time="09:00")
        for day, utc_hour in ((30, 8), (31, 7)):
            made.tell(f"of {day}")
            due = datetime(2024, 3, day, utc_hour, tzinfo=UTC)
            shifted(made, seconds=(due - made.harness.clock.now()).total_seconds() - 1)
            assert made.mails() == []
            shifted(made, minutes=10)
            (mail,) = made.mails()
            assert mail["subject"] == "Auspex: 1 notification"
            assert f"- About of {day}: What is new of of {day}." in mail["text"]
            made.catcher.received.forget_mails()

    def test_a_weekly_digest_gathers_the_week_by_kind(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(frequency="weekly", digest_weekday=5, digest_time="10:00")
        for day, kind in enumerate(("filing.analyzed", "guidance.changed", "filing.analyzed")):
            listener.tell(str(day), kind=kind)
            shifted(listener, days=1)
        assert listener.mails() == []
        shifted(listener, days=2)
        (mail,) = listener.mails()
        assert mail["subject"] == "Auspex: 3 notifications"
        lines = [line for line in mail["text"].splitlines() if line]
        assert [line.partition(":")[0] for line in lines[:5]] == [
            "filing.analyzed", "- About 0", "- About 2", "guidance.changed", "- About 1",
        ]  # fmt: skip
        assert [row["outcome"] for row in listener.deliveries()] == ["sent"] * 3

    def test_without_anything_to_tell_there_is_no_digest(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(frequency="daily")
        shifted(listener, days=2)
        assert listener.mails() == []

    def test_above_the_daily_maximum_the_rest_joins_the_digest(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(max_per_day=2, digest_time="18:00")
        for number in range(5):
            listener.tell(str(number))
            shifted(listener, minutes=2)
        assert listener.subjects() == ["About 0", "About 1"]
        shifted(listener, hours=10)
        assert listener.subjects()[2:] == ["Auspex: 3 notifications"]
        shifted(listener, days=1)
        listener.tell("tomorrow")
        shifted(listener, minutes=2)
        assert listener.subjects()[3:] == ["About tomorrow"]

    def test_concurrent_routes_take_no_more_places_than_there_are(self, listener: Listener) -> None:
        places = "SELECT platform.take_notification_place(%(account_id)s, '2024-11-04', 3) AS taken"
        account = {"account_id": listener.holder.account_id}

        def take(_: int) -> bool:
            with listener.harness.database.connect("auspex_platform") as connection:
                row = connection.execute(places.encode(), account).fetchone()
                return bool(row and row["taken"])

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(take, range(12))) == 3

    def test_a_day_has_one_digest_even_when_its_time_is_moved(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(frequency="daily", digest_time="09:30")
        listener.tell("a")
        shifted(listener, hours=1)
        assert len(listener.mails()) == 1
        listener.wish(digest_time="11:00")
        listener.tell("b")
        shifted(listener, hours=3)
        assert len(listener.mails()) == 1
        shifted(listener, days=1)
        assert len(listener.mails()) == 2

    def test_what_waits_follows_a_new_digest_time_at_once(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(frequency="daily", digest_time="20:00")
        listener.tell("a")
        shifted(listener, minutes=5)
        listener.wish(digest_time="10:00")
        shifted(listener, hours=1, minutes=10)
        assert len(listener.mails()) == 1

    def test_what_waits_and_is_muted_comes_in_no_digest(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(frequency="daily", digest_time="10:00")
        listener.tell("a")
        shifted(listener, minutes=5)
        listener.wish(kinds={"filing.analyzed": "muted"})
        shifted(listener, hours=3)
        assert listener.mails() == []

    def test_twins_of_the_schedule_and_a_death_after_sending_make_one_digest(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(frequency="daily", digest_time="10:00")
        listener.tell("a")
        with listener.harness.crash_at("platform-notifier.sent"):
            shifted(listener, hours=2)
        shifted(listener, minutes=10)
        assert listener.subjects() == ["Auspex: 1 notification"] * 2  # sent again by who did not know
        digests = listener.harness.rows("SELECT notifications FROM platform.notification_digests")
        assert digests == [{"notifications": 1}]
        assert len(listener.deliveries()) == 1

    def test_a_long_digest_says_how_much_it_leaves_out(self, listener: Listener) -> None:
        listener.listen()
        listener.wish(frequency="daily", digest_time="20:00")
        for number in range(DIGEST_ENTRIES_MAX + 2):
            listener.tell(str(number))
        shifted(listener, hours=12)
        (mail,) = listener.mails()
        assert mail["subject"] == f"Auspex: {DIGEST_ENTRIES_MAX + 2} notifications"
        assert mail["text"].count("- About") == DIGEST_ENTRIES_MAX
        assert "and 2 more" in mail["text"]


class TestFailures:
    def test_mail_that_our_server_refuses_is_tried_again_and_at_last_kept(self, listener: Listener) -> None:
        listener.listen()
        address = "analyst@example.org"
        listener.catcher.mail_answers.arm(Answer(path_prefix=address, status=451, times=2))
        listener.tell("a")
        listener.harness.drain()
        assert listener.subjects() == ["About a"]
        listener.catcher.mail_answers.arm(Answer(path_prefix=address, status=451, times=99))
        listener.tell("b")
        listener.harness.drain()
        letters = listener.harness.rows("SELECT stage, reason, error FROM platform.dead_letters")
        assert [letter["stage"] for letter in letters] == ["platform-notifier"]
        assert address not in letters[0]["error"]

    def test_a_service_that_refuses_for_good_is_its_owners_matter(self, listener: Listener) -> None:
        listener.request("POST", CHANNELS, {"name": "desk", "slack": SLACK})
        listener.catcher.receiver.answers.arm(Answer(path_prefix="/slack", status=404, times=1))
        listener.tell("a")
        listener.harness.drain()
        (row,) = listener.deliveries()
        assert (row["outcome"], row["reason"], row["attempts"]) == ("failed", "the service answered 404", 1)
        (channel,) = listener.request("GET", CHANNELS).data
        assert channel["last_failure"] == "the service answered 404"
        assert listener.harness.rows("SELECT 1 FROM platform.dead_letters") == []

    def test_a_service_that_is_down_is_tried_a_few_times(self, listener: Listener) -> None:
        listener.request("POST", CHANNELS, {"name": "desk", "slack": SLACK})
        listener.catcher.receiver.answers.arm(Answer(path_prefix="/slack", status=503, times=99))
        listener.tell("a")
        listener.harness.drain()
        (row,) = listener.deliveries()
        assert (row["outcome"], row["attempts"]) == ("failed", CHANNEL_ATTEMPTS_MAX)
        assert listener.harness.rows("SELECT 1 FROM platform.dead_letters") == []
        assert SLACK["token_c"] not in everything_logged(listener.harness)

    def test_services_hear_it_over_their_webhook(self, listener: Listener) -> None:
        discord = {"webhook_id": "100000000000000000", "webhook_token": "t" * 68}
        telegram = {"bot_token": "123456789:" + "b" * 35, "chat_id": "-1001234567890"}
        for name, target in (("slack", SLACK), ("discord", discord), ("telegram", telegram)):
            assert listener.request("POST", CHANNELS, {"name": name, name: target}).status == 201
        listener.catcher.receiver.answers.arm(Answer(path_prefix="/slack", body="ok"))
        listener.tell("a", title="*Title* @everyone")
        listener.harness.drain()
        caught = {c["path"].split("/")[1].partition("?")[0]: c for c in listener.catcher.received.requests()}
        assert set(caught) == {"slack", "discord", "telegram"}
        assert SLACK["token_c"] in caught["slack"]["path"]
        assert "bot" + telegram["bot_token"] + "/sendMessage" in caught["telegram"]["path"]
        for request in caught.values():
            assert "What is new of a." in request["body"]
            assert json.loads(request["body"])
        assert [row["outcome"] for row in listener.deliveries()] == ["sent"] * 3


@pytest.mark.parametrize("point", ["platform-notifier.received", "platform-notifier.done", "platform-notifier.sent"])
def test_a_worker_that_dies_anywhere_still_tells(listener: Listener, point: str) -> None:
    listener.listen()
    for passing in (1, 2):
        listener.tell(str(passing))
        with listener.harness.crash_at(point, passing=passing):
            listener.harness.drain()
    assert set(listener.subjects()) == {"About 1", "About 2"}
    assert len(listener.deliveries()) == 2
