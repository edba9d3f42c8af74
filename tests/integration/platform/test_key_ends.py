"""How keys end: expiry and revocation at their instant, rotation with an overlap in which both secrets work."""

from __future__ import annotations

import pytest
from tests.factories.key_holders import Holder, first_holder, holder_of, problem_of
from tests.harness.harness import Harness

UNKNOWN_KEY = "key_01JBVEXAMP1E0000000000000C"
DAY_SECONDS = 86_400


@pytest.fixture
def owner(harness: Harness) -> Holder:
    return first_holder(harness, "filings")


def state_of(holder: Holder, other: Holder) -> str:
    states = {row["key_id"]: str(row["state"]) for row in holder.request("GET", "/v1/keys").data}
    return states[other.key_id]


def test_a_key_expires_at_its_very_instant(harness: Harness, owner: Holder) -> None:
    short = owner.make_key("filings", expires_at="2024-11-04T10:00:00Z")
    harness.pass_time(3600 - 0.000001)
    assert short.works()
    harness.pass_time(0.000001)
    assert not short.works()
    assert state_of(owner, short) == "expired"


def test_a_revoked_key_is_refused_at_once_even_when_it_revoked_itself(owner: Holder) -> None:
    other = owner.make_key("filings:read")
    reply = other.request("DELETE", f"/v1/keys/{other.key_id}")
    assert (reply.status, reply.data["state"], reply.data["revoked_at"]) == (200, "revoked", "2024-11-04T09:00:00Z")
    assert not other.works()
    assert owner.works()


def test_a_second_revocation_changes_nothing(harness: Harness, owner: Holder) -> None:
    other = owner.make_key("filings:read")
    first = owner.request("DELETE", f"/v1/keys/{other.key_id}")
    harness.pass_time(60)
    assert owner.request("DELETE", f"/v1/keys/{other.key_id}").data == first.data


def test_another_accounts_key_is_not_found(harness: Harness, owner: Holder) -> None:
    stranger = first_holder(harness, "admin", "filings")
    for key_id in (owner.key_id, UNKNOWN_KEY):
        assert problem_of(stranger.request("DELETE", f"/v1/keys/{key_id}")) == (404, "not-found")
        assert problem_of(stranger.rotate(key_id)) == (404, "not-found")
    assert owner.works()


def test_both_secrets_work_during_the_overlap_and_only_the_new_one_after_it(harness: Harness, owner: Holder) -> None:
    old = owner.make_key("filings:read", name="reader", expires_at="2024-12-01T00:00:00Z")
    reply = old.rotate(old.key_id, {"overlap_seconds": 3600})
    assert reply.status == 201
    new = holder_of(harness, reply)
    kept = ("account_id", "name", "mode", "scopes", "expires_at")
    before = old.request("GET", "/v1/me").data["key"]
    assert {name: reply.data[name] for name in kept} == {name: before[name] for name in kept}
    assert (before["state"], before["revoked_at"]) == ("retiring", "2024-11-04T10:00:00Z")
    assert (before["replaced_by"], reply.data["replaces"]) == (new.key_id, old.key_id)
    harness.pass_time(3600 - 0.000001)
    assert old.works()
    assert new.works()
    harness.pass_time(0.000001)
    assert not old.works()
    assert new.works()


def test_the_overlap_is_a_day_unless_the_caller_says_otherwise(harness: Harness, owner: Holder) -> None:
    new = holder_of(harness, owner.rotate(owner.key_id))
    harness.pass_time(DAY_SECONDS - 1)
    assert owner.works()
    harness.pass_time(1)
    assert not owner.works()
    assert new.works()


def test_an_overlap_of_nothing_ends_the_old_key_at_once(harness: Harness, owner: Holder) -> None:
    new = holder_of(harness, owner.rotate(owner.key_id, {"overlap_seconds": 0}))
    assert not owner.works()
    assert new.works()


def test_an_overlap_never_carries_a_key_past_its_expiry(harness: Harness, owner: Holder) -> None:
    short = owner.make_key("filings", expires_at="2024-11-04T10:00:00Z")
    new = holder_of(harness, short.rotate(short.key_id, {"overlap_seconds": 7 * DAY_SECONDS}))
    harness.pass_time(3600)
    assert not short.works()
    assert not new.works()


def test_a_key_in_its_overlap_can_be_revoked_without_harm_to_its_successor(harness: Harness, owner: Holder) -> None:
    new = holder_of(harness, owner.rotate(owner.key_id))
    assert new.request("DELETE", f"/v1/keys/{owner.key_id}").data["state"] == "revoked"
    assert not owner.works()
    assert new.works()


def test_a_key_is_rotated_once(harness: Harness, owner: Holder) -> None:
    new = holder_of(harness, owner.rotate(owner.key_id))
    again = owner.rotate(owner.key_id)
    assert problem_of(again) == (409, "key-already-rotated")
    assert again.json()["replaced_by"] == new.key_id
    assert new.rotate(new.key_id).status == 201


def test_a_key_that_has_ended_has_nothing_to_hand_over(harness: Harness, owner: Holder) -> None:
    revoked, expired = owner.make_key("filings"), owner.make_key("filings", expires_at="2024-11-04T09:01:00Z")
    owner.request("DELETE", f"/v1/keys/{revoked.key_id}")
    harness.pass_time(60)
    for holder in (revoked, expired):
        assert problem_of(owner.rotate(holder.key_id)) == (409, "key-has-ended")
