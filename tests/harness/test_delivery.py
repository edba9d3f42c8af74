"""Delivery on the virtual clock: what the shells promise when messages repeat, come late, fail, or the process dies."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.harness.toy.contracts import DoWork, Kind

from auspex.core.faults import InjectedCrash
from auspex.core.limits import DEFERRALS_MAX, OUTBOX_SWEEP_ROWS_MAX, SCHEDULE_RUN_MINUTES_MAX
from auspex.core.messages import Cause, wrap

if TYPE_CHECKING:
    from tests.conftest import Database

QUEUE = "auspex-toy-work"


def send(harness: Harness, key: str, kind: Kind = "work", *, follow_up: str | None = None) -> None:
    body = DoWork(key=key, kind=kind, follow_up=follow_up)
    harness.queues.put(QUEUE, wrap(body, dedup_key=key, cause=Cause()).encode())


def effects(harness: Harness) -> list[str]:
    rows = harness.rows("SELECT key FROM toy.effects WHERE key NOT LIKE 'tick:%%' ORDER BY effect_id", {})
    return [row["key"] for row in rows]


def ticks(harness: Harness) -> list[str]:
    rows = harness.rows("SELECT key FROM toy.effects WHERE key LIKE 'tick:%%' ORDER BY effect_id", {})
    return [row["key"].removeprefix("tick:") for row in rows]


def dead_letters(harness: Harness) -> list[dict[str, object]]:
    return harness.rows("SELECT * FROM platform.dead_letters ORDER BY dead_at, dead_letter_id")


def seconds_passed(harness: Harness) -> float:
    return (harness.clock.now() - harness.started_at).total_seconds()


def test_a_request_becomes_a_message_and_the_message_an_effect(toy: Harness) -> None:
    reply = toy.request("POST", "/v1/toy/notes", key=toy.create_key("toy"), json={"text": "hello"})
    assert reply.status == 202
    assert effects(toy) == []
    toy.drain()
    assert effects(toy) == ["hello"]
    assert seconds_passed(toy) == 0
    assert toy.unsent_rows() == 0


@pytest.mark.parametrize("seed", range(3))
def test_repeated_and_shuffled_messages_leave_one_effect_each(make_toy: HarnessMaker, seed: int) -> None:
    toy = make_toy(copies=3, seed=seed)
    for number in range(12):
        send(toy, f"first-{number:02d}", follow_up=f"second-{number:02d}")
    toy.drain()
    assert sorted(effects(toy)) == sorted(f"{stage}-{n:02d}" for stage in ("first", "second") for n in range(12))
    assert dead_letters(toy) == []


def test_the_same_seed_takes_messages_in_the_same_order(make_toy: HarnessMaker) -> None:
    orders = []
    for _ in range(2):
        toy = make_toy(seed=7)
        for number in range(9):
            send(toy, str(number))
        toy.drain()
        orders.append(effects(toy)[-9:])
        toy.rows("TRUNCATE toy.effects; TRUNCATE platform.delivery_marks")
        toy.close()
    assert orders[0] == orders[1]
    assert orders[0] != sorted(orders[0])


def test_a_poisoned_record_never_fails_its_neighbours(toy: Harness) -> None:
    send(toy, "before")
    send(toy, "poison", "fail_always")
    toy.queues.put(QUEUE, "no JSON at all")
    send(toy, "refused", "refuse")
    send(toy, "after")
    toy.pump()
    assert toy.calls[0].records == 5
    assert toy.calls[0].failed == 1
    assert effects(toy) == ["before", "after"]
    assert sorted(str(row["reason"]) for row in dead_letters(toy)) == ["unreadable-message", "work-refused"]
    outcomes = {
        o: toy.metric("Messages", service="auspex", stage="toy-work", outcome=o) for o in ("done", "final", "retry")
    }
    assert outcomes == {"done": 2, "final": 2, "retry": 1}
    assert toy.metric("DeadLettersStored", service="auspex") == 2


def test_a_failing_message_waits_longer_each_time_and_then_is_buried_with_its_reason(toy: Harness) -> None:
    send(toy, "poison", "fail_always")
    toy.drain()
    failures = toy.rows("SELECT attempt, error_type, error, failed_at FROM platform.delivery_failures ORDER BY attempt")
    assert [row["attempt"] for row in failures] == [1, 2, 3]
    waits = [(row["failed_at"] - toy.started_at).total_seconds() for row in failures]
    assert waits == [0, 5, 15]
    assert seconds_passed(toy) == 35
    (letter,) = dead_letters(toy)
    assert letter["stage"] == letter["queue"] == "toy-work"
    assert letter["reason"] == "processing-failed"
    assert letter["error"] == "RuntimeError: attempt 3 of poison broke"
    assert letter["attempts"] == 3
    assert json.loads(str(letter["body"]))["body"]["key"] == "poison"
    assert toy.metric("DeadLettersStored", service="auspex") == 1
    assert toy.metric("Messages", service="auspex", stage="toy-work", outcome="retry") == 3
    assert effects(toy) == []


def test_a_message_that_recovers_leaves_its_failures_and_one_effect(toy: Harness) -> None:
    send(toy, "weak", "fail_twice")
    toy.drain()
    assert effects(toy) == ["weak"]
    assert toy.rows("SELECT count(*) AS n FROM platform.delivery_failures") == [{"n": 2}]
    assert dead_letters(toy) == []


def test_a_deferred_message_comes_back_without_using_a_retry(toy: Harness) -> None:
    send(toy, "patient", "defer_once")
    toy.pump()
    assert toy.calls[0].failed == 0
    assert toy.queues.waiting() == {}
    assert toy.unsent_rows() == 1
    toy.drain()
    assert effects(toy) == ["patient"]
    assert 120 <= seconds_passed(toy) <= 180
    assert toy.rows("SELECT count(*) AS n FROM platform.delivery_failures") == [{"n": 0}]


def test_a_source_that_never_answers_ends_as_source_unavailable(toy: Harness) -> None:
    send(toy, "hopeless", "defer_always")
    toy.drain()
    (letter,) = dead_letters(toy)
    assert letter["reason"] == "source-unavailable"
    assert letter["attempts"] == 1
    assert json.loads(str(letter["body"]))["deferrals"] == DEFERRALS_MAX
    assert effects(toy) == []


def test_an_unreadable_message_is_kept_word_for_word(toy: Harness) -> None:
    bodies = ["", "[1, 2]", '{"schema": "toy.do_work.v9"}', '{"schema": "toy.do_work.v1", "body": {"key": 1}}']
    for body in bodies:
        toy.queues.put(QUEUE, body)
    toy.drain()
    assert sorted(str(row["body"]) for row in dead_letters(toy)) == sorted(bodies)
    assert {row["reason"] for row in dead_letters(toy)} == {"unreadable-message"}


def test_what_a_dead_process_held_comes_back_after_its_visibility_timeout(toy: Harness) -> None:
    send(toy, "victim", follow_up="heir")
    with toy.crash_at("toy-work.effect") as crash:
        toy.pump()
    assert crash.fired
    assert effects(toy) == []
    toy.advance(89)
    assert effects(toy) == []
    toy.advance(1)
    assert effects(toy) == ["victim", "heir"]


def test_a_message_whose_worker_always_dies_is_buried_as_lost(toy: Harness) -> None:
    send(toy, "cursed")
    with toy.crash_at("toy-work.received", times=3) as crash:
        toy.drain()
    assert crash.deaths == 3
    (letter,) = dead_letters(toy)
    assert letter["reason"] == "worker-lost"
    assert letter["attempts"] == 3
    assert effects(toy) == []


def test_dead_letters_are_kept_when_their_own_stage_dies(toy: Harness) -> None:
    send(toy, "poison", "fail_always")
    with toy.crash_at("dead_letter.stored") as crash:
        toy.drain()
    assert crash.fired
    assert len(dead_letters(toy)) == 1
    assert toy.queues.waiting() == {}


class TestOutbox:
    def test_a_rolled_back_transaction_sends_nothing(self, toy: Harness) -> None:
        key = toy.create_key("toy")
        assert toy.request("POST", "/v1/toy/notes", key=key, json={"text": "roll back"}).status == 409
        assert toy.request("GET", "/v1/toy/notes/note-01", key=key).status == 200
        toy.advance(300)
        assert effects(toy) == []
        assert toy.rows("SELECT count(*) AS n FROM platform.outbox") == [{"n": 0}]

    def test_the_sweep_sends_what_a_process_committed_before_it_died(self, toy: Harness) -> None:
        key = toy.create_key("toy")
        with toy.crash_at("outbox.committed"), pytest.raises(InjectedCrash):
            toy.request("POST", "/v1/toy/notes", key=key, json={"text": "kept"})
        toy.pump()
        assert effects(toy) == []
        assert toy.unsent_rows() == 1
        toy.advance(60)
        assert effects(toy) == ["kept"]
        assert toy.unsent_rows() == 0

    def test_a_message_sent_but_not_marked_is_sent_again_and_changes_nothing(self, toy: Harness) -> None:
        key = toy.create_key("toy")
        with toy.crash_at("outbox.sent"), pytest.raises(InjectedCrash):
            toy.request("POST", "/v1/toy/notes", key=key, json={"text": "twice"})
        toy.advance(120)
        assert effects(toy) == ["twice"]
        assert [call.function for call in toy.calls if call.function == "stage_work"] == ["stage_work"] * 2

    def test_a_queue_service_that_does_not_answer_costs_a_minute_and_no_message(self, toy: Harness) -> None:
        toy.queues.refuse_sending = True
        reply = toy.request("POST", "/v1/toy/notes", key=toy.create_key("toy"), json={"text": "late"})
        assert reply.status == 202
        toy.advance(60)
        assert effects(toy) == []
        toy.queues.refuse_sending = False
        toy.advance(60)
        assert effects(toy) == ["late"]

    def test_a_queue_that_is_gone_holds_up_no_other(self, toy: Harness) -> None:
        at = toy.clock.now()
        lost = "INSERT INTO platform.outbox VALUES ('01A', 'toy-gone', '{}', %(at)s, %(at)s)"
        toy.rows(lost, {"at": at})
        with toy.crash_at("outbox.committed"), pytest.raises(InjectedCrash):
            toy.request("POST", "/v1/toy/notes", key=toy.create_key("toy"), json={"text": "after the gone"})
        toy.advance(60)
        assert effects(toy) == ["after the gone"]
        assert toy.unsent_rows() == 1

    def test_more_rows_of_a_dead_queue_than_a_batch_holds_starve_no_other(self, toy: Harness) -> None:
        at = toy.clock.now() - timedelta(hours=1)
        lost = (
            "INSERT INTO platform.outbox SELECT 'A' || n, 'toy-gone', '{}', %(at)s, %(at)s "
            "FROM generate_series(1, %(rows)s) AS n"
        )
        toy.rows(lost, {"at": at, "rows": OUTBOX_SWEEP_ROWS_MAX + 1})
        with toy.crash_at("outbox.committed"), pytest.raises(InjectedCrash):
            toy.request("POST", "/v1/toy/notes", key=toy.create_key("toy"), json={"text": "behind them"})
        toy.advance(60)
        assert effects(toy) == ["behind them"]
        assert toy.unsent_rows() == OUTBOX_SWEEP_ROWS_MAX + 1

    def test_one_sweep_sends_more_than_a_batch_of_a_queue(self, toy: Harness) -> None:
        at = toy.clock.now() - timedelta(hours=1)
        many = (
            "INSERT INTO platform.outbox SELECT 'A' || n, 'toy-work-dlq', '{}', %(at)s, %(at)s "
            "FROM generate_series(1, %(rows)s) AS n"
        )
        toy.rows(many, {"at": at, "rows": OUTBOX_SWEEP_ROWS_MAX + 1})
        assert toy.fire("schedule_sweep")["sent"] == OUTBOX_SWEEP_ROWS_MAX + 1
        assert toy.unsent_rows() == 0


class TestSchedules:
    def test_a_schedule_fires_by_the_clock_and_keeps_how_it_ended(self, toy: Harness) -> None:
        toy.advance(2 * 3_600)
        assert ticks(toy) == ["10:00", "11:00"]
        runs = toy.rows("SELECT outcome, detail FROM platform.schedule_runs WHERE schedule = 'toy-tick'")
        assert runs == [{"outcome": "succeeded", "detail": {"ticks": 1}}] * 2

    def test_a_repeated_firing_does_nothing(self, toy: Harness) -> None:
        event = {"schedule": "toy-tick", "scheduled_at": "2024-11-04T10:00:00Z"}
        assert toy.invoke("toy", "schedule_tick", event)["outcome"] == "succeeded"
        assert toy.invoke("toy", "schedule_tick", event)["outcome"] == "repeat"
        assert ticks(toy) == ["10:00"]

    def test_a_failed_firing_is_kept_and_may_be_repeated(self, toy: Harness) -> None:
        event = {"schedule": "toy-tick", "scheduled_at": "2024-11-04T13:00:00Z"}
        for _ in range(2):
            with pytest.raises(RuntimeError):
                toy.invoke("toy", "schedule_tick", event)
        (run,) = toy.rows("SELECT outcome, detail FROM platform.schedule_runs WHERE schedule = 'toy-tick'")
        assert run == {"outcome": "failed", "detail": {"error": "RuntimeError: the thirteenth hour breaks"}}
        assert ticks(toy) == ["13:00"] * 2
        assert toy.metric("ScheduleRunsFailed", service="auspex") == 2

    def test_a_firing_whose_process_died_is_found_and_counted_once(self, toy: Harness) -> None:
        begun = "INSERT INTO platform.schedule_runs VALUES ('toy-tick', %(at)s, %(at)s)"
        toy.rows(begun, {"at": toy.clock.now()})
        toy.advance(60 * SCHEDULE_RUN_MINUTES_MAX)
        assert toy.metric("ScheduleRunsFailed", service="auspex") == 0  # it may still be at work
        toy.advance(3 * 60)
        (run,) = toy.rows("SELECT outcome, detail FROM platform.schedule_runs WHERE schedule = 'toy-tick'")
        assert run == {"outcome": "failed", "detail": {"error": "its process ended without a word"}}
        assert toy.metric("ScheduleRunsFailed", service="auspex") == 1


def test_a_harness_that_cannot_start_gives_everything_back(database: Database) -> None:
    with pytest.raises(FileNotFoundError):
        Harness(database, root=Path("/nonexistent/template.yaml"))
    with Harness(database) as harness:  # the secrets of the first one would stand in its way
        assert harness.rows("SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()") == [
            {"n": 1}
        ]
