"""Say whether requests can be served: Postgres, DynamoDB and the queues, 1 s each.
Route: GET /ready · Reads: one probe per store · Fails: not-ready"""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from starlette.responses import Response

from auspex.platform.endpoint import endpoint
from auspex.platform.readiness import require_readiness
from auspex.platform.replies import Representation
from auspex.platform.responses import json_response

api = endpoint(__name__, scope=None)


class StoreCheck(Representation):
    """One store's state, and how long it took to answer."""

    name: str
    ok: bool
    milliseconds: float
    error: str | None


class Readiness(Representation):
    """Every store that a request needs answers."""

    status: Literal["ready"]
    checks: list[StoreCheck]


@api.get("/ready", stateless=True, responses={200: {"model": Readiness}})
async def read_readiness() -> Response:
    """Check every store a request needs."""
    return json_response({"status": "ready", "checks": [asdict(check) for check in require_readiness()]})


handler = api.handler
