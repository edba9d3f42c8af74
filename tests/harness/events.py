"""Lambda's events and API Gateway's replies (HTTP API, payload format 2.0)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.application import ACCOUNT_ID, DEFAULT_ROUTE, REGION, Route
from tests.harness.queues import Message

TEXT_MEDIA_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


class Headers(Mapping[str, str]):
    """Reply headers; names compare without case."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = {name.lower(): value for name, value in headers.items()}

    def __getitem__(self, name: str) -> str:
        return self._headers[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


@dataclass(frozen=True, slots=True)
class Response:
    """What a caller receives."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        """The `data` of a reply of ours."""
        return self.json()["data"]


def http_event(
    route: Route,
    path_parameters: Mapping[str, str],
    *,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
) -> dict[str, Any]:
    """Return the event API Gateway makes of a request; `target` is path and query as sent."""
    path, _, query = target.partition("?")
    given = {name.lower(): value for name, value in headers.items()}
    route_key = route.path if route.path == DEFAULT_ROUTE else f"{route.method} {route.path}"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": {"host": "api.example.org", "content-length": str(len(body)), "user-agent": "harness", **given},
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": route.api_id,
            "domainName": f"{route.api_id}.execute-api.{REGION}.amazonaws.com",
            "domainPrefix": route.api_id,
            "http": {
                "method": route.method,
                "path": unquote(path),
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": given.get("user-agent", "harness"),
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route_key,
            "stage": "$default",
            "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(at.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if query:
        merged: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            merged.setdefault(name, []).append(value)
        event["queryStringParameters"] = {name: ",".join(values) for name, values in merged.items()}
    if path_parameters:
        event["pathParameters"] = {name: unquote(value) for name, value in path_parameters.items()}
    if body:
        is_text = given.get("content-type", "").startswith(TEXT_MEDIA_TYPES)
        event["isBase64Encoded"] = not is_text
        event["body"] = body.decode("utf-8", "replace") if is_text else base64.b64encode(body).decode()
    return event


def response_of(reply: Mapping[str, Any]) -> Response:
    """Return what API Gateway sends for a function's reply."""
    body = reply.get("body") or ""
    headers = dict(reply.get("headers") or {})
    for name, values in (reply.get("multiValueHeaders") or {}).items():
        headers[name] = ",".join(values)
    return Response(
        status=int(reply["statusCode"]),
        headers=Headers(headers),
        body=base64.b64decode(body) if reply.get("isBase64Encoded") else body.encode(),
    )


def queue_event(messages: list[Message], queue_arn: str) -> dict[str, Any]:
    """Return the event of one batch."""
    return {"Records": [message.record(queue_arn) for message in messages]}


def schedule_event(input_text: str, *, at: datetime, arn: str) -> dict[str, Any]:
    """Return a schedule's input with the context attributes that EventBridge Scheduler fills in."""
    filled = (
        input_text.replace("<aws.scheduler.scheduled-time>", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        .replace("<aws.scheduler.schedule-arn>", arn)
        .replace("<aws.scheduler.execution-id>", f"exec-{int(at.timestamp())}")
        .replace("<aws.scheduler.attempt-number>", "1")
    )
    event: dict[str, Any] = json.loads(filled)
    return event
