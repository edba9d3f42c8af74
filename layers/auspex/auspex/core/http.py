"""The HTTP edge of an endpoint function. Only this module renders problems and writes platform headers.

`HttpEdge` is a pure ASGI wrapper: request id and trace in, headers, the invocation's log line and metrics out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from auspex.core.database import begin_invocation
from auspex.core.ids import TRACEPARENT_PATTERN, is_request_id, new_traceparent, new_ulid
from auspex.core.outbox import forget_pending
from auspex.core.problems import Problem
from auspex.core.telemetry import count, flush_metrics, log_invocation, logger

PROBLEM_MEDIA_TYPE = "application/problem+json"
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class RequestContext:
    """What is known about a request before anybody reads it; kept in the ASGI scope's state."""

    request_id: str
    traceparent: str
    route: str = "unmatched"
    account_id: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def context_of(request: Request) -> RequestContext:
    """Return the context that `HttpEdge` put into the request's state."""
    context = request.scope["state"]["auspex"]
    if not isinstance(context, RequestContext):
        raise TypeError("the request did not come through HttpEdge")
    return context


def problem_response(problem: Problem, *, instance: str, request_id: str) -> Response:
    """Render a problem document with the headers its status asks for."""
    headers = {}
    if problem.retry_after_seconds is not None:
        headers["retry-after"] = str(problem.retry_after_seconds)
    if problem.status == 401:
        headers["www-authenticate"] = 'Bearer realm="auspex"'
    body = problem.document(instance=instance, request_id=request_id)
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        status_code=problem.status,
        headers=headers,
        media_type=PROBLEM_MEDIA_TYPE,
    )


class HttpEdge:
    """Wrap an ASGI application with everything that every reply of ours has."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever escapes the application becomes a 500 problem and a logged fault."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        begin_invocation()
        forget_pending()
        given = {
            bytes(key).decode("latin-1").lower(): bytes(value).decode("latin-1") for key, value in scope["headers"]
        }
        context = _read_context(given)
        scope.setdefault("state", {})["auspex"] = context
        status = 500

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                own = SECURITY_HEADERS | {"x-request-id": context.request_id} | context.headers
                present = {bytes(key).lower() for key, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode("latin-1")) for k, v in own.items() if k.encode() not in present),
                ]
            await send(message)

        logger().append_keys(request_id=context.request_id)
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:  # noqa: BLE001 - the last line of defence: the application has answered, the log gets the trace
            logger().exception("request failed")
        finally:
            _leave_line(scope, context, status, round((time.perf_counter() - started) * 1000, 2))


def _read_context(headers: dict[str, str]) -> RequestContext:
    given = headers.get("x-request-id", "")
    parent = headers.get("traceparent", "")
    return RequestContext(
        request_id=given if is_request_id(given) else new_ulid(),
        traceparent=new_traceparent(parent if TRACEPARENT_PATTERN.match(parent) else None),
    )


def _leave_line(scope: Scope, context: RequestContext, status: int, duration_ms: float) -> None:
    log_invocation(
        "request",
        method=scope["method"],
        route=context.route,
        status=status,
        duration_ms=duration_ms,
        account_id=context.account_id,
        trace_id=context.traceparent[3:35],
    )
    count("Requests", route=context.route, status_class=f"{status // 100}xx")
    flush_metrics()
    logger().remove_keys(["request_id"])
