"""Say that the process runs, and nothing else.
Route: GET /health · Reads: nothing · Fails: never"""

from __future__ import annotations

from starlette.responses import Response

from auspex.platform.endpoint import endpoint, json_response

api = endpoint(__name__, scope=None)


@api.get("/health", responses={200: {"content": {"application/json": {"example": {"status": "ok"}}}}})
async def read_health() -> Response:
    """Tell that this process answers."""
    return json_response({"status": "ok"})


handler = api.handler
