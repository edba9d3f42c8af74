"""Hashes of JSON values, equal for equal values whatever the order of their keys."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def sha256_of_json(value: Any) -> str:
    """Return the SHA-256 of a JSON value with sorted keys, in lower-case hexadecimal."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
