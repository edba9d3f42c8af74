"""Checking that a webhook is ours; the reference implementation of Standard Webhooks is the oracle."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from auspex_client import WebhookRefusedError, verify_webhook

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()
AT = datetime(2031, 1, 31, tzinfo=UTC)
NOW = AT.timestamp()
BODY = '{"type": "job.succeeded", "data": {"größe": 1}}'


def signed(secret: str = SECRET, body: str = BODY, at: datetime = AT) -> dict[str, str]:
    """Return what a sender sends, made by the reference implementation."""
    return {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("evt_1", at, body),
    }


def test_what_the_reference_signs_is_ours() -> None:
    message = verify_webhook(BODY.encode(), signed(), SECRET, now=NOW)
    assert (message.webhook_id, message.sent_at) == ("evt_1", NOW)
    assert message.payload == {"type": "job.succeeded", "data": {"größe": 1}}


def test_either_secret_of_a_rotation_verifies() -> None:
    headers = signed()
    headers["Webhook-Signature"] = f"v1a,unknown {signed(OTHER)['Webhook-Signature']} {headers['Webhook-Signature']}"
    for secrets in ([SECRET], [OTHER], [OTHER, SECRET]):
        assert verify_webhook(BODY.encode(), headers, secrets, now=NOW).webhook_id == "evt_1"


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (BODY + " ", {}),
        (BODY, {"Webhook-Id": "evt_2"}),
        (BODY, {"Webhook-Timestamp": str(int(NOW) + 1)}),
        (BODY, {"Webhook-Signature": "v1,"}),
        (BODY, {"Webhook-Signature": "v2" + signed()["Webhook-Signature"][2:]}),
        (BODY, {"Webhook-Timestamp": "soon"}),
    ],
)
def test_what_was_changed_on_the_way_is_refused(body: str, changes: dict[str, str]) -> None:
    with pytest.raises(WebhookRefusedError):
        verify_webhook(body.encode(), signed() | changes, SECRET, now=NOW)


@pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_a_missing_header_is_named(name: str) -> None:
    headers = {key: value for key, value in signed().items() if key != name}
    with pytest.raises(WebhookRefusedError, match=name.lower()):
        verify_webhook(BODY.encode(), headers, SECRET, now=NOW)


@pytest.mark.parametrize("away", [-301, 301])
def test_an_old_message_is_refused_and_one_within_the_tolerance_is_not(away: int) -> None:
    with pytest.raises(WebhookRefusedError, match="300 s"):
        verify_webhook(BODY.encode(), signed(), SECRET, now=NOW + away)
    assert verify_webhook(BODY.encode(), signed(), SECRET, now=NOW + away / 301 * 300).webhook_id == "evt_1"


def test_another_accounts_secret_verifies_nothing_and_a_broken_one_says_so() -> None:
    with pytest.raises(WebhookRefusedError):
        verify_webhook(BODY.encode(), signed(), OTHER, now=NOW)
    with pytest.raises(ValueError, match="whsec_"):
        verify_webhook(BODY.encode(), signed(), "whsec_***", now=NOW)
