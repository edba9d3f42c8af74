"""Baseline: the least Powertools resolver for an HTTP API that answers GET /health."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

app = APIGatewayHttpResolver()


@app.get("/health")
def read_health() -> dict[str, str]:
    """Tell that this process answers."""
    return {"status": "ok"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serve one event."""
    return app.resolve(event, context)
