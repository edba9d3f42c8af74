"""Events as Lambda gets them, made in numbers: requests, batches of a queue, firings of a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from auspex.core.ids import new_id, new_traceparent, new_ulid

FIRST_FIRING = datetime(2024, 11, 4, 9, 0, tzinfo=UTC)


def request(path: str, *, query: str = "", key: str | None = None) -> dict[str, Any]:
    """Return one GET through an HTTP API (payload 2.0)."""
    headers = {"host": "api.example.org", "user-agent": "benchmark", "accept": "application/json"}
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    return {
        "version": "2.0",
        "routeKey": f"GET {path}",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(pair.split("=") for pair in query.split("&")) if query else {},
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "benchmark",
            "domainName": "api.example.org",
            "domainPrefix": "api",
            "http": {
                "method": "GET",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "benchmark",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"GET {path}",
            "stage": "$default",
            "time": "04/Nov/2024:09:00:00 +0000",
            "timeEpoch": 1_730_710_800_000,
        },
        "isBase64Encoded": False,
    }


def post(path: str, body: str, *, key: str | None = None, idempotency_key: str | None = None) -> dict[str, Any]:
    """Return one POST of a JSON body through an HTTP API (payload 2.0)."""
    event = request(path, key=key)
    event["routeKey"] = event["requestContext"]["routeKey"] = f"POST {path}"
    event["requestContext"]["http"]["method"] = "POST"
    event["headers"] |= {"content-type": "application/json", "content-length": str(len(body))}
    if idempotency_key is not None:
        event["headers"]["idempotency-key"] = idempotency_key
    return event | {"body": body}


def batch(records: int) -> dict[str, Any]:
    """Return a batch of new messages of the trivial stage."""
    return {"Records": [_new_record() for _ in range(records)]}


def deliveries(bodies: Sequence[str], size: int) -> list[dict[str, Any]]:
    """Return batches of at most `size` messages whose bodies are these."""
    return [{"Records": [_record(body) for body in bodies[at : at + size]]} for at in range(0, len(bodies), size)]


def _new_record() -> dict[str, Any]:
    key = new_ulid()
    body = (
        f'{{"schema":"benchmark.leave_row.v1","message_id":"{new_id("msg")}","dedup_key":"work:{key}",'
        f'"request_id":"{new_ulid()}","traceparent":"{new_traceparent()}","deferrals":0,"body":{{"key":"{key}"}}}}'
    )
    return _record(body)


def _record(body: str) -> dict[str, Any]:
    return {
        "messageId": new_ulid(),
        "receiptHandle": "receipt",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1730710800000"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:auspex-benchmark-work",
        "awsRegion": "us-east-1",
    }


def firing(schedule: str, number: int) -> dict[str, Any]:
    """Return the n-th firing of a schedule, a minute after the one before."""
    at = FIRST_FIRING + timedelta(minutes=number)
    return {"schedule": schedule, "scheduled_at": at.isoformat().replace("+00:00", "Z")}
