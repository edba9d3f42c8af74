"""Finished JSON responses: routes outside the envelope (health, OpenAPI), and replies that were computed before."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

JSON_MEDIA_TYPE = "application/json"


def json_response(payload: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a payload as JSON; what JSON does not know is written as text."""
    body = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    return Response(body, status_code=status, headers=headers, media_type=JSON_MEDIA_TYPE)
