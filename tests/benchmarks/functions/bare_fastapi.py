"""Baseline: the least FastAPI behind Mangum that answers GET /health."""

from __future__ import annotations

from fastapi import FastAPI
from mangum import Mangum

app = FastAPI(openapi_url=None)


@app.get("/health")
async def read_health() -> dict[str, str]:
    """Tell that this process answers."""
    return {"status": "ok"}


handler = Mangum(app, lifespan="off")
