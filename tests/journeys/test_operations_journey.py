"""Accounts, keys and operations over HTTP on the embedded stack, as an administrator and a customer use them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.journeys.stack import POLL_SECONDS, Stack

pytestmark = pytest.mark.stack
UNRECORDED = {"accessions": [{"accession": "9999999001-24-000998", "cik": 9999999001}]}
"""A filing that EDGAR's replay does not have: its message dies at the first look."""
WAIT_SECONDS_MAX = 120


class Caller:
    """One key's holder."""

    def __init__(self, stack: Stack, key: str) -> None:
        self._client = stack.client
        self._headers = {"authorization": f"Bearer {key}"}

    def send(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """Send one request."""
        return self._client.request(method, path, json=json, headers=self._headers | headers)

    def data(self, method: str, path: str, json: Any = None, *, status: int = 200, **headers: str) -> Any:
        """Send one request, require its status and return its `data`."""
        reply = self.send(method, path, json, **headers)
        assert reply.status_code == status, reply.text
        return reply.json()["data"]

    def refusal(self, method: str, path: str, json: Any = None) -> tuple[int, str]:
        """Send one request and return status and code of its problem."""
        reply = self.send(method, path, json)
        assert reply.headers["content-type"] == "application/problem+json"
        return reply.status_code, reply.json()["code"]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    running = Stack.running()
    yield running
    running.close()


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Caller:
    """The administrator whose key `make up` made."""
    return Caller(stack, stack.admin_key)


@pytest.fixture(scope="module")
def account(admin: Caller) -> Any:
    """An account of this module's own, with a few tokens."""
    made = admin.data("POST", "/v1/accounts", {"name": "Journey Ltd", "plan": "premium"}, status=201)
    grant = {"account_id": made["account_id"], "tokens": 10, "reason": "for the journey"}
    admin.data("POST", "/v1/grants", grant, status=201)
    return made


@pytest.fixture
def issue(stack: Stack, admin: Caller, account: Any) -> Callable[..., tuple[Caller, Any]]:
    """Make a key of the module's account."""

    def make(*scopes: str) -> tuple[Caller, Any]:
        body = {"name": "journey", "scopes": list(scopes), "account_id": account["account_id"]}
        key = admin.data("POST", "/v1/keys", body, status=201)
        return Caller(stack, key["secret"]), key

    return make


def until(look: Callable[[], Any]) -> Any:
    """Look until there is something to see."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(POLL_SECONDS)
    pytest.fail(f"nothing within {WAIT_SECONDS_MAX} s")


Issue = Callable[..., tuple[Caller, Any]]


class TestAccounts:
    def test_a_new_account_is_listed_and_shown(self, admin: Caller, account: Any) -> None:
        assert admin.data("GET", f"/v1/accounts/{account['account_id']}") == account
        assert account["account_id"] in {row["account_id"] for row in admin.data("GET", "/v1/accounts?limit=100")}

    def test_a_repeated_request_makes_one_account(self, admin: Caller, account: Any) -> None:
        body, once = {"name": "Twice Ltd"}, {"idempotency-key": f"journey-{account['account_id']}"}
        first, second = (admin.data("POST", "/v1/accounts", body, status=201, **once) for _ in range(2))
        assert first["account_id"] == second["account_id"]

    def test_a_suspended_account_is_refused_at_once_and_works_again_when_active(
        self, admin: Caller, account: Any, issue: Issue
    ) -> None:
        customer, _ = issue("filings:read")
        path = f"/v1/accounts/{account['account_id']}"
        assert customer.data("GET", "/v1/me")["account"]["status"] == "active"
        admin.data("PATCH", path, {"status": "suspended"})
        assert customer.refusal("GET", "/v1/me") == (401, "unauthenticated")
        admin.data("PATCH", path, {"status": "active"})
        assert customer.data("GET", "/v1/me")["account"]["account_id"] == account["account_id"]

    def test_customers_manage_no_accounts(self, issue: Issue) -> None:
        customer, _ = issue("filings")
        assert customer.refusal("GET", "/v1/accounts") == (403, "scope-missing")
        assert customer.refusal("POST", "/v1/accounts", {"name": "Mine"}) == (403, "scope-missing")


class TestKeys:
    def test_a_key_tells_who_its_holder_is_and_never_its_secret(self, account: Any, issue: Issue) -> None:
        customer, key = issue("filings:read")
        me = customer.data("GET", "/v1/me")
        assert me["account"]["account_id"] == account["account_id"]
        assert (me["key"]["key_id"], me["key"]["scopes"]) == (key["key_id"], ["filings:read"])
        assert key["secret"] not in customer.send("GET", "/v1/keys?limit=100").text

    def test_a_key_grants_no_more_than_its_holder_has(self, issue: Issue) -> None:
        customer, _ = issue("filings:read")
        status, _ = customer.refusal("POST", "/v1/keys", {"name": "more", "scopes": ["filings:write"]})
        assert status == 403
        granted = customer.data("POST", "/v1/keys", {"name": "same", "scopes": ["filings:read"]}, status=201)
        assert granted["scopes"] == ["filings:read"]

    def test_a_rotated_key_works_for_its_overlap_beside_the_new_one(self, stack: Stack, issue: Issue) -> None:
        customer, key = issue("filings:read")
        new = customer.data("POST", f"/v1/keys/{key['key_id']}/rotate", {"overlap_seconds": 600}, status=201)
        assert new["replaces"] == key["key_id"]
        replaced = Caller(stack, new["secret"]).data("GET", "/v1/me")["key"]
        assert replaced["key_id"] == new["key_id"]
        assert customer.data("GET", "/v1/me")["key"]["state"] == "retiring"

    def test_a_key_rotated_without_overlap_ends_at_once(self, stack: Stack, issue: Issue) -> None:
        customer, key = issue("filings:read")
        new = customer.data("POST", f"/v1/keys/{key['key_id']}/rotate", {"overlap_seconds": 0}, status=201)
        assert customer.refusal("GET", "/v1/me") == (401, "unauthenticated")
        assert Caller(stack, new["secret"]).data("GET", "/v1/me")["key"]["state"] == "active"

    def test_a_revoked_key_ends_at_once(self, issue: Issue) -> None:
        customer, key = issue("filings:read")
        other, _ = issue("filings:read")
        other.data("DELETE", f"/v1/keys/{key['key_id']}")
        assert customer.refusal("GET", "/v1/me") == (401, "unauthenticated")

    def test_a_key_of_another_account_is_nothing(self, admin: Caller, issue: Issue) -> None:
        customer, _ = issue("filings:read")
        theirs = admin.data("GET", "/v1/me")["key"]["key_id"]
        assert customer.refusal("DELETE", f"/v1/keys/{theirs}") == (404, "not-found")


class TestOperations:
    def test_queues_are_seen_with_their_dead_letter_queues(self, admin: Caller) -> None:
        seen = admin.data("GET", "/v1/ops/queues")
        queues = {row["queue"]: row["dead_letters"] for row in seen["queues"]}
        assert queues["filings-ingestion"] is False
        assert queues["filings-ingestion-dlq"] is True
        assert seen["outbox"]["unsent"] >= 0

    def test_schedules_and_metrics_tell_what_ran(self, admin: Caller) -> None:
        sweep = until(
            lambda: [row for row in admin.data("GET", "/v1/ops/schedules") if row["schedule"] == "platform-sweep"]
        )
        assert sweep[0]["outcome"] in {"succeeded", None}
        assert admin.data("GET", "/v1/ops/metrics?window_minutes=60")["window_minutes"] == 60

    def test_a_dead_letter_is_listed_sent_again_once_and_dies_anew(self, admin: Caller, issue: Issue) -> None:
        customer, _ = issue("filings")
        job_id = customer.data("POST", "/v1/filings/ingestions", UNRECORDED, status=202)["job_id"]

        def letters() -> list[Any]:
            found = admin.data("GET", "/v1/ops/dead-letters?reason=not-recorded&limit=100")
            return [letter for letter in found if letter["job_id"] == job_id]

        (dead,) = until(letters)
        assert (dead["stage"], dead["redrivable"], dead["redriven_at"]) == ("filings-ingestion", True, None)
        assert customer.data("GET", f"/v1/jobs/{job_id}")["problem"]["code"] == "not-recorded"
        body = {"ids": [dead["dead_letter_id"]]}
        assert admin.data("POST", "/v1/ops/dead-letters/redrive", body, status=202)["sent"] == 1
        assert admin.data("POST", "/v1/ops/dead-letters/redrive", body, status=202)["sent"] == 0
        both = until(lambda: found if len(found := letters()) == 2 else [])
        assert {letter["redriven_at"] is None for letter in both} == {True, False}
        job = customer.data("GET", f"/v1/jobs/{job_id}")
        assert job["status"] == "failed"
        assert "redriven" in {entry["event"] for entry in job["timeline"]}

    @pytest.mark.parametrize("what", ["queues", "dead-letters", "failures", "schedules", "metrics"])
    def test_customers_see_none_of_it(self, issue: Issue, what: str) -> None:
        customer, _ = issue("filings")
        assert customer.refusal("GET", f"/v1/ops/{what}") == (403, "scope-missing")


class TestUnmatchedPaths:
    @pytest.mark.parametrize(
        "path", ["/v1/nowhere/at/all", "/v1/filings/nowhere", "/v1/filings/accessions/x/y/z", "/nowhere"]
    )
    def test_are_problems(self, stack: Stack, path: str) -> None:
        reply = stack.client.get(path)
        assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")
        assert (reply.json()["code"], reply.json()["instance"]) == ("not-found", path)
        assert reply.json()["request_id"] == reply.headers["x-request-id"]

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [("DELETE", "/health", "GET"), ("PUT", "/v1/keys", "GET, POST"), ("POST", "/v1/filings/kpis", "GET")],
    )
    def test_with_a_known_path_name_the_methods_it_has(
        self, stack: Stack, method: str, path: str, allowed: str
    ) -> None:
        reply = stack.client.request(method, path)
        assert (reply.status_code, reply.headers["content-type"]) == (405, "application/problem+json")
        assert (reply.json()["code"], reply.headers["allow"]) == ("method-not-allowed", allowed)
