"""What operators read: queues, failures, schedules, metrics; with the scope `admin` and nothing less."""

from __future__ import annotations

from typing import Any

import pytest
from tests.harness.harness import Harness
from tests.integration.platform.dead_letters import effects, kill, redrive, send

READS = ["queues", "dead-letters", "failures", "schedules", "metrics"]
FAILURES = "/v1/ops/failures"


@pytest.fixture
def admin(toy: Harness) -> str:
    """An operator's key."""
    return toy.create_key("admin")


def read(harness: Harness, key: str, what: str) -> Any:
    reply = harness.request("GET", f"/v1/ops/{what}", key=key)
    assert reply.status == 200, reply.body
    return reply.data


@pytest.mark.parametrize("scopes", [("toy",), ("platform",), ("filings", "toy:write"), ("administrator",)])
def test_operations_need_exactly_the_scope_admin(toy: Harness, scopes: tuple[str, ...]) -> None:
    key = toy.create_key(*scopes)
    refusals = [toy.request("GET", f"/v1/ops/{what}", key=key) for what in READS]
    refusals.append(toy.request("POST", "/v1/ops/dead-letters/redrive", key=key, json={"all": True}))
    assert {(r.status, r.json()["code"], r.json()["required_scope"]) for r in refusals} == {
        (403, "scope-missing", "admin")
    }
    assert {toy.request("GET", f"/v1/ops/{what}").status for what in READS} == {401}


class TestQueues:
    def test_every_queue_of_the_deployment_is_there_with_its_dead_letter_queue(self, toy: Harness, admin: str) -> None:
        queues = read(toy, admin, "queues")["queues"]
        names = ("platform-notifier", "platform-webhook-delivery", "toy-work")
        expected = [pair for name in names for pair in ((name, False), (f"{name}-dlq", True))]
        assert [(row["queue"], row["dead_letters"]) for row in queues] == expected

    def test_depths_tell_what_waits_is_worked_on_and_is_delayed(self, toy: Harness, admin: str) -> None:
        send(toy, "a", "b", "c")
        toy.queues.receive("auspex-toy-work", 1)
        url = toy.queues.get_queue_url(QueueName="auspex-toy-work")["QueueUrl"]
        toy.queues.send_message(QueueUrl=url, MessageBody="{}", DelaySeconds=60)
        (work,) = [row for row in read(toy, admin, "queues")["queues"] if row["queue"] == "toy-work"]
        assert (work["visible"], work["in_flight"], work["delayed"]) == (2, 1, 1)

    def test_more_queues_than_a_page_of_names_holds_are_all_found(self, toy: Harness, admin: str) -> None:
        toy.queues.names_per_page_max = 1
        assert len(read(toy, admin, "queues")["queues"]) == 6

    def test_the_outbox_says_how_long_its_oldest_due_message_waits(self, toy: Harness, admin: str) -> None:
        assert read(toy, admin, "queues")["outbox"] == {"unsent": 0, "due": 0, "oldest_due_seconds": None}
        toy.queues.refuse_sending = True
        assert toy.request("POST", "/v1/toy/notes", key=toy.create_key("toy"), json={"text": "late"}).status == 202
        toy.advance(30)
        assert read(toy, admin, "queues")["outbox"] == {"unsent": 1, "due": 1, "oldest_due_seconds": 30}
        toy.queues.refuse_sending = False
        toy.drain()
        assert effects(toy) == ["late"]
        assert read(toy, admin, "queues")["outbox"]["unsent"] == 0

    def test_a_deferred_message_is_unsent_but_not_due(self, toy: Harness, admin: str) -> None:
        later = "INSERT INTO platform.outbox VALUES ('1', 'toy-work', '{}', %(at)s, %(at)s + interval '2 minutes')"
        toy.rows(later, {"at": toy.clock.now()})
        assert read(toy, admin, "queues")["outbox"] == {"unsent": 1, "due": 0, "oldest_due_seconds": None}


class TestFailures:
    def test_each_attempt_is_told_newest_first(self, toy: Harness, admin: str) -> None:
        kill(toy, "poison")
        rows = read(toy, admin, "failures")
        assert [row["attempt"] for row in rows] == [3, 2, 1]
        assert {(row["stage"], row["queue"], row["error_type"]) for row in rows} == {
            ("toy-work", "toy-work", "RuntimeError")
        }
        assert {row["error"] for row in rows} == {"toy-work.received is broken"}

    def test_pages_and_filters(self, toy: Harness, admin: str) -> None:
        kill(toy, "a", "b")
        page = toy.request("GET", f"{FAILURES}?limit=4&stage=toy-work", key=admin).json()
        rest = toy.request("GET", f"{FAILURES}?limit=4&stage=toy-work&cursor={page['next_cursor']}", key=admin).json()
        ids = [row["failure_id"] for row in page["data"] + rest["data"]]
        assert len(set(ids)) == 6
        assert not rest["has_more"]
        assert read(toy, admin, "failures?queue=elsewhere") == []
        assert read(toy, admin, "failures?job_id=job_01ARZ3NDEKTSV4RRFFQ69G5FAV") == []
        assert toy.request("GET", f"{FAILURES}?cursor={page['next_cursor']}", key=admin).status == 400
        assert toy.request("GET", f"{FAILURES}?job_id=everything", key=admin).status == 422


class TestSchedules:
    def test_a_schedule_shows_its_last_run_its_outcome_and_the_next(self, toy: Harness, admin: str) -> None:
        toy.advance(3 * 3_600 + 30)
        tick = next(row for row in read(toy, admin, "schedules") if row["schedule"] == "toy-tick")
        assert tick == {
            "schedule": "toy-tick", "scheduled_at": "2024-11-04T12:00:00Z", "started_at": "2024-11-04T12:00:00Z",
            "finished_at": "2024-11-04T12:00:00Z", "outcome": "succeeded", "detail": {"ticks": 1},
            "succeeded_at": "2024-11-04T12:00:00Z", "expected_at": "2024-11-04T13:00:00Z",
        }  # fmt: skip

    def test_a_failed_run_keeps_when_it_last_succeeded(self, toy: Harness, admin: str) -> None:
        toy.advance(4 * 3_600)
        tick = next(row for row in read(toy, admin, "schedules") if row["schedule"] == "toy-tick")
        assert (tick["outcome"], tick["succeeded_at"]) == ("failed", "2024-11-04T12:00:00Z")
        assert tick["detail"] == {"error": "RuntimeError: the thirteenth hour breaks"}

    def test_a_run_by_hand_does_not_change_when_the_next_is_expected(self, toy: Harness, admin: str) -> None:
        event = {"schedule": "platform-sweep", "scheduled_at": "2024-11-04T09:03:20Z"}
        toy.invoke("platform", "schedule_sweep", event)
        toy.advance(330)
        (sweep,) = [row for row in read(toy, admin, "schedules") if row["schedule"] == "platform-sweep"]
        assert sweep["expected_at"] == "2024-11-04T09:06:00Z"

    def test_a_schedule_that_ran_once_has_no_expected_next(self, toy: Harness, admin: str) -> None:
        assert read(toy, admin, "schedules") == []
        toy.fire("schedule_sweep")
        (sweep,) = read(toy, admin, "schedules")
        assert (sweep["schedule"], sweep["expected_at"]) == ("platform-sweep", None)


class TestMetrics:
    def test_counts_are_of_the_window_and_nothing_before(self, toy: Harness, admin: str) -> None:
        kill(toy, "old")
        toy.advance(3_600)
        letters = kill(toy, "new", "newer")
        redrive(toy, admin, ids=letters[-1:])
        found = read(toy, admin, "metrics?window_minutes=30")
        assert found["window_minutes"] == 30
        assert found["messages"] == {
            "sent_by_queue": {"toy-work": 1}, "failed_attempts_by_stage": {"toy-work": 6},
            "dead_letters_by_reason": {"processing-failed": 2}, "dead_letters_redriven": 1, "dead_letters_open": 2,
        }  # fmt: skip
        assert found["schedules"]["runs_by_outcome"] == {"succeeded": 37}  # thirty sweeps, six digests, a tick
        assert read(toy, admin, "metrics")["messages"]["dead_letters_by_reason"] == {"processing-failed": 2}
        assert read(toy, admin, "metrics?window_minutes=120")["messages"]["dead_letters_by_reason"] == {
            "processing-failed": 3
        }

    def test_nothing_at_all_is_zero(self, toy: Harness, admin: str) -> None:
        found = read(toy, admin, "metrics")
        assert found["jobs"] == {"created": 0, "finished_by_status": {}, "alive_by_status": {}}
        assert found["messages"]["sent_by_queue"] == {}

    @pytest.mark.parametrize("minutes", ["0", "10081", "many", "-5"])
    def test_a_window_outside_its_bounds_is_refused(self, toy: Harness, admin: str, minutes: str) -> None:
        refused = toy.request("GET", f"/v1/ops/metrics?window_minutes={minutes}", key=admin)
        assert (refused.status, refused.json()["errors"][0]["pointer"]) == (422, "/window_minutes")
