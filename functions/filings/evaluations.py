"""Show what was measured of this version's answers, retrieval and extraction on public data.
Route: GET /v1/filings/evaluations · Reads: the figures packaged with the code"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query

from auspex.filings.evaluation_reads import list_evaluations
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="filings:read")


class EvaluationOut(Representation):
    """A figure with its number of cases and 95 % bootstrap interval; `code_version` is the commit measured."""

    metric: str
    value: float
    unit: Literal["share", "ms"]
    n: int
    low: float | None
    high: float | None
    dataset: str
    code_version: str
    measured_at: datetime


@api.get("/v1/filings/evaluations", page_of=EvaluationOut)
async def list_filing_evaluations(
    _: Caller,
    metric: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["numeric_wrong"])] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[EvaluationOut]:
    """List every recorded figure by name; rules and thresholds were tuned on this data, so expect less elsewhere."""
    found = list_evaluations(metric=metric, limit=limit, cursor=cursor)
    rows = [EvaluationOut.model_validate(each, from_attributes=True) for each in found.evaluations]
    return Page(rows=rows, next_cursor=found.next_cursor)


handler = api.handler
