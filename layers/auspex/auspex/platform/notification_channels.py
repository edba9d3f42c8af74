"""The channels of an account: where notifications may leave to. Credentials are sealed, never shown, erased at the end.

A service's token is proof enough that its owner wants messages there; an address is proven by a code sent to it, and
until then nothing else is. Everything that adds a channel to an account locks the account's row.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from auspex.core import outbox
from auspex.core.config import read_secret, read_settings
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql, transaction
from auspex.core.ids import new_id
from auspex.core.limits import (
    CHANNEL_CODE_ATTEMPTS_MAX,
    CHANNEL_CODE_MINUTES,
    CHANNEL_CODES_PER_ACCOUNT_MAX,
    CHANNEL_CODES_PER_ADDRESS_MAX,
    CHANNELS_MAX,
)
from auspex.core.messages import Cause, wrap
from auspex.core.problems import IdempotencyKeyReused, NotFound
from auspex.core.sealing import SealingSettings, seal, unseal
from auspex.platform.channel_problems import (
    ChannelCodeSpent,
    ChannelCodeWrong,
    ChannelExists,
    ChannelLimitReached,
    MailNotConfigured,
    TooManyCodes,
)
from auspex.platform.mail_settings import MailSettings
from auspex.platform.notification_messages import SendChannelCode
from auspex.platform.origin import Origin

SQL = load_sql(Path(__file__).with_suffix(".sql"))
Service = Literal["email", "slack", "discord", "telegram", "teams"]
Status = Literal["pending", "verified", "deleted"]
CREDENTIALS_PURPOSE = "notification-channel"
CODE_PURPOSE = "notification-code"
DESTINATION_PURPOSE = b"notification-destination"
CODE_DIGITS = 8
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as its owner sees it."""

    channel_id: str
    service: Service
    name: str
    hint: str
    created_at: datetime
    verified_at: datetime | None
    deleted_at: datetime | None
    last_sent_at: datetime | None
    last_failed_at: datetime | None
    last_failure: str | None

    @property
    def status(self) -> Status:
        """Tell whether it is used."""
        if self.deleted_at is not None:
            return "deleted"
        return "pending" if self.verified_at is None else "verified"


@dataclass(frozen=True, slots=True)
class AddChannel:
    """A new channel: its tokens or address, and what its owner recognises it by."""

    service: Service
    name: str
    hint: str
    credentials: dict[str, str] = field(repr=False)


def add_channel(
    connection: Connection, command: AddChannel, *, account_id: str, origin: Origin, cause: Cause, at: datetime
) -> Channel:
    """Add a channel, or return the one this Idempotency-Key made; an address is sent its code.

    Raises IdempotencyKeyReused, ChannelExists, ChannelLimitReached, MailNotConfigured, TooManyCodes.
    """
    fetch_one(connection, SQL["lock_account"], {"account_id": account_id})
    asked = fetch_one(connection, SQL["find_asked_channel"], asdict(origin))
    if asked is not None:
        if not asked["same_request"]:
            raise IdempotencyKeyReused(detail="This Idempotency-Key was used with another body on this route.")
        return load_channel(connection, account_id=account_id, channel_id=asked["channel_id"])
    needs_code = command.service == "email"
    if needs_code and not read_settings(MailSettings).is_configured:
        raise MailNotConfigured
    digest = _digest_of(command)
    _require_room(connection, account_id, digest)
    channel_id = new_id("chn")
    sealed = seal(json.dumps(command.credentials), account_id=account_id, purpose=CREDENTIALS_PURPOSE)
    connection.execute(
        SQL["insert_channel"],
        asdict(origin) | {
            "channel_id": channel_id, "account_id": account_id, "service": command.service, "name": command.name,
            "hint": command.hint, "credentials": sealed, "destination_digest": digest, "at": at,
            "verified_at": None if needs_code else at,
        },
    )  # fmt: skip
    if needs_code:
        _send_code(connection, channel_id, account_id, digest, cause=cause, at=at)
    return load_channel(connection, account_id=account_id, channel_id=channel_id)


def verify_channel(*, account_id: str, channel_id: str, code: str, at: datetime) -> Channel:
    """Prove an address by its code; a channel that is proven already stays so. Opens its own transaction.

    Raises NotFound, ChannelCodeWrong (the guess counts, which is committed), ChannelCodeSpent.
    """
    with transaction() as connection:
        channel = load_channel(connection, account_id=account_id, channel_id=channel_id)
        if channel.status == "deleted":
            raise NotFound(detail=f"The channel {channel_id} was deleted.")
        if channel.status == "verified":
            return channel
        ids = {"account_id": account_id, "channel_id": channel_id, "at": at}
        guess = fetch_one(connection, SQL["take_guess"], ids | {"attempts_max": CHANNEL_CODE_ATTEMPTS_MAX})
        if guess is not None:
            sent = unseal(bytes(guess["sealed_code"]), account_id=account_id, purpose=CODE_PURPOSE)
            if hmac.compare_digest(sent.encode(), code.encode()):
                connection.execute(SQL["verify_channel"], ids)
                return load_channel(connection, account_id=account_id, channel_id=channel_id)
    if guess is None:
        raise ChannelCodeSpent
    raise ChannelCodeWrong(attempts_left=CHANNEL_CODE_ATTEMPTS_MAX - guess["attempts"])


def delete_channel(connection: Connection, *, account_id: str, channel_id: str, at: datetime) -> Channel:
    """End a channel and erase its credentials; a second call changes nothing. Raises NotFound."""
    connection.execute(SQL["delete_channel"], {"account_id": account_id, "channel_id": channel_id, "at": at})
    return load_channel(connection, account_id=account_id, channel_id=channel_id)


def load_channel(connection: Connection, *, account_id: str, channel_id: str) -> Channel:
    """Return one channel of an account. Raises NotFound for an unknown one and for another account's."""
    row = fetch_one(connection, SQL["list_channels"], {"account_id": account_id, "channel_id": channel_id})
    if row is None:
        raise NotFound(detail=f"There is no channel {channel_id}.")
    return Channel(**row)


def list_channels(connection: Connection, *, account_id: str) -> list[Channel]:
    """Return an account's channels, newest first; deleted ones are not among them."""
    rows = fetch_all(connection, SQL["list_channels"], {"account_id": account_id, "channel_id": None})
    return [Channel(**row) for row in rows]


def _require_room(connection: Connection, account_id: str, digest: bytes) -> None:
    same = fetch_one(connection, SQL["find_same_destination"], {"account_id": account_id, "destination_digest": digest})
    if same is not None:
        raise ChannelExists(channel_id=same["channel_id"])
    row = fetch_one(connection, SQL["count_channels"], {"account_id": account_id})
    if row is None or row["channels"] >= CHANNELS_MAX:
        raise ChannelLimitReached(detail=f"An account has at most {CHANNELS_MAX} channels; delete one first.")


def _send_code(
    connection: Connection, channel_id: str, account_id: str, digest: bytes, *, cause: Cause, at: datetime
) -> None:
    """Make a code and send for its delivery, unless the address or the account had its day's worth of codes."""
    whose: dict[str, Any] = {"account_id": account_id, "destination_digest": digest}
    connection.execute(SQL["lock_destination"], {"destination_digest": digest})
    sent = fetch_one(connection, SQL["count_codes"], whose | {"since": at - DAY})
    assert sent is not None
    if sent["to_address"] >= CHANNEL_CODES_PER_ADDRESS_MAX or sent["of_account"] >= CHANNEL_CODES_PER_ACCOUNT_MAX:
        waits = max(1, int((sent["oldest_at"] + DAY - at).total_seconds()))
        raise TooManyCodes(retry_after_seconds=waits)
    code_id = new_id("cod")
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    connection.execute(
        SQL["insert_code"],
        whose | {
            "code_id": code_id, "channel_id": channel_id, "at": at,
            "sealed_code": seal(code, account_id=account_id, purpose=CODE_PURPOSE),
            "expires_at": at + timedelta(minutes=CHANNEL_CODE_MINUTES),
        },
    )  # fmt: skip
    envelope = wrap(SendChannelCode(code_id=code_id), dedup_key=f"code:{code_id}", cause=cause)
    outbox.enqueue(connection, envelope, at=at)


def _digest_of(command: AddChannel) -> bytes:
    """Return what two channels to the same place share; under our key, so that a table of it lists no addresses."""
    key = str(read_secret(read_settings(SealingSettings).sealing_secret_arn)["key"]).encode()
    place = json.dumps([command.service, command.credentials], sort_keys=True).encode()
    return hmac.new(key, DESTINATION_PURPOSE + place, hashlib.sha256).digest()
