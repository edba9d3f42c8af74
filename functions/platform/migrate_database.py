"""Bring the database to the newest revision and set the function roles' passwords.
Invoked by: `make deploy` and `make up` · Writes: schemas, roles · Fails: raises, and the deployment stops"""

from __future__ import annotations

from typing import Any

from auspex.platform.migration import migrate_from_settings


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:  # noqa: ARG001 - Lambda's signature
    """Run every missing migration."""
    return {"migration_head": migrate_from_settings()}
