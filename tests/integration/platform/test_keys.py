"""Who may call what: keys, scopes, expiry, revocation, suspension."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness

from auspex.platform.accounts import Authenticated, create_account, create_key

NOTES = "/v1/toy/notes"
AUDITS = "/v1/toy/audits"


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Basic abc", "Bearer apx_test_short", "Bearer sk-" + "a" * 43, "bearer apx_test_" + "a" * 43,
     "Bearer apx_test_" + "a" * 43, "Bearer apx_live_" + "a" * 43, "Bearer apx_test_" + "a" * 4_000],
)  # fmt: skip
def test_without_a_known_key_nothing_is_said_but_how_to_authenticate(toy: Harness, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    response = toy.request("GET", NOTES, headers=headers)
    assert response.status == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="auspex"'
    assert response.json()["code"] == "unauthenticated"


def test_a_refused_key_is_refused_before_the_body_is_read(toy: Harness) -> None:
    response = toy.request("POST", NOTES, body="{", headers={"content-type": "text/plain"})
    assert response.status == 401


@pytest.mark.parametrize(
    ("scopes", "may_read", "may_write", "may_audit"),
    [
        (["toy:read"], True, False, False),
        (["toy:write"], True, True, False),
        (["toy"], True, True, False),
        (["admin"], False, False, True),
        (["toy", "admin"], True, True, True),
        (["filings", "toy:"], False, False, False),
        ([], False, False, False),
    ],
)
def test_write_includes_read_a_product_grants_both_and_admin_stands_apart(
    toy: Harness, scopes: list[str], *, may_read: bool, may_write: bool, may_audit: bool
) -> None:
    key = toy.create_key(*scopes)
    replies = [
        (toy.request("GET", NOTES, key=key), may_read, 200, "toy:read"),
        (toy.request("POST", NOTES, key=key, json={"text": "a"}), may_write, 202, "toy:write"),
        (toy.request("GET", AUDITS, key=key), may_audit, 200, "admin"),
    ]
    for response, allowed, status, scope in replies:
        assert response.status == (status if allowed else 403)
        if not allowed:
            problem = response.json()
            assert (problem["code"], problem["required_scope"]) == ("scope-missing", scope)


def test_a_refused_write_leaves_nothing(toy: Harness) -> None:
    assert toy.request("POST", NOTES, key=toy.create_key("toy:read"), json={"text": "a"}).status == 403
    assert toy.rows("SELECT * FROM platform.outbox") == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE platform.api_keys SET expires_at = %(now)s",
        "UPDATE platform.api_keys SET revoked_at = %(now)s",
        "UPDATE platform.accounts SET status = 'suspended'",
    ],
)
def test_a_key_that_ended_is_refused_at_once(toy: Harness, statement: str) -> None:
    key = toy.create_key("toy")
    assert toy.request("GET", NOTES, key=key).status == 200
    toy.rows(statement, {"now": toy.clock.now()})
    assert toy.request("GET", NOTES, key=key).status == 401


def test_a_key_lives_until_the_instant_of_its_expiry(toy: Harness) -> None:
    with toy.database.connect("auspex_platform") as connection:
        now = toy.clock.now()
        account = create_account(connection, name="a", plan="free", at=now)
        key = create_key(
            connection, account_id=account, scopes=["toy"], name="k", at=now, expires_at=now + timedelta(seconds=10)
        )
    toy.clock.advance(timedelta(seconds=9))
    assert toy.request("GET", NOTES, key=key.secret).status == 200
    toy.clock.advance(timedelta(seconds=1))
    assert toy.request("GET", NOTES, key=key.secret).status == 401


def test_a_key_is_stored_as_its_digest_alone(toy: Harness) -> None:
    key = toy.create_key("toy")
    assert key not in str(toy.rows("SELECT * FROM platform.api_keys"))


def test_test_keys_do_not_work_in_production(toy: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    for function in toy.application.functions:
        if function.product == "toy":
            monkeypatch.setitem(function.environment, "AUSPEX_STAGE", "production")
            monkeypatch.setitem(function.environment, "AUSPEX_DATABASE_TLS", "disable")
    assert toy.request("GET", NOTES, key=toy.create_key("toy")).status == 401


def test_another_accounts_key_reads_nothing_of_mine(make_toy: HarnessMaker) -> None:
    toy = make_toy()
    mine, other = toy.create_key("toy"), toy.create_key("toy", name="other")
    assert mine != other
    accounts = toy.rows("SELECT count(DISTINCT account_id) AS n FROM platform.api_keys")
    assert accounts == [{"n": 2}]


@pytest.mark.parametrize(
    ("held", "asked", "granted"),
    [
        ({"filings:write"}, "filings:read", True),
        ({"filings:read"}, "filings:write", False),
        ({"filings"}, "filings:write", True),
        ({"filings"}, "admin", False),
        ({"admin"}, "filings:read", False),
        ({"filings:write"}, "oracle:read", False),
    ],
)
def test_scopes_as_a_table(held: set[str], asked: str, *, granted: bool) -> None:
    caller = Authenticated(account_id="a", key_id="k", scopes=frozenset(held), plan="free")
    assert caller.may(asked) is granted
