"""Put companies on an account's watchlist, and take them off it. Names resolve as in questions and ingestions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auspex.core.database import Connection, fetch_all, fetch_one
from auspex.core.limits import (
    WATCHED_COMPANIES_FREE_MAX,
    WATCHED_COMPANIES_PREMIUM_MAX,
    WATCHED_COMPANIES_PREPAID_MAX,
)
from auspex.core.messages import Cause
from auspex.core.problems import ValidationFailed, pointer_error
from auspex.filings.company_reads import find_companies_by_name, list_nearest
from auspex.filings.followed_forms import followed_forms
from auspex.filings.poll_scan import scan_at_once
from auspex.filings.problems import WatchlistFull
from auspex.filings.watchlist_reads import SQL

COMPANIES_MAX = {
    "free": WATCHED_COMPANIES_FREE_MAX, "prepaid": WATCHED_COMPANIES_PREPAID_MAX,
    "premium": WATCHED_COMPANIES_PREMIUM_MAX,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WatchItem:
    """A company by ticker or CIK, the forms to hear of (empty: all that are read) and what of them."""

    name: str
    forms: tuple[str, ...]
    notify: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """The rows as they stand now, in the order asked for, and the names that nobody bears with what is near them."""

    rows: list[dict[str, Any]]
    unresolved: list[dict[str, Any]]


def watch_companies(
    connection: Connection, *, account_id: str, plan: str, items: Sequence[WatchItem], cause: Cause, at: datetime
) -> Watched:
    """Watch companies, in the caller's transaction; one that is watched takes on the new forms and wishes.

    Those that it begins to watch are scanned at once. Unknown names change nothing and are returned. Raises
    WatchlistFull above the plan's number, ValidationFailed for a form that is not read.
    """
    _refuse_unread_forms(items)
    fetch_one(connection, SQL["lock_watchlist"], {"account_id": account_id})
    found = find_companies_by_name(connection, [item.name for item in items])
    wanted = {found[item.name].cik: item for item in items if item.name in found}
    written = fetch_all(
        connection,
        SQL["upsert_watches"],
        {
            "account_id": account_id, "ciks": list(wanted), "at": at,
            "forms": [",".join(item.forms or followed_forms()) for item in wanted.values()],
            "notify": [",".join(item.notify) for item in wanted.values()],
        },
    )  # fmt: skip
    row = fetch_one(connection, SQL["count_watches"], {"account_id": account_id})
    if row is None or row["companies"] > COMPANIES_MAX[plan]:
        raise WatchlistFull(detail=f"The plan {plan} watches at most {COMPANIES_MAX[plan]} companies.")
    scan_at_once(connection, ciks=[new["cik"] for new in written if new["begins"]], cause=cause, at=at)
    rows = fetch_all(connection, SQL["list_named_watches"], {"account_id": account_id, "ciks": list(wanted)})
    missing = dict.fromkeys(item.name for item in items if item.name not in found)
    unresolved = [{"asked": name, "nearest": list_nearest(connection, name)} for name in missing]
    return Watched(rows, unresolved)


def unwatch_company(connection: Connection, *, account_id: str, cik: int) -> bool:
    """Take a company off the watchlist; False when it was not on it."""
    return fetch_one(connection, SQL["delete_watch"], {"account_id": account_id, "cik": cik}) is not None


def _refuse_unread_forms(items: Sequence[WatchItem]) -> None:
    read = set(followed_forms())
    errors = [
        pointer_error(f"/items/{place}/forms", f"{form} is not read here; read are {', '.join(followed_forms())}")
        for place, item in enumerate(items)
        for form in item.forms
        if form not in read
    ]
    if errors:
        raise ValidationFailed(detail="Filings of some of these forms are not read.", errors=errors)
