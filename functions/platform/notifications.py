"""Show the account what it was told, count it, and mark it as read.
Route: GET /v1/notifications · GET /v1/notifications/counts · POST /v1/notifications/read
Reads, writes: platform.notifications · Fails: nothing of its own"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import Query
from pydantic import Field, model_validator

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import NOTIFICATION_IDS_MAX
from auspex.platform.endpoint import ANY_SCOPE, Caller, endpoint
from auspex.platform.notification_inbox import (
    NotificationQuery,
    Selection,
    count_unread,
    list_notifications,
    mark_read,
)
from auspex.platform.notification_representations import (
    CountsOut,
    MarkedOut,
    NotificationId,
    NotificationKind,
    NotificationOut,
    ProductName,
    Topic,
)
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Request

ROUTE = "/v1/notifications"

api = endpoint(__name__, scope=ANY_SCOPE)


class MarkRead(Request):
    """Which notifications are read: those that fit everything given, or all of them."""

    notification_ids: Annotated[list[NotificationId] | None, Field(min_length=1, max_length=NOTIFICATION_IDS_MAX)] = (
        None
    )
    product: ProductName | None = None
    kind: NotificationKind | None = None
    subject: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    topic: Annotated[Topic | None, Field(description="A ticker, a region, a rule")] = None
    all: Annotated[bool, Field(description="True alone; everything else stays away")] = False

    @model_validator(mode="after")
    def say_which(self) -> Self:
        """Refuse an empty selection, and one that says all and yet not all."""
        selects = any(value is not None for name, value in self if name != "all")
        if self.all == selects:
            raise ValueError("give `all: true`, or what the notifications have in common")
        return self


@api.get(ROUTE, page_of=NotificationOut)
async def list_own_notifications(
    caller: Caller,
    *,
    product: Annotated[ProductName | None, Query()] = None,
    kind: Annotated[NotificationKind | None, Query()] = None,
    topic: Annotated[Topic | None, Query(description="A ticker, a region, a rule")] = None,
    unread: Annotated[bool | None, Query(description="True: only unread ones; false: only read ones")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[NotificationOut]:
    """List what the account was told, newest first."""
    query = NotificationQuery(product=product, kind=kind, topic=topic, unread=unread)
    found = list_notifications(connect(), query, account_id=caller.account_id, limit=limit, cursor=cursor)
    return Page(rows=[NotificationOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.get(ROUTE + "/counts", response_model=CountsOut)
async def count_own_notifications(caller: Caller) -> CountsOut:
    """Count unread notifications by kind."""
    return CountsOut.of(count_unread(connect(), account_id=caller.account_id))


@api.post(ROUTE + "/read", response_model=MarkedOut)
async def mark_own_notifications(body: MarkRead, caller: Caller) -> MarkedOut:
    """Mark notifications as read: some by id, those of a kind, a subject or a topic, or all."""
    selection = Selection(**body.model_dump(exclude={"all"}))
    with transaction() as connection:
        marked = mark_read(connection, selection, account_id=caller.account_id, at=current_clock().now())
        counts = CountsOut.of(count_unread(connection, account_id=caller.account_id))
    return MarkedOut(marked=marked, unread=counts.unread)


handler = api.handler
