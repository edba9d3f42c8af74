"""Serve the interactive documentation; its scripts come from us, never from a CDN.
Route: GET /docs, /docs/{asset} · Reads: the assets of the docs layer · Fails: not-found"""

from __future__ import annotations

from starlette.responses import Response

from auspex.platform.docs_page import page, read_asset
from auspex.platform.endpoint import endpoint

api = endpoint(__name__, scope=None)


@api.get("/docs", stateless=True, include_in_schema=False)
async def read_docs() -> Response:
    """Show the API with a form to try each operation."""
    return page()


@api.get("/docs/{asset}", stateless=True, include_in_schema=False)
async def read_docs_asset(asset: str) -> Response:
    """Return one script or style sheet of the page."""
    return read_asset(asset)


handler = api.handler
