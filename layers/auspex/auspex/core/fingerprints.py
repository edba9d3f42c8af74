"""Hashes of JSON values over their canonical form (RFC 8785), equal for equal values however they were written.

Order of keys, white space and `1.0` against `1` make no difference. Integers beyond 2^53 - 1 have no canonical form
(a double would make neighbours equal), so they are refused; such a number travels as a string.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from auspex.core.problems import ValidationFailed, pointer_error

INTEGER_MAX = 2**53 - 1


def canonical_bytes(value: Any) -> bytes:
    """Return the canonical JSON of a JSON value, in UTF-8.

    Raises ValidationFailed, pointing at the place, for a number that no double holds exactly, an infinity, half of a
    surrogate pair, or nesting too deep to write.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        pointer = _unportable_at(value, "") or ""
        raise ValidationFailed(
            detail="The request holds a value without a canonical form.",
            errors=[pointer_error(pointer, f"integers lie within ±{INTEGER_MAX}, numbers are finite, text is Unicode")],
        ) from error
    except RecursionError as error:
        raise ValidationFailed(detail="The request is nested too deeply.") from error


def sha256_of_json(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical form, in lower-case hexadecimal."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def fingerprint(*, route: str, model_version: str, data_version: str, input: Any) -> str:  # noqa: A002 - API's name
    """Return what names an answer: equal requests of one route, model and state of the data share it.

    `data_version` says on which data the answer stands: a parameter version, an index version, a vintage.
    """
    return sha256_of_json(
        {"route": route, "model_version": model_version, "data_version": data_version, "input": input}
    )


def _unportable_at(value: Any, pointer: str) -> str | None:
    """Return a JSON Pointer to the first value without a canonical form."""
    if isinstance(value, dict):
        children: list[tuple[str, Any]] = [(str(name), child) for name, child in value.items()]
    elif isinstance(value, list | tuple):
        children = [(str(index), child) for index, child in enumerate(value)]
    else:
        return None if _is_portable(value) else pointer
    for name, child in children:
        place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        found = _unportable_at(child, place) if _is_portable(name) else place
        if found is not None:
            return found
    return None


def _is_portable(value: Any) -> bool:
    try:
        rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return False
    return True
