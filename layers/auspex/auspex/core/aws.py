"""AWS clients: built on first use, one per service and environment, with short timeouts and the standard retry mode."""

from __future__ import annotations

from functools import cache
from typing import Any

CONNECT_SECONDS = 3
READ_SECONDS = 20
ATTEMPTS = 3


@cache
def client(service: str) -> Any:
    """Return the boto3 client of a service; importing boto3 waits until somebody needs it."""
    import boto3  # noqa: PLC0415 - 200 ms of import that most invocations never need
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        service,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        ),
    )
