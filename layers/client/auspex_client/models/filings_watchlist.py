"""What `filings.watchlist` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict

from auspex_client.model import Model


class Unresolved(Model):
    """A name that no company bears, and companies whose ticker or name begins like it."""

    asked: str
    nearest: list[dict[str, str]]


class Unwatched(Model):
    """A company that is not watched now, and whether it was until this request."""

    cik: int
    removed: bool


class WatchIn(TypedDict):
    """One company, by ticker or by CIK. Without `forms` every form that is read; without `notify` all news."""

    cik: NotRequired[int | None]
    forms: NotRequired[Sequence[str]]
    notify: NotRequired[Sequence[Literal["detected", "analyzed", "guidance"]]]
    ticker: NotRequired[str | None]


class Watch(Model):
    """A watched company. What was filed from the day of `created_at` on (New York) is told."""

    cik: int
    created_at: dt.datetime
    forms: list[str]
    name: str
    notify: list[Literal["detected", "analyzed", "guidance"] | str]
    ticker: str | None


class Watched(Model):
    """The companies as they are watched now, in the order asked for, and the names that nobody bears."""

    items: list[Watch]
    unresolved: list[Unresolved]
