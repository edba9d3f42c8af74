"""Every list pages the same way."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.exemptions import is_exempt
from tests.conformance.makers import MAKERS
from tests.conformance.operations import Operation, each, example_of, operations
from tests.conformance.world import World, problem_of
from tests.factories.key_holders import Holder
from tests.harness.events import Response

from auspex.core.limits import CURSOR_CHARACTERS_MAX, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX

ROWS_MADE = 4
EMPTY = "lists that stay empty here"


def is_list(operation: Operation) -> bool:
    """Tell whether an operation answers pages."""
    return operation.is_list


def is_filled(operation: Operation) -> bool:
    """Tell whether an operation answers pages with rows that this suite makes."""
    return operation.is_list and not is_exempt(EMPTY, operation)


def page(world: World, operation: Operation, caller: Holder, **query: Any) -> Response:
    """Ask for a page."""
    return world.send(world.prepare(operation, caller).with_query(**query), caller)


def filled(world: World, operation: Operation) -> Holder:
    """Return a caller who owns several of everything."""
    caller = world.caller(operation)
    for prefix in MAKERS:
        for _ in range(ROWS_MADE):
            world.made(prefix, caller)
    return caller


@each(lambda operation: operation.answers_a_list)
def test_a_list_takes_a_limit_and_a_cursor(operation: Operation) -> None:
    assert operation.is_list or is_exempt("lists have pages", operation)


@each(is_list)
@pytest.mark.parametrize("limit", ["0", "-1", str(PAGE_ROWS_MAX + 1), "many", "1.5", "", "1e1"])
def test_a_limit_lies_between_one_and_a_hundred(world: World, operation: Operation, limit: str) -> None:
    assert problem_of(page(world, operation, world.caller(operation), limit=limit)) == (422, "validation-failed")


@each(is_list)
def test_the_bounds_themselves_are_accepted(world: World, operation: Operation) -> None:
    caller = world.caller(operation)
    for limit in (1, PAGE_ROWS_MAX):
        reply = page(world, operation, caller, limit=limit)
        assert reply.status == 200
        assert len(reply.data) <= limit
    (declared,) = (p for p in operation.parameters("query") if p["name"] == "limit")
    assert declared["schema"]["default"] == PAGE_ROWS_DEFAULT


@each(is_list)
@pytest.mark.parametrize("cursor", ["x", "AAAA", "!" * 20, "A" * 100, "%00", "é"])
def test_an_invented_cursor_is_malformed(world: World, operation: Operation, cursor: str) -> None:
    assert problem_of(page(world, operation, world.caller(operation), cursor=cursor)) == (400, "malformed-request")


@each(is_list)
def test_a_cursor_beyond_the_cap_is_refused(world: World, operation: Operation) -> None:
    reply = page(world, operation, world.caller(operation), cursor="A" * (CURSOR_CHARACTERS_MAX + 1))
    assert reply.status in {400, 422}


@each(is_filled)
def test_pages_add_up_to_the_list_in_a_stable_order(world: World, operation: Operation) -> None:
    caller = filled(world, operation)
    whole = page(world, operation, caller, limit=PAGE_ROWS_MAX).json()["data"]
    assert len(whole) >= 2, "make rows for this list: a maker, or an insert in stored_examples"
    walked: list[Any] = []
    more: dict[str, Any] = {}
    while len(walked) < len(whole):
        reply = page(world, operation, caller, limit=2, **more).json()
        walked += reply["data"]
        assert reply["has_more"] == (reply["next_cursor"] is not None)
        if not reply["has_more"]:
            break
        more = {"cursor": reply["next_cursor"]}
    assert walked == whole[: len(walked)]
    assert len(walked) == len(whole)


@each(is_filled)
def test_a_cursor_belongs_to_its_list_and_filters(world: World, operation: Operation) -> None:
    caller = filled(world, operation)
    cursor = page(world, operation, caller, limit=1).json()["next_cursor"]
    assert cursor is not None
    assert page(world, operation, caller, limit=1, cursor=cursor).status == 200
    tampered = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    assert problem_of(page(world, operation, caller, cursor=tampered)) == (400, "malformed-request")
    for parameter in operation.parameters("query"):
        if parameter["name"] in {"limit", "cursor"} or parameter.get("required"):
            continue
        query = {parameter["name"]: example_of(parameter), "cursor": cursor}
        if str(example_of(parameter)).lower() == str(parameter.get("schema", {}).get("default")).lower():
            continue
        assert problem_of(page(world, operation, caller, **query)) == (400, "malformed-request"), parameter["name"]
    for other in operations():
        if other.is_list and other.name != operation.name and other.path != operation.path:
            somebody = world.caller(other)
            assert problem_of(page(world, other, somebody, cursor=cursor)) == (400, "malformed-request"), other
