"""Payment events: signed by the payment provider, checked on the raw bytes, each payment tops up once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auspex.core.config import Settings, read_secret, read_settings
from auspex.core.problems import ValidationFailed, pointer_error
from auspex.core.webhook_signatures import VerifiedHook, verify
from auspex.platform.account_representations import ACCOUNT_PATTERN
from auspex.platform.ledger_admin import Payment

PAYMENT_SUCCEEDED = "payment.succeeded"


class PaymentSettings(Settings):
    """Where the secret is that payment events are signed with: JSON {secret, previous?}."""

    payment_secret_arn: str = ""


class PaymentData(BaseModel):
    """What a succeeded payment says; other members are the payment provider's own business."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    payment_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
    account_id: Annotated[str, Field(pattern=ACCOUNT_PATTERN)]
    pack: Literal[10, 30, 100]


def verify_payment_event(headers: Mapping[str, str], body: bytes, *, at: datetime) -> VerifiedHook:
    """Check who sent an event. Raises SignatureInvalid (401); the secret before a rotation works too."""
    secret = read_secret(read_settings(PaymentSettings).payment_secret_arn)
    known = [str(secret[name]) for name in ("secret", "previous") if secret.get(name)]
    return verify(headers, body, secrets=known, at=at)


def payment_of(event_type: str, data: object, *, hook: VerifiedHook) -> Payment | None:
    """Return the payment an event tells of, None for events of other types. Raises ValidationFailed."""
    if event_type != PAYMENT_SUCCEEDED:
        return None
    try:
        paid = PaymentData.model_validate(data)
    except ValidationError as error:
        errors = [
            pointer_error("/data" + "".join(f"/{part}" for part in entry["loc"]), entry["msg"])
            for entry in error.errors()
        ]
        raise ValidationFailed(detail="The payment cannot be read.", errors=errors) from error
    return Payment(paid.payment_id, paid.account_id, paid.pack, hook.message_id)
