"""Show when each schedule last ran and how it ended, for operators.
Route: GET /v1/ops/schedules · Reads: platform.schedule_runs · Fails: nothing of its own"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from auspex.core.database import connect
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.operations import list_schedules
from auspex.platform.replies import Page, Representation

api = endpoint(__name__, scope="admin")


class ScheduleOut(Representation):
    """A schedule's last firing; one that never fired is not listed."""

    schedule: Annotated[str, Field(examples=["platform-sweep"])]
    scheduled_at: Annotated[datetime, Field(description="The instant of the last firing")]
    started_at: datetime
    finished_at: datetime | None
    outcome: Annotated[
        Literal["succeeded", "failed"] | None, Field(description="Null while it runs, or when its process died")
    ]
    detail: Annotated[dict[str, Any], Field(description="What it did, as counts, or its error")]
    succeeded_at: Annotated[datetime | None, Field(description="The last firing that succeeded")]
    expected_at: Annotated[
        datetime | None,
        Field(description="The next firing, by the usual interval of the last ones; null before the second"),
    ]


@api.get("/v1/ops/schedules", page_of=ScheduleOut)
async def list_schedule_runs(_: Caller) -> Page[ScheduleOut]:
    """List schedules by name with their last run, its outcome and the next expected one."""
    return Page(rows=[ScheduleOut.model_validate(row) for row in list_schedules(connect())])


handler = api.handler
