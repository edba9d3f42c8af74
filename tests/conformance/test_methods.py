"""Methods that a path does not offer, and what every path says to HEAD and OPTIONS."""

from __future__ import annotations

import pytest
from tests.conformance.operations import operations
from tests.conformance.world import World, check_problem, problem_of
from tests.harness.events import Response

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
"""What the edge lets through, besides OPTIONS."""
PATHS: dict[str, set[str]] = {}
for _operation in operations():
    PATHS.setdefault(_operation.path, set()).add(_operation.method)


def ask(world: World, method: str, path: str) -> Response:
    """Send a bare request, by nobody; what stands in the place of a parameter plays no part."""
    target = path.replace("{", "any-").replace("}", "")
    return world.harness.request(method, target, headers={"x-forwarded-for": world.address()})


def allowed(reply: Response) -> set[str]:
    """Return the methods that a reply names."""
    return set(reply.headers["allow"].split(", "))


@pytest.mark.parametrize("path", PATHS)
class TestEveryPath:
    def test_refuses_a_method_that_it_lacks_and_names_those_that_it_has(self, world: World, path: str) -> None:
        before = world.row_counts()
        for method in METHODS - PATHS[path]:
            reply = ask(world, method, path)
            assert problem_of(reply) == (405, "method-not-allowed"), method
            check_problem(reply)
            assert PATHS[path] <= allowed(reply) <= METHODS - {method}
        assert world.row_counts() == before

    def test_says_to_options_which_methods_it_has_and_does_nothing(self, world: World, path: str) -> None:
        before = world.row_counts()
        reply = ask(world, "OPTIONS", path)
        assert (reply.status, reply.body) == (204, b"")
        assert PATHS[path] | {"OPTIONS"} <= allowed(reply)
        assert world.row_counts() == before

    def test_has_nothing_below_it_that_nobody_serves(self, world: World, path: str) -> None:
        for method in (*METHODS - {"HEAD"}, "OPTIONS"):
            assert problem_of(ask(world, method, f"{path}/no/such/thing")) == (404, "not-found")
