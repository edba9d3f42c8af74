"""`client.notifications.channels`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.notifications_channels import (
    Channel,
    DiscordTarget,
    EmailTarget,
    SlackTarget,
    TeamsTarget,
    TelegramTarget,
)
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_OWN_CHANNELS = Operation("list_own_channels", "GET", "/v1/notifications/channels")
CREATE_CHANNEL = Operation("create_channel", "POST", "/v1/notifications/channels")
REMOVE_CHANNEL = Operation("remove_channel", "DELETE", "/v1/notifications/channels/{channel_id}")
PROVE_CHANNEL = Operation("prove_channel", "POST", "/v1/notifications/channels/{channel_id}/verify")


class NotificationsChannels(Resource):
    """Operations of `notifications.channels`."""

    def list(self, *, options: CallOptions | None = None) -> Page[Channel]:
        """List the account's channels, newest first; credentials are not shown.

        GET /v1/notifications/channels, any key.
        """
        return self._auspex.page(LIST_OWN_CHANNELS, Channel, options=options)

    def create(
        self,
        name: str,
        *,
        discord: DiscordTarget | None = None,
        email: EmailTarget | None = None,
        slack: SlackTarget | None = None,
        teams: TeamsTarget | None = None,
        telegram: TelegramTarget | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Channel]:
        """Add a channel. A service works at once; an address is sent a code, and nothing else before it came back.

        POST /v1/notifications/channels, any key that may do more than read.
        """
        return self._auspex.call(
            CREATE_CHANNEL,
            Channel,
            body=given(
                {"discord": discord, "email": email, "name": name, "slack": slack, "teams": teams, "telegram": telegram}
            ),
            options=options,
        )

    def delete(self, channel_id: str, *, options: CallOptions | None = None) -> Reply[Channel]:
        """Delete a channel and erase its credentials: what is still under way to it is dropped.

        DELETE /v1/notifications/channels/{channel_id}, any key that may do more than read.
        """
        return self._auspex.call(REMOVE_CHANNEL, Channel, path={"channel_id": channel_id}, options=options)

    def verify(self, channel_id: str, code: str, *, options: CallOptions | None = None) -> Reply[Channel]:
        """Prove an address with the code sent to it. Wrong guesses count.

        POST /v1/notifications/channels/{channel_id}/verify, any key that may do more than read.
        """
        return self._auspex.call(
            PROVE_CHANNEL, Channel, path={"channel_id": channel_id}, body=given({"code": code}), options=options
        )
