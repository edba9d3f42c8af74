"""Show and change how the account wants to be told.
Route: GET, PATCH /v1/notifications/preferences · Reads, writes: platform.notification_preferences, notifications
Fails: nothing of its own"""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import NOTIFICATION_KINDS_MAX, NOTIFICATIONS_PER_DAY_MAX
from auspex.platform.accounts import ANY_WRITE_SCOPE
from auspex.platform.endpoint import ANY_SCOPE, Caller, endpoint
from auspex.platform.notification_preferences import KindFrequency, change_preferences, load_preferences
from auspex.platform.notification_representations import (
    KIND_PATTERN,
    PreferencesOut,
    WallTime,
    check_kinds,
)
from auspex.platform.notification_timing import Frequency
from auspex.platform.replies import Request

ROUTE = "/v1/notifications/preferences"

api = endpoint(__name__, scope=ANY_SCOPE)


class ChangePreferences(Request):
    """What changes; a field that is left out stays, quiet hours end with null for both ends."""

    frequency: Annotated[Frequency, Field(description="Of every kind that `kinds` does not name")] = "immediate"
    kinds: Annotated[
        dict[str, KindFrequency | None],
        AfterValidator(check_kinds),
        Field(
            default_factory=dict,
            max_length=NOTIFICATION_KINDS_MAX,
            json_schema_extra={"propertyNames": {"pattern": KIND_PATTERN}},
            description="Kinds told otherwise; `muted`: in the application only; null: no exception any more",
            examples=[{"job.finished": "immediate", "filing.detected": "daily"}],
        ),
    ]
    digest_time: Annotated[WallTime, Field(default_factory=lambda: time(9))]
    digest_weekday: Annotated[int, Field(ge=1, le=7, description="Of weekly digests; Monday is 1")] = 1
    time_zone: Annotated[str, Field(min_length=1, max_length=64, examples=["Europe/Berlin"])] = "UTC"
    quiet_start: Annotated[WallTime | None, Field(description="May lie after their end: the night between")] = None
    quiet_end: WallTime | None = None
    max_per_day: Annotated[
        int,
        Field(ge=0, le=NOTIFICATIONS_PER_DAY_MAX, description="Immediate ones a local day; the rest join the digest"),
    ] = 10


@api.get(ROUTE, response_model=PreferencesOut)
async def show_preferences(caller: Caller) -> PreferencesOut:
    """Show how the account is told; defaults where it never said anything."""
    return PreferencesOut.of(load_preferences(connect(), account_id=caller.account_id))


@api.patch(ROUTE, response_model=PreferencesOut, scope=ANY_WRITE_SCOPE)
async def set_preferences(body: ChangePreferences, caller: Caller) -> PreferencesOut:
    """Change how the account is told. What waits for a digest follows the new times at once."""
    changes = body.model_dump(exclude_unset=True)
    at = current_clock().now()
    with transaction() as connection:
        changed = change_preferences(connection, changes, account_id=caller.account_id, at=at)
    return PreferencesOut.of(changed)


handler = api.handler
