"""Classes of what replies hold, and typed dictionaries of what stands inside requests, one module per resource."""

from __future__ import annotations

import re
from keyword import iskeyword
from textwrap import dedent
from typing import Any

from infra.local.client_code.naming import Name, class_name, success_schema
from infra.local.client_code.schemas import Vocabulary, field_name, is_nullable, unite
from infra.local.client_code.text import docstring, module

Json = dict[str, Any]
SHARED = "shared"


def place_models(paths: Json, names: dict[str, Name], vocabulary: Vocabulary) -> tuple[dict[str, str], set[str]]:
    """Return the module of every class by component, and which components requests hold (at any depth)."""
    users: dict[str, set[str]] = {}
    in_requests: set[str] = set()
    in_replies: set[str] = set()
    for operations in paths.values():
        for operation in operations.values():
            home = home_of(names[operation["operationId"]])
            _, body = vocabulary.resolve(body_schema(operation) or {})
            asked = vocabulary.reached_from(body)
            answered = vocabulary.reached_from(vocabulary.data_of(success_schema(operation)) or {})
            in_requests |= asked
            in_replies |= answered
            for component in asked | answered:
                users.setdefault(component, set()).add(home)
    used = {name: homes for name, homes in users.items() if name in vocabulary.names}
    # What a reply shows is a model, also where a request may hold the same
    return {name: homes.pop() if len(homes) == 1 else SHARED for name, homes in used.items()}, in_requests - in_replies


def home_of(name: Name) -> str:
    """Return the module in which an operation's models live: its resource's first two parts."""
    return "_".join(name.resource[:2]) or "root"


def body_schema(operation: Json) -> Json | None:
    """Return the schema of an operation's JSON body, None where it takes none."""
    content = operation.get("requestBody", {}).get("content", {})
    schema: Json | None = content.get("application/json", {}).get("schema")
    return schema


def model_modules(places: dict[str, str], in_requests: set[str], vocabulary: Vocabulary) -> dict[str, str]:
    """Return the text of every model module by its name, `__init__` among them."""
    modules = {}
    for home in sorted(set(places.values())):
        own = _in_order([name for name, place in places.items() if place == home], vocabulary)
        body = "\n\n\n".join(
            typed_dictionary(name, vocabulary) if name in in_requests else model_class(name, vocabulary)
            for name in own
        )  # fmt: skip
        foreign = {
            needed for name in own for needed in vocabulary.reached_from(vocabulary.components[name])
            if places.get(needed, home) != home and re.search(rf"\b{vocabulary.names.get(needed)}\b", body)
        }  # fmt: skip
        about = (
            f"What `{home.replace('_', '.', 1)}` shows and takes." if home != SHARED else "What several resources show."
        )
        modules[home] = module(about, body, import_lines(foreign, places, vocabulary))
    lines = import_lines(set(places), places, vocabulary)
    exported = ",\n".join(f'    "{vocabulary.names[name]}"' for name in sorted(places, key=vocabulary.names.get))  # type: ignore[arg-type] # every key is there
    modules["__init__"] = module("Every model by its name.", f"__all__ = [\n{exported},\n]", lines)
    return modules


def import_lines(needed: set[str], places: dict[str, str], vocabulary: Vocabulary) -> list[str]:
    """Return the imports of classes from their modules."""
    return [
        f"from auspex_client.models.{places[name]} import {vocabulary.names[name]}"
        for name in sorted(needed)
        if name in places
    ]


def model_class(name: str, vocabulary: Vocabulary) -> str:
    """Return the class of a component that replies hold; an enumeration of its own is an alias."""
    schema = vocabulary.components[name]
    own = vocabulary.names[name]
    if schema.get("type") != "object" or "properties" not in schema:
        return f"{own} = {vocabulary.reply_type(schema)}"
    lines = [f"class {own}(Model):", docstring(schema.get("description") or f"{own}.", 4), ""]
    required = set(schema.get("required", ()))
    for field, described in sorted(schema["properties"].items(), key=lambda item: item[0] not in required):
        attribute = field_name(field)
        kind = vocabulary.reply_type(described)
        alias = f'alias="{field}"' if attribute != field else ""
        if field in required:
            lines.append(f"    {attribute}: {kind}" + (f" = Field({alias})" if alias else ""))
        else:
            given = f"Field(default=None, {alias})" if alias else "None"
            lines.append(f"    {attribute}: {unite(kind, 'None')} = {given}")
    return "\n".join(lines)


def typed_dictionary(name: str, vocabulary: Vocabulary) -> str:
    """Return the typed dictionary of a component that requests alone hold."""
    schema = vocabulary.components[name]
    own = vocabulary.names[name]
    if schema.get("type") != "object" or not all(field.isidentifier() for field in schema.get("properties", {})):
        return f"{own} = {vocabulary.request_type({k: v for k, v in schema.items() if k != 'properties'})}"
    required = set(schema.get("required", ()))
    fields = {}
    for field, described in schema.get("properties", {}).items():
        kind = vocabulary.request_type(described)
        kind = unite(kind, "None") if is_nullable(described) else kind
        fields[field] = kind if field in required else f"NotRequired[{kind}]"
    about = docstring(schema.get("description") or f"{own}.", 4)
    if any(iskeyword(field) for field in fields):  # no class body can hold them
        members = ", ".join(f'"{field}": {kind}' for field, kind in fields.items())
        return f'{own} = TypedDict("{own}", {{{members}}})\n{dedent(about)}'
    return "\n".join([f"class {own}(TypedDict):", about, "", *(f"    {f}: {kind}" for f, kind in fields.items())])


def _in_order(names: list[str], vocabulary: Vocabulary) -> list[str]:
    """Return classes after those they hold, so that each is known when it is needed."""
    ordered: list[str] = []

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in ordered or name in above:
            return
        for needed in sorted(vocabulary.reached_from(vocabulary.components[name])):
            if needed in names:
                add(needed, (*above, name))
        ordered.append(name)

    for name in sorted(names):
        add(name, ())
    return ordered


__all__ = ["SHARED", "body_schema", "class_name", "home_of", "import_lines", "model_modules", "place_models"]
