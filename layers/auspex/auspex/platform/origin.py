"""Where a row that a POST made comes from: the unique key that makes a repeated request one effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from auspex.core.fingerprints import sha256_of_json
from auspex.core.ids import new_ulid


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asked, on which route, under which Idempotency-Key (None: none was sent), and the hash of what was asked."""

    created_by: str
    route: str
    idempotency_key: str | None
    request_sha256: str

    @classmethod
    def of(cls, account_id: str, route: str, idempotency_key: str | None, request: dict[str, Any]) -> Self:
        """Describe a request of an account; `request` is JSON, equal for equal requests."""
        return cls(account_id, route, idempotency_key, sha256_of_json(request))

    def key_or_new(self) -> str:
        """Return the Idempotency-Key, or one that no other request has."""
        return self.idempotency_key or f"call_{new_ulid()}"
