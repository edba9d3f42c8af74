"""What an account was told: once, listed for it alone, counted, marked as read."""

from __future__ import annotations

from typing import Any

import pytest
from tests.factories.ended_jobs import fail, start_job, succeed
from tests.factories.key_holders import Holder, first_holder, problem_of
from tests.harness.harness import Harness

LIST = "/v1/notifications"


@pytest.fixture
def owner(harness: Harness) -> Holder:
    return first_holder(harness, "filings")


def listed(holder: Holder, query: str = "") -> list[dict[str, Any]]:
    reply = holder.request("GET", LIST + query)
    assert reply.status == 200, reply.json()
    rows: list[dict[str, Any]] = reply.data
    return rows


class TestJobs:
    def test_a_job_that_succeeds_tells_its_owner(self, harness: Harness, owner: Holder) -> None:
        job_id = start_job(harness, owner.account_id, "a", "b")
        succeed(harness, "a")
        assert listed(owner) == []
        fail(harness, "b")
        (told,) = listed(owner)
        assert told["kind"] == "job.finished"
        assert (told["product"], told["subject"], told["material_version"]) == ("filings", job_id, "succeeded:0")
        assert told["title"] == "Job succeeded: filings.ingestion"
        assert told["body"] == "1 of 2 units done, 1 failed."
        assert (told["data"]["status"], told["data"]["units_done"]) == ("succeeded", 1)
        assert told["read_at"] is None

    def test_a_job_that_fails_and_one_that_expires_tell_so(self, harness: Harness, owner: Holder) -> None:
        start_job(harness, owner.account_id, "a")
        fail(harness, "a")
        start_job(harness, owner.account_id, "b")
        harness.pass_time(25 * 3_600)
        harness.advance(600)
        assert [row["data"]["status"] for row in listed(owner)] == ["expired", "failed"]
        assert listed(owner)[1]["data"]["code"] == "internal-error"

    def test_what_its_owner_cancels_needs_no_telling(self, harness: Harness, owner: Holder) -> None:
        job_id = start_job(harness, owner.account_id, "a")
        assert owner.request("POST", f"/v1/jobs/{job_id}/cancel").status == 202
        assert listed(owner) == []

    def test_a_job_that_ends_again_after_a_redrive_tells_again(self, harness: Harness, owner: Holder) -> None:
        job_id = start_job(harness, owner.account_id, "a")
        fail(harness, "a")
        harness.rows(
            "SELECT platform.reopen_units_of_job(%(job_id)s, ARRAY['a'], %(at)s, %(at)s + interval '1 day')",
            {"job_id": job_id, "at": harness.clock.now()},
        )
        harness.advance(1)
        succeed(harness, "a")
        assert [row["material_version"] for row in listed(owner)] == ["succeeded:1", "failed:0"]

    def test_without_a_channel_nothing_is_sent_to_the_notifier(self, harness: Harness, owner: Holder) -> None:
        start_job(harness, owner.account_id, "a")
        succeed(harness, "a")
        assert harness.unsent_rows() == 0


class TestList:
    def test_it_pages_from_new_to_old_and_shows_one_account_its_own(self, harness: Harness, owner: Holder) -> None:
        stranger = first_holder(harness, "filings")
        for unit in "abc":
            start_job(harness, owner.account_id, unit)
            succeed(harness, unit)
            harness.advance(1)
        assert listed(stranger) == []
        first = owner.request("GET", f"{LIST}?limit=2").json()
        assert first["has_more"]
        rest = owner.request("GET", f"{LIST}?limit=2&cursor={first['next_cursor']}").json()
        ids = [row["notification_id"] for row in first["data"] + rest["data"]]
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 3
        assert rest["next_cursor"] is None
        foreign = stranger.request("GET", f"{LIST}?limit=2&cursor={first['next_cursor']}")
        assert problem_of(foreign) == (400, "malformed-request")

    def test_filters_narrow_it(self, harness: Harness, owner: Holder) -> None:
        start_job(harness, owner.account_id, "a")
        succeed(harness, "a")
        for query, rows in (
            ("?kind=job.finished", 1), ("?kind=filing.analyzed", 0), ("?product=filings", 1), ("?product=oracle", 0),
            ("?unread=true", 1), ("?unread=false", 0), ("?topic=AAPL", 0),
        ):  # fmt: skip
            assert len(listed(owner, query)) == rows, query

    def test_what_is_no_filter_is_refused(self, owner: Holder) -> None:
        assert problem_of(owner.request("GET", f"{LIST}?seen=true")) == (400, "malformed-request")
        assert problem_of(owner.request("GET", f"{LIST}?kind=Job")) == (422, "validation-failed")

    def test_counts_stand_by_kind(self, harness: Harness, owner: Holder) -> None:
        assert owner.request("GET", f"{LIST}/counts").data == {"unread": 0, "kinds": []}
        for unit in "ab":
            start_job(harness, owner.account_id, unit)
            succeed(harness, unit)
        kinds = [{"product": "filings", "kind": "job.finished", "unread": 2}]
        assert owner.request("GET", f"{LIST}/counts").data == {"unread": 2, "kinds": kinds}


class TestRead:
    @pytest.fixture
    def told(self, harness: Harness, owner: Holder) -> list[dict[str, Any]]:
        for unit in "abc":
            start_job(harness, owner.account_id, unit)
            succeed(harness, unit)
        return listed(owner)

    def test_some_are_read_by_id_and_a_second_time_nothing_changes(
        self, harness: Harness, owner: Holder, told: list[dict[str, Any]]
    ) -> None:
        body = {"notification_ids": [told[0]["notification_id"], told[1]["notification_id"]]}
        assert owner.request("POST", f"{LIST}/read", body).data == {"marked": 2, "unread": 1}
        at = listed(owner)[0]["read_at"]
        harness.advance(60)
        assert owner.request("POST", f"{LIST}/read", body).data == {"marked": 0, "unread": 1}
        assert listed(owner)[0]["read_at"] == at

    def test_they_are_read_by_what_they_have_in_common(self, owner: Holder, told: list[dict[str, Any]]) -> None:
        for body, marked in (
            ({"topic": "AAPL"}, 0), ({"kind": "filing.analyzed"}, 0), ({"subject": told[0]["subject"]}, 1),
            ({"kind": "job.finished", "product": "oracle"}, 0), ({"kind": "job.finished", "product": "filings"}, 2),
        ):  # fmt: skip
            assert owner.request("POST", f"{LIST}/read", body).data["marked"] == marked, body

    def test_all_means_all_of_this_account(self, harness: Harness, owner: Holder, told: list[dict[str, Any]]) -> None:
        stranger = first_holder(harness, "filings")
        ids = {"notification_ids": [told[0]["notification_id"]]}
        assert stranger.request("POST", f"{LIST}/read", {"all": True}).data == {"marked": 0, "unread": 0}
        assert stranger.request("POST", f"{LIST}/read", ids).data == {"marked": 0, "unread": 0}
        assert owner.request("POST", f"{LIST}/read", {"all": True}).data == {"marked": 3, "unread": 0}

    def test_a_selection_says_which(self, owner: Holder) -> None:
        bodies: list[dict[str, Any]] = [{}]
        for body in (
            *bodies,
            {"all": False},
            {"all": True, "kind": "job.finished"},
            {"notification_ids": []},
            {"id": "x"},
        ):
            assert problem_of(owner.request("POST", f"{LIST}/read", body)) == (422, "validation-failed"), body
