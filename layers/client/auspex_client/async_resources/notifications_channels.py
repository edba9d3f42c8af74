"""`client.notifications.channels`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.notifications_channels import (
    Channel,
    DiscordTarget,
    EmailTarget,
    SlackTarget,
    TeamsTarget,
    TelegramTarget,
)
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.notifications_channels import (
    CREATE_CHANNEL,
    LIST_OWN_CHANNELS,
    PROVE_CHANNEL,
    REMOVE_CHANNEL,
)


class AsyncNotificationsChannels(AsyncResource):
    """Operations of `notifications.channels`."""

    async def list(self, *, options: CallOptions | None = None) -> AsyncPage[Channel]:
        """List the account's channels, newest first; credentials are not shown.

        GET /v1/notifications/channels, any key.
        """
        return await self._auspex.page(LIST_OWN_CHANNELS, Channel, options=options)

    async def create(
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
        return await self._auspex.call(
            CREATE_CHANNEL,
            Channel,
            body=given(
                {"discord": discord, "email": email, "name": name, "slack": slack, "teams": teams, "telegram": telegram}
            ),
            options=options,
        )

    async def delete(self, channel_id: str, *, options: CallOptions | None = None) -> Reply[Channel]:
        """Delete a channel and erase its credentials: what is still under way to it is dropped.

        DELETE /v1/notifications/channels/{channel_id}, any key that may do more than read.
        """
        return await self._auspex.call(REMOVE_CHANNEL, Channel, path={"channel_id": channel_id}, options=options)

    async def verify(self, channel_id: str, code: str, *, options: CallOptions | None = None) -> Reply[Channel]:
        """Prove an address with the code sent to it. Wrong guesses count.

        POST /v1/notifications/channels/{channel_id}/verify, any key that may do more than read.
        """
        return await self._auspex.call(
            PROVE_CHANNEL, Channel, path={"channel_id": channel_id}, body=given({"code": code}), options=options
        )
