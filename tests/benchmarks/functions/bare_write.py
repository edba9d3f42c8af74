"""Baseline: the least FastAPI behind Mangum that reads a JSON body and commits one row, open to everybody."""

from __future__ import annotations

import os

import psycopg
from fastapi import FastAPI
from mangum import Mangum
from pydantic import BaseModel

app = FastAPI(openapi_url=None)
connection = psycopg.connect(os.environ["AUSPEX_DATABASE_URL"], autocommit=True, prepare_threshold=None)


class NewEffect(BaseModel):
    """One row."""

    key: str


@app.post("/v1/benchmark/effects", status_code=201)
async def create_effect(body: NewEffect) -> dict[str, str]:
    """Commit one row."""
    connection.execute("INSERT INTO benchmark.effects (key) VALUES (%s)", (body.key,))
    return {"key": body.key}


handler = Mangum(app, lifespan="off")
