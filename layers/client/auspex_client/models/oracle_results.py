"""What `oracle.results` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Any, Literal

from auspex_client.model import Model


class Row(Model):
    """A row of a batch: its answer or its error; `scores` where the row stated its result."""

    client_reference: str | None
    error: dict[str, Any] | None
    params_version: str | None
    result: dict[str, Any] | None
    row: int
    scores: dict[str, Any] | None


class Results(Model):
    """A page of a batch's rows with the totals of all, or a projection's totals: its table and how it was made."""

    has_more: bool
    job_id: str
    kind: Literal["batch", "projection"] | str
    next_cursor: str | None
    request: dict[str, Any]
    rows: list[Row]
    rows_rejected: list[dict[str, Any]]
    status: Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"] | str
    totals: dict[str, Any] | None
