"""Stored JSON as it is shown: Postgres keeps no order of keys, and the same bytes are promised."""

from __future__ import annotations

from typing import Any


def in_order(value: Any) -> Any:
    """Return a JSON value with the keys of every object in alphabetical order."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [in_order(child) for child in value]
    return value
