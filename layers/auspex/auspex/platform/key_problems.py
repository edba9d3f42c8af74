"""What stands against making or rotating a key."""

from __future__ import annotations

from auspex.core.problems import Problem


class KeyOutlivesCaller(Problem):
    """A new key would work longer than the key that asks for it."""

    status, code, title = 403, "key-outlives-caller", "A key cannot outlive the key that makes it"
    remedy = "Ask for an earlier `expires_at`, or call with a key that lasts longer."


class KeySecretShownOnce(Problem):
    """The same request made a key before; its secret was in that reply and is stored nowhere."""

    status, code, title = 409, "key-secret-shown-once", "This request has made a key already"
    remedy = "When that reply was lost, revoke or rotate the key named in `key_id`."


class KeyAlreadyRotated(Problem):
    """A key is rotated once."""

    status, code, title = 409, "key-already-rotated", "The key was rotated already"
    remedy = "Rotate the key named in `replaced_by`; a lost secret cannot be shown again."


class KeyHasEnded(Problem):
    """An expired or revoked key has nothing to hand over."""

    status, code, title = 409, "key-has-ended", "The key has ended"
    remedy = "Create a new key."


class KeyLimitReached(Problem):
    """The account has as many working keys as it may have."""

    status, code, title = 409, "key-limit-reached", "The account has too many working keys"
    remedy = "Revoke a key that is no longer needed."
