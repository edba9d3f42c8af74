"""Baseline: one committed row per call through plain psycopg, what the disk and the driver alone cost."""

from __future__ import annotations

import os
from typing import Any

import psycopg

connection = psycopg.connect(os.environ["AUSPEX_DATABASE_URL"], autocommit=True, prepare_threshold=None)


def handler(event: dict[str, Any], context: Any) -> None:
    """Commit one row."""
    connection.execute("INSERT INTO benchmark.effects (key) VALUES (%s)", ("bare",))
