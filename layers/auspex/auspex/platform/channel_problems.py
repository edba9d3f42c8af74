"""What stands against adding or proving a channel."""

from __future__ import annotations

from auspex.core.problems import Problem


class ChannelExists(Problem):
    """The account has a channel to the same place."""

    status, code, title = 409, "channel-exists", "This channel is there already"
    remedy = "Use the channel named in `channel_id`; delete it first when its code is spent."


class ChannelLimitReached(Problem):
    """The account has as many channels as it may have."""

    status, code, title = 409, "channel-limit-reached", "The account has too many channels"
    remedy = "Delete a channel that is no longer needed."


class ChannelCodeWrong(Problem):
    """The code is not the one that was sent last."""

    status, code, title = 422, "channel-code-wrong", "The code is wrong"
    remedy = "Compare it with the newest mail; `attempts_left` says how often it may still be tried."


class ChannelCodeSpent(Problem):
    """The code expired, or was guessed at too often."""

    status, code, title = 409, "channel-code-spent", "The code no longer works"
    remedy = "Delete the channel and add it again: a new code is sent."


class TooManyCodes(Problem):
    """Codes were sent to this address, or asked for by this account, too often within a day."""

    status, code, title = 429, "too-many-codes", "Too many codes were sent"
    remedy = "Wait for the time in `Retry-After`."


class MailNotConfigured(Problem):
    """This deployment has no mail server."""

    status, code, title = 503, "mail-not-configured", "This deployment sends no mail"
    remedy = "The operator sets SmtpHost and SmtpFrom; other services work."
