"""Say how a match under way may end.
Route: POST /v1/oracle/inplay · Reads: oracle.params, matches
Fails: state-invalid, inputs-missing, team-unknown, no-parameters"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import CACHE_SECONDS_DEFAULT
from auspex.oracle.inplay_bodies import InplayOut, PlayOn
from auspex.oracle.prices import INPLAY_PRICE
from auspex.platform.call import Versions
from auspex.platform.endpoint import Caller, endpoint

api = endpoint(__name__, scope="oracle:write")


def versions_of(arguments: Mapping[str, Any]) -> Versions:
    """Return what an answer depends on beside its request: the model's version and the parameters in force."""
    fixture = arguments["body"].prepare(connect(), at=current_clock().now())
    return Versions(model=fixture.model_version, data=fixture.params_version)


@api.post(
    "/v1/oracle/inplay", response_model=InplayOut, price=INPLAY_PRICE, cache_seconds=CACHE_SECONDS_DEFAULT,
    versions=versions_of,
)  # fmt: skip
async def play_match_on(body: PlayOn, _: Caller) -> InplayOut:
    """Play the rest of a match n times from where it stands: outcomes, goals to come, final scores, with errors."""
    fixture = body.prepare(connect(), at=current_clock().now())
    return InplayOut.model_validate(body.answer(fixture))


handler = api.handler
