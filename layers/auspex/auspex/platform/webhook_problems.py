"""What stands against making, rotating or replaying."""

from __future__ import annotations

from auspex.core.problems import Problem


class WebhookLimitReached(Problem):
    """The account has as many webhooks as it may have."""

    status, code, title = 409, "webhook-limit-reached", "The account has too many webhooks"
    remedy = "Delete a webhook that is no longer needed."


class WebhookSecretShownOnce(Problem):
    """The same request made a secret before; it was in that reply and cannot be read again."""

    status, code, title = 409, "webhook-secret-shown-once", "This request has made a secret already"
    remedy = "When that reply was lost, rotate the secret of the webhook named in `webhook_id`."


class WebhookRotationsPending(Problem):
    """Too many secrets of a webhook are still in their overlap."""

    status, code, title = 409, "webhook-rotations-pending", "The webhook was rotated too often"
    remedy = "Wait for an overlap to end; `secrets` of the webhook tells when, and rotate with a shorter one."


class WebhookDisabled(Problem):
    """Nothing is sent to a disabled webhook."""

    status, code, title = 409, "webhook-disabled", "The webhook is disabled"
    remedy = 'PATCH it with `"status": "active"` first.'


class DeliveryPending(Problem):
    """A delivery that is still being tried has nothing to replay."""

    status, code, title = 409, "delivery-pending", "The delivery is still being tried"
    remedy = "Wait for its end, or for `next_attempt_at`."
