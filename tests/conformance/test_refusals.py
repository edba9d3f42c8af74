"""Requests that nobody can serve: every route refuses each kind the same way, and stores nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.exemptions import is_exempt
from tests.conformance.operations import Operation, each
from tests.conformance.world import Prepared, World, problem_of
from tests.factories.key_holders import Holder
from tests.harness.events import Response

from auspex.core.limits import BODY_BYTES_MAX

NUL_ESCAPE = "\\u0000"
HALF_PAIR_ESCAPE = "\\ud800"
NUMBER_BEYOND_EVERYTHING = 10**400


def has_body(operation: Operation) -> bool:
    """Tell whether an operation takes a JSON body."""
    return operation.body_schema is not None


def strings_of(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return where in an example strings stand."""
    if isinstance(value, dict):
        return [place for name, child in value.items() for place in strings_of(child, (*path, name))]
    if isinstance(value, list):
        return [place for index, child in enumerate(value) for place in strings_of(child, (*path, index))]
    return [path] if isinstance(value, str) else []


class Asked:
    """A caller with a valid request; `refused` sends it in another form and sees that nothing came of it."""

    def __init__(self, world: World, operation: Operation) -> None:
        self.world = world
        self.caller: Holder = world.caller(operation)
        self.prepared: Prepared = world.prepare(operation, self.caller)
        self.before = world.row_counts()

    def refused(self, prepared: Prepared | None = None, **options: Any) -> Response:
        """Send, and see that nothing was stored."""
        reply = self.world.send(prepared or self.prepared, self.caller, **options)
        assert 400 <= reply.status < 500, reply.body
        assert self.world.row_counts() == self.before
        return reply


@pytest.fixture
def asked(world: World, operation: Operation) -> Asked:
    """The operation's example and somebody who may send it."""
    return Asked(world, operation)


@each()
def test_an_unknown_parameter_is_named(asked: Asked, operation: Operation) -> None:
    reply = asked.refused(asked.prepared.with_query(no_such_parameter="1"))
    assert problem_of(reply) == (400, "malformed-request")
    assert [error["pointer"] for error in reply.json()["errors"]] == ["/no_such_parameter"]


@each(lambda operation: "{" in operation.path)
@pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "a%2Fb", "..%2f..%2fetc", "%F0%9F%A4%96" * 60, "1;DROP%20TABLE"])
def test_a_path_that_names_nothing_is_refused(asked: Asked, operation: Operation, text: str) -> None:
    head, _, tail = operation.path.partition("{")
    target = head + text + tail.partition("}")[2].replace("{", "").replace("}", "")
    assert asked.refused(Prepared(operation, target, asked.prepared.body)).status in {400, 404, 422}


@each(lambda operation: bool(operation.parameters("query")))
@pytest.mark.parametrize("text", ["\x00", "", "💥" * 50, "-1", "9" * 40, "NaN"], ids=repr)
def test_no_parameter_makes_it_fail(world: World, operation: Operation, text: str) -> None:
    caller = world.caller(operation)
    prepared = world.prepare(operation, caller)
    for parameter in operation.parameters("query"):
        reply = world.send(prepared.with_query(**{parameter["name"]: text}), caller)
        assert reply.status < 500
        if text == "\x00":
            assert reply.status in {400, 422}


@each(has_body)
class TestBodies:
    @pytest.mark.parametrize("body", [b"{", b"\x00", b'{"a":1,}', b"\xff\xfe", b"{'a': 1}", b"[" * 100_000])
    def test_what_is_no_json_is_malformed(self, asked: Asked, operation: Operation, body: bytes) -> None:
        assert asked.refused(body=body).status == 400

    @pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null"])
    def test_what_is_no_object_is_not_valid(self, asked: Asked, operation: Operation, body: bytes) -> None:
        assert asked.refused(body=body).status == 422

    def test_an_unknown_field_is_pointed_at(self, asked: Asked, operation: Operation) -> None:
        if is_exempt("unknown fields are refused", operation):
            pytest.skip("exempt")
        reply = asked.refused(body=json.dumps({**asked.prepared.body, "no_such_field": 1}).encode())
        assert problem_of(reply) == (422, "validation-failed")
        assert "/no_such_field" in [error["pointer"] for error in reply.json()["errors"]]

    @pytest.mark.parametrize("escape", [NUL_ESCAPE, HALF_PAIR_ESCAPE])
    def test_text_that_nobody_can_store_is_pointed_at(self, asked: Asked, operation: Operation, escape: str) -> None:
        for place in strings_of(asked.prepared.body):
            changed = json.loads(json.dumps(asked.prepared.body))
            holder = changed
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] += "@"
            reply = asked.refused(body=json.dumps(changed).replace("@", escape).encode())
            assert reply.status == 422
            assert "/" + "/".join(map(str, place)) in [error["pointer"] for error in reply.json()["errors"]]

    def test_a_number_beyond_everything_is_refused_or_ignored(self, world: World, operation: Operation) -> None:
        caller = world.caller(operation)
        prepared = world.prepare(operation, caller)
        for name in (operation.body_schema or {}).get("properties", prepared.body):
            body = json.dumps({**prepared.body, name: NUMBER_BEYOND_EVERYTHING}).encode()
            assert world.send(prepared, caller, body=body).status < 500

    def test_a_body_above_the_cap_is_too_large(self, asked: Asked, operation: Operation) -> None:
        cap = operation.document.get("x-body-bytes-max", BODY_BYTES_MAX)
        body = json.dumps({**asked.prepared.body, "padding": "x" * cap}).encode()
        assert problem_of(asked.refused(body=body)) == (413, "body-too-large")

    @pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
    def test_another_media_type_is_not_read(self, asked: Asked, operation: Operation, media_type: str) -> None:
        reply = asked.refused(headers={"content-type": media_type})
        assert problem_of(reply) == (415, "unsupported-media-type")

    def test_a_media_type_with_parameters_is_read(self, world: World, operation: Operation) -> None:
        world.serve(operation, headers={"content-type": "Application/JSON; charset=utf-8"})
