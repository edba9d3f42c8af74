"""What the shell refuses before FastAPI reads a request: unknown parameters, what cannot be stored, oversize bodies."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fastapi import Request

from auspex.core import problems
from auspex.core.database import can_hold
from auspex.core.problems import pointer_error


def refuse_unknown_parameters(request: Request, known: set[str]) -> None:
    """Refuse query parameters that the route does not declare: a misspelt filter would otherwise select everything."""
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise problems.MalformedRequest(
            detail=f"Unknown query parameter: {', '.join(unknown)}.",
            errors=[pointer_error(f"/{name}", "unknown parameter") for name in unknown],
        )


def refuse_unstorable_parameters(request: Request) -> None:
    """Refuse what no stored text can equal: NUL and halves of surrogate pairs, which Postgres does not hold."""
    for name, value in (*request.path_params.items(), *request.query_params.items()):
        if not can_hold(value):
            raise problems.MalformedRequest(
                detail=f"The parameter {name} holds a character that no text can have.",
                errors=[pointer_error(f"/{name}", "a character that no text can have")],
            )


async def refuse_unstorable_body(request: Request) -> None:
    """Point at the first string that cannot be stored; only an escape, or a surrogate's byte, can make one."""
    body = await request.body()
    if b"\\u" not in body and b"\xed" not in body:
        return
    try:
        pointer = _unstorable_at(json.loads(body), "")
    except (ValueError, RecursionError):
        return  # FastAPI finds the same, and says so
    if pointer is not None:
        raise problems.ValidationFailed(
            detail="The body holds a character that no text can have.",
            errors=[pointer_error(pointer, "NUL or half of a surrogate pair")],
        )


def _unstorable_at(value: Any, pointer: str) -> str | None:
    """Return where in a JSON value the first string stands that cannot be stored."""
    if isinstance(value, str):
        return None if can_hold(value) else pointer
    if isinstance(value, dict):
        if not all(can_hold(name) for name in value):
            return pointer
        children: Iterable[tuple[str | int, Any]] = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    else:
        return None
    found = (_unstorable_at(child, f"{pointer}/{escaped(name)}") for name, child in children)
    return next((place for place in found if place is not None), None)


def escaped(part: str | int) -> str:
    """Return a part of a JSON Pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")


async def check_body(request: Request, *, bytes_max: int, media_types: frozenset[str]) -> None:
    """Refuse a body that is too large or of another media type."""
    if request.method not in {"POST", "PUT", "PATCH"}:
        return
    body = await request.body()
    if len(body) > bytes_max:
        raise problems.BodyTooLarge(detail=f"The body has {len(body)} bytes; at most {bytes_max} are accepted.")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media_type not in media_types:
        raise problems.UnsupportedMediaType(detail=f"The body must be {' or '.join(sorted(media_types))}.")
