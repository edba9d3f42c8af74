"""How operations become methods and schemas become types."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from infra.local.client_code.naming import name_operations
from infra.local.client_code.resources import methods_of
from infra.local.client_code.schemas import Vocabulary, field_name
from infra.local.client_code.text import docstring

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PAGE = {"$ref": "#/components/schemas/ListReply_ThingOut_"}
THING = {"$ref": "#/components/schemas/Reply_ThingOut_"}


def paths(*routes: str) -> dict[str, Any]:
    """Return an OpenAPI document's paths: "GET /v1/things page"."""
    found: dict[str, Any] = {}
    for route in routes:
        verb, path, *page = route.split()
        schema = PAGE if page else THING
        operation = {
            "operationId": f"{verb.lower()}_{len(found)}",
            "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
        }
        found.setdefault(path, {})[verb.lower()] = operation
    return found


def named(*routes: str) -> set[str]:
    return {name.dotted for name in name_operations(paths(*routes)).values()}


def test_a_collection_and_its_members_have_the_usual_verbs() -> None:
    collection = ("GET /v1/things page", "POST /v1/things")
    member = ("GET /v1/things/{id}", "PATCH /v1/things/{id}", "DELETE /v1/things/{id}")
    wanted = {"things.list", "things.create", "things.show", "things.update", "things.delete"}
    assert named(*collection, *member) == wanted


def test_a_post_below_what_is_served_is_named_by_its_last_segment() -> None:
    assert named("GET /v1/jobs/{id}", "POST /v1/jobs/{id}/cancel") == {"jobs.show", "jobs.cancel"}
    assert named("GET /v1/ops/dead-letters page", "POST /v1/ops/dead-letters/redrive") == {
        "ops.dead_letters.list", "ops.dead_letters.redrive",
    }  # fmt: skip


def test_what_stands_alone_is_a_method_of_what_is_above() -> None:
    assert named("GET /v1/me", "GET /v1/ops/queues", "GET /health") == {"me", "ops.queues", "health"}
    assert named("GET /v1/notes/preferences", "PATCH /v1/notes/preferences") == {
        "notes.preferences.show", "notes.preferences.update",
    }  # fmt: skip


def test_a_post_of_a_product_is_a_collection_of_its_own_unless_it_is_pinned() -> None:
    assert named("POST /v1/oracle/simulations") == {"oracle.simulations.create"}
    assert named("POST /v1/filings/asks") == {"filings.ask"}
    assert named("POST /v1/webhooks/{webhook_id}/deliveries/{id}/replays") == {"webhooks.deliveries.replay"}


def test_no_two_operations_share_a_name_and_none_hides_a_resource() -> None:
    found = named("GET /v1/a/b", "GET /v1/a/b/{x}", "GET /v1/a/b/{x}/{y}", "GET /v1/a/class")
    assert len(found) == 4
    assert "a.class_" in found


COMPONENTS = {
    "ThingOut": {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}},
    "CreateThing": {"type": "object", "properties": {}},
    "AnyOut": {"type": "object"},
    "ThingsOut": {"type": "object"},
    "Things": {"type": "object"},
    "Meta": {"type": "object"},
}
DECIMAL = {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"}


def test_what_replies_show_is_called_by_what_it_is() -> None:
    assert Vocabulary(COMPONENTS).names == {
        "ThingOut": "Thing",
        "CreateThing": "CreateThing",
        "AnyOut": "AnyOut",
        "ThingsOut": "ThingsOut",
        "Things": "Things",
    }


@pytest.mark.parametrize(
    ("schema", "reply", "request_type"),
    [
        ({"type": "string"}, "str", "str"),
        ({"type": "string", "format": "date"}, "dt.date", "dt.date"),
        (DECIMAL, "Decimal", "Decimal"),
        ({"anyOf": [{"type": "number"}, DECIMAL, {"type": "null"}]}, "Decimal | None", "Decimal | None"),
        ({"enum": ["a", "b"], "type": "string"}, "Literal['a', 'b'] | str", "Literal['a', 'b']"),
        ({"const": True, "type": "boolean"}, "Literal[True]", "Literal[True]"),
        ({"type": "array", "items": {"type": "integer"}}, "list[int]", "Sequence[int]"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "dict[str, float]", "Mapping[str, float]"),
        ({"type": "object"}, "dict[str, Any]", "Mapping[str, Any]"),
        ({"$ref": "#/components/schemas/ThingOut"}, "Thing", "Thing"),
        ({"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/ThingOut"}]}, "Thing | None", "Thing | None"),
        ({}, "Any", "Any"),
    ],
)
def test_a_schema_has_a_type(schema: dict[str, Any], reply: str, request_type: str) -> None:
    vocabulary = Vocabulary(COMPONENTS)
    assert (vocabulary.reply_type(schema), vocabulary.request_type(schema)) == (reply, request_type)


@pytest.mark.parametrize(
    ("field", "attribute"), [("name", "name"), ("json", "json_"), ("list", "list_"), ("from", "from_")]
)
def test_a_field_that_would_hide_something_gets_an_underscore(field: str, attribute: str) -> None:
    assert field_name(field) == attribute


def test_a_long_docstring_is_wrapped_and_keeps_its_paragraphs() -> None:
    text = docstring("word " * 40 + "\n\nsecond", 4)
    assert all(len(line) <= 120 for line in text.splitlines())
    assert "\n\n    second\n" in text


def quotable_document() -> dict[str, Any]:
    """An operation that is paid, and the components that it needs."""
    document = paths("POST /v1/things")
    operation = document["/v1/things"]["post"]
    operation |= {"summary": "Make a thing.", "operationId": "make_thing", "x-scope": "things:write"}
    operation["parameters"] = [{"name": "dry_run", "in": "query", "schema": {"type": "boolean"}}]
    operation["requestBody"] = {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CreateThing"}}}
    }  # fmt: skip
    return document


def test_an_operation_that_is_paid_answers_with_a_price_or_with_its_result() -> None:
    envelope = {"type": "object", "properties": {"data": {"$ref": "#/components/schemas/ThingOut"}}}
    create = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    vocabulary = Vocabulary({**COMPONENTS, "Reply_ThingOut_": envelope, "CreateThing": create})
    document = quotable_document()
    names = name_operations(document)
    (method,) = methods_of(document, names, vocabulary)[("things",)]
    for asynchronous in (False, True):
        code = ast.parse(f"class Things:\n{method.text(asynchronous=asynchronous)}")
        shapes = [ast.unparse(node.returns) for node in ast.walk(code) if isinstance(node, FUNCTIONS) and node.returns]
        assert shapes == ["Reply[Quote]", "Reply[Thing]", "Reply[Thing] | Reply[Quote]"]
        assert "query={'dry_run': True}, body=given({'name': name})" in ast.unparse(code)
