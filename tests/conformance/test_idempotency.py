"""A repeated request is one request: replayed from the store, told apart from others, one effect without the store."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.conformance.exemptions import EXEMPT, is_exempt
from tests.conformance.makers import OTHER_REQUESTS
from tests.conformance.operations import Operation, each, operations, wired
from tests.conformance.world import Prepared, World, problem_of
from tests.factories.key_holders import Holder

from auspex.core.ids import new_ulid
from auspex.core.limits import IDEMPOTENCY_KEY_CHARACTERS_MAX

pytestmark = wired
REPLAY = "replies are replayed by Idempotency-Key"
MALFORMED_KEYS = ["", "k" * (IDEMPOTENCY_KEY_CHARACTERS_MAX + 1), "tab\tinside", "bell\x07", "clé", "nul\x00"]
RESERVED_AND_RELEASED = {"reservations", "ledger_transactions", "ledger_entries"}
"""Where a repeated request leaves what was set aside for it and given back at once."""


def is_idempotent(operation: Operation) -> bool:
    """Tell whether an operation replays."""
    return operation.is_idempotent


def is_post(operation: Operation) -> bool:
    """Tell whether an operation may create something for a caller."""
    return operation.method == "POST" and operation.scope is not None


class Twice:
    """A caller, a request and a key that both sendings bear."""

    def __init__(self, world: World, operation: Operation) -> None:
        self.world = world
        self.key = {"idempotency-key": f"conformance {new_ulid()}"}
        self.caller: Holder = world.caller(operation)
        self.prepared: Prepared = world.prepare(operation, self.caller)

    def send(self, prepared: Prepared | None = None, *, body: bytes | None = None, by: Holder | None = None) -> Any:
        """Send with the key."""
        return self.world.send(prepared or self.prepared, by or self.caller, body=body, headers=self.key)


@pytest.fixture
def twice(world: World, operation: Operation) -> Twice:
    """An operation's example, ready to be sent twice."""
    return Twice(world, operation)


@each(is_post)
def test_a_post_replays_or_says_why_not(operation: Operation) -> None:
    assert operation.is_idempotent != is_exempt(REPLAY, operation)


def test_what_does_not_replay_is_a_post() -> None:
    assert set(EXEMPT[REPLAY]) <= {operation.name for operation in operations() if is_post(operation)}


@each(lambda operation: is_post(operation) and not operation.is_idempotent)
def test_a_reply_that_may_not_be_kept_is_not_kept(world: World, twice: Twice, operation: Operation) -> None:
    kept = world.kept_replies()
    assert 200 <= twice.send().status < 300
    assert world.kept_replies() == kept


@each(is_idempotent)
class TestReplay:
    def test_the_second_reply_is_the_first_ones_bytes(self, world: World, twice: Twice, operation: Operation) -> None:
        first = twice.send()
        assert first.status == operation.success, first.body
        assert "idempotent-replayed" not in first.headers
        stored = world.row_counts()
        again = twice.send()
        assert (again.status, again.body) == (first.status, first.body)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["content-type"] == first.headers["content-type"]
        assert again.headers["x-request-id"] != first.headers["x-request-id"]
        assert again.headers.get("etag") == first.headers.get("etag")
        assert again.headers["token-balance"] == first.headers["token-balance"]
        assert world.row_counts() == stored

    def test_order_of_keys_and_white_space_make_no_other_request(self, twice: Twice, operation: Operation) -> None:
        if not isinstance(twice.prepared.body, dict):
            pytest.skip("has no body")
        first = twice.send()
        reordered = dict(reversed(twice.prepared.body.items()))
        again = twice.send(body=json.dumps(reordered, indent=3).encode())
        assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")

    def test_another_request_under_the_key_is_refused(self, world: World, twice: Twice, operation: Operation) -> None:
        other = another_request(world, twice)
        twice.send()
        stored = world.row_counts()
        reply = twice.send(other)
        assert problem_of(reply) == (422, "idempotency-key-reused")
        assert world.row_counts() == stored

    def test_a_twin_of_a_request_in_progress_waits(self, world: World, twice: Twice, operation: Operation) -> None:
        world.lose_kept_replies()
        twice.send()
        world.put_kept_replies_in_progress()
        stored = world.row_counts()
        reply = twice.send()
        assert problem_of(reply) == (409, "request-in-progress")
        assert int(reply.headers["retry-after"]) >= 1
        assert world.row_counts() == stored

    def test_the_key_of_another_account_is_another_key(self, world: World, twice: Twice, operation: Operation) -> None:
        first = twice.send()
        stranger = world.caller(operation)
        reply = twice.send(world.prepare(operation, stranger), by=stranger)
        assert reply.status == first.status
        assert "idempotent-replayed" not in reply.headers

    def test_without_the_kept_reply_the_effect_is_still_one(
        self, world: World, twice: Twice, operation: Operation
    ) -> None:
        if is_exempt("a lost reply is rebuilt", operation):
            pytest.skip("exempt")
        first = twice.send()
        world.lose_kept_replies()
        stored = world.row_counts(but=RESERVED_AND_RELEASED)
        again = twice.send()
        assert again.status == first.status, again.body
        assert "idempotent-replayed" not in again.headers
        assert again.json()["data"] == first.json()["data"]
        assert again.headers["token-balance"] == first.headers["token-balance"]
        assert world.row_counts(but=RESERVED_AND_RELEASED) == stored

    @pytest.mark.parametrize("key", MALFORMED_KEYS, ids=lambda key: repr(key[:12]))
    def test_a_malformed_key_is_refused(self, world: World, twice: Twice, operation: Operation, key: str) -> None:
        stored = world.row_counts()
        twice.key = {"idempotency-key": key}
        assert problem_of(twice.send()) == (400, "malformed-request")
        assert world.row_counts() == stored

    def test_the_longest_key_is_accepted(self, twice: Twice, operation: Operation) -> None:
        twice.key = {"idempotency-key": "~" * IDEMPOTENCY_KEY_CHARACTERS_MAX}
        first = twice.send()
        assert twice.send().body == first.body

    def test_a_refused_request_leaves_its_key_free(self, world: World, twice: Twice, operation: Operation) -> None:
        kept = world.kept_replies()
        refused = twice.send(twice.prepared.with_query(no_such_parameter="1"))
        assert refused.status == 400
        if operation.body_schema is not None:
            assert twice.send(body=json.dumps({**twice.prepared.body, "no_such_field": 1}).encode()).status == 422
        assert world.kept_replies() == kept
        assert twice.send().status == operation.success


def another_request(world: World, twice: Twice) -> Prepared:
    """Return a valid request of the same operation that asks for something else."""
    operation = twice.prepared.operation
    if twice.prepared.body is None:
        return world.prepare(operation, twice.caller)  # about another thing of the caller's
    if operation.name in OTHER_REQUESTS:
        other = {**twice.prepared.body, **OTHER_REQUESTS[operation.name]}
        return Prepared(operation, twice.prepared.target, other)
    check = Draft202012Validator(operation.body_schema or {})
    for body in changed_bodies(twice.prepared.body):
        if check.is_valid(body):
            return Prepared(operation, twice.prepared.target, body)
    schema = operation.body_schema or {}
    named = schema["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    for name, field in named.get("properties", {}).items():
        for value in (*field.get("examples", ()), *field.get("enum", ()), field.get("maximum"), field.get("minimum")):
            body = {**twice.prepared.body, name: value}
            if value is not None and body != twice.prepared.body and check.is_valid(body):
                return Prepared(operation, twice.prepared.target, body)
    return world.prepare(operation, twice.caller)


def changed_bodies(body: Any) -> Iterator[Any]:
    """Yield bodies that differ in one value."""
    for name, value in body.items() if isinstance(body, dict) else enumerate(body):
        changes: list[Any] = []
        if isinstance(value, str):
            changes = [value + " too", value + "X", value + "1"]
        elif isinstance(value, bool):
            changes = [not value]
        elif isinstance(value, int | float):
            changes = [value + 1, value - 1]
        elif isinstance(value, dict | list):
            changes = list(changed_bodies(value))
        for change in changes:
            changed = copy.copy(body)
            changed[name] = change
            yield changed
