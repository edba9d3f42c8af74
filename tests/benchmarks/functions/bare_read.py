"""Baseline: one round trip to Postgres through plain psycopg."""

from __future__ import annotations

import os
from typing import Any

import psycopg

connection = psycopg.connect(os.environ["AUSPEX_DATABASE_URL"], autocommit=True, prepare_threshold=None)


def handler(event: dict[str, Any], context: Any) -> None:
    """Ask for one constant."""
    connection.execute("SELECT 1").fetchone()
