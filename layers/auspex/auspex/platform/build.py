"""What is running: version, commit, build time, migration head, model versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auspex.core.config import DeploymentSettings, read_settings
from auspex.core.database import connect, load_sql

SQL = load_sql(Path(__file__).with_name("readiness.sql"))

# Immutable names; a change of behaviour is a new name.
MODEL_VERSIONS = {"filings": {"embedding": "all-MiniLM-L6-v2-int8.1", "answers": "core-filings.1"}}


def describe_build() -> dict[str, Any]:
    """Return what GET /version shows."""
    settings = read_settings(DeploymentSettings)
    row = connect().execute(SQL["migration_head"]).fetchone()
    return {
        "version": settings.version,
        "commit": settings.commit,
        "built_at": settings.built_at,
        "stage": settings.stage,
        "migration_head": row["version_num"] if row else None,
        "model_versions": MODEL_VERSIONS,
    }
