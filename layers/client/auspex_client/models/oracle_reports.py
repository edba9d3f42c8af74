"""What `oracle.reports` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from auspex_client.model import Model


class PublicReport(Model):
    """A report: `body` with the answer and its manifest, and the hash that `body` had when it was shared."""

    body: dict[str, Any]
    created_at: dt.datetime
    id: str
    sha256: str


class ReportVerification(Model):
    """Whether the body still has the hash that it was shared with."""

    actual: str
    expected: str
    valid: bool


class SharedReport(Model):
    """Where a report can be read without a key, and the SHA-256 of the canonical JSON (RFC 8785) of its body."""

    created_at: dt.datetime
    id: str
    sha256: str
    simulation_id: str
    url: str
