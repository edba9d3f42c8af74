"""Serve the merged OpenAPI document.
Route: GET /openapi.json · Reads: auspex/openapi.json of the code layer · Fails: never"""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

import auspex
from auspex.platform.endpoint import endpoint

api = endpoint(__name__, scope=None)
DOCUMENT = Path(auspex.__file__).with_name("openapi.json")


SHAPE = {"type": "object", "required": ["openapi", "info", "paths", "components"]}


@api.get("/openapi.json", stateless=True, responses={200: {"content": {"application/json": {"schema": SHAPE}}}})
async def read_openapi() -> Response:
    """Return the OpenAPI 3.1 document of every route."""
    return Response(DOCUMENT.read_bytes(), media_type="application/json")


handler = api.handler
