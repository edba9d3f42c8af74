"""Standard Webhooks signatures: the published vector, every refusal of the reference tests, the reference package."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from auspex.core.limits import WEBHOOK_TOLERANCE_SECONDS
from auspex.core.webhook_signatures import (
    SecretMalformedError,
    SignatureInvalid,
    make_signing_secret,
    sign,
    verify,
)

# The vector of the reference implementations (standard-webhooks/standard-webhooks, libraries/*/tests).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SIGNED_AT = datetime.fromtimestamp(1_614_265_330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": MESSAGE_ID, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}


def refusal(headers: dict[str, str], body: bytes = BODY, *, at: datetime = SIGNED_AT) -> str:
    with pytest.raises(SignatureInvalid) as refused:
        verify(headers, body, secrets=[SECRET], at=at)
    return refused.value.detail


def test_the_published_vector_is_signed_as_published() -> None:
    assert sign([SECRET], message_id=MESSAGE_ID, signed_at=SIGNED_AT, body=BODY) == HEADERS


def test_the_published_vector_verifies_and_names_its_message() -> None:
    verified = verify(HEADERS, BODY, secrets=[SECRET], at=SIGNED_AT)
    assert (verified.message_id, verified.signed_at) == (MESSAGE_ID, SIGNED_AT)


def test_the_prefix_of_a_secret_is_optional() -> None:
    verify(HEADERS, BODY, secrets=[SECRET.removeprefix("whsec_")], at=SIGNED_AT)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused(name: str) -> None:
    assert "missing" in refusal({key: value for key, value in HEADERS.items() if key != name})


@pytest.mark.parametrize("timestamp", ["hello", "", "1614265330.0", "-1614265330", "1e9", " 1614265330", "１614265330"])
def test_a_timestamp_that_is_no_number_of_seconds_is_refused(timestamp: str) -> None:
    assert "malformed" in refusal(HEADERS | {"webhook-timestamp": timestamp})


@pytest.mark.parametrize("message_id", ["msg_1.1614265330", "msg 1", "msg\n1", "é", "m" * 256])
def test_an_id_that_could_blur_the_signed_parts_is_refused(message_id: str) -> None:
    assert "malformed" in refusal(HEADERS | {"webhook-id": message_id})
    with pytest.raises(ValueError, match="message id"):
        sign([SECRET], message_id=message_id, signed_at=SIGNED_AT, body=BODY)


@pytest.mark.parametrize(
    "signature",
    ["v1,", "v1,dawfeoifkpqwoekfpqoekf", "v1", ",", SIGNATURE[:-5], SIGNATURE.replace("v1,", "v2,"), "v1,é"],
)
def test_a_wrong_signature_is_refused(signature: str) -> None:
    assert "No signature" in refusal(HEADERS | {"webhook-signature": signature})


def test_a_changed_body_is_refused_however_small_the_change() -> None:
    assert "No signature" in refusal(HEADERS, BODY + b" ")


def test_one_good_signature_among_others_is_enough() -> None:
    bad = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
    listed = f"{bad} v2,{SIGNATURE[3:]} v1a,hnO3f9T8 {SIGNATURE} {bad}"
    verify(HEADERS | {"webhook-signature": listed}, BODY, secrets=[SECRET], at=SIGNED_AT)


def test_header_names_come_in_any_case() -> None:
    verify({name.title(): value for name, value in HEADERS.items()}, BODY, secrets=[SECRET], at=SIGNED_AT)


@pytest.mark.parametrize("side", [-1, 1])
def test_the_tolerance_ends_after_five_minutes_on_both_sides(side: int) -> None:
    edge = timedelta(seconds=side * WEBHOOK_TOLERANCE_SECONDS)
    assert timedelta(minutes=5) == abs(edge)
    verify(HEADERS, BODY, secrets=[SECRET], at=SIGNED_AT + edge)
    assert "300 s off" in refusal(HEADERS, at=SIGNED_AT + edge + timedelta(seconds=side))


def test_during_a_rotation_old_and_new_secret_both_verify() -> None:
    new = make_signing_secret()
    headers = sign([new, SECRET], message_id=MESSAGE_ID, signed_at=SIGNED_AT, body=BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for known in ([new], [SECRET], [make_signing_secret(), SECRET]):
        verify(headers, BODY, secrets=known, at=SIGNED_AT)
    with pytest.raises(SignatureInvalid):
        verify(headers, BODY, secrets=[make_signing_secret()], at=SIGNED_AT)


def test_without_any_secret_nothing_verifies() -> None:
    with pytest.raises(SignatureInvalid):
        verify(HEADERS, BODY, secrets=[], at=SIGNED_AT)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_" + "A" * 88, "whsec_not base64 at all!!"])
def test_a_secret_that_is_none_is_refused_without_being_shown(secret: str) -> None:
    for use in (
        lambda: verify(HEADERS, BODY, secrets=[secret], at=SIGNED_AT),
        lambda: sign([secret], message_id=MESSAGE_ID, signed_at=SIGNED_AT, body=BODY),
    ):
        with pytest.raises(SecretMalformedError) as refused:
            use()
        assert not secret.removeprefix("whsec_") or secret.removeprefix("whsec_") not in str(refused.value)


def test_new_secrets_differ_and_carry_256_bits() -> None:
    made = {make_signing_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in made} == {32}


TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
IDS = st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True)


@given(text=TEXT, message_id=IDS, size=st.integers(24, 64))
def test_what_we_sign_the_reference_package_accepts(text: str, message_id: str, size: int) -> None:
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(size)).decode()
    at, body = datetime.now(UTC), text.encode()
    headers = sign([make_signing_secret(), secret], message_id=message_id, signed_at=at, body=body)
    Webhook(secret).verify(body, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(make_signing_secret()).verify(body, headers, json_parse=False)


@given(text=TEXT, message_id=IDS)
def test_what_the_reference_package_signs_we_accept(text: str, message_id: str) -> None:
    secret, at = make_signing_secret(), datetime.now(UTC).replace(microsecond=0)
    signature = Webhook(secret).sign(message_id, at, text)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    assert verify(headers, text.encode(), secrets=[secret], at=at).message_id == message_id


@given(body=st.binary(max_size=300))
def test_any_bytes_can_be_signed_also_such_as_are_no_text(body: bytes) -> None:
    headers = sign([SECRET], message_id=MESSAGE_ID, signed_at=SIGNED_AT, body=body)
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    wanted = hmac.new(key, f"{MESSAGE_ID}.1614265330.".encode() + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(wanted).decode()}"
    verify(headers, body, secrets=[SECRET], at=SIGNED_AT)
