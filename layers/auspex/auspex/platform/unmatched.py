"""What an HTTP API answers where it has no route: its `$default` function, a problem like every other refusal."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import auspex
from auspex.platform.endpoint import Endpoint, endpoint

UNDOCUMENTED: dict[str, dict[str, object]] = {"/docs": {"get": {}}, "/docs/{asset}": {"get": {}}}
"""Routes that the OpenAPI document leaves out."""


def unmatched(name: str) -> Endpoint:
    """Make the function behind an API's `$default` route: 404, or 405 with `Allow` where another method is offered."""
    api = endpoint(name, scope=None)
    api.app.router.default = _refuse
    return api


def offered_methods(path: str) -> list[str]:
    """Return the methods that some route offers for a request path."""
    found = {method for pattern, methods in _routes() if pattern.fullmatch(path) for method in methods}
    return sorted(found)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer OPTIONS with the methods that a path has; otherwise raise what the endpoint's handlers render.

    A browser's preflight is answered by API Gateway and never comes here.
    """
    methods = offered_methods(scope["path"])
    if methods and scope["method"] == "OPTIONS":
        await Response(status_code=204, headers={"Allow": ", ".join([*methods, "OPTIONS"])})(scope, receive, send)
        return
    if methods and scope["method"] not in methods:
        raise HTTPException(405, headers={"Allow": ", ".join(methods)})
    raise HTTPException(404)


@cache
def _routes() -> list[tuple[re.Pattern[str], list[str]]]:
    document = json.loads(Path(auspex.__file__).with_name("openapi.json").read_bytes())
    routes = document["paths"] | UNDOCUMENTED
    return [(_pattern(path), [method.upper() for method in operations]) for path, operations in routes.items()]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", path))
    )
