"""List attempts that failed, whether a later one succeeded or not, for operators.
Route: GET /v1/ops/failures · Reads: platform.delivery_failures · Fails: malformed-request"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from auspex.core.database import connect
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.operations import list_failures
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation
from auspex.platform.representations import JobId, MessageName

api = endpoint(__name__, scope="admin")


class FailureOut(Representation):
    """One failed attempt at a message."""

    failure_id: int
    stage: Annotated[str, Field(examples=["filings-ingestion"])]
    queue: Annotated[str, Field(examples=["filings-ingestion"])]
    message_id: Annotated[str, Field(description="SQS's id of the message")]
    attempt: int
    node: Annotated[str | None, Field(description="The step of the stage", examples=["documents"])]
    error_type: Annotated[str, Field(examples=["SourceFault"])]
    error: str
    job_id: str | None
    failed_at: datetime


@api.get("/v1/ops/failures", page_of=FailureOut)
async def list_delivery_failures(
    _: Caller,
    stage: Annotated[MessageName | None, Query()] = None,
    queue: Annotated[MessageName | None, Query()] = None,
    job_id: Annotated[JobId | None, Query()] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[FailureOut]:
    """List failed attempts, newest first."""
    found = list_failures(connect(), stage=stage, queue=queue, job_id=job_id, limit=limit, cursor=cursor)
    return Page(rows=[FailureOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
