"""Message contracts as JSON Schemas under events/contracts. A committed one only widens; the rest is a new version."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import auspex
from auspex.core.messages import Command, Envelope

FOLDER = Path("events/contracts")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
EXACT = ("pattern", "format", "const", "multipleOf", "uniqueItems")

Schema = dict[str, Any]


def import_package() -> None:
    """Import every module of the code layer, so that every subclass is known."""
    for module in pkgutil.walk_packages(auspex.__path__, "auspex."):
        importlib.import_module(module.name)


def command_classes() -> list[type[Command]]:
    """Return every message body of the code layer that is sent to a queue, by schema name."""
    import_package()

    def walk(parent: type[Command]) -> list[type[Command]]:
        return [child for direct in parent.__subclasses__() for child in (direct, *walk(direct))]

    ours = [c for c in walk(Command) if c.__module__.startswith("auspex.") and "schema_name" in c.__dict__]
    return sorted(ours, key=lambda command: command.schema_name)


def contract_of(command: type[Command]) -> Schema:
    """Return the schema of a whole message: the envelope with this body."""
    schema = Envelope[command].model_json_schema(by_alias=True)  # type: ignore[valid-type] # the model is a value here
    schema["properties"]["schema"] = {"const": command.schema_name}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{command.schema_name}.schema.json",
        "x-queue": command.queue,
        **schema,
        "title": command.__name__,
        "description": (command.__doc__ or "").strip(),
    }


def contract_files() -> dict[Path, str]:
    """Return every contract's file, relative to the checkout, with its text."""
    return {
        FOLDER / f"{command.schema_name}.schema.json": json.dumps(contract_of(command), indent=2) + "\n"
        for command in command_classes()
    }


def narrowings(old: Schema, new: Schema) -> list[str]:
    """Return in what the new schema refuses a message that the old one accepted; empty when it only widens."""
    return _compare(old, new, _Definitions(old, new), "")


class _Definitions:
    """Resolves `$ref` on either side; a pair under comparison is not entered twice."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old.get("$defs", {}), new.get("$defs", {})
        self.entered: set[tuple[str, str]] = set()

    def old(self, schema: Schema) -> Schema:
        return _resolve(schema, self._old)

    def new(self, schema: Schema) -> Schema:
        return _resolve(schema, self._new)


def _resolve(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return definitions[reference.rsplit("/", 1)[-1]] if reference else schema


def _compare(old: Schema, new: Schema, definitions: _Definitions, where: str) -> list[str]:
    pair = (old.get("$ref", ""), new.get("$ref", ""))
    if all(pair):
        if pair in definitions.entered:
            return []
        definitions.entered.add(pair)
    old, new = definitions.old(old), definitions.new(new)
    alternatives = new.get("anyOf")
    if "anyOf" in old or alternatives:
        candidates = alternatives or [new]
        return [
            f"{where}: {option} is no longer accepted"
            for option in old.get("anyOf", [old])
            if all(_compare(option, candidate, definitions, where) for candidate in candidates)
        ]
    return (
        _bounds(old, new, where)
        + _values(old, new, where)
        + _members(old, new, definitions, where)
        + (_compare(old.get("items", {}), new["items"], definitions, f"{where}/*") if "items" in new else [])
    )


def _bounds(old: Schema, new: Schema, where: str) -> list[str]:
    found = [
        f"{where}: {name} fell to {new[name]}"
        for name in UPPER_BOUNDS
        if name in new and new[name] < old.get(name, float("inf"))
    ]
    found += [
        f"{where}: {name} rose to {new[name]}"
        for name in LOWER_BOUNDS
        if name in new and new[name] > old.get(name, float("-inf"))
    ]
    return found + [
        f"{where}: {name} is now {new[name]}" for name in EXACT if name in new and new[name] != old.get(name)
    ]


def _values(old: Schema, new: Schema, where: str) -> list[str]:
    if "type" in new:
        accepted = {"number", "integer"} if new["type"] == "number" else {new["type"]}
        if old.get("type") not in accepted:
            return [f"{where}: type is now {new['type']}"]
    if "enum" in new:
        gone = [value for value in old.get("enum", [old.get("const", "anything")]) if value not in new["enum"]]
        if gone:
            return [f"{where}: no longer accepts {', '.join(map(str, gone))}"]
    return []


def _members(old: Schema, new: Schema, definitions: _Definitions, where: str) -> list[str]:
    known_before, known_now = old.get("properties", {}), new.get("properties", {})
    found = [f"{where}/{name}: now required" for name in new.get("required", []) if name not in old.get("required", [])]
    if new.get("additionalProperties") is False:
        found += [f"{where}/{name}: no longer known" for name in known_before if name not in known_now]
        if old.get("type") == "object" and old.get("additionalProperties", True) is not False:
            found.append(f"{where}: other members are no longer accepted")
    for name in known_before.keys() & known_now.keys():
        found += _compare(known_before[name], known_now[name], definitions, f"{where}/{name}")
    return sorted(found)
