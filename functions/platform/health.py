"""Say that the process runs, and nothing else.
Route: GET /health · Reads: nothing · Fails: never"""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from auspex.platform.endpoint import endpoint
from auspex.platform.replies import Representation
from auspex.platform.responses import json_response

api = endpoint(__name__, scope=None)


class Health(Representation):
    """The process runs."""

    status: Literal["ok"]


@api.get("/health", stateless=True, responses={200: {"model": Health}})
async def read_health() -> Response:
    """Tell that this process answers."""
    return json_response({"status": "ok"})


handler = api.handler
