"""`client.notifications`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.notifications import Counts, Marked, Notification
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource
from auspex_client.resources.notifications_channels import NotificationsChannels
from auspex_client.resources.notifications_preferences import NotificationsPreferences

if TYPE_CHECKING:
    from auspex_client.client import Auspex


LIST_OWN_NOTIFICATIONS = Operation("list_own_notifications", "GET", "/v1/notifications")
COUNT_OWN_NOTIFICATIONS = Operation("count_own_notifications", "GET", "/v1/notifications/counts")
MARK_OWN_NOTIFICATIONS = Operation("mark_own_notifications", "POST", "/v1/notifications/read")


class Notifications(Resource):
    """Operations of `notifications`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.channels = NotificationsChannels(auspex)
        self.preferences = NotificationsPreferences(auspex)

    def list(
        self,
        *,
        product: str | None = None,
        kind: str | None = None,
        topic: str | None = None,
        unread: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Notification]:
        """List what the account was told, newest first.

        `topic`: A ticker, a region, a rule. `unread`: True: only unread ones; false: only read ones. `limit`: Rows of
        the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/notifications, any key.
        """
        return self._auspex.page(
            LIST_OWN_NOTIFICATIONS,
            Notification,
            query=given(
                {"product": product, "kind": kind, "topic": topic, "unread": unread, "limit": limit, "cursor": cursor}
            ),
            options=options,
        )

    def counts(self, *, options: CallOptions | None = None) -> Reply[Counts]:
        """Count unread notifications by kind.

        GET /v1/notifications/counts, any key.
        """
        return self._auspex.call(COUNT_OWN_NOTIFICATIONS, Counts, options=options)

    def mark_read(
        self,
        *,
        all: bool | None = None,
        kind: str | None = None,
        notification_ids: Sequence[str] | None = None,
        product: str | None = None,
        subject: str | None = None,
        topic: str | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Marked]:
        """Mark notifications as read: some by id, those of a kind, a subject or a topic, or all.

        `all`: True alone; everything else stays away. `topic`: A ticker, a region, a rule.

        POST /v1/notifications/read, any key.
        """
        return self._auspex.call(
            MARK_OWN_NOTIFICATIONS,
            Marked,
            body=given(
                {
                    "all": all,
                    "kind": kind,
                    "notification_ids": notification_ids,
                    "product": product,
                    "subject": subject,
                    "topic": topic,
                }
            ),
            options=options,
        )
