"""Keys through the API: nothing is granted that the caller lacks, nothing is made twice, no secret is kept."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from tests.factories.key_holders import Holder, first_holder, holder_of, problem_of
from tests.harness.harness import Harness

from auspex.core.limits import ACCOUNT_KEYS_MAX
from auspex.core.problems import Unauthenticated
from auspex.platform.accounts import authenticate, create_key
from auspex.platform.key_problems import KeyAlreadyRotated, KeySecretShownOnce
from auspex.platform.key_ring import IssueKey, issue_key, rotate_key
from auspex.platform.origin import Origin

UNKNOWN_ACCOUNT = "acct_01JBVEXAMP1E0000000000000C"


@pytest.fixture
def owner(harness: Harness) -> Holder:
    return first_holder(harness, "filings")


class TestGrants:
    def test_a_key_passes_on_what_it_holds(self, harness: Harness) -> None:
        for held, asked in (
            (["filings"], ["filings"]),
            (["filings"], ["filings:read", "filings:write"]),
            (["filings:write"], ["filings:read"]),
            (["admin", "filings"], ["admin"]),
        ):
            made = first_holder(harness, *held).make_key(*asked)
            assert made.request("GET", "/v1/me").data["key"]["scopes"] == asked

    def test_a_scope_the_caller_lacks_is_refused(self, harness: Harness) -> None:
        for held, asked in (
            ("filings:read", "filings:write"),
            ("filings:read", "filings"),
            ("filings:write", "filings"),
            ("filings", "admin"),
            ("filings", "oracle:read"),
            ("admin", "filings:read"),
        ):
            holder = first_holder(harness, held)
            reply = holder.ask(held, asked)
            assert problem_of(reply) == (403, "scope-missing"), (held, asked)
            assert reply.json()["required_scope"] == asked
            assert [error["pointer"] for error in reply.json()["errors"]] == ["/scopes/1"]
            assert len(holder.request("GET", "/v1/keys").data) == 1

    def test_a_weaker_key_cannot_gain_scopes_by_rotating_a_stronger_one(self, harness: Harness) -> None:
        strong = first_holder(harness, "admin", "filings")
        weak = strong.make_key("filings:read")
        assert problem_of(weak.rotate(strong.key_id)) == (403, "scope-missing")
        assert strong.works()

    def test_only_an_administrator_makes_keys_for_other_accounts(self, harness: Harness, owner: Holder) -> None:
        other = first_holder(harness, "filings")
        for account_id in (other.account_id, UNKNOWN_ACCOUNT):
            assert problem_of(owner.ask("filings", account_id=account_id)) == (403, "scope-missing")
        assert owner.ask("filings", account_id=owner.account_id).status == 201
        admin = first_holder(harness, "admin", "filings")
        made = admin.make_key("filings:read", account_id=other.account_id)
        assert made.request("GET", "/v1/me").data["account"]["account_id"] == other.account_id
        unknown = admin.ask("filings", account_id=UNKNOWN_ACCOUNT)
        assert problem_of(unknown) == (422, "validation-failed")
        assert unknown.json()["errors"][0]["pointer"] == "/account_id"

    def test_a_key_for_another_account_still_has_no_more_than_the_administrator(self, harness: Harness) -> None:
        other = first_holder(harness, "filings")
        admin = first_holder(harness, "admin")
        assert problem_of(admin.ask("filings:read", account_id=other.account_id)) == (403, "scope-missing")

    def test_a_new_key_never_outlives_the_key_that_made_it(self, owner: Holder) -> None:
        short = owner.make_key("filings", expires_at="2024-11-05T09:00:00Z")
        late = short.ask("filings:read", expires_at="2024-11-05T09:00:00.000001Z")
        assert problem_of(late) == (403, "key-outlives-caller")
        assert short.ask("filings:read", expires_at="2024-11-05T09:00:00Z").status == 201
        silent = short.ask("filings:read")
        assert silent.data["expires_at"] == "2024-11-05T09:00:00Z"
        assert problem_of(short.rotate(owner.key_id)) == (403, "key-outlives-caller")

    def test_a_key_in_its_overlap_makes_nothing_that_lasts_longer(self, owner: Holder) -> None:
        assert owner.rotate(owner.key_id, {"overlap_seconds": 60}).status == 201
        assert owner.ask("filings:read").data["expires_at"] == "2024-11-04T09:01:00Z"


REFUSED_KEYS: list[tuple[dict[str, Any], str]] = [
    ({"name": None}, "/name"),
    ({"name": " "}, "/name"),
    ({"name": "x" * 101}, "/name"),
    ({"name": "a\u0000"}, "/name"),
    ({"scopes": []}, "/scopes"),
    ({"scopes": "filings"}, "/scopes"),
    ({"scopes": ["filings", "filings"]}, "/scopes"),
    ({"scopes": [f"product{n}:read" for n in range(21)]}, "/scopes"),
    ({"scopes": ["filings:delete"]}, "/scopes/0"),
    ({"scopes": ["filings :read"]}, "/scopes/0"),
    ({"scopes": ["*"]}, "/scopes/0"),
    ({"mode": "sandbox"}, "/mode"),
    ({"expires_at": "2024-11-04T09:00:00Z"}, "/expires_at"),
    ({"expires_at": "2034-11-02T09:00:01Z"}, "/expires_at"),
    ({"expires_at": "2024-12-01T00:00:00"}, "/expires_at"),
    ({"expires_at": "2024-12-01T00:00:00+01:00"}, "/expires_at"),
    ({"expires_at": "9999-12-31T23:59:59Z"}, "/expires_at"),
    ({"expires_at": "2024-13-01T00:00:00Z"}, "/expires_at"),
    ({"expires_at": 1_900_000_000}, "/expires_at"),
    ({"account_id": "acct_1"}, "/account_id"),
    ({"secret": "apx_live_mine"}, "/secret"),
    ({"key_id": "key_01JBVEXAMP1E0000000000000C"}, "/key_id"),
]


class TestBodies:
    def test_what_cannot_be_accepted_is_refused_by_field(self, owner: Holder) -> None:
        for change, pointer in REFUSED_KEYS:
            reply = owner.request("POST", "/v1/keys", {"name": "asked", "scopes": ["filings"]} | change)
            assert problem_of(reply) == (422, "validation-failed"), change
            assert {error["pointer"] for error in reply.json()["errors"]} == {pointer}
        assert len(owner.request("GET", "/v1/keys").data) == 1

    def test_a_rotation_that_cannot_be_accepted_is_refused(self, owner: Holder) -> None:
        refused: list[Any] = [{"overlap_seconds": -1}, {"overlap_seconds": 604_801}, {"overlap": 1}, []]
        for body in refused:
            assert problem_of(owner.rotate(owner.key_id, body)) == (422, "validation-failed"), body
        assert owner.request("GET", "/v1/me").data["key"]["state"] == "active"

    def test_an_account_has_a_limited_number_of_working_keys(self, harness: Harness, owner: Holder) -> None:
        at = harness.clock.now()
        with harness.database.connect("auspex_platform") as connection, connection.transaction():
            for _ in range(ACCOUNT_KEYS_MAX - 1):
                last = create_key(connection, account_id=owner.account_id, scopes=["filings"], name="x", at=at)
        assert problem_of(owner.ask("filings")) == (409, "key-limit-reached")
        assert owner.rotate(last.key_id, {"overlap_seconds": 0}).status == 201
        assert owner.rotate(owner.key_id, {"overlap_seconds": 60}).status == 201
        assert problem_of(owner.ask("filings")) == (409, "key-limit-reached")
        harness.advance(60)
        working = harness.rows(
            "SELECT key_id FROM platform.api_keys WHERE account_id = %(account_id)s AND revoked_at IS NULL",
            {"account_id": owner.account_id},
        )
        assert len(working) == ACCOUNT_KEYS_MAX


class TestRepeats:
    def test_a_repeated_request_makes_no_second_key_and_names_the_first(self, harness: Harness, owner: Holder) -> None:
        headers = {"idempotency-key": "deploy-7"}
        body = {"name": "once", "scopes": ["filings:read"]}
        first = owner.request("POST", "/v1/keys", body, headers=headers)
        again = owner.request("POST", "/v1/keys", body | {"mode": "live"}, headers=headers)
        assert problem_of(again) == (409, "key-secret-shown-once")
        assert again.json()["key_id"] == first.data["key_id"]
        assert "secret" not in again.json()
        other = owner.request("POST", "/v1/keys", body | {"name": "twice"}, headers=headers)
        assert problem_of(other) == (422, "idempotency-key-reused")
        assert len(owner.request("GET", "/v1/keys").data) == 2

    def test_a_repeat_is_known_even_after_the_expiry_it_asked_for(self, harness: Harness, owner: Holder) -> None:
        headers = {"idempotency-key": "deploy-7"}
        body = {"name": "once", "scopes": ["filings"], "expires_at": "2024-11-04T09:01:00Z"}
        assert owner.request("POST", "/v1/keys", body, headers=headers).status == 201
        harness.pass_time(3600)
        assert problem_of(owner.request("POST", "/v1/keys", body, headers=headers)) == (409, "key-secret-shown-once")

    def test_one_idempotency_key_serves_each_account_and_each_route_once(self, harness: Harness, owner: Holder) -> None:
        headers = {"idempotency-key": "deploy-7"}
        other = first_holder(harness, "filings")
        body = {"name": "once", "scopes": ["filings"]}
        for holder in (owner, other):
            assert holder.request("POST", "/v1/keys", body, headers=headers).status == 201
        assert owner.rotate(owner.key_id, headers=headers).status == 201
        assert problem_of(owner.rotate(owner.key_id, headers=headers)) == (409, "key-secret-shown-once")

    def test_twins_make_one_key(self, harness: Harness, owner: Holder) -> None:
        caller, at = caller_of(harness, owner), harness.clock.now()
        origin = Origin.of(owner.account_id, "/v1/keys", "twins", {})

        def attempt(_: int) -> bool:
            with harness.database.connect("auspex_platform") as connection, connection.transaction():
                try:
                    command = IssueKey(name="twin", mode="live", scopes=["filings"])
                    issue_key(connection, caller=caller, command=command, origin=origin, at=at)
                except KeySecretShownOnce:
                    return False
                return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(attempt, range(8))) == 1
        assert len(owner.request("GET", "/v1/keys").data) == 2

    def test_concurrent_rotations_leave_one_successor(self, harness: Harness, owner: Holder) -> None:
        caller, at = caller_of(harness, owner), harness.clock.now()

        def attempt(number: int) -> bool:
            origin = Origin.of(owner.account_id, "/rotate", None, {"number": number})
            with harness.database.connect("auspex_platform") as connection, connection.transaction():
                try:
                    rotate_key(
                        connection, caller=caller, key_id=owner.key_id, overlap=timedelta(days=1), origin=origin, at=at
                    )
                except KeyAlreadyRotated:
                    return False
                return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(attempt, range(8))) == 1

    def test_a_key_revoked_between_admission_and_its_turn_makes_nothing(self, harness: Harness, owner: Holder) -> None:
        caller, at = caller_of(harness, owner), harness.clock.now()
        owner.request("DELETE", f"/v1/keys/{owner.key_id}")
        origin = Origin.of(owner.account_id, "/v1/keys", None, {})
        command = IssueKey(name="late", mode="live", scopes=["filings"])
        with harness.database.connect("auspex_platform") as connection, pytest.raises(Unauthenticated):
            issue_key(connection, caller=caller, command=command, origin=origin, at=at)


class TestSecrets:
    def test_a_secret_stands_in_one_reply_and_in_no_row_or_log_line(self, harness: Harness, owner: Holder) -> None:
        made = owner.make_key("filings", mode="test")
        rotated = holder_of(harness, made.rotate(made.key_id))
        assert made.secret.startswith("apx_test_")
        assert len({owner.secret, made.secret, rotated.secret}) == 3
        shown = owner.request("GET", "/v1/keys").body + rotated.request("GET", "/v1/me").body
        stored = str(harness.rows("SELECT to_jsonb(k)::text AS key FROM platform.api_keys AS k"))
        logged = str(harness.log_lines())
        for holder in (owner, made, rotated):
            random_part = holder.secret.removeprefix("apx_live_").removeprefix("apx_test_")
            assert len(random_part) == 43
            assert random_part.encode() not in shown
            assert random_part not in stored
            assert random_part not in logged
            assert hashlib.sha256(holder.secret.encode()).hexdigest() in stored
        assert "/v1/keys/{key_id}/rotate" in logged

    def test_a_failed_request_leaves_no_secret_in_the_log(self, harness: Harness, owner: Holder) -> None:
        harness.rows("ALTER TABLE platform.api_keys ADD CONSTRAINT broken CHECK (name <> 'breaks')")
        reply = owner.ask("filings", name="breaks")
        assert problem_of(reply) == (500, "internal-error")
        logged = str(harness.log_lines())
        assert "broken" in logged
        assert "apx_live_" not in logged
        assert owner.secret not in logged

    def test_keys_are_listed_in_pages_without_their_secrets(self, harness: Harness, owner: Holder) -> None:
        first_holder(harness, "filings").make_key("filings")
        made = [owner.make_key("filings:read").key_id for _ in range(4)]
        first = owner.request("GET", "/v1/keys?limit=3").json()
        second = owner.request("GET", f"/v1/keys?limit=3&cursor={first['next_cursor']}").json()
        rows = first["data"] + second["data"]
        assert (first["has_more"], second["has_more"]) == (True, False)
        assert sorted((row["key_id"] for row in rows), reverse=True) == [row["key_id"] for row in rows]
        assert {row["key_id"] for row in rows} == {owner.key_id, *made}
        assert not any("secret" in name or "sha" in name for row in rows for name in row)
        stranger = first_holder(harness, "filings")
        foreign = stranger.request("GET", f"/v1/keys?limit=3&cursor={first['next_cursor']}")
        assert problem_of(foreign) == (400, "malformed-request")


class TestProduction:
    @pytest.fixture
    def live(self, harness: Harness, owner: Holder, monkeypatch: pytest.MonkeyPatch) -> Holder:
        """A live key, made before the platform's functions find themselves in production."""
        live = owner.make_key("filings")
        for function in harness.application.functions:
            if function.product == "platform":
                monkeypatch.setitem(function.environment, "AUSPEX_STAGE", "production")
                monkeypatch.setitem(function.environment, "AUSPEX_DATABASE_TLS", "disable")
        return live

    def test_test_keys_are_refused_in_production_and_live_keys_are_not(self, owner: Holder, live: Holder) -> None:
        assert owner.secret.startswith("apx_test_")
        assert not owner.works()
        assert live.secret.startswith("apx_live_")
        assert live.works()

    def test_no_test_key_is_made_where_it_could_never_work(self, live: Holder) -> None:
        reply = live.ask("filings", mode="test")
        assert problem_of(reply) == (422, "validation-failed")
        assert reply.json()["errors"][0]["pointer"] == "/mode"
        assert live.ask("filings").status == 201


def caller_of(harness: Harness, holder: Holder) -> Any:
    with harness.database.connect("auspex_platform") as connection:
        return authenticate(connection, authorization=f"Bearer {holder.secret}", at=harness.clock.now())
