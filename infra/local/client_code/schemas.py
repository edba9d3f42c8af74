"""JSON Schema as Python types. Replies are read leniently: a new value of an enumeration is a string."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from infra.local.client_code.naming import identifier
from infra.local.client_code.text import STANDARD
from pydantic import BaseModel

Json = dict[str, Any]
ENVELOPES = ("Reply_", "ListReply_")
HAND_WRITTEN = ("Meta", "Problem", "QuoteOut", "Quote")
QUOTE = "Reply_QuoteOut_"
REFERENCE = "#/components/schemas/"
SHORTENED = "Out"


@dataclass(slots=True)
class Vocabulary:
    """The components that become classes, and what each is called."""

    components: Json
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        own = {name for name in self.components if not name.startswith(ENVELOPES) and name not in HAND_WRITTEN}
        self.names = {name: name for name in own}
        for name in sorted(own):
            short = name.removesuffix(SHORTENED)
            free = short.isidentifier() and short not in own and short not in HAND_WRITTEN
            if name.endswith(SHORTENED) and free and short not in STANDARD and not hasattr(builtins, short):
                self.names[name] = short

    def resolve(self, schema: Json) -> tuple[str | None, Json]:
        """Return a component's name and schema for a reference, else None and the schema itself."""
        reference = schema.get("$ref")
        if reference is None:
            return None, schema
        name = reference.removeprefix(REFERENCE)
        return name, self.components[name]

    def data_of(self, schema: Json | None) -> Json | None:
        """Return what stands in `data` of a reply: the object, or a page's row. None outside the envelope."""
        options = (schema or {}).get("anyOf", [schema or {}])
        own = [option for option in options if not option.get("$ref", "").endswith(QUOTE)]
        name, envelope = self.resolve(own[0])
        if name is None or not name.startswith(ENVELOPES):
            return None
        data: Json = envelope["properties"]["data"]
        return data["items"] if name.startswith("ListReply_") else data

    def reply_type(self, schema: Json) -> str:
        """Return the type of a value that a reply holds."""
        return self._type(schema, lenient=True)

    def request_type(self, schema: Json) -> str:
        """Return the type of a value that a request takes."""
        return self._type(schema, lenient=False)

    def reached_from(self, schema: Any) -> set[str]:
        """Return the names of every component that a schema leads to."""
        found: set[str] = set()
        waiting = list(_references(schema))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += _references(self.components[name])
        return found

    def _type(self, schema: Json, *, lenient: bool) -> str:
        if "$ref" in schema:
            return self.names.get(schema["$ref"].removeprefix(REFERENCE), "dict[str, Any]")
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return self._union(schema[union], lenient=lenient)
        if len(schema.get("allOf", ())) == 1:
            return self._type(schema["allOf"][0], lenient=lenient)
        if "enum" in schema or "const" in schema:
            return _literal(schema.get("enum", [schema.get("const")]), lenient=lenient)
        return self._by_name(schema, lenient=lenient)

    def _union(self, options: list[Json], *, lenient: bool) -> str:
        if any(_is_decimal(option) for option in options):
            options = [option for option in options if option.get("type") != "number"]
        return unite(*(self._type(option, lenient=lenient) for option in options))

    def _by_name(self, schema: Json, *, lenient: bool) -> str:
        match schema.get("type"):
            case "string":
                return "Decimal" if _is_decimal(schema) else FORMATS.get(schema.get("format", ""), "str")
            case "array":
                member = self._type(schema.get("items", {}), lenient=lenient)
                return f"list[{member}]" if lenient else f"Sequence[{member}]"
            case "object":
                more = schema.get("additionalProperties")
                member = self._type(more, lenient=lenient) if isinstance(more, dict) else "Any"
                return f"dict[str, {member}]" if lenient else f"Mapping[str, {member}]"
            case _:
                return SIMPLE.get(str(schema.get("type", "")), "Any")


FORMATS = {"date": "dt.date", "date-time": "dt.datetime"}
SIMPLE = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def is_nullable(schema: Json) -> bool:
    """Tell whether null is a value of a schema."""
    options: list[Json] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return any(option.get("type") == "null" for option in options)


def unite(*types: str) -> str:
    """Return the union of types, each once, None last."""
    members = dict.fromkeys(part for text in types for part in split_union(text))
    if "Any" in members:
        return "Any"
    return " | ".join(sorted(members, key=lambda member: member == "None"))


def split_union(text: str) -> list[str]:
    """Return the members of a union's text; a bar inside brackets belongs to its member."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "|" and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()]


def field_name(name: str) -> str:
    """Return the attribute of a model that holds a field: not one of pydantic's, nor a type's name."""
    own = identifier(name)
    hidden = hasattr(BaseModel, own) or own.startswith("_") or own in {"list", "dict", "str", "int", "float", "bool"}
    return f"{own.lstrip('_')}_" if hidden else own


def _is_decimal(schema: Json) -> bool:
    """Pydantic documents a Decimal as a string of this pattern."""
    return schema.get("type") == "string" and schema.get("pattern", "").startswith("^(?!^[-+.]*$)")


def _literal(values: list[Any], *, lenient: bool) -> str:
    known = f"Literal[{', '.join(repr(value) for value in values)}]"
    return f"{known} | str" if lenient and any(isinstance(value, str) for value in values) else known


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(REFERENCE)
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)
