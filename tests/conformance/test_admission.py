"""Who is let in: keys, scopes, other accounts' rows, rates."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from tests.conformance.exemptions import is_exempt
from tests.conformance.makers import MAKERS
from tests.conformance.operations import ULID_EXAMPLE, Operation, each, wired
from tests.conformance.world import SCOPE_NOBODY_ASKS_FOR, World, problem_of
from tests.harness.events import Response

from auspex.core.ids import new_id
from auspex.platform import endpoint
from auspex.platform.accounts import make_secret
from auspex.platform.rates import RateClass

MANY = 100
ONE_A_MINUTE = RateClass("public", 1, MANY)
NOT_FOUND = "foreign ids are not found"
KEYLESS = [
    {},
    {"authorization": ""},
    {"authorization": "Bearer"},
    {"authorization": "Bearer apx_test_short"},
    {"authorization": "Basic dXNlcjpwYXNz"},
    {"authorization": f"Bearer {make_secret('test')}"},
    {"authorization": f"Bearer {make_secret('live')}"},
]


def has_owned_ids(operation: Operation) -> bool:
    """Tell whether a path names something that an account owns."""
    examples = operation.path_examples().values()
    return any(ULID_EXAMPLE.match(str(example)) for example in examples) and not is_exempt(NOT_FOUND, operation)


@each(lambda operation: operation.scope is not None)
@pytest.mark.parametrize("headers", KEYLESS, ids=lambda headers: headers.get("authorization", "none")[:16])
def test_nobody_is_let_in_without_a_live_key(world: World, operation: Operation, headers: dict[str, str]) -> None:
    before = world.row_counts()
    assert problem_of(world.send(world.prepare(operation), headers=headers)) == (401, "unauthenticated")
    assert world.row_counts() == before


@each(lambda operation: operation.scope is not None)
def test_a_revoked_key_is_refused_from_the_next_request_on(world: World, operation: Operation) -> None:
    caller = world.caller(operation)
    prepared = world.prepare(operation, caller)
    assert caller.request("DELETE", f"/v1/keys/{caller.key_id}").status == 200
    assert problem_of(world.send(prepared, caller)) == (401, "unauthenticated")


@each(lambda operation: operation.scope is None)
def test_a_public_route_asks_for_no_key_and_heeds_none(world: World, operation: Operation) -> None:
    prepared = world.prepare(operation, world.caller(operation))
    assert world.send(prepared).status == operation.success
    assert world.send(prepared, headers={"authorization": "Bearer nonsense"}).status == operation.success


@each(lambda operation: operation.scope not in {None, "any"})
def test_a_key_without_the_scope_is_refused(world: World, operation: Operation) -> None:
    caller = world.holder(SCOPE_NOBODY_ASKS_FOR)
    before = world.row_counts()
    reply = world.send(world.prepare(operation), caller)
    assert problem_of(reply) == (403, "scope-missing")
    assert reply.json()["required_scope"] == operation.scope
    assert world.row_counts() == before


@each(lambda operation: str(operation.scope).endswith(":write"))
def test_a_reading_key_may_not_write(world: World, operation: Operation) -> None:
    product = str(operation.scope).partition(":")[0]
    assert world.send(world.prepare(operation), world.holder(f"{product}:read")).status == 403


@each(lambda operation: operation.scope == "any:write")
@pytest.mark.parametrize("scope", ["admin", "filings", "filings:write"])
def test_any_key_that_may_do_more_than_read_is_let_in(world: World, operation: Operation, scope: str) -> None:
    reply = world.send(world.prepare(operation, ids=new_id), world.holder(scope))
    assert reply.status not in {401, 403}


@each(lambda operation: operation.scope == "admin")
def test_a_key_of_every_product_is_no_administrators(world: World, operation: Operation) -> None:
    assert world.send(world.prepare(operation), world.holder(*world.products())).status == 403


@each(has_owned_ids)
def test_another_accounts_id_is_told_apart_from_no_id_by_nothing(world: World, operation: Operation) -> None:
    owner, stranger = world.caller(operation), world.caller(operation)
    foreign = world.prepare(operation, owner)
    before = world.row_counts()
    refused = world.send(foreign, stranger)
    assert refused.status == 404
    assert world.row_counts() == before
    unknown = world.send(world.prepare(operation, ids=new_id), stranger)
    assert told(refused) == told(unknown)


@each(lambda operation: operation.is_list and operation.scope not in {None, "admin"})
def test_a_list_shows_nothing_of_another_account(world: World, operation: Operation) -> None:
    owner, stranger = world.caller(operation), world.caller(operation)
    own = {world.made(prefix, owner) for prefix in MAKERS if prefix != "acct"} | {owner.account_id, owner.key_id}
    reply = world.send(world.prepare(operation, stranger).with_query(limit=100), stranger)
    assert reply.status == 200
    assert own & set(strings_in(reply.json()["data"])) == set()


@wired
@each(lambda operation: "x-rate" in operation.document and not operation.document.get("x-stateless"))
def test_too_many_requests_are_refused_with_when_to_come_again(world: World, operation: Operation) -> None:
    """A caller's count for the key's account, or on a public route for the address."""
    caller, somebody_else = world.caller(operation), world.caller(operation)
    address = {"x-forwarded-for": world.address()}
    prepared = world.prepare(operation, caller)
    world.send(prepared.with_query(no_such_parameter="1"), caller, headers=address)  # counted, and nothing else
    world.harness.rows("UPDATE platform.rate_buckets SET full_at = full_at + interval '1 hour'")
    before = world.row_counts()
    reply = world.send(prepared, caller, headers=address)
    theirs = world.send(prepared.with_query(no_such_parameter="1"), somebody_else)
    world.harness.rows("DELETE FROM platform.rate_buckets")
    assert problem_of(reply) == (429, "rate-limited")
    assert int(reply.headers["retry-after"]) >= 1
    assert ";r=0;" in reply.headers["ratelimit"]
    assert world.row_counts() == before
    assert problem_of(theirs) == (400, "malformed-request")  # let in, and then refused


@each(lambda operation: bool(operation.document.get("x-stateless")))
def test_a_public_route_without_a_database_counts_by_address_too(world: World, operation: Operation) -> None:
    prepared, address = world.prepare(operation), {"x-forwarded-for": world.address()}
    for _ in range(MANY):
        endpoint._local_counter.take(address["x-forwarded-for"], ONE_A_MINUTE, at_seconds=time.monotonic())
    reply = world.send(prepared, headers=address)
    assert problem_of(reply) == (429, "rate-limited")
    assert int(reply.headers["retry-after"]) >= 1
    assert world.send(prepared).status == operation.success


def told(reply: Response) -> tuple[Any, ...]:
    """Return what a refusal tells, without the ids that were asked for and the request's own."""
    problem = reply.json()
    return reply.status, problem["code"], re.sub(r"[a-z]+_[0-9A-HJKMNP-TV-Z]{26}", "…", problem["detail"])


def strings_in(value: Any) -> list[str]:
    """Return every string within a JSON value."""
    if isinstance(value, dict):
        return [text for child in value.values() for text in strings_in(child)]
    if isinstance(value, list):
        return [text for child in value for text in strings_in(child)]
    return [value] if isinstance(value, str) else []
