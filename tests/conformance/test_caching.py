"""Replies that a route declares to be cached: free, for their account only, until their time is over."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.conformance.operations import Operation, each, wired
from tests.conformance.world import World

pytestmark = wired


def is_cached(operation: Operation) -> bool:
    """Tell whether a route declares a cache."""
    return operation.is_cached


@each(is_cached)
class TestCached:
    def test_the_second_reply_is_a_hit_that_costs_nothing(self, world: World, operation: Operation) -> None:
        prepared, caller, first = world.serve(operation)
        assert first.headers["cache-status"] == "auspex; fwd=miss"
        assert first.json()["meta"]["cache_hit"] is False
        again = world.send(prepared, caller)
        assert (again.status, again.json()["data"]) == (first.status, first.json()["data"])
        assert again.headers["cache-status"] == "auspex; hit"
        assert int(again.headers["age"]) >= 0
        assert again.headers["token-cost"] == "0"
        assert again.headers["token-balance"] == first.headers["token-balance"]
        meta = again.json()["meta"]
        assert (meta["cache_hit"], meta["token_cost"]) == (True, 0)
        assert meta["fingerprint"] == first.json()["meta"]["fingerprint"]
        assert meta["request_id"] == again.headers["x-request-id"]

    def test_however_a_request_is_written_it_is_the_same(self, world: World, operation: Operation) -> None:
        prepared, caller, _ = world.serve(operation)
        if not isinstance(prepared.body, dict):
            pytest.skip("has no body")
        reordered = json.dumps(dict(reversed(prepared.body.items())), indent=2).encode()
        assert world.send(prepared, caller, body=reordered).headers["cache-status"] == "auspex; hit"

    def test_another_account_gets_nothing_of_it(self, world: World, operation: Operation) -> None:
        prepared, _, _ = world.serve(operation)
        assert world.send(prepared, world.caller(operation)).headers["cache-status"] == "auspex; fwd=miss"

    def test_hits_do_not_prolong_it(self, world: World, operation: Operation) -> None:
        prepared, caller, _ = world.serve(operation)
        seconds = int(operation.document["x-cache-seconds"])
        world.harness.clock.advance(timedelta(seconds=seconds - 1))
        assert world.send(prepared, caller).headers["age"] == str(seconds - 1)
        world.harness.clock.advance(timedelta(seconds=1))
        assert world.send(prepared, caller).headers["cache-status"] == "auspex; fwd=miss"


@each(lambda operation: not operation.is_cached and operation.scope is not None)
def test_what_is_not_cached_claims_no_cache(world: World, operation: Operation) -> None:
    assert "cache-status" not in world.serve(operation)[2].headers
