"""Add, list, prove and delete the channels over which the account is told.
Route: GET, POST /v1/notifications/channels · DELETE /v1/notifications/channels/{channel_id}
POST /v1/notifications/channels/{channel_id}/verify · Reads, writes: platform.notification_channels, notification_codes
Sends: SendChannelCode · Fails: not-found, channel-exists, channel-limit-reached, channel-code-wrong,
channel-code-spent, too-many-codes, mail-not-configured, idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.platform.accounts import ANY_WRITE_SCOPE
from auspex.platform.channel_representations import ChannelId, ChannelOut, CreateChannel
from auspex.platform.endpoint import ANY_SCOPE, Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.notification_channels import add_channel, delete_channel, list_channels, verify_channel
from auspex.platform.origin import Origin
from auspex.platform.replies import Page, Request

ROUTE = "/v1/notifications/channels"
ChannelPath = Annotated[ChannelId, Path()]

api = endpoint(__name__, scope=ANY_SCOPE)


class VerifyChannel(Request):
    """The code that was sent to the address."""

    code: Annotated[str, Field(pattern=r"^[0-9]{8}$", examples=["12345678"])]


@api.get(ROUTE, page_of=ChannelOut)
async def list_own_channels(caller: Caller) -> Page[ChannelOut]:
    """List the account's channels, newest first; credentials are not shown."""
    return Page(rows=[ChannelOut.of(channel) for channel in list_channels(connect(), account_id=caller.account_id)])


@api.post(ROUTE, status_code=201, response_model=ChannelOut, scope=ANY_WRITE_SCOPE)
async def create_channel(
    body: CreateChannel, caller: Caller, cause: RequestCause, idempotency_key: IdempotencyKey
) -> ChannelOut:
    """Add a channel. A service works at once; an address is sent a code, and nothing else before it came back."""
    origin = Origin.of(caller.account_id, ROUTE, idempotency_key, body.model_dump(mode="json"))
    at = current_clock().now()
    with transaction() as connection:
        channel = add_channel(
            connection, body.to_command(), account_id=caller.account_id, origin=origin, cause=cause, at=at
        )
    return ChannelOut.of(channel)


@api.delete(ROUTE + "/{channel_id}", response_model=ChannelOut, scope=ANY_WRITE_SCOPE)
async def remove_channel(channel_id: ChannelPath, caller: Caller) -> ChannelOut:
    """Delete a channel and erase its credentials: what is still under way to it is dropped."""
    at = current_clock().now()
    with transaction() as connection:
        channel = delete_channel(connection, account_id=caller.account_id, channel_id=channel_id, at=at)
    return ChannelOut.of(channel)


@api.post(ROUTE + "/{channel_id}/verify", response_model=ChannelOut, scope=ANY_WRITE_SCOPE)
async def prove_channel(channel_id: ChannelPath, body: VerifyChannel, caller: Caller) -> ChannelOut:
    """Prove an address with the code sent to it. Wrong guesses count."""
    at = current_clock().now()
    return ChannelOut.of(verify_channel(account_id=caller.account_id, channel_id=channel_id, code=body.code, at=at))


handler = api.handler
