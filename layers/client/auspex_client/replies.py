"""What a call returns: `data` as a typed model, and beside it what it cost, where it came from, under which request."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from auspex_client.calls import Call
from auspex_client.errors import ApiProblem, UnreadableReplyError
from auspex_client.model import Meta
from auspex_client.problems import PROBLEMS
from auspex_client.retries import Answer, retry_after_seconds

T = TypeVar("T")
NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every reply has beside its data."""

    meta: Meta
    status: int
    headers: httpx.Headers
    attempts: int

    @property
    def request_id(self) -> str | None:
        """The id of the request that was answered."""
        return self.headers.get("x-request-id") or self.meta.request_id

    @property
    def token_cost(self) -> int | None:
        """Tokens this call was charged; None where nothing is priced."""
        charged = self._number("token-cost")
        return self.meta.token_cost if charged is None else charged

    @property
    def balance(self) -> int | None:
        """Tokens left after this call."""
        return self._number("token-balance")

    @property
    def cache_hit(self) -> bool:
        """Whether the answer was computed before."""
        return "; hit" in str(self.headers.get("cache-status", "")) or bool(self.meta.cache_hit)

    @property
    def replayed(self) -> bool:
        """Whether an earlier request with this Idempotency-Key had the effect."""
        return str(self.headers.get("idempotent-replayed", "")).lower() == "true"

    @property
    def unchanged(self) -> bool:
        """Whether this is what the caller knew already (`CallOptions.known`)."""
        return self.status == NOT_MODIFIED

    def _number(self, header: str) -> int | None:
        text = self.headers.get(header)
        return None if text is None else int(text)


@dataclass(frozen=True, slots=True)
class Reply(Envelope, Generic[T]):
    """One object."""

    data: T


@dataclass(frozen=True, slots=True)
class Page(Envelope, Generic[T]):
    """One page of a list. Iterating goes on to the following pages, each fetched when its turn comes."""

    data: list[T]
    next_cursor: str | None
    fetch: Callable[[str], Page[T]] = field(repr=False, compare=False)

    def next_page(self) -> Page[T] | None:
        """Return the page after this one, None after the last."""
        return None if self.next_cursor is None else self.fetch(self.next_cursor)

    def __iter__(self) -> Iterator[T]:
        page: Page[T] | None = self
        while page is not None:
            yield from page.data
            page = page.next_page()


@dataclass(frozen=True, slots=True)
class AsyncPage(Envelope, Generic[T]):
    """One page of a list. `async for` goes on to the following pages, each fetched when its turn comes."""

    data: list[T]
    next_cursor: str | None
    fetch: Callable[[str], Awaitable[AsyncPage[T]]] = field(repr=False, compare=False)

    async def next_page(self) -> AsyncPage[T] | None:
        """Return the page after this one, None after the last."""
        return None if self.next_cursor is None else await self.fetch(self.next_cursor)

    async def __aiter__(self) -> AsyncIterator[T]:
        page: AsyncPage[T] | None = self
        while page is not None:
            for row in page.data:
                yield row
            page = await page.next_page()


def read_reply(call: Call, answer: Answer, model: Any) -> Reply[Any]:
    """Return the reply of an answer. Raises ApiProblem for a refusal, UnreadableReplyError for what fits no model."""
    if answer.status == NOT_MODIFIED and call.known is not None:
        return Reply(call.known.meta, answer.status, answer.headers, answer.attempts, call.known.data)
    document = _document(call, answer)
    enveloped = isinstance(document, dict) and set(document) >= {"data", "meta"}
    meta, data = (document["meta"], document["data"]) if enveloped else ({}, document)
    return Reply(
        meta=_fitting(call, Meta, meta), status=answer.status, headers=answer.headers, attempts=answer.attempts,
        data=_fitting(call, model, data),
    )  # fmt: skip


def read_rows(call: Call, answer: Answer, model: Any) -> tuple[Envelope, list[Any], str | None]:
    """Return envelope, rows and next cursor of a page. Raises as `read_reply`."""
    document = _document(call, answer)
    if not isinstance(document, dict) or not {"data", "next_cursor", "meta"} <= set(document):
        raise UnreadableReplyError(f"{call.operation.operation_id}: the reply is no page")
    envelope = Envelope(_fitting(call, Meta, document["meta"]), answer.status, answer.headers, answer.attempts)
    return envelope, _fitting(call, list[model], document["data"]), document["next_cursor"]


def _document(call: Call, answer: Answer) -> Any:
    if answer.status >= 300:
        raise problem_of(answer)
    if not answer.body:
        return None
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise UnreadableReplyError(f"{call.operation.operation_id}: the reply is no JSON") from error


def problem_of(answer: Answer) -> ApiProblem:
    """Return the problem that an answer states; what a gateway says becomes a problem without a code of ours."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        document = {}
    if not isinstance(document, dict) or "code" not in document:
        document = {"detail": answer.body[:500].decode("utf-8", "replace") or f"HTTP {answer.status}"}
    document.setdefault("request_id", answer.headers.get("x-request-id"))
    kind = PROBLEMS.get(str(document.get("code")), ApiProblem)
    return kind(answer.status, document, retry_after_seconds=retry_after_seconds(answer.headers))


def _fitting(call: Call, model: Any, value: Any) -> Any:
    try:
        return _adapter(model).validate_python(value)
    except ValidationError as error:
        raise UnreadableReplyError(f"{call.operation.operation_id}: the reply has another shape: {error}") from error


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)
