"""What `filings.evaluations` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model


class Evaluation(Model):
    """A figure with its number of cases and 95 % bootstrap interval; `code_version` is the commit measured."""

    code_version: str
    dataset: str
    high: float | None
    low: float | None
    measured_at: dt.datetime
    metric: str
    n: int
    unit: Literal["share", "ms"] | str
    value: float
