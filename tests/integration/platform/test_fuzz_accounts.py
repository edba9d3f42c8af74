"""What fuzzing leaves behind on a stack that others use; not beside the deployment that conformance tests share."""

from __future__ import annotations

from tests.conformance.fuzz import accounts_kept
from tests.harness.harness import Harness


def test_accounts_that_generated_requests_change_are_as_they_were(toy: Harness) -> None:
    key, admin = toy.create_key("toy"), toy.create_key("admin")
    account_id = toy.rows("SELECT account_id FROM platform.accounts ORDER BY created_at, account_id")[0]["account_id"]
    with accounts_kept(toy.database.url(None)):
        for body in ({"status": "suspended"}, {"plan": "free", "name": "generated"}):
            assert toy.request("PATCH", f"/v1/accounts/{account_id}", key=admin, json=body).status == 200
        assert toy.request("GET", "/v1/me", key=key).status == 401
    assert toy.request("GET", "/v1/me", key=key).status == 200
