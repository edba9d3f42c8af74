"""Tell what a failure of a kind would lead to, without changing anything, for operators.
Route: POST /v1/providers/drills · Reads: providers.lease, state · Fails: no-provider, provider-not-configured,
already-held"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Representation, Request
from auspex.providers.contract import ProviderName
from auspex.providers.drill import DrillKind, run_drill
from auspex.providers.settings import read_configuration

api = endpoint(__name__, scope="admin")


class RunDrill(Request):
    """What is imagined: a class of failure, of the holder or of a provider imagined to hold the lease."""

    kind: Annotated[DrillKind, Field(examples=["auth", "quota"])]
    provider: Annotated[ProviderName | None, Field(examples=["openai"])] = None


class DrillOut(Representation):
    """What would happen."""

    kind: DrillKind
    provider: ProviderName | None
    switches: bool
    new_provider: Annotated[ProviderName | None, Field(description="Null: none would be left, or nothing changes")]
    epoch_after: int
    failures_needed: Annotated[int | None, Field(description="How many in a row; null: none switches")]
    cooldown_until: datetime | None
    llm_available: Annotated[bool, Field(description="Whether models would be asked afterwards")]


@api.post("/v1/providers/drills", response_model=DrillOut)
async def run_provider_drill(body: RunDrill, _: Caller) -> DrillOut:
    """Run the shipped operations in a transaction that is rolled back, and tell what they did."""
    outcome = run_drill(
        connect(), kind=body.kind, provider=body.provider, configuration=read_configuration(), at=current_clock().now()
    )
    return DrillOut.model_validate(outcome, from_attributes=True)


handler = api.handler
