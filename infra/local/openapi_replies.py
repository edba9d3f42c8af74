"""What the shell answers beside a route's own replies: problems, quotes, unchanged answers; which headers it reads."""

from __future__ import annotations

from typing import Any

from auspex.core.limits import IDEMPOTENCY_KEY_CHARACTERS_MAX
from auspex.core.problems import Problem
from auspex.platform.replies import QuoteOut, Reply

Json = dict[str, Any]
PROBLEM_MEDIA_TYPE = "application/problem+json"
METHODS_WITH_BODY = ("post", "put", "patch")
NOT_FOUND = 404
REFERENCE = "#/components/schemas/"
QUOTE = "Reply_QuoteOut_"
KEY_REUSED = "idempotency-key-reused"
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request is one request; kept for 24 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_CHARACTERS_MAX, "pattern": "^[ -~]+$"},
}


def problems_of(
    operation: Json, method: str, own: dict[str, type[Problem]], known: dict[str, type[Problem]]
) -> dict[int, list[type[Problem]]]:
    """Return which problems an operation answers with: the shell's by what it reads, its own by its docstring."""
    names = ["internal-error", "malformed-request", "rate-limited"]  # unknown parameters are refused everywhere
    if operation.get("x-scope") is not None:
        names += ["unauthenticated", "scope-missing"]
    if not operation.get("x-stateless"):
        names.append("database-unavailable")
    if operation.get("parameters"):
        names.append("validation-failed")
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
        names.append("not-found")
    names_something = "not-found" in names or method in METHODS_WITH_BODY
    names += [name for name, problem in own.items() if problem.status != NOT_FOUND or names_something]
    if method in METHODS_WITH_BODY:
        names += ["body-too-large", "unsupported-media-type", "validation-failed"]
    if operation.get("x-idempotent"):
        names += ["request-in-progress", KEY_REUSED]
    elif method != "post":
        names = [name for name in names if name != KEY_REUSED]
    if operation.get("x-paid"):
        names += ["balance-too-small", "daily-allowance-used", "cooldown"]
    found: dict[int, list[type[Problem]]] = {}
    for name in sorted(set(names)):
        found.setdefault(known[name].status, []).append(known[name])
    return dict(sorted(found.items()))


def add_problems(responses: Json, problems: dict[int, list[type[Problem]]]) -> None:
    """Document a problem for every way in which an operation can be refused."""
    for status, kinds in problems.items():
        examples = {p.code: {"value": p().document(instance=None, request_id=None)} for p in kinds}
        content = {"schema": {"$ref": f"{REFERENCE}Problem"}, "examples": examples}
        responses[str(status)] = {
            "description": ", ".join(f"`{kind.code}`" for kind in kinds),
            "content": {PROBLEM_MEDIA_TYPE: content},
        }


def add_unchanged(operation: Json, method: str, components: Json) -> None:
    """Document 304 for reads whose replies bear an ETag: those in the envelope."""
    schema = _schema_of(operation["responses"].get("200", {}))
    envelope = components["schemas"].get(schema.get("$ref", "").removeprefix(REFERENCE), {})
    if method == "get" and "data" in envelope.get("properties", {}):
        operation["responses"]["304"] = {"description": "Unchanged: `If-None-Match` named the present `ETag`"}


def add_quote(operation: Json, components: Json) -> None:
    """Document what `?dry_run=true` answers on a paid route."""
    if not operation.get("x-paid"):
        return
    shape = Reply[QuoteOut].model_json_schema(ref_template=REFERENCE + "{model}", mode="serialization")
    for name, schema in (*shape.pop("$defs").items(), (QUOTE, shape)):
        components["schemas"].setdefault(name, schema)
    quote: Json = {"$ref": REFERENCE + QUOTE}
    reply = operation["responses"].setdefault("200", {"description": "The quote, with `dry_run=true`"})
    given = _schema_of(reply)
    content = {"application/json": {"schema": {"anyOf": [given, quote]} if given else quote}}
    reply["content"] = reply.get("content", {}) | content


def add_idempotency_key(operation: Json, problems: dict[int, list[type[Problem]]]) -> None:
    """Document the header of routes that tell a repeated request by it."""
    if any(kind.code == KEY_REUSED for kinds in problems.values() for kind in kinds):
        operation["parameters"] = [*operation.get("parameters", ()), IDEMPOTENCY_KEY]


def _schema_of(reply: Json) -> Json:
    schema: Json = reply.get("content", {}).get("application/json", {}).get("schema", {})
    return schema
