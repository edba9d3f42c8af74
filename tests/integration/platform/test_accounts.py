"""Accounts through the API: created once, listed in pages, moved between plans, suspended and woken."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.conftest import Database
from tests.factories.key_holders import Holder, first_holder, problem_of
from tests.harness.harness import Harness

UNKNOWN_ACCOUNT = "acct_01JBVEXAMP1E0000000000000C"


@pytest.fixture
def admin(harness: Harness) -> Holder:
    return first_holder(harness, "admin", "filings")


def create(admin: Holder, name: str = "Example Ltd", **fields: Any) -> dict[str, Any]:
    reply = admin.request("POST", "/v1/accounts", {"name": name} | fields)
    assert reply.status == 201, reply.json()
    account: dict[str, Any] = reply.data
    return account


def test_a_new_account_is_free_and_active_and_can_be_read_again(harness: Harness, admin: Holder) -> None:
    account = create(admin, name="  Example Ltd  ")
    assert account == {
        "account_id": account["account_id"], "name": "Example Ltd", "plan": "free", "status": "active",
        "created_at": "2024-11-04T09:00:00Z",
    }  # fmt: skip
    assert admin.request("GET", f"/v1/accounts/{account['account_id']}").data == account
    assert harness.rows("SELECT created_by FROM platform.accounts WHERE account_id = %(account_id)s", account) == [
        {"created_by": admin.account_id}
    ]


ADMIN_REQUESTS: list[tuple[str, str, Any]] = [
    ("POST", "/v1/accounts", {"name": "x"}),
    ("GET", "/v1/accounts", None),
    ("GET", f"/v1/accounts/{UNKNOWN_ACCOUNT}", None),
    ("PATCH", f"/v1/accounts/{UNKNOWN_ACCOUNT}", {"plan": "premium"}),
]


def test_accounts_are_the_administrators_alone(harness: Harness) -> None:
    for scopes in (("filings",), ("filings:write",), ("administrator",)):
        holder = first_holder(harness, *scopes)
        for method, target, body in ADMIN_REQUESTS:
            reply = holder.request(method, target, body)
            assert problem_of(reply) == (403, "scope-missing"), (scopes, method, target)
            assert reply.json()["required_scope"] == "admin"


REFUSED_ACCOUNTS: list[tuple[dict[str, Any], str]] = [
    ({}, "/name"),
    ({"name": ""}, "/name"),
    ({"name": "   "}, "/name"),
    ({"name": "x" * 201}, "/name"),
    ({"name": "a\u0000b"}, "/name"),
    ({"name": "a\nb"}, "/name"),
    ({"name": 7}, "/name"),
    ({"name": "x", "plan": "gold"}, "/plan"),
    ({"name": "x", "balance": 100}, "/balance"),
    ({"name": "x", "status": "suspended"}, "/status"),
]


def test_an_account_that_cannot_be_accepted_is_refused_by_field(admin: Holder) -> None:
    for body, pointer in REFUSED_ACCOUNTS:
        reply = admin.request("POST", "/v1/accounts", body)
        assert problem_of(reply) == (422, "validation-failed"), body
        assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert len(admin.request("GET", "/v1/accounts").data) == 1


def test_half_a_surrogate_pair_is_no_name(admin: Holder) -> None:
    reply = admin.request(
        "POST", "/v1/accounts", body=b'{"name": "\\ud800"}', headers={"content-type": "application/json"}
    )
    assert problem_of(reply) == (422, "validation-failed")


def test_the_same_request_under_one_idempotency_key_makes_one_account(harness: Harness, admin: Holder) -> None:
    headers = {"idempotency-key": "signup-17"}
    first = admin.request("POST", "/v1/accounts", {"name": "Once"}, headers=headers)
    again = admin.request("POST", "/v1/accounts", {"name": "Once", "plan": "free"}, headers=headers)
    assert (first.status, again.status) == (201, 201)
    assert first.data == again.data
    other = admin.request("POST", "/v1/accounts", {"name": "Twice"}, headers=headers)
    assert problem_of(other) == (422, "idempotency-key-reused")
    assert harness.rows("SELECT count(*) AS n FROM platform.accounts WHERE name IN ('Once', 'Twice')") == [{"n": 1}]


def test_two_administrators_may_choose_the_same_idempotency_key(harness: Harness, admin: Holder) -> None:
    other = first_holder(harness, "admin")
    headers = {"idempotency-key": "signup-17"}
    ids = {
        holder.request("POST", "/v1/accounts", {"name": "Once"}, headers=headers).data["account_id"]
        for holder in (admin, other)
    }
    assert len(ids) == 2


def test_a_malformed_idempotency_key_is_refused(admin: Holder) -> None:
    reply = admin.request("POST", "/v1/accounts", {"name": "x"}, headers={"idempotency-key": "k" * 256})
    assert problem_of(reply) == (400, "malformed-request")


def test_pages_hold_every_account_once_newest_first(admin: Holder) -> None:
    made = [create(admin, name=f"account {number}", plan="prepaid")["account_id"] for number in range(5)]
    seen: list[str] = []
    target = "/v1/accounts?limit=2&plan=prepaid"
    cursor = ""
    while True:
        page = admin.request("GET", target + cursor).json()
        seen += [row["account_id"] for row in page["data"]]
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen, reverse=True) == seen
    assert sorted(seen) == sorted(made)


def test_a_cursor_belongs_to_its_filters(admin: Holder) -> None:
    for number in range(3):
        create(admin, name=f"account {number}")
    cursor = admin.request("GET", "/v1/accounts?limit=1&plan=free").json()["next_cursor"]
    for target in (f"/v1/accounts?limit=1&cursor={cursor}", f"/v1/accounts?plan=premium&cursor={cursor}"):
        assert problem_of(admin.request("GET", target)) == (400, "malformed-request")
    assert problem_of(admin.request("GET", "/v1/accounts?sort=name")) == (400, "malformed-request")


def test_a_list_can_be_narrowed_to_suspended_accounts(admin: Holder) -> None:
    account, _ = create(admin), create(admin)
    admin.request("PATCH", f"/v1/accounts/{account['account_id']}", {"status": "suspended"})
    (row,) = admin.request("GET", "/v1/accounts?status=suspended").data
    assert row == account | {"status": "suspended"}


def test_a_change_touches_only_the_fields_it_names(admin: Holder) -> None:
    account = create(admin)
    target = f"/v1/accounts/{account['account_id']}"
    assert admin.request("PATCH", target, {"plan": "premium"}).data == account | {"plan": "premium"}
    renamed = admin.request("PATCH", target, {"name": "Renamed", "plan": None}).data
    assert renamed == account | {"plan": "premium", "name": "Renamed"}


def test_a_change_that_cannot_be_accepted_is_refused(admin: Holder) -> None:
    account = create(admin)
    target = f"/v1/accounts/{account['account_id']}"
    refused: list[Any] = [{}, {"plan": None}, {"plan": "gold"}, {"status": "deleted"}, {"created_at": "now"}, []]
    for body in refused:
        assert problem_of(admin.request("PATCH", target, body)) == (422, "validation-failed"), body
    assert admin.request("GET", target).data == account


def test_an_unknown_account_is_not_found(admin: Holder) -> None:
    target = f"/v1/accounts/{UNKNOWN_ACCOUNT}"
    assert problem_of(admin.request("GET", target)) == (404, "not-found")
    assert problem_of(admin.request("PATCH", target, {"plan": "premium"})) == (404, "not-found")


def test_every_key_of_a_suspended_account_is_refused_at_once_and_works_again_afterwards(admin: Holder) -> None:
    account_id = create(admin)["account_id"]
    first = admin.make_key("filings", account_id=account_id)
    second = first.make_key("filings:read")
    target = f"/v1/accounts/{account_id}"
    assert first.works()
    assert admin.request("PATCH", target, {"status": "suspended"}).data["status"] == "suspended"
    refused = second.request("GET", "/v1/me")
    assert problem_of(refused) == (401, "unauthenticated")
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert not first.works()
    assert admin.works()
    admin.request("PATCH", target, {"status": "active"})
    assert first.works()
    assert second.works()


def test_an_administrator_cannot_lock_itself_out(admin: Holder) -> None:
    target = f"/v1/accounts/{admin.account_id}"
    assert problem_of(admin.request("PATCH", target, {"status": "suspended"})) == (409, "own-account")
    assert admin.works()
    assert admin.request("PATCH", target, {"status": "active", "plan": "free"}).data["plan"] == "free"


def test_me_shows_account_plan_key_scopes_and_expiry(admin: Holder) -> None:
    account = create(admin, plan="prepaid")
    holder = admin.make_key(
        "filings:read", account_id=account["account_id"], name="reader", expires_at="2024-12-01T00:00:00Z"
    )
    assert holder.request("GET", "/v1/me").data == {
        "account": account,
        "key": {
            "key_id": holder.key_id, "account_id": account["account_id"], "name": "reader", "mode": "live",
            "scopes": ["filings:read"], "state": "active", "created_at": "2024-11-04T09:00:00Z",
            "expires_at": "2024-12-01T00:00:00Z", "revoked_at": None, "replaces": None, "replaced_by": None,
        },
    }  # fmt: skip


def test_nobody_is_anybody_without_a_key(harness: Harness) -> None:
    assert problem_of(harness.request("GET", "/v1/me")) == (401, "unauthenticated")


def test_not_even_the_platforms_role_can_widen_a_key(database: Database) -> None:
    statements = (
        "UPDATE platform.api_keys SET scopes = '{admin}'",
        "UPDATE platform.api_keys SET expires_at = NULL",
        "UPDATE platform.api_keys SET key_sha256 = sha256('x')",
        "UPDATE platform.accounts SET account_id = account_id",
        "DELETE FROM platform.api_keys",
    )
    with database.connect("auspex_platform") as connection:
        for statement in statements:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
