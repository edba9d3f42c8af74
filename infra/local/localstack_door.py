"""The front door as a process of its own, in front of an emulator that is not ours to wrap.

``python -m infra.local.localstack_door --port N --table FILE --endpoint URL``
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import hypercorn.asyncio
import hypercorn.config
from infra.local.front_door import PREFIX, FrontDoor, Message, Receive, RouteTable, Scope, Send

EXECUTE_API_HOST = "execute-api.localhost.localstack.cloud"
TIMEOUT_SECONDS = 30.0
HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"upgrade", b"te", b"trailer"}


class Forwarder:
    """Send what the front door let through to the API's own host name at the emulator's address.

    Each request has a client of its own: a shared one would pass one caller's cookies on to the next.
    """

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.port = urlsplit(endpoint).port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        api_id, _, path = scope["raw_path"].decode("ascii").removeprefix(f"{PREFIX}/").partition("/")
        query = scope["query_string"].decode("ascii")
        url = f"{self.endpoint}/{path}{'?' if query else ''}{query}"
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in {*HOP_BY_HOP, b"host"}]
        headers.append((b"host", f"{api_id}.{EXECUTE_API_HOST}:{self.port}".encode()))
        body = await _read(receive)
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            reply = await client.request(scope["method"], url, content=body, headers=headers)
        kept = [
            (name, value) for name, value in reply.headers.raw if name.lower() not in HOP_BY_HOP | {b"content-encoding"}
        ]
        kept.append((b"content-length", str(len(reply.content)).encode()))
        await send({"type": "http.response.start", "status": reply.status_code, "headers": kept})
        await send({"type": "http.response.body", "body": reply.content})


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message: Message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--endpoint", required=True)
    arguments = parser.parse_args()
    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{arguments.port}"]
    door = FrontDoor(Forwarder(arguments.endpoint), arguments.port, RouteTable(arguments.table))
    asyncio.run(hypercorn.asyncio.serve(door, config))  # type: ignore[arg-type] # its own ASGI type is narrower


if __name__ == "__main__":
    main()
