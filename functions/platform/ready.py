"""Say whether requests can be served: Postgres, DynamoDB and the queues, 1 s each.
Route: GET /ready · Reads: one probe per store · Fails: not-ready"""

from __future__ import annotations

from dataclasses import asdict

from starlette.responses import Response

from auspex.platform.endpoint import endpoint, json_response
from auspex.platform.readiness import check_readiness

api = endpoint(__name__, scope=None)


@api.get("/ready", responses={503: {"description": "At least one store does not answer"}})
async def read_readiness() -> Response:
    """Check every store a request needs."""
    checks = check_readiness()
    ready = all(check.ok for check in checks)
    body = {"status": "ready" if ready else "not ready", "checks": [asdict(check) for check in checks]}
    return json_response(body, status=200 if ready else 503, headers={} if ready else {"retry-after": "5"})


handler = api.handler
