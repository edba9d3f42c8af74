"""Secrets of customers at rest: AES-256-GCM under a key of this deployment, bound to the account that owns them.

The account id is associated data: a sealed value that is copied into another account's row does not open. Each purpose
has a key of its own (HKDF), so that a webhook's secret cannot pass for a channel's. Only this module knows the layout:
one byte of version, 12 random bytes of nonce, ciphertext with its tag.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from auspex.core.config import Settings, read_secret, read_settings

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
MASTER_CHARACTERS_MIN: Final = 32


class SealingSettings(Settings):
    """Where the deployment's sealing key is: a secret `{key}` of at least 32 random characters."""

    sealing_secret_arn: str = ""


class SealBrokenError(Exception):
    """A sealed value does not open: other account, other purpose, other key, or changed bytes."""


def seal(plain: str, *, account_id: str, purpose: str) -> bytes:
    """Return a text sealed for an account and a purpose (`webhook-secret`); equal texts seal differently."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(_key(purpose)).encrypt(nonce, plain.encode(), account_id.encode())


def unseal(sealed: bytes, *, account_id: str, purpose: str) -> str:
    """Return what was sealed for this account and purpose. Raises SealBrokenError."""
    version, nonce, encrypted = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if version != VERSION or len(nonce) != NONCE_BYTES:
        raise SealBrokenError("no sealed value of a known version")
    try:
        return AESGCM(_key(purpose)).decrypt(nonce, encrypted, account_id.encode()).decode()
    except InvalidTag as error:
        raise SealBrokenError("the seal does not belong to this account, purpose and key") from error


def _key(purpose: str) -> bytes:
    master = str(read_secret(read_settings(SealingSettings).sealing_secret_arn)["key"])
    if len(master) < MASTER_CHARACTERS_MIN:
        raise SealBrokenError(f"the sealing key has fewer than {MASTER_CHARACTERS_MIN} characters")
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"auspex {purpose}".encode()).derive(master.encode())
