"""From a job's end to a verified request at a real receiver: what is told, how often, and what ends it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from infra.local.catcher.catcher import Catcher
from infra.local.contracts import contract_of
from jsonschema import Draft202012Validator
from tests.factories.key_holders import problem_of
from tests.factories.webhooks import LOOPBACK, Hooked, end_job, hook, hook_on
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness

from auspex.core import outbox
from auspex.core.messages import Cause, Envelope, wrap
from auspex.platform.webhook_events import EventTooLargeError, emit
from auspex.platform.webhook_messages import DeliverWebhook
from auspex.platform.webhook_retries import LADDER_SECONDS

QUEUE = "auspex-platform-webhook-delivery"


@pytest.fixture
def hooked(make_harness: HarnessMaker, catcher: Catcher) -> Hooked:
    return hook(make_harness, catcher)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestWhatIsTold:
    def test_a_job_that_succeeded(self, hooked: Hooked) -> None:
        job_id = hooked.end_job()
        hooked.settle()
        (caught,) = hooked.received()
        assert caught["good"]
        assert caught["json"] == {
            "type": "job.succeeded",
            "timestamp": "2024-11-04T09:00:00.000000Z",
            "data": {
                "job_id": job_id, "kind": "filings.ingestion", "status": "succeeded",
                "finished_at": "2024-11-04T09:00:00.000000Z", "units": {"total": 1, "done": 1, "failed": 0},
                "problem": None, "attempts": 0, "links": {"self": f"/v1/jobs/{job_id}"},
            },
        }  # fmt: skip
        assert caught["headers"]["content-type"] == "application/json"
        delivery = hooked.delivery()
        assert caught["headers"]["webhook-id"] == delivery["message_id"]
        assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("delivered", 1, 200)
        assert delivery["payload"] == caught["json"]

    def test_a_job_that_failed_with_its_problems_code(self, hooked: Hooked) -> None:
        hooked.end_job(succeeds=False)
        hooked.settle()
        (caught,) = hooked.received()
        assert (caught["json"]["type"], caught["json"]["data"]["problem"]) == ("job.failed", "internal-error")

    def test_a_job_that_was_cancelled_or_expired(self, hooked: Hooked) -> None:
        harness, account_id = hooked.harness, hooked.owner.account_id
        for name in ("cancelled", "expired"):
            harness.rows(
                "SELECT * FROM platform.create_job(%(id)s, %(account)s, 'filings.ingestion', '/r', NULL, 'h', '{}', "
                "ARRAY['u'], 'r', %(trace)s, %(at)s, %(at)s + interval '1 hour')",
                {"id": f"job_01JBVEXAMP1E0000000000000{name[0].upper()}", "account": account_id,
                 "at": harness.clock.now(), "trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
            )  # fmt: skip
        assert hooked.owner.request("POST", "/v1/jobs/job_01JBVEXAMP1E0000000000000C/cancel").status == 202
        harness.advance(3_700)
        told = [(one["json"]["type"], one["json"]["data"]["job_id"]) for one in hooked.received()]
        assert told == [
            ("job.cancelled", "job_01JBVEXAMP1E0000000000000C"), ("job.expired", "job_01JBVEXAMP1E0000000000000E")
        ]  # fmt: skip

    def test_only_who_subscribed_and_owns_it_is_told(self, make_harness: HarnessMaker, catcher: Catcher) -> None:
        harness = make_harness(parameters=LOOPBACK)
        failures = hook_on(harness, catcher, path="/hooks/failures", event_types=("job.failed",))
        everything = hook_on(harness, catcher, owner=failures.owner, path="/hooks/everything")
        off = hook_on(harness, catcher, owner=failures.owner, path="/hooks/off")
        stranger = hook_on(harness, catcher, path="/hooks/stranger")
        off.patch(status="disabled")
        failures.end_job()
        failures.end_job(succeeds=False)
        failures.settle()
        assert [one["json"]["type"] for one in failures.received()] == ["job.failed"]
        assert {one["json"]["type"] for one in everything.received()} == {"job.succeeded", "job.failed"}
        assert off.received() == stranger.received() == []
        ids = {one["headers"]["webhook-id"] for one in failures.received() + everything.received()}
        assert len(ids) == 2  # the failure is one message for both

    def test_without_a_webhook_nothing_is_kept(self, harness: Harness) -> None:
        (account,) = harness.rows(
            "SELECT account_id FROM platform.api_keys WHERE key_sha256 = sha256(%(key)s::bytea)",
            {"key": harness.create_key("filings").encode()},
        )
        end_job(harness, account["account_id"])
        assert harness.rows("SELECT 1 FROM platform.webhook_messages") == []
        assert harness.rows("SELECT 1 FROM platform.outbox WHERE queue = 'platform-webhook-delivery'") == []

    def test_a_job_whose_end_rolls_back_is_not_told(self, hooked: Hooked) -> None:
        job_id = hooked.end_job()
        hooked.harness.rows("UPDATE platform.jobs SET status = 'running' WHERE job_id = %(id)s", {"id": job_id})
        with hooked.harness.database.connect(None) as connection, connection.transaction(force_rollback=True):
            ended = connection.execute("UPDATE platform.jobs SET status = 'failed' RETURNING job_id").fetchall()
            assert ended == [{"job_id": job_id}]
        hooked.settle()
        assert [one["json"]["type"] for one in hooked.received()] == ["job.succeeded"]

    def test_the_message_written_in_sql_is_the_one_python_writes(self, hooked: Hooked) -> None:
        hooked.end_job()
        (row,) = hooked.harness.rows("SELECT body FROM platform.outbox WHERE queue = 'platform-webhook-delivery'")
        Draft202012Validator(contract_of(DeliverWebhook)).validate(json.loads(row["body"]))
        envelope = Envelope[DeliverWebhook].model_validate_json(row["body"])
        cause = Cause(account_id=hooked.owner.account_id)
        ours = wrap(envelope.body, dedup_key=envelope.body.dedup_key, cause=cause)
        assert envelope.dedup_key == ours.dedup_key
        assert envelope.schema_name == ours.schema_name
        assert json.loads(row["body"]).keys() == json.loads(ours.encode()).keys()
        assert envelope.account_id == hooked.owner.account_id

    def test_a_product_tells_in_its_own_transaction_and_at_once(self, hooked: Hooked) -> None:
        harness, account_id = hooked.harness, hooked.owner.account_id

        def tell(data: dict[str, Any]) -> int:
            with harness.database.connect("auspex_filings") as connection, connection.transaction():
                return emit(
                    connection, account_id=account_id, event_type="job.failed", subject="s", data=data, cause=Cause(),
                    at=harness.clock.now(),
                )  # fmt: skip

        outbox.forget_pending()
        assert tell({"n": 1}) == 1
        function = harness.application.function("platform", "webhooks")
        with harness._environments.running(function):
            outbox.send_committed()
        harness.pump()
        assert [one["json"]["data"] for one in hooked.received()] == [{"n": 1}]
        with pytest.raises(EventTooLargeError):
            tell({"n": "x" * 20_000})


class TestTheLadder:
    def test_a_receiver_that_always_fails_is_tried_ten_times_over_three_days(self, hooked: Hooked) -> None:
        hooked.answer(500, times=100)
        hooked.end_job()
        hooked.harness.hop()
        caught = hooked.received()
        assert len(caught) == len(LADDER_SECONDS) == 10
        assert len({one["headers"]["webhook-id"] for one in caught}) == 1
        assert len({one["body"] for one in caught}) == 1
        delivery = hooked.delivery()
        assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("failed", 10, 500)
        assert delivery["next_attempt_at"] is None
        times = [instant(tried["at"]) for tried in delivery["tried"]]
        for step, (before, after) in zip(LADDER_SECONDS[1:], pairwise(times), strict=True):
            assert timedelta(seconds=step) <= after - before <= timedelta(seconds=step * 1.2 + 61)
        stamps = [int(one["headers"]["webhook-timestamp"]) for one in caught]
        assert stamps == [int(at.timestamp()) for at in times]
        hooked.harness.pass_time(86_400)
        hooked.harness.advance(600)
        assert len(hooked.received()) == 10
        assert hooked.harness.rows("SELECT 1 FROM platform.dead_letters") == []

    def test_one_good_answer_ends_it(self, hooked: Hooked) -> None:
        hooked.answer(503, times=2)
        hooked.end_job()
        hooked.harness.drain()
        assert [tried["status"] for tried in hooked.delivery()["tried"]] == [503, 503, 200]
        assert hooked.delivery()["state"] == "delivered"

    @pytest.mark.parametrize(("status", "error"), [(302, None), (307, None), (404, None)])
    def test_anything_but_2xx_is_a_failure(self, hooked: Hooked, status: int, error: str | None) -> None:
        hooked.answer(status, location=f"{hooked.catcher.url}/elsewhere")
        hooked.end_job()
        hooked.settle()
        delivery = hooked.delivery()
        assert (delivery["state"], delivery["last_status"], delivery["last_error"]) == ("pending", status, error)
        assert hooked.catcher.received.requests("/elsewhere") == []

    def test_no_answer_at_all_says_why_in_a_word(self, hooked: Hooked) -> None:
        hooked.answer(200, reset=True)
        hooked.end_job()
        hooked.settle()
        assert (hooked.delivery()["last_status"], hooked.delivery()["last_error"]) == (None, "connection-failed")

    @pytest.mark.parametrize(("asked", "seconds"), [("3600", 3_600), ("999999999", 86_400), ("soon", 5), ("0", 5)])
    def test_retry_after_is_respected_within_reason(self, hooked: Hooked, asked: str, seconds: int) -> None:
        hooked.answer(429, retry_after=asked)
        hooked.end_job()
        hooked.settle()
        wait = instant(hooked.delivery()["next_attempt_at"]) - hooked.harness.clock.now()
        assert timedelta(seconds=seconds) <= wait <= timedelta(seconds=max(seconds, 6))

    def test_410_ends_everything_until_the_owner_says_otherwise(self, hooked: Hooked) -> None:
        hooked.answer(500, retry_after="3600")
        hooked.end_job()
        hooked.settle()
        hooked.answer(410)
        hooked.end_job()
        hooked.settle()
        shown = hooked.owner.request("GET", f"/v1/webhooks/{hooked.webhook_id}").data
        assert (shown["status"], shown["disabled_reason"]) == ("disabled", "gone")
        assert [one["state"] for one in hooked.deliveries()] == ["failed", "cancelled"]
        hooked.harness.drain()
        hooked.end_job()
        hooked.settle()
        assert len(hooked.received()) == 2
        hooked.patch(status="active")
        hooked.end_job()
        hooked.settle()
        assert len(hooked.received()) == 3
        assert hooked.delivery_states() == ["delivered", "failed", "cancelled"]


class TestWhatEndsIt:
    @pytest.mark.parametrize("how", ["disabled", "deleted"])
    def test_a_webhook_that_is_ended_gets_nothing_more(self, hooked: Hooked, how: str) -> None:
        hooked.answer(500, times=10)
        hooked.end_job()
        hooked.settle()
        if how == "disabled":
            hooked.patch(status="disabled")
        else:
            hooked.owner.request("DELETE", f"/v1/webhooks/{hooked.webhook_id}")
        hooked.harness.drain()
        assert len(hooked.received()) == 1
        rows = hooked.harness.rows("SELECT state, attempts FROM platform.webhook_deliveries")
        assert rows == [{"state": "cancelled", "attempts": 1}]

    def test_a_delivery_told_while_its_webhook_was_being_disabled_is_cancelled(self, hooked: Hooked) -> None:
        hooked.end_job()  # and a transaction that saw the webhook alive commits after the one that disables it
        hooked.harness.rows("UPDATE platform.webhook_endpoints SET status = 'disabled', disabled_reason = 'owner'")
        hooked.settle()
        assert hooked.received() == []
        assert hooked.delivery()["state"] == "cancelled"

    def test_nothing_leaves_for_a_suspended_account_until_it_is_active_again(self, hooked: Hooked) -> None:
        statement = "UPDATE platform.accounts SET status = %(status)s WHERE account_id = %(id)s"
        hooked.end_job()
        hooked.harness.rows(statement, {"status": "suspended", "id": hooked.owner.account_id})
        hooked.settle()
        assert hooked.received() == []
        hooked.harness.rows(statement, {"status": "active", "id": hooked.owner.account_id})
        assert hooked.delivery()["last_error"] == "account-suspended"
        hooked.harness.drain()
        assert len(hooked.received()) == 1

    def test_a_deployment_without_the_switch_sends_nothing_to_itself(self, hooked: Hooked, catcher: Catcher) -> None:
        hooked.end_job()
        function = hooked.harness.application.function("platform", "stage_webhook_delivery")
        function.environment["AUSPEX_EGRESS_ALLOW_LOOPBACK"] = "false"  # type: ignore[index] # a dict underneath
        hooked.settle()
        assert catcher.received.requests() == []
        assert hooked.delivery()["last_error"] == "address-refused"


class TestSecrets:
    def test_during_a_rotation_each_secret_verifies_and_afterwards_the_new_one_alone(self, hooked: Hooked) -> None:
        reply = hooked.owner.request("POST", f"/v1/webhooks/{hooked.webhook_id}/rotate", {"overlap_seconds": 600})
        old, new = hooked.secrets[0], reply.data["secret"]
        hooked.end_job()
        hooked.settle()
        (during,) = hooked.received()
        assert len(during["headers"]["webhook-signature"].split(" ")) == 2
        assert hooked.verifies(during, [old])
        assert hooked.verifies(during, [new])
        hooked.harness.advance(600)
        hooked.end_job()
        hooked.settle()
        after = hooked.received()[-1]
        assert len(after["headers"]["webhook-signature"].split(" ")) == 1
        assert hooked.verifies(after, [new])
        assert not hooked.verifies(after, [old])


class TestReplay:
    def replay(self, hooked: Hooked, delivery_id: str, **options: Any) -> Any:
        path = f"/v1/webhooks/{hooked.webhook_id}/deliveries/{delivery_id}/replays"
        return hooked.owner.request("POST", path, **options)

    def test_a_replay_is_a_new_delivery_of_the_same_message(self, hooked: Hooked) -> None:
        hooked.end_job()
        hooked.settle()
        original = hooked.delivery()
        hooked.harness.advance(3_600)
        reply = self.replay(hooked, original["delivery_id"])
        assert (reply.status, reply.data["state"]) == (202, "pending")
        assert reply.data["replay_of"] == original["delivery_id"]
        hooked.harness.pump()
        first, second = hooked.received()
        assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
        assert first["body"] == second["body"]
        assert first["headers"]["webhook-timestamp"] != second["headers"]["webhook-timestamp"]
        assert second["good"]
        assert [one["state"] for one in hooked.deliveries()] == ["delivered", "delivered"]

    def test_a_repeated_request_replays_once(self, hooked: Hooked) -> None:
        hooked.end_job()
        hooked.settle()
        delivery_id = hooked.delivery()["delivery_id"]
        replies = [self.replay(hooked, delivery_id, headers={"idempotency-key": "k"}) for _ in range(2)]
        assert {reply.status for reply in replies} == {202}
        assert replies[0].data["delivery_id"] == replies[1].data["delivery_id"]
        hooked.harness.pump()
        assert len(hooked.received()) == 2

    def test_what_still_waits_or_has_no_receiver_is_not_replayed(self, hooked: Hooked) -> None:
        hooked.answer(500)
        hooked.end_job()
        hooked.settle()
        delivery_id = hooked.delivery()["delivery_id"]
        assert problem_of(self.replay(hooked, delivery_id)) == (409, "delivery-pending")
        hooked.patch(status="disabled")
        assert problem_of(self.replay(hooked, delivery_id)) == (409, "webhook-disabled")
        assert problem_of(self.replay(hooked, "dlv_01JBVEXAMP1E0000000000000A")) == (404, "not-found")


class TestLists:
    def test_deliveries_are_filtered_and_come_in_pages(self, hooked: Hooked) -> None:
        for succeeds in (True, False, True):
            hooked.end_job(succeeds=succeeds)
        hooked.answer(500)
        hooked.settle()
        assert {one["event_type"] for one in hooked.deliveries("?event_type=job.failed")} == {"job.failed"}
        assert len(hooked.deliveries("?state=delivered")) == 2
        assert len(hooked.deliveries("?state=pending")) == 1
        page = hooked.owner.request("GET", f"/v1/webhooks/{hooked.webhook_id}/deliveries?limit=2").json()
        assert (len(page["data"]), page["has_more"]) == (2, True)
        rest = hooked.deliveries(f"?limit=2&cursor={page['next_cursor']}")
        ids = [one["delivery_id"] for one in [*page["data"], *rest]]
        assert len(set(ids)) == 3
        assert ids == sorted(ids, reverse=True)


class TestCrashes:
    @pytest.mark.parametrize(
        "point", ["platform-webhook-delivery.received", "webhook.sent", "platform-webhook-delivery.done"]
    )
    def test_a_worker_that_dies_anywhere_delivers_at_least_once_under_one_id(
        self, make_harness: HarnessMaker, catcher: Catcher, point: str
    ) -> None:
        hooked = hook(make_harness, catcher, copies=2)
        hooked.end_job()
        with hooked.harness.crash_at(point) as crash:
            hooked.harness.drain()
        assert crash.fired
        caught = hooked.received()
        assert len(caught) >= 1
        assert len({one["headers"]["webhook-id"] for one in caught}) == 1
        (delivery,) = hooked.deliveries()
        assert (delivery["state"], delivery["attempts"], len(delivery["tried"])) == ("delivered", 1, 1)

    def test_a_message_that_dies_ends_its_delivery_and_a_redrive_takes_it_up(self, hooked: Hooked) -> None:
        broken = "UPDATE platform.webhook_secrets SET sealed = sealed || %(more)s::bytea"
        hooked.harness.rows(broken, {"more": b"x"})
        hooked.end_job()
        hooked.harness.drain()
        assert hooked.received() == []
        delivery = hooked.delivery()
        assert (delivery["state"], delivery["last_error"]) == ("failed", "internal-error")
        hooked.harness.rows("UPDATE platform.webhook_secrets SET sealed = substr(sealed, 1, length(sealed) - 1)")
        key = hooked.harness.create_key("admin")
        reply = hooked.harness.request("POST", "/v1/ops/dead-letters/redrive", key=key, json={"all": True})
        assert reply.status == 202, reply.body
        hooked.harness.drain()
        assert len(hooked.received()) == 1
        assert hooked.delivery()["state"] == "delivered"
