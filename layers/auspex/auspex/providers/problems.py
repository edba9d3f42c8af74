"""Why an operator's wish for the provider lease is refused."""

from __future__ import annotations

from auspex.core.problems import Problem


class StaleEpoch(Problem):
    """The lease has another epoch by now, or nobody holds it: what the request speaks of is over."""

    status, code, title = 409, "stale-epoch", "The lease has moved on"
    remedy = "Read the status; repeat with its epoch if the wish still stands."


class AlreadyHeld(Problem):
    """The provider asked for holds the lease already (or one does, and none was named)."""

    status, code, title = 409, "already-held", "The lease is held already"
    remedy = "Nothing is to be done; name another provider to move the lease."


class NoProvider(Problem):
    """No provider is configured, out of its cool-down and within its budget."""

    status, code, title = 409, "no-provider", "No provider can be taken"
    remedy = "Read the status: it says of each provider why not, and until when."


class ProviderNotConfigured(Problem):
    """The provider named has no key or no model in this deployment."""

    status, code, title = 409, "provider-not-configured", "This provider is not configured"
    remedy = "Put its key and model into the providers' secret; docs/providers.md shows the names."
