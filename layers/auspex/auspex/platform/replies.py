"""Shapes of every reply: one object, one job or one page, each with `meta`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

from auspex.core.limits import CURSOR_CHARACTERS_MAX, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX

T = TypeVar("T")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


def _require_instant(value: Any) -> Any:
    """Refuse what pydantic would also take for an instant: numbers, other zones, other notations."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("give an instant of RFC 3339 in UTC, such as 2031-01-31T00:00:00Z")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_require_instant)]
"""An instant in a request body: RFC 3339 in UTC with `Z`."""


class Request(BaseModel):
    """Base of request bodies: unknown fields are refused, so that a typing error is not silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Representation(BaseModel):
    """Base of what replies show."""

    model_config = ConfigDict(frozen=True)


class Meta(Representation):
    """Where an answer comes from, what it cost when it was made, and under which request."""

    request_id: str
    token_cost: int = 0
    cache_hit: bool = False
    fingerprint: str | None = None
    source: str = "core"
    model_version: str | None = None


class QuoteOut(Representation):
    """What the request would cost at most, now; nothing was stored or charged."""

    token_cost: int
    balance: int
    affordable: bool


class Reply(Representation, Generic[T]):
    """One object."""

    data: T
    meta: Meta


class Page(Representation, Generic[T]):
    """What a list function returns: its rows and where the next page begins."""

    rows: list[T]
    next_cursor: str | None = None


class ListReply(Representation, Generic[T]):
    """One page of a list; `next_cursor` is null on the last one."""

    data: list[T]
    has_more: bool
    next_cursor: str | None
    meta: Meta


Cursor = Annotated[
    str | None, Query(max_length=CURSOR_CHARACTERS_MAX, description="`next_cursor` of the page before, same filters")
]
PageLimit = Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX, description="Rows of the page")]
PAGE_LIMIT_DEFAULT = PAGE_ROWS_DEFAULT
