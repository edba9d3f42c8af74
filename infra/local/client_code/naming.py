"""Which method of which resource an operation is: by its path and verb, unless a name is pinned here."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
PAGE_PREFIX = "ListReply_"
VERSION = "v1"
VERBS = {"patch": "update", "put": "replace", "delete": "delete"}

PINNED = {
    "GET /openapi.json": "openapi",
    "DELETE /v1/keys/{}": "keys.revoke",
    "POST /v1/filings/asks": "filings.ask",
    "POST /v1/filings/searches": "filings.search",
    "POST /v1/filings/ingestions": "filings.ingest",
    "POST /v1/filings/citations/verifications": "filings.verify_citation",
    "POST /v1/webhooks/{}/deliveries/{}/replays": "webhooks.deliveries.replay",
    "POST /v1/notifications/read": "notifications.mark_read",
    "POST /v1/payments/webhook": "payments.receive_event",
    "GET /v1/providers/audit/chain": "providers.audit.verify",
    "POST /v1/providers/drills": "providers.drill",
    "POST /v1/providers/lease": "providers.lease.take",
    "DELETE /v1/providers/lease": "providers.lease.release",
    "PUT /v1/providers/pin": "providers.pin",
    "DELETE /v1/providers/pin": "providers.unpin",
}
"""Names that read better than the rule's; a path parameter is `{}`."""


@dataclass(frozen=True, slots=True)
class Name:
    """Where a caller finds an operation: `filings.asks` and `show`; an empty resource is the client itself."""

    resource: tuple[str, ...]
    method: str

    @property
    def dotted(self) -> str:
        """The name as it is written after `client.`."""
        return ".".join((*self.resource, self.method))


def name_operations(paths: Json) -> dict[str, Name]:
    """Return the name of every operation by its id; no two are equal, none is a resource's name too."""
    names: dict[str, Name] = {}
    for path, operations in sorted(paths.items()):
        for method, operation in sorted(operations.items()):
            names[operation["operationId"]] = _pinned(method, path) or _by_rule(method, path, operation, paths)
    resources = {prefix for name in names.values() for prefix in _prefixes(name.resource)}
    taken: set[tuple[str, ...]] = set()
    for operation_id, name in names.items():
        full = (*name.resource, name.method)
        if full in taken or full in resources:
            names[operation_id] = Name(name.resource, operation_id)
        taken.add((*name.resource, names[operation_id].method))
    return names


def _pinned(method: str, path: str) -> Name | None:
    shape = "/".join("{}" if segment.startswith("{") else segment for segment in path.split("/"))
    dotted = PINNED.get(f"{method.upper()} {shape}")
    if dotted is None:
        return None
    *resource, own = dotted.split(".")
    return Name(tuple(resource), own)


def _by_rule(method: str, path: str, operation: Json, paths: Json) -> Name:
    """Name a list `list`, one thing `show`, a collection's POST `create`, and what stands alone by its last segment."""
    segments = [segment for segment in path.strip("/").split("/") if segment != VERSION]
    literals = tuple(identifier(segment) for segment in segments if not segment.startswith("{"))
    ends_with_id = segments[-1].startswith("{")
    alone = set(paths[path]) == {method} and not any(other.startswith(path + "/") for other in paths)
    parent = path.rpartition("/")[0]
    if method == "get" and is_page(operation):
        return Name(literals, "list")
    if method == "get":
        return Name(literals[:-1], literals[-1]) if alone and not ends_with_id else Name(literals, "show")
    if method == "post":
        belongs = parent.endswith("}") or parent in paths
        is_action = alone and belongs and not ends_with_id
        return Name(literals[:-1], literals[-1]) if is_action else Name(literals, "create")
    return Name(literals, VERBS.get(method, str(operation["operationId"])))


def is_page(operation: Json) -> bool:
    """Tell whether an operation answers with one page of a list, or with what that would cost."""
    schema = success_schema(operation) or {}
    references = (str(option.get("$ref", "")) for option in schema.get("anyOf", [schema]))
    return any(reference.rpartition("/")[2].startswith(PAGE_PREFIX) for reference in references)


def success_schema(operation: Json) -> Json | None:
    """Return the schema of an operation's successful reply, None where it has no body."""
    for status, response in sorted(operation["responses"].items()):
        if status.startswith("2"):
            schema: Json | None = response.get("content", {}).get("application/json", {}).get("schema")
            if schema is not None and str(schema.get("$ref", "")).endswith("/Reply_QuoteOut_"):
                continue
            return schema
    return None


def identifier(text: str) -> str:
    """Return a name of Python's for a segment of a path or a field."""
    name = "".join(character if character.isalnum() else "_" for character in text)
    return f"{name}_" if keyword.iskeyword(name) or not name.isidentifier() else name


def class_name(parts: Iterable[str]) -> str:
    """Return a class's name for dotted or dashed parts."""
    return "".join(word.capitalize() for part in parts for word in part.replace("-", "_").split("_"))


def _prefixes(resource: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    return (resource[: end + 1] for end in range(len(resource)))
