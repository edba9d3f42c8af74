"""Watch companies: list, add, take off.
Route: GET, POST, DELETE /v1/filings/watchlist · Reads: filings.companies · Writes: filings.watchlist
Sends: ScanCompany · Fails: watchlist-full, validation-failed, malformed-request"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Query
from pydantic import ConfigDict, Field, model_validator

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import FORMS_NAMED_MAX, WATCHLIST_ITEMS_MAX
from auspex.filings.representations import Cik, Form, Ticker
from auspex.filings.watch_companies import WatchItem, unwatch_company, watch_companies
from auspex.filings.watchlist_reads import list_watches
from auspex.platform.endpoint import Caller, RequestCause, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation, Request

ROUTE = "/v1/filings/watchlist"
Wish = Literal["detected", "analyzed", "guidance"]

api = endpoint(__name__, scope="filings:read")


class WatchIn(Request):
    """One company, by ticker or by CIK. Without `forms` every form that is read; without `notify` all news."""

    ticker: Ticker | None = None
    cik: Cik | None = None
    forms: Annotated[list[Form], Field(default_factory=list, max_length=FORMS_NAMED_MAX)]
    notify: Annotated[list[Wish], Field(default=["detected", "analyzed", "guidance"], max_length=3)]

    @model_validator(mode="after")
    def name_one(self) -> Self:
        """Refuse an item that names its company twice, or not at all."""
        if (self.ticker is None) == (self.cik is None):
            raise ValueError("give either a ticker or a CIK")
        return self

    def to_item(self) -> WatchItem:
        """Return what the use case takes."""
        name = self.ticker or str(self.cik)
        return WatchItem(name, tuple(dict.fromkeys(self.forms)), tuple(dict.fromkeys(self.notify)))


class WatchCompanies(Request):
    """Companies to watch; one that is watched takes on the new forms and wishes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [{"ticker": "AAPL", "forms": ["8-K"]}]}]})

    items: Annotated[list[WatchIn], Field(min_length=1, max_length=WATCHLIST_ITEMS_MAX)]


class WatchOut(Representation):
    """A watched company. What was filed from the day of `created_at` on (New York) is told."""

    cik: int
    ticker: str | None
    name: str
    forms: list[str]
    notify: list[Wish]
    created_at: datetime


class UnresolvedOut(Representation):
    """A name that no company bears, and companies whose ticker or name begins like it."""

    asked: str
    nearest: list[dict[str, str]]


class WatchedOut(Representation):
    """The companies as they are watched now, in the order asked for, and the names that nobody bears."""

    items: list[WatchOut]
    unresolved: list[UnresolvedOut]


class UnwatchedOut(Representation):
    """A company that is not watched now, and whether it was until this request."""

    cik: int
    removed: bool


@api.get(ROUTE, page_of=WatchOut)
async def list_watchlist(
    caller: Caller, limit: PageLimit = PAGE_LIMIT_DEFAULT, cursor: Cursor = None
) -> Page[WatchOut]:
    """List the companies that this account watches, by CIK."""
    found = list_watches(connect(), account_id=caller.account_id, limit=limit, cursor=cursor)
    return Page(rows=[WatchOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.post(ROUTE, response_model=WatchedOut, scope="filings:write")
async def watch_filings(body: WatchCompanies, caller: Caller, cause: RequestCause) -> WatchedOut:
    """Watch companies. Doing so again changes only what the request changes; unknown names are returned."""
    items = [item.to_item() for item in body.items]
    at = current_clock().now()
    with transaction() as connection:
        found = watch_companies(
            connection, account_id=caller.account_id, plan=caller.plan, items=items, cause=cause, at=at
        )
    return WatchedOut(
        items=[WatchOut.model_validate(row) for row in found.rows],
        unresolved=[UnresolvedOut.model_validate(row) for row in found.unresolved],
    )


@api.delete(ROUTE, response_model=UnwatchedOut, scope="filings:write")
async def unwatch_filings(caller: Caller, cik: Annotated[Cik, Query()]) -> UnwatchedOut:
    """Take a company off the watchlist; doing so again changes nothing."""
    with transaction() as connection:
        removed = unwatch_company(connection, account_id=caller.account_id, cik=cik)
    return UnwatchedOut(cik=cik, removed=removed)


handler = api.handler
