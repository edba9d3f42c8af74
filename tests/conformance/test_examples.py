"""Every documented example is sent as it stands and served; `send` compares status and body with the document."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from tests.conformance.exemptions import is_exempt
from tests.conformance.operations import JSON_MEDIA_TYPE, Operation, each, example_of, operations, wired
from tests.conformance.world import World

ENVELOPE = {"data", "meta"}
PAGING = {"has_more", "next_cursor"}
OPTIONAL = [
    pytest.param(operation, parameter, id=f"{operation}-{parameter['name']}")
    for operation in operations()
    for parameter in operation.parameters("query")
    if not parameter.get("required") and parameter["name"] not in {"cursor", "dry_run"}
]


def is_enveloped(operation: Operation) -> bool:
    """Tell whether a reply stands in `data`, with `meta`."""
    return operation.document != {} and not is_exempt("the envelope", operation)


@each()
def test_the_example_is_served(world: World, operation: Operation) -> None:
    prepared, _, reply = world.serve(operation)
    assert reply.status == operation.success
    if operation.document:
        assert reply.headers["content-type"] == JSON_MEDIA_TYPE
    if is_enveloped(operation):
        shown = reply.json()
        assert set(shown) == ENVELOPE | (PAGING if operation.answers_a_list else set()), prepared.target
        assert shown["meta"]["request_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize(("operation", "parameter"), OPTIONAL)
def test_each_optional_parameter_is_served(world: World, operation: Operation, parameter: dict[str, Any]) -> None:
    value = example_of(parameter)
    assert value is not None, f"{parameter['name']} needs an example in the document"
    caller = world.caller(operation)
    reply = world.send(world.prepare(operation, caller).with_query(**{parameter["name"]: value}), caller)
    assert reply.status == operation.success, reply.body


@each(lambda operation: operation.document != {})
def test_the_document_says_what_a_reply_looks_like(operation: Operation) -> None:
    content = operation.document["responses"][str(operation.success)].get("content", {})
    assert content.get(JSON_MEDIA_TYPE, {}).get("schema"), f"{operation.success} has no schema"
    for status in operation.document["responses"]:
        assert 200 <= int(status) < 600
    assert operation.document["summary"]


@wired
@each(lambda operation: operation.method == "GET" and is_enveloped(operation))
def test_an_unchanged_answer_is_not_sent_again(world: World, operation: Operation) -> None:
    prepared, caller, first = world.serve(operation)
    assert first.headers["etag"] == f'"{etag_of(first.json()["data"])}"'
    again = world.send(prepared, caller, headers={"if-none-match": f'W/"other", {first.headers["etag"]}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert world.send(prepared, caller, headers={"if-none-match": '"other"'}).status == 200


def etag_of(data: Any) -> str:
    """Return the hash of `data` as it stands in a reply: `meta` changes from call to call."""
    return hashlib.sha256(json.dumps(data, separators=(",", ":")).encode()).hexdigest()
