"""Answer a fixture at a depth, and show stored answers to their owner.
Route: POST, GET /v1/oracle/simulations, GET /v1/oracle/simulations/{simulation_id} · Reads: oracle.params, matches
Writes: oracle.simulations, platform.predictions · Fails: inputs-missing, team-unknown, no-parameters"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import CACHE_SECONDS_DEFAULT
from auspex.oracle.create_simulation import CreateSimulation as Command
from auspex.oracle.create_simulation import create_simulation
from auspex.oracle.prices import DEPTH_TOKENS, SIMULATION_PRICE
from auspex.oracle.show_simulation import show_simulation
from auspex.oracle.simulation_bodies import CreateSimulation, SimulationOut
from auspex.oracle.simulation_store import list_simulations, load_simulation
from auspex.platform.call import Versions
from auspex.platform.endpoint import Caller, IdempotencyKey, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit

ROUTE = "POST /v1/oracle/simulations"
api = endpoint(__name__, scope="oracle:write")


def versions_of(arguments: Mapping[str, Any]) -> Versions:
    """Return what an answer depends on beside its request: the model's version and the parameters in force."""
    fixture = arguments["body"].prepare(connect(), at=current_clock().now()).resolved.fixture
    return Versions(model=fixture.model_version, data=fixture.params_version)


@api.post(
    "/v1/oracle/simulations", response_model=SimulationOut, price=SIMULATION_PRICE,
    cache_seconds=CACHE_SECONDS_DEFAULT, versions=versions_of,
)  # fmt: skip
async def simulate_fixture(body: CreateSimulation, caller: Caller, idempotency_key: IdempotencyKey) -> SimulationOut:
    """Answer a fixture: probabilities with their risk and reasons, as deep as asked.

    The same request within 300 s is answered from the cache, free of charge.
    """
    clock = current_clock()
    command = Command(
        account_id=caller.account_id, route=ROUTE, idempotency_key=idempotency_key,
        prepared=body.prepare(connect(), at=clock.now()), body=body.kept(), tokens=DEPTH_TOKENS[body.depth],
        wants_provider=body.narrative == "llm",
    )  # fmt: skip
    return show_simulation(connect(), create_simulation(clock=clock, command=command))


@api.get("/v1/oracle/simulations", scope="oracle:read", page_of=SimulationOut)
async def list_oracle_simulations(
    caller: Caller,
    fingerprint: Annotated[
        str | None,
        Query(
            pattern=r"^[0-9a-f]{64}$",
            description="Of `run`",
            examples=["0368f8fcb7ef5255034fe38df78fb57fa0ee34d9a55558854bb815f9048feafe"],
        ),
    ] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[SimulationOut]:
    """List this account's answers, newest first."""
    found = list_simulations(
        connect(), account_id=caller.account_id, fingerprint=fingerprint, limit=limit, cursor=cursor
    )  # fmt: skip
    return Page(rows=[show_simulation(connect(), row) for row in found.rows], next_cursor=found.next_cursor)


@api.get("/v1/oracle/simulations/{simulation_id}", scope="oracle:read", response_model=SimulationOut)
async def show_oracle_simulation(
    simulation_id: Annotated[
        str, Path(pattern=r"^sim_[0-9A-HJKMNP-TV-Z]{26}$", examples=["sim_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])
    ],
    caller: Caller,
) -> SimulationOut:
    """Show one of this account's answers as it was given, with its score once the result is known."""
    row = load_simulation(connect(), account_id=caller.account_id, simulation_id=simulation_id)
    return show_simulation(connect(), row)


handler = api.handler
