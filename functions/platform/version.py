"""Say which build answers.
Route: GET /version · Reads: the migration head · Fails: database-unavailable"""

from __future__ import annotations

from starlette.responses import Response

from auspex.platform.build import describe_build
from auspex.platform.endpoint import endpoint
from auspex.platform.replies import Representation
from auspex.platform.responses import json_response

api = endpoint(__name__, scope=None)


class Version(Representation):
    """Which build answers, on which schema, with which models by product."""

    version: str
    commit: str
    built_at: str
    stage: str
    migration_head: str | None
    model_versions: dict[str, dict[str, str]]


@api.get("/version", stateless=True, responses={200: {"model": Version}})
async def read_version() -> Response:
    """Name version, commit, build time, migration head and model versions."""
    return json_response(describe_build())


handler = api.handler
