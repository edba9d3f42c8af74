"""Examples of request bodies, from what the models say: a whole example where a model has one, else its fields' own."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class NoExampleError(LookupError):
    """A field that must be given has no example."""


def example_body(schema: Json, components: Json) -> Any:
    """Return a value that a request body may have: required fields, and optional ones that bear an example.

    Raises NoExampleError naming the first required field without one.
    """
    resolved = _resolved(schema, components)
    if resolved.get("examples"):
        return resolved["examples"][0]
    return {
        name: _example_of(f"{resolved.get('title', 'body')}.{name}", field, components)
        for name, field in resolved.get("properties", {}).items()
        if name in resolved.get("required", ()) or _own_examples(_resolved(field, components))
    }


def _example_of(where: str, field: Json, components: Json) -> Any:
    resolved = _resolved(field, components)
    found = _own_examples(resolved)
    if found:
        return found[0]
    for fixed in ("const", "default"):
        if resolved.get(fixed) is not None:
            return resolved[fixed]
    if resolved.get("enum"):
        return resolved["enum"][0]
    if resolved.get("type") == "boolean":
        return True
    if resolved.get("type") == "array" and "items" in resolved:
        return [_example_of(where, resolved["items"], components)]
    if resolved.get("type") == "object" and resolved.get("properties"):
        return example_body(resolved, components)
    raise NoExampleError(f"{where} must be given and has no example")


def _own_examples(field: Json) -> list[Any]:
    """Return a field's examples; of `X or null`, those of X."""
    return [*field.get("examples", ()), *(e for choice in field.get("anyOf", ()) for e in choice.get("examples", ()))]


def _resolved(schema: Json, components: Json) -> Json:
    """Follow a reference; what stands beside it (a description, examples) counts too."""
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    return {**components["schemas"][name], **{key: value for key, value in schema.items() if key != "$ref"}}
