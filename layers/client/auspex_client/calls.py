"""One logical call: what is sent, the same over every attempt. Nothing here does I/O or reads a clock."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from pydantic import BaseModel

if TYPE_CHECKING:
    from auspex_client.replies import Reply

METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Omit:
    """The type of OMIT."""

    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final = Omit()
"""Leave a field as it is, where None would set it to null."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the OpenAPI document."""

    operation_id: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What one call does differently; None keeps the client's setting.

    `idempotency_key` names the effect of a POST: the same key, route and body are one effect however often they are
    sent, in this call's retries and in a later process. `traceparent` continues a W3C trace. `known` is an earlier
    reply of the same read: where nothing changed since, no body travels and its data is returned again, `unchanged`.
    """

    deadline_seconds: float | None = None
    attempts_max: int | None = None
    idempotency_key: str | None = None
    request_id: str | None = None
    traceparent: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    known: Reply[Any] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A prepared request; only the span within its trace differs from attempt to attempt. It shows no secret."""

    operation: Operation
    target: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    trace: str
    deadline_seconds: float
    attempts_max: int
    known: Reply[Any] | None = field(default=None, repr=False)

    @property
    def may_repeat(self) -> bool:
        """Whether sending it again after it may have arrived is one effect: by its method, or by its key."""
        return self.operation.method != "POST" or "idempotency-key" in self.headers

    def attempt_headers(self) -> dict[str, str]:
        """Return the headers of one attempt: a span of its own in the call's trace."""
        version, trace_id, _, flags = self.trace.split("-")
        return {**self.headers, "traceparent": f"{version}-{trace_id}-{secrets.token_hex(8)}-{flags}"}


def prepare(
    operation: Operation,
    *,
    options: CallOptions,
    headers: Mapping[str, str],
    deadline_seconds: float,
    attempts_max: int,
    path: Mapping[str, Any],
    query: Mapping[str, Any],
    body: Any,
) -> Call:
    """Return the call of an operation: its key, request id and trace are chosen here, once."""
    own = {
        **headers,
        "accept": "application/json, application/problem+json",
        "x-request-id": options.request_id or str(uuid.uuid4()),
    }
    content = b""
    if operation.method in METHODS_WITH_BODY and body is not None:
        content = body if isinstance(body, bytes) else json.dumps(to_json(body), ensure_ascii=False).encode()
        own["content-type"] = "application/json"
    known = options.known if operation.method == "GET" else None
    if known is not None and "etag" in known.headers:
        own["if-none-match"] = known.headers["etag"]
    if operation.method == "POST":
        own["idempotency-key"] = options.idempotency_key or f"auspex-py-{uuid.uuid4()}"
    return Call(
        operation=operation,
        target=_target(operation.path, path, query),
        headers=own | {name.lower(): value for name, value in options.headers.items()},
        content=content,
        trace=options.traceparent or f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01",
        deadline_seconds=options.deadline_seconds or deadline_seconds,
        attempts_max=options.attempts_max or attempts_max,
        known=known,
    )


def given(fields: Mapping[str, Any], nullable: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the fields that a caller gave: of `fields` what is not None, of `nullable` what is not OMIT."""
    present = {name: value for name, value in fields.items() if value is not None}
    return present | {name: value for name, value in (nullable or {}).items() if value is not OMIT}


def to_json(value: Any) -> Any:
    """Return a value as JSON holds it: instants as RFC 3339 in UTC with `Z`, decimals as strings."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} names no instant: give it a time zone")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return _members_to_json(value)


def _members_to_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): to_json(member) for name, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [to_json(member) for member in value]
    return value


def _target(template: str, path: Mapping[str, Any], query: Mapping[str, Any]) -> str:
    """Return path and query as sent; a path value is one segment whatever it holds."""
    filled = template.format_map({name: quote(_text(value), safe="") for name, value in path.items()})
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        members = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [(name, _text(member)) for member in members]
    return f"{filled}?{urlencode(pairs)}" if pairs else filled


def _text(value: Any) -> str:
    shown = to_json(value)
    return str(shown).lower() if isinstance(shown, bool) else str(shown)
