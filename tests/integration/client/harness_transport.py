"""The client on the harness: httpx hands each request to the function that the templates name, in this process."""

from __future__ import annotations

import httpx
from tests.harness.harness import Harness


class HarnessTransport(httpx.BaseTransport):
    """Carries requests to the handlers; what arrives first may be lost on the way back."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.lose = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Serve one request; while `lose` is positive the reply is lost after the effect was committed."""
        reply = self.harness.request(
            request.method, request.url.raw_path.decode(), headers=dict(request.headers), body=request.read()
        )
        if self.lose > 0:
            self.lose -= 1
            raise httpx.ReadError("the connection broke after the request was served", request=request)
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)
