"""Every route that the templates declare, with what the served OpenAPI document says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from infra.local.application import FunctionDefinition
from jsonschema import Draft202012Validator, FormatChecker
from tests.architecture.checkout import PACKAGE, ROOT, application

Json = dict[str, Any]
ULID_EXAMPLE = re.compile(r"^(?P<prefix>[a-z]+)_[0-9A-HJKMNP-TV-Z]{26}$")
JSON_MEDIA_TYPE = "application/json"


@dataclass(frozen=True)
class Operation:
    """One method of one path; `document` is empty for pages that the document leaves out."""

    method: str
    path: str
    function: FunctionDefinition
    document: Json = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The operation's id, or method and path."""
        return str(self.document.get("operationId") or f"{self.method} {self.path}")

    @property
    def scope(self) -> str | None:
        """What a key needs: None nothing at all, `any` a valid key, else a scope."""
        scope: str | None = self.document.get("x-scope")
        return scope

    @property
    def is_idempotent(self) -> bool:
        """Whether replies are replayed by Idempotency-Key."""
        return bool(self.document.get("x-idempotent"))

    @property
    def is_paid(self) -> bool:
        """Whether a price is declared."""
        return bool(self.document.get("x-paid"))

    @property
    def is_cached(self) -> bool:
        """Whether a cache is declared."""
        return bool(self.document.get("x-cache-seconds"))

    @property
    def is_list(self) -> bool:
        """Whether it answers pages."""
        return {"limit", "cursor"} <= {parameter["name"] for parameter in self.parameters("query")}

    @property
    def answers_a_list(self) -> bool:
        """Whether its reply says `has_more`."""
        content = self.document.get("responses", {}).get(str(self.success), {}).get("content", {})
        schema = content.get(JSON_MEDIA_TYPE, {}).get("schema", {})
        names = [option.get("$ref", "").rpartition("/")[2] for option in schema.get("anyOf", [schema])]
        shapes = served_document()["components"]["schemas"]
        return any("has_more" in shapes.get(name, {}).get("properties", ()) for name in names)

    @property
    def success(self) -> int:
        """The status of a request that is served; a quote alone is no service."""
        replies = self.document.get("responses", {}).items()
        return min((int(status) for status, reply in replies if status[0] == "2" and not _is_quote(reply)), default=200)

    @property
    def body_example(self) -> Any:
        """The documented example of the body, None where there is no body."""
        content = self._body_content()
        if content is None:
            return None
        if "examples" in content:
            return next(iter(content["examples"].values()))["value"]
        return content["example"]

    @property
    def body_schema(self) -> Json | None:
        """The schema of the body, with the components that it refers to."""
        content = self._body_content()
        return None if content is None else _with_components(content["schema"])

    def parameters(self, place: str) -> list[Json]:
        """Return the declared parameters of a place: `path` or `query`."""
        return [parameter for parameter in self.document.get("parameters", ()) if parameter["in"] == place]

    def path_examples(self) -> dict[str, Any]:
        """Return the example of every path parameter."""
        examples = {parameter["name"]: example_of(parameter) for parameter in self.parameters("path")}
        return {name: examples.get(name) for name in re.findall(r"{(\w+)}", self.path)}

    def reply_validator(self, status: int) -> Draft202012Validator | None:
        """Return what checks a reply's body; None when the document gives no JSON schema."""
        return _validator(self.name, status)

    def __str__(self) -> str:
        return self.name

    def _body_content(self) -> Json | None:
        content: Json | None = self.document.get("requestBody", {}).get("content", {}).get(JSON_MEDIA_TYPE)
        return content


@cache
def served_document() -> Json:
    """Return the document that GET /openapi.json serves."""
    document: Json = json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))
    return document


@cache
def operations() -> tuple[Operation, ...]:
    """Return every route of every product, in the templates' order."""
    paths = served_document()["paths"]
    return tuple(
        Operation(route.method, route.path, route.function, paths.get(route.path, {}).get(route.method.lower(), {}))
        for route in application().routes
        if not route.path.startswith("$")
    )


def each(wanted: Callable[[Operation], bool] = lambda _: True) -> pytest.MarkDecorator:
    """Parametrise a test with every operation that fits."""
    return pytest.mark.parametrize("operation", [o for o in operations() if wanted(o)], ids=str)


wired = pytest.mark.skipif(
    not any("x-rate" in operation.document for operation in operations()), reason="waits for admission's wiring"
)


def example_of(parameter: Json) -> Any:
    """Return a value for a parameter: its example, else one that its type allows; None when nothing can be derived."""
    for choice in _choices(parameter):
        for value in (*choice.get("examples", ()), *choice.get("enum", ())):
            return value
        for fixed in ("example", "const", "default", "minimum"):
            if choice.get(fixed) is not None:
                return choice[fixed]
        derived = {"boolean": "true", "date": "2024-06-30", "date-time": "2024-06-30T00:00:00Z"}
        found = derived.get(str(choice.get("format") or choice.get("type")))
        if found is not None:
            return found
    return None


def _choices(parameter: Json) -> Iterator[Json]:
    schema = parameter.get("schema", {})
    yield {name: parameter[name] for name in ("example",) if name in parameter}
    for choice in (schema, *schema.get("anyOf", ())):
        if "$ref" in choice:
            yield served_document()["components"]["schemas"][choice["$ref"].rpartition("/")[2]]
        yield choice


def _is_quote(reply: Json) -> bool:
    schema = reply.get("content", {}).get(JSON_MEDIA_TYPE, {}).get("schema", {})
    return str(schema.get("$ref", "")).endswith("/Reply_QuoteOut_")


def _with_components(schema: Json) -> Json:
    return {**schema, "components": served_document()["components"]}


@cache
def _validator(name: str, status: int) -> Draft202012Validator | None:
    operation = next(operation for operation in operations() if operation.name == name)
    content = operation.document.get("responses", {}).get(str(status), {}).get("content", {})
    for media_type in (JSON_MEDIA_TYPE, "application/problem+json"):
        if content.get(media_type, {}).get("schema"):
            schema = _with_components(content[media_type]["schema"])
            return Draft202012Validator(schema, format_checker=FormatChecker())
    return None


@cache
def documented_codes() -> frozenset[str]:
    """Return the anchors of the page that every problem's `type` leads to."""
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^## (\S+)$", page, re.MULTILINE))
