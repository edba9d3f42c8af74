"""What a paid route says before it costs anything, what it costs then, and what it refuses to do on credit."""

from __future__ import annotations

from typing import Any

from tests.conformance.operations import Operation, each, wired
from tests.conformance.world import Prepared, World, problem_of
from tests.factories.key_holders import Holder
from tests.harness.events import Response

pytestmark = wired


def is_paid(operation: Operation) -> bool:
    """Tell whether a route has a price."""
    return operation.is_paid


def quoted(world: World, prepared: Prepared, caller: Holder) -> Response:
    """Ask what a request would cost."""
    return world.send(prepared.with_query(dry_run="true"), caller)


def money(world: World, account_id: str) -> dict[str, Any]:
    """Return what an account has, and what is set aside of it."""
    (row,) = world.harness.rows(
        "SELECT available, reserved FROM platform.balances WHERE account_id = %(id)s", {"id": account_id}
    )
    return row


@each(is_paid)
class TestPaid:
    def test_a_quote_stores_and_charges_nothing(self, world: World, operation: Operation) -> None:
        caller = world.caller(operation)
        prepared = world.prepare(operation, caller)
        before, had, kept = world.row_counts(), money(world, caller.account_id), world.kept_replies()
        reply = world.send(
            prepared.with_query(dry_run="true"), caller, headers={"idempotency-key": "asked for a quote"}
        )
        assert reply.status == 200, reply.body
        assert set(reply.data) == {"token_cost", "balance", "affordable"}
        assert reply.data["balance"] == had["available"]
        assert reply.headers["token-cost"] == "0"
        assert (world.row_counts(), money(world, caller.account_id)) == (before, had)
        assert world.kept_replies() == kept

    def test_the_price_is_never_above_the_quote(self, world: World, operation: Operation) -> None:
        caller = world.caller(operation)
        prepared = world.prepare(operation, caller)
        quote = quoted(world, prepared, caller).data["token_cost"]
        before = money(world, caller.account_id)
        reply = world.send(prepared, caller)
        assert reply.status == operation.success, reply.body
        after = money(world, caller.account_id)
        cost = int(reply.headers["token-cost"])
        assert 0 <= cost <= quote
        assert before["available"] - after["available"] == cost + after["reserved"] <= quote

    def test_a_quote_is_validated_like_the_request(self, world: World, operation: Operation) -> None:
        caller = world.caller(operation)
        misspelt = world.prepare(operation, caller).with_query(no_such_parameter="1")
        assert quoted(world, misspelt, caller).status == 400

    def test_who_cannot_pay_gets_a_quote_and_nothing_else(self, world: World, operation: Operation) -> None:
        poor = world.caller(operation, tokens=0)
        prepared = world.prepare(operation, poor)
        quote = quoted(world, prepared, poor)
        assert quote.status == 200
        assert quote.data["affordable"] == (quote.data["token_cost"] == 0)
        before, kept = world.row_counts(), world.kept_replies()
        reply = world.send(prepared, poor, headers={"idempotency-key": "on credit"})
        if quote.data["token_cost"] == 0:
            assert reply.status == operation.success
            return
        assert problem_of(reply) == (402, "balance-too-small")
        assert reply.json()["balance"] == 0
        assert 0 < reply.json()["required"] <= quote.data["token_cost"]
        assert (world.row_counts(), world.kept_replies()) == (before, kept)
        world.grant(poor.account_id, quote.data["token_cost"])
        assert world.send(prepared, poor, headers={"idempotency-key": "on credit"}).status == operation.success

    def test_a_repeated_request_is_charged_once(self, world: World, operation: Operation) -> None:
        caller = world.caller(operation)
        prepared = world.prepare(operation, caller)
        headers = {"idempotency-key": "once"} if operation.method == "POST" else {}
        first = world.send(prepared, caller, headers=headers)
        held = money(world, caller.account_id)
        world.lose_kept_replies()
        again = world.send(prepared, caller, headers=headers)
        assert (again.status, money(world, caller.account_id)) == (first.status, held)


@each(lambda operation: operation.scope is not None and not operation.is_paid)
def test_what_has_no_price_costs_nothing(world: World, operation: Operation) -> None:
    caller = world.caller(operation)
    prepared = world.prepare(operation, caller)
    before = money(world, caller.account_id)
    assert world.send(prepared, caller).headers["token-cost"] == "0"
    after = money(world, caller.account_id)
    assert sum(after.values()) >= sum(before.values())
    assert after["reserved"] <= before["reserved"]
