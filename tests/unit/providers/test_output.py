"""What is read of an answer: the envelope, the JSON, the schema; never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.providers.json_schema import UnknownKeywordError, schema_errors
from auspex.providers.output import read_answer

NOTE = {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"]}


def completion(content: Any, **choice: Any) -> bytes:
    return json.dumps(
        {"choices": [{"message": {"content": content}, **choice}], "usage": {"prompt_tokens": 3}}
    ).encode()


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["choices", "message", "content", "usage", "x"]), inner), max_leaves=8).map(
    lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_body_is_an_answer_or_a_typed_refusal(body: bytes) -> None:
    reading = read_answer(body, schema=NOTE)
    assert (reading.answer is None) != (reading.failure is None)


@given(st.text(max_size=60))
def test_any_text_is_an_answer_or_a_typed_refusal(text: str) -> None:
    reading = read_answer(completion(text), schema=NOTE)
    assert (reading.answer is None) != (reading.failure is None)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ('{"note": NaN}', "no JSON"), ('{"note": "a"} {"note": "b"}', "no JSON"), ("Sure: {}", "no JSON"),
        ('{"note": 1}', "wrong schema"), ("[]", "wrong schema"), ("[" * 100_000, "no JSON"), (" ", "empty"),
        (None, "empty"), (5, "empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(content: Any, rule: str) -> None:
    reading = read_answer(completion(content), schema=NOTE)
    assert reading.failure is not None
    assert reading.failure.rule == rule


def test_a_refusal_of_the_model_is_no_fault_of_the_provider() -> None:
    body = json.dumps({"choices": [{"message": {"content": None, "refusal": "I will not"}}]}).encode()
    failure = read_answer(body, schema=None).failure
    assert failure is not None
    assert failure.failure_class.value == "request"


@pytest.mark.parametrize(
    ("value", "schema", "fits"),
    [
        (1, {"type": "integer"}, True), (1.0, {"type": "integer"}, True),
        (1.5, {"type": "integer"}, False), (True, {"type": "integer"}, False),
        (True, {"type": "boolean"}, True), (None, {"type": ["string", "null"]}, True),
        (0.3, {"type": "number", "minimum": -0.25, "maximum": 0.25}, False),
        (0.25, {"maximum": 0.25}, True), (1, {"exclusiveMinimum": 1}, False),
        (2, {"exclusiveMaximum": 3}, True), ("ab", {"minLength": 3}, False),
        ("abc", {"maxLength": 2}, False), ("2024", {"pattern": "^[0-9]{4}$"}, True),
        ([1, 1], {"uniqueItems": True}, False), ([1], {"minItems": 2}, False),
        ([1, "a"], {"items": {"type": "integer"}}, False), ({"a": 1}, {"additionalProperties": False}, False),
        ({"a": 1}, {"additionalProperties": {"type": "string"}}, False),
        ({}, {"required": ["a"]}, False), ("x", {"enum": ["x", "y"]}, True),
        (1, {"enum": [True]}, False), (1, {"const": 2}, False),
        (5, {"anyOf": [{"type": "string"}, {"maximum": 6}]}, True),
        (5, {"oneOf": [{"minimum": 1}, {"maximum": 6}]}, False),
        (5, {"allOf": [{"minimum": 1}, {"maximum": 4}]}, False),
        ({"q": "x"}, {"properties": {"q": {"$ref": "#/$defs/quote"}}, "$defs": {"quote": {"type": "integer"}}}, False),
    ],
)  # fmt: skip
def test_a_value_fits_its_schema_or_not(value: Any, schema: dict[str, Any], fits: bool) -> None:
    assert (schema_errors(value, schema) == []) is fits


def test_an_error_names_its_place() -> None:
    schema = {"properties": {"a/b": {"items": {"properties": {"c": {"type": "string"}}}}}}
    assert schema_errors({"a/b": [{}, {"c": 1}]}, schema) == ["/a~1b/1/c: is no string"]


@pytest.mark.parametrize("schema", [{"if": {}}, {"$ref": "https://example.org/schema"}, {"propertyNames": {}}])
def test_a_schema_that_says_more_than_is_checked_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(UnknownKeywordError):
        schema_errors({"a": 1}, schema)
