"""Say which build answers.
Route: GET /version · Reads: the migration head · Fails: database-unavailable"""

from __future__ import annotations

from starlette.responses import Response

from auspex.platform.build import describe_build
from auspex.platform.endpoint import endpoint, json_response

api = endpoint(__name__, scope=None)


@api.get("/version")
async def read_version() -> Response:
    """Name version, commit, build time, migration head and model versions."""
    return json_response(describe_build())


handler = api.handler
