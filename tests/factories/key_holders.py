"""Accounts with keys as tests hold them: made through the API by an administrator's key, as an operator does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.harness.events import Response
from tests.harness.harness import Harness


@dataclass(frozen=True, slots=True)
class Holder:
    """An account and one key of it."""

    harness: Harness
    account_id: str
    key_id: str
    secret: str

    def request(self, method: str, target: str, json: Any = None, **options: Any) -> Response:
        """Send a request with this key."""
        return self.harness.request(method, target, key=self.secret, json=json, **options)

    def ask(self, *scopes: str, **fields: Any) -> Response:
        """Ask for another key."""
        return self.request("POST", "/v1/keys", {"name": "asked", "scopes": list(scopes)} | fields)

    def rotate(self, key_id: str, body: Any = None, **options: Any) -> Response:
        """Ask for a key's successor."""
        return self.request("POST", f"/v1/keys/{key_id}/rotate", {} if body is None else body, **options)

    def make_key(self, *scopes: str, **fields: Any) -> Holder:
        """Create another key through the API and hold it."""
        reply = self.ask(*scopes, **fields)
        assert reply.status == 201, reply.json()
        return holder_of(self.harness, reply)

    def works(self) -> bool:
        """Tell whether the key is accepted."""
        status = self.request("GET", "/v1/me").status
        assert status in {200, 401}
        return status == 200


def holder_of(harness: Harness, reply: Response) -> Holder:
    """Return the holder of a key that a reply shows."""
    return Holder(harness, reply.data["account_id"], reply.data["key_id"], reply.data["secret"])


def problem_of(reply: Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    assert reply.headers["content-type"] == "application/problem+json"
    return reply.status, reply.json()["code"]


def first_holder(harness: Harness, *scopes: str) -> Holder:
    """Return a holder whose account and key were made as the launcher makes its first ones."""
    secret = harness.create_key(*scopes)
    me = harness.request("GET", "/v1/me", key=secret).data
    return Holder(harness, me["account"]["account_id"], me["key"]["key_id"], secret)
