"""Check a JSON value against the part of JSON Schema that prompts use. An unknown keyword is refused, never ignored."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

ANNOTATIONS = frozenset({"title", "description", "examples", "default", "$schema", "$defs", "format"})
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "null": (type(None),),
    "integer": (int,), "number": (int, float),
}  # fmt: skip
DEPTH_MAX = 64


class UnknownKeywordError(ValueError):
    """A schema uses a keyword that is not checked here."""


def schema_errors(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a value, each with its JSON Pointer; empty when it fits.

    Raises UnknownKeywordError for a schema that says more than is checked here.
    """
    return list(_errors(value, schema, schema, "", 0))


def _errors(value: Any, schema: Any, root: Mapping[str, Any], at: str, depth: int) -> Iterator[str]:
    if depth > DEPTH_MAX:
        yield f"{at or '/'}: nested too deeply"
        return
    if schema is True:
        return
    if schema is False:
        yield f"{at or '/'}: not allowed"
        return
    if "$ref" in schema:
        yield from _errors(value, _resolve(schema["$ref"], root), root, at, depth + 1)
    for keyword in sorted(schema.keys() - ANNOTATIONS - {"$ref"}):
        if keyword not in KEYWORDS:
            raise UnknownKeywordError(keyword)
        yield from (f"{at or '/'}: {problem}" for problem in KEYWORDS[keyword](value, schema[keyword]))
    yield from _inner(value, schema, root, at, depth)
    yield from _combined(value, schema, root, at, depth)


def _combined(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str, depth: int) -> Iterator[str]:
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            fitting = sum(not list(_errors(value, option, root, at, depth + 1)) for option in schema[choice])
            if fitting == 0 or (choice == "oneOf" and fitting != 1):
                yield f"{at or '/'}: fits {fitting} of the alternatives"
    for option in schema.get("allOf", ()):
        yield from _errors(value, option, root, at, depth + 1)


def _inner(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name, child in value.items():
            place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
            inner = known[name] if name in known else schema.get("additionalProperties", True)
            yield from _errors(child, inner, root, place, depth + 1)
    elif isinstance(value, list) and "items" in schema:
        for number, child in enumerate(value):
            yield from _errors(child, schema["items"], root, f"{at}/{number}", depth + 1)


def _resolve(reference: str, root: Mapping[str, Any]) -> Any:
    prefix = "#/$defs/"
    if not reference.startswith(prefix) or reference.removeprefix(prefix) not in root.get("$defs", {}):
        raise UnknownKeywordError(f"$ref {reference}")
    return root["$defs"][reference.removeprefix(prefix)]


def _is_of(value: Any, name: str) -> bool:
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    if isinstance(value, bool) and name in {"integer", "number"}:
        return False
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return isinstance(value, TYPES[name])


def _type(value: Any, expected: Any) -> Iterator[str]:
    names = [expected] if isinstance(expected, str) else expected
    if not any(_is_of(value, name) for name in names):
        yield f"is no {' or '.join(names)}"


def _required(value: Any, names: list[str]) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"lacks {name}" for name in names if name not in value)


def _enum(value: Any, allowed: list[Any]) -> Iterator[str]:
    if not any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed):
        yield "is none of the allowed values"


def _const(value: Any, expected: Any) -> Iterator[str]:
    yield from _enum(value, [expected])


def _pattern(value: Any, pattern: str) -> Iterator[str]:
    if isinstance(value, str) and re.search(pattern, value) is None:
        yield "does not match the pattern"


def _unique(value: Any, expected: bool) -> Iterator[str]:  # noqa: FBT001 - a keyword's value
    if expected and isinstance(value, list) and any(value[i] in value[:i] for i in range(len(value))):
        yield "holds an item twice"


def _bound(kind: type | tuple[type, ...], measure: Any, fails: Any, words: str) -> Any:
    def check(value: Any, bound: float) -> Iterator[str]:
        if isinstance(value, kind) and not isinstance(value, bool) and fails(measure(value), bound):
            yield f"{words} {bound}"

    return check


def _same(value: Any) -> Any:
    return value


def _below(value: float, bound: float) -> bool:
    return value < bound


def _above(value: float, bound: float) -> bool:
    return value > bound


def _nothing(value: Any, expected: Any) -> Iterator[str]:  # noqa: ARG001 - checked by `_errors` and `_inner`
    yield from ()


NUMBER = (int, float)
KEYWORDS: dict[str, Any] = {
    "type": _type, "required": _required, "enum": _enum, "const": _const, "pattern": _pattern, "uniqueItems": _unique,
    "minimum": _bound(NUMBER, _same, _below, "is less than"),
    "maximum": _bound(NUMBER, _same, _above, "is more than"),
    "exclusiveMinimum": _bound(NUMBER, _same, lambda value, bound: value <= bound, "is not more than"),
    "exclusiveMaximum": _bound(NUMBER, _same, lambda value, bound: value >= bound, "is not less than"),
    "minLength": _bound(str, len, _below, "is shorter than"),
    "maxLength": _bound(str, len, _above, "is longer than"),
    "minItems": _bound(list, len, _below, "has fewer items than"),
    "maxItems": _bound(list, len, _above, "has more items than"),
    "minProperties": _bound(dict, len, _below, "has fewer members than"),
    "maxProperties": _bound(dict, len, _above, "has more members than"),
    "properties": _nothing, "additionalProperties": _nothing, "items": _nothing,
    "anyOf": _nothing, "oneOf": _nothing, "allOf": _nothing,
}  # fmt: skip
