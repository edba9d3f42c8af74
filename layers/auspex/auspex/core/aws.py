"""AWS clients: built on first use, one per service and environment, with short timeouts and the standard retry mode."""

from __future__ import annotations

from typing import Any

CONNECT_SECONDS = 3
READ_SECONDS = 20
ATTEMPTS = 3
HURRIED = {"dynamodb": (1, 1, 2)}
"""Connect seconds, read seconds and attempts where going on without an answer beats waiting for it."""
_clients: dict[str, Any] = {}


def client(service: str) -> Any:
    """Return the client of a service, one per environment; importing boto3 waits until somebody needs it."""
    if service not in _clients:
        _clients[service] = _build(service)
    return _clients[service]


def use_client(service: str, replacement: Any | None) -> None:
    """Put a client in a service's place; None has the next use build a fresh one. For the test harness only."""
    if replacement is None:
        _clients.pop(service, None)
    else:
        _clients[service] = replacement


def _build(service: str) -> Any:
    import boto3  # noqa: PLC0415 - 200 ms of import that most invocations never need
    from botocore.config import Config  # noqa: PLC0415 - comes with boto3

    connect_seconds, read_seconds, attempts = HURRIED.get(service, (CONNECT_SECONDS, READ_SECONDS, ATTEMPTS))
    return boto3.client(
        service,
        config=Config(
            connect_timeout=connect_seconds,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
        ),
    )
