"""Secrets at rest: sealed for one account and one purpose under the deployment's key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import constants as parameters
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from auspex.core.config import forget_settings
from auspex.core.sealing import SealBrokenError, seal, unseal

ADA, BOB = "acct_01K7Z3Y8N4Q6R2T5V9W1X0ABCD", "acct_01K7Z3Y8N4Q6R2T5V9W1X0ABCE"
PURPOSE = "webhook-secret"


@pytest.fixture(scope="module", autouse=True)
def secrets_manager() -> Iterator[Any]:
    """A sealing key as the template generates it."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("secretsmanager")
        made = client.create_secret(Name="sealing", SecretString=json.dumps({"key": "k" * 64}))
        patch.setenv("AUSPEX_SEALING_SECRET_ARN", made["ARN"])
        forget()
        yield client
    forget()


def forget() -> None:
    forget_settings()
    for provider in parameters.DEFAULT_PROVIDERS.values():
        provider.clear_cache()


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_was_sealed_opens_for_its_account_and_purpose(plain: str) -> None:
    sealed = seal(plain, account_id=ADA, purpose=PURPOSE)
    assert unseal(sealed, account_id=ADA, purpose=PURPOSE) == plain
    if len(plain.encode()) >= 8:  # a letter or two occur in any ciphertext
        assert plain.encode() not in sealed[13:]


def test_equal_texts_seal_differently() -> None:
    assert len({seal("whsec_x", account_id=ADA, purpose=PURPOSE) for _ in range(50)}) == 50


@pytest.mark.parametrize(("account_id", "purpose"), [(BOB, PURPOSE), (ADA, "channel"), ("", PURPOSE)])
def test_another_account_or_purpose_opens_nothing(account_id: str, purpose: str) -> None:
    with pytest.raises(SealBrokenError):
        unseal(seal("whsec_x", account_id=ADA, purpose=PURPOSE), account_id=account_id, purpose=purpose)


def test_any_changed_byte_breaks_the_seal() -> None:
    sealed = seal("whsec_x", account_id=ADA, purpose=PURPOSE)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SealBrokenError):
            unseal(changed, account_id=ADA, purpose=PURPOSE)


@given(st.binary(max_size=60))
def test_bytes_that_were_never_sealed_do_not_open(sealed: bytes) -> None:
    with pytest.raises(SealBrokenError):
        unseal(sealed, account_id=ADA, purpose=PURPOSE)


def test_another_key_opens_nothing_and_a_short_one_seals_nothing(secrets_manager: Any) -> None:
    sealed = seal("whsec_x", account_id=ADA, purpose=PURPOSE)
    for key in ("m" * 64, "short"):
        secrets_manager.put_secret_value(SecretId="sealing", SecretString=json.dumps({"key": key}))
        forget()
        with pytest.raises(SealBrokenError):
            unseal(sealed, account_id=ADA, purpose=PURPOSE)
    secrets_manager.put_secret_value(SecretId="sealing", SecretString=json.dumps({"key": "k" * 64}))
    forget()
    assert unseal(sealed, account_id=ADA, purpose=PURPOSE) == "whsec_x"
