"""What every reply bears, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.conformance.operations import Operation, each, wired
from tests.conformance.world import World
from tests.harness.events import Response

from auspex.core.ids import ULID_PATTERN, new_ulid

UUID = "0190a6c2-7d3e-4f10-9b1a-1234567890ab"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
RATE_POLICY = re.compile(r'^"(?P<name>[a-z]+)";q=(?P<quota>[0-9]+);w=(?P<window>[0-9]+)$')
RATE = re.compile(r'^"(?P<name>[a-z]+)";r=(?P<left>[0-9]+);t=(?P<seconds>[0-9]+)$')
Situation = Callable[..., Response]


def served(world: World, operation: Operation, **options: Any) -> Response:
    """Send the example by somebody who may."""
    return world.serve(operation, **options)[2]


def without_a_key(world: World, operation: Operation, **options: Any) -> Response:
    """Send the example by nobody."""
    return world.send(world.prepare(operation), **options)


def misspelt(world: World, operation: Operation, **options: Any) -> Response:
    """Send a parameter that no route has."""
    return world.send(world.prepare(operation).with_query(no_such_parameter="1"), world.caller(operation), **options)


@each()
@pytest.mark.parametrize("situation", [served, without_a_key, misspelt])
class TestEveryReply:
    @pytest.fixture
    def reply(self, world: World, operation: Operation, situation: Situation) -> Response:
        """The reply of a situation, which several tests look at."""
        return world.once((operation.name, situation.__name__), lambda: situation(world, operation))

    def test_a_request_id_of_ours_is_made(self, reply: Response) -> None:
        assert ULID_PATTERN.match(reply.headers["x-request-id"])

    def test_a_well_formed_request_id_comes_back(
        self, world: World, operation: Operation, situation: Situation
    ) -> None:
        for given in (new_ulid(), UUID):
            assert situation(world, operation, headers={"x-request-id": given}).headers["x-request-id"] == given

    def test_no_browser_guesses_or_keeps_it(self, reply: Response, operation: Operation, situation: Situation) -> None:
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        may_be_kept = operation.scope is None and situation is not misspelt
        assert reply.headers["cache-control"] == "no-store" or may_be_kept

    @wired
    def test_it_says_what_is_left_of_the_rate(self, reply: Response) -> None:
        policy = RATE_POLICY.match(reply.headers["ratelimit-policy"])
        rate = RATE.match(reply.headers["ratelimit"])
        assert policy is not None
        assert rate is not None
        assert policy["name"] == rate["name"]
        assert 0 <= int(rate["left"]) < int(policy["quota"])
        assert int(rate["seconds"]) <= int(policy["window"])


@each()
@pytest.mark.parametrize("given", ["x", "' OR 1=1", "01j" + "0" * 23, "a" * 200])
def test_a_malformed_request_id_is_replaced(world: World, operation: Operation, given: str) -> None:
    shown = without_a_key(world, operation, headers={"x-request-id": given}).headers["x-request-id"]
    assert shown != given
    assert ULID_PATTERN.match(shown)


@each()
def test_a_request_leaves_one_line_with_its_ids_and_trace(world: World, operation: Operation) -> None:
    request_id = new_ulid()
    reply = served(world, operation, headers={"x-request-id": request_id, "traceparent": TRACEPARENT})
    lines = [line for line in world.harness.log_lines() if line.get("request_id") == request_id]
    (line,) = [line for line in lines if line["message"] == "request"]
    assert (line["method"], line["route"], line["status"]) == (operation.method, operation.path, reply.status)
    assert line["trace_id"] == TRACE
    assert line["duration_ms"] > 0
    assert (line.get("account_id") is None) == (operation.scope is None)


@wired
@each(lambda operation: operation.scope is not None)
def test_a_reply_says_what_it_cost_and_what_is_left(world: World, operation: Operation) -> None:
    _, caller, reply = world.serve(operation)
    assert int(reply.headers["token-cost"]) == reply.json()["meta"]["token_cost"]
    (held,) = world.harness.rows(
        "SELECT available FROM platform.balances WHERE account_id = %(account_id)s", {"account_id": caller.account_id}
    )
    assert int(reply.headers["token-balance"]) == held["available"]
