"""Tell an account something, once: `notify` is the only way in, and stands in the transaction of what happened.

In the application a notification stands at once; whether and when it leaves over a channel the notifier decides.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core import outbox
from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.ids import new_ulid
from auspex.core.limits import NOTIFICATION_BODY_CHARACTERS_MAX, NOTIFICATION_TITLE_CHARACTERS_MAX
from auspex.core.messages import Cause, wrap
from auspex.platform.notification_messages import RouteNotification

SQL = load_sql(Path(__file__).with_suffix(".sql"))
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class News:
    """What is told. `subject` with `material_version` says what it is about and what of it is new: told once.

    `kind` is `<noun>.<event>`, `topic` what its reader would look it up by (a ticker, a region, a rule).
    """

    product: str
    kind: str
    subject: str
    material_version: str
    title: str
    body: str
    topic: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """The notification's id, and whether this call told it or an earlier one did."""

    notification_id: str
    told: bool


def notify(connection: Connection, *, account_id: str, news: News, cause: Cause, at: datetime) -> Told:
    """Tell an account something in the caller's transaction; what was told already changes nothing.

    Title and body are cut to their limits, a title's line breaks become spaces. Raises psycopg's errors for an unknown
    account and for names outside their patterns.
    """
    row = fetch_one(
        connection,
        SQL["tell_account"],
        asdict(news) | {
            "notification_id": _id_at(at), "account_id": account_id, "data": Jsonb(news.data), "at": at,
            "title": _BREAKS.sub(" ", news.title).strip()[:NOTIFICATION_TITLE_CHARACTERS_MAX],
            "body": news.body[:NOTIFICATION_BODY_CHARACTERS_MAX],
        },
    )  # fmt: skip
    assert row is not None
    if row["routed"]:
        command = RouteNotification(notification_id=row["notification_id"])
        own = cause.model_copy(update={"account_id": account_id})
        envelope = wrap(command, dedup_key=f"route:{row['notification_id']}", cause=own)
        outbox.enqueue(connection, envelope, at=at)
    return Told(notification_id=row["notification_id"], told=row["told"])


def _id_at(at: datetime) -> str:
    """Return an id that sorts by when it was told, by whoever's clock that is; a job's end makes its own in SQL."""
    return f"ntf_{new_ulid(at_milliseconds=int(at.timestamp() * 1000))}"
