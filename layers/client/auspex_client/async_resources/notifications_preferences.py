"""`client.notifications.preferences`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from auspex_client.calls import OMIT, CallOptions, Omit, given
from auspex_client.models.notifications_preferences import Preferences
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.notifications_preferences import SET_PREFERENCES, SHOW_PREFERENCES


class AsyncNotificationsPreferences(AsyncResource):
    """Operations of `notifications.preferences`."""

    async def show(self, *, options: CallOptions | None = None) -> Reply[Preferences]:
        """Show how the account is told; defaults where it never said anything.

        GET /v1/notifications/preferences, any key.
        """
        return await self._auspex.call(SHOW_PREFERENCES, Preferences, options=options)

    async def update(
        self,
        *,
        digest_time: str | None = None,
        digest_weekday: int | None = None,
        frequency: Literal["immediate", "daily", "weekly"] | None = None,
        kinds: Mapping[str, Literal["immediate", "daily", "weekly", "muted"] | None] | None = None,
        max_per_day: int | None = None,
        quiet_end: str | Omit | None = OMIT,
        quiet_start: str | Omit | None = OMIT,
        time_zone: str | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Preferences]:
        """Change how the account is told. What waits for a digest follows the new times at once.

        `digest_weekday`: Of weekly digests; Monday is 1. `frequency`: Of every kind that `kinds` does not name.
        `kinds`: Kinds told otherwise; `muted`: in the application only; null: no exception any more. `max_per_day`:
        Immediate ones a local day; the rest join the digest. `quiet_start`: May lie after their end: the night between.

        PATCH /v1/notifications/preferences, any key that may do more than read.
        """
        return await self._auspex.call(
            SET_PREFERENCES,
            Preferences,
            body=given(
                {
                    "digest_time": digest_time,
                    "digest_weekday": digest_weekday,
                    "frequency": frequency,
                    "kinds": kinds,
                    "max_per_day": max_per_day,
                    "time_zone": time_zone,
                },
                {"quiet_end": quiet_end, "quiet_start": quiet_start},
            ),
            options=options,
        )
