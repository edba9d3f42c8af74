"""Create, list, rotate and revoke the API keys of the caller's account.
Route: POST, GET /v1/keys · DELETE /v1/keys/{key_id} · POST /v1/keys/{key_id}/rotate
Reads, writes: platform.api_keys · Fails: not-found, key-outlives-caller, key-secret-shown-once, key-already-rotated,
key-has-ended, key-limit-reached, idempotency-key-reused"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Path
from pydantic import Field, field_validator

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import (
    KEY_NAME_CHARACTERS_MAX,
    KEY_OVERLAP_SECONDS_DEFAULT,
    KEY_OVERLAP_SECONDS_MAX,
    KEY_SCOPES_MAX,
)
from auspex.platform.account_representations import ACCOUNT_PATTERN, KeyOut, NewKeyOut, PrintableName
from auspex.platform.endpoint import ANY_SCOPE, Caller, IdempotencyKey, endpoint
from auspex.platform.key_ring import IssueKey, Mode, issue_key, list_keys, revoke_key, rotate_key
from auspex.platform.origin import Origin
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Instant, Page, PageLimit, Request

ROUTE = "/v1/keys"
ROTATION_ROUTE = "/v1/keys/{key_id}/rotate"
KeyName = Annotated[str, PrintableName, Field(max_length=KEY_NAME_CHARACTERS_MAX, examples=["nightly import"])]
KeyScope = Annotated[str, Field(pattern=r"^(admin|[a-z][a-z0-9]{1,30}(:(read|write))?)$", examples=["filings:read"])]
KeyId = Annotated[str, Path(pattern=r"^key_[0-9A-HJKMNP-TV-Z]{26}$", examples=["key_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])]

api = endpoint(__name__, scope=ANY_SCOPE)


class CreateKey(Request):
    """A new key: no scope that the calling key lacks, no expiry after its own."""

    name: KeyName
    scopes: Annotated[
        list[KeyScope], Field(min_length=1, max_length=KEY_SCOPES_MAX, json_schema_extra={"uniqueItems": True})
    ]
    mode: Annotated[Mode, Field(description="Test keys do not work in production")] = "live"
    expires_at: Annotated[
        Instant | None,
        Field(description="Left out: the key ends when the calling key ends", examples=["2031-01-31T00:00:00Z"]),
    ] = None
    account_id: Annotated[
        str | None, Field(pattern=ACCOUNT_PATTERN, description="Another account than the caller's needs `admin`")
    ] = None

    @field_validator("scopes", mode="after")
    @classmethod
    def name_each_scope_once(cls, scopes: list[str]) -> list[str]:
        """Refuse a scope that stands twice."""
        if len(set(scopes)) < len(scopes):
            raise ValueError("a scope stands twice")
        return scopes


class RotateKey(Request):
    """How a key is replaced."""

    overlap_seconds: Annotated[
        int, Field(ge=0, le=KEY_OVERLAP_SECONDS_MAX, description="How long the old key still works")
    ] = KEY_OVERLAP_SECONDS_DEFAULT


@api.post(ROUTE, status_code=201, response_model=NewKeyOut, replayable=False)
async def create_key(body: CreateKey, caller: Caller, idempotency_key: IdempotencyKey) -> NewKeyOut:
    """Create a key; its secret is in this reply and can never be read again.

    Only the hash of a secret is stored, so a repeated Idempotency-Key cannot replay the reply: it answers 409 with the
    `key_id` of the key that was made.
    """
    command = IssueKey(
        name=body.name, mode=body.mode, scopes=body.scopes, expires_at=body.expires_at, account_id=body.account_id
    )
    origin = Origin.of(caller.account_id, ROUTE, idempotency_key, body.model_dump(mode="json"))
    at = current_clock().now()
    with transaction() as connection:
        issued = issue_key(connection, caller=caller, command=command, origin=origin, at=at)
    return NewKeyOut.of_issued(issued, at=at)


@api.get(ROUTE, page_of=KeyOut)
async def list_own_keys(caller: Caller, limit: PageLimit = PAGE_LIMIT_DEFAULT, cursor: Cursor = None) -> Page[KeyOut]:
    """List the account's keys, ended ones among them, newest first; secrets are not shown."""
    found = list_keys(connect(), account_id=caller.account_id, limit=limit, cursor=cursor)
    at = current_clock().now()
    return Page(rows=[KeyOut.of(key, at=at) for key in found.keys], next_cursor=found.next_cursor)


@api.delete(ROUTE + "/{key_id}", response_model=KeyOut)
async def delete_key(key_id: KeyId, caller: Caller) -> KeyOut:
    """Revoke a key of the account: the next request with it is refused. A key may revoke itself."""
    at = current_clock().now()
    with transaction() as connection:
        key = revoke_key(connection, account_id=caller.account_id, key_id=key_id, at=at)
    return KeyOut.of(key, at=at)


@api.post(ROTATION_ROUTE, status_code=201, response_model=NewKeyOut, replayable=False)
async def replace_key(key_id: KeyId, body: RotateKey, caller: Caller, idempotency_key: IdempotencyKey) -> NewKeyOut:
    """Replace a key by a new one with the same name, scopes and expiry; the old one works on for the overlap.

    The calling key must hold every scope of the rotated one and last as long. A key is rotated once: a repeated request
    answers 409 with the id of the key that took its place, whose secret cannot be shown again.
    """
    origin = Origin.of(
        caller.account_id, ROTATION_ROUTE, idempotency_key, {"key_id": key_id} | body.model_dump(mode="json")
    )
    at = current_clock().now()
    overlap = timedelta(seconds=body.overlap_seconds)
    with transaction() as connection:
        issued = rotate_key(connection, caller=caller, key_id=key_id, overlap=overlap, origin=origin, at=at)
    return NewKeyOut.of_issued(issued, at=at)


handler = api.handler
