"""`client.oracle.simulations`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, overload

from auspex_client.calls import CallOptions, given
from auspex_client.model import Quote
from auspex_client.models.oracle_simulations import FixtureIn, Simulation
from auspex_client.models.shared import Depth, Devig, GoalsIn, LeverIn, ModelFamily, OddsIn, ScenarioIn, SideIn, Sport
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle_simulations import LIST_ORACLE_SIMULATIONS, SHOW_ORACLE_SIMULATION, SIMULATE_FIXTURE


class AsyncOracleSimulations(AsyncResource):
    """Operations of `oracle.simulations`."""

    async def list(
        self,
        *,
        fingerprint: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[Simulation]:
        """List this account's answers, newest first.

        `fingerprint`: Of `run`. `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/oracle/simulations, scope `oracle:read`.
        """
        return await self._auspex.page(
            LIST_ORACLE_SIMULATIONS,
            Simulation,
            query=given({"fingerprint": fingerprint, "limit": limit, "cursor": cursor}),
            options=options,
        )

    @overload
    async def create(
        self,
        *,
        away: SideIn,
        home: SideIn,
        as_of: dt.date | None = None,
        client_reference: str | None = None,
        compare: FixtureIn | None = None,
        competition: str | None = None,
        depth: Depth | None = None,
        devig: Devig | None = None,
        goals: GoalsIn | None = None,
        home_advantage: float | None = None,
        kickoff: dt.datetime | None = None,
        levers: Sequence[LeverIn] | None = None,
        market_weight: float | None = None,
        model: ModelFamily | None = None,
        n: int | None = None,
        narrative: Literal["template", "llm"] | None = None,
        neutral: bool | None = None,
        odds: OddsIn | None = None,
        scenarios: Sequence[ScenarioIn] | None = None,
        seed: int | None = None,
        sport: Sport | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    async def create(
        self,
        *,
        away: SideIn,
        home: SideIn,
        as_of: dt.date | None = None,
        client_reference: str | None = None,
        compare: FixtureIn | None = None,
        competition: str | None = None,
        depth: Depth | None = None,
        devig: Devig | None = None,
        goals: GoalsIn | None = None,
        home_advantage: float | None = None,
        kickoff: dt.datetime | None = None,
        levers: Sequence[LeverIn] | None = None,
        market_weight: float | None = None,
        model: ModelFamily | None = None,
        n: int | None = None,
        narrative: Literal["template", "llm"] | None = None,
        neutral: bool | None = None,
        odds: OddsIn | None = None,
        scenarios: Sequence[ScenarioIn] | None = None,
        seed: int | None = None,
        sport: Sport | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[Simulation]: ...
    async def create(
        self,
        *,
        away: SideIn,
        home: SideIn,
        as_of: dt.date | None = None,
        client_reference: str | None = None,
        compare: FixtureIn | None = None,
        competition: str | None = None,
        depth: Depth | None = None,
        devig: Devig | None = None,
        goals: GoalsIn | None = None,
        home_advantage: float | None = None,
        kickoff: dt.datetime | None = None,
        levers: Sequence[LeverIn] | None = None,
        market_weight: float | None = None,
        model: ModelFamily | None = None,
        n: int | None = None,
        narrative: Literal["template", "llm"] | None = None,
        neutral: bool | None = None,
        odds: OddsIn | None = None,
        scenarios: Sequence[ScenarioIn] | None = None,
        seed: int | None = None,
        sport: Sport | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[Simulation] | Reply[Quote]:
        """Answer a fixture: probabilities with their risk and reasons, as deep as asked.

        The same request within 300 s is answered from the cache, free of charge.

        `as_of`: Only what was known before this day; the day of the match, at most. `client_reference`: Shown again
        with the answer; no part of the request. `market_weight`: Weight of the odds beside a model. `model`: When
        absent: elo where ratings are given or the sport has no draws, else goals. `n`: Runs, where anything is
        simulated. `scenarios`: Lever sets of your own, by depth. `dry_run`: Only say what it would cost at most;
        nothing is stored or charged.

        POST /v1/oracle/simulations, scope `oracle:write`.
        """
        if dry_run:
            return await self._auspex.call(
                SIMULATE_FIXTURE,
                Quote,
                query={"dry_run": True},
                body=given(
                    {
                        "as_of": as_of,
                        "away": away,
                        "client_reference": client_reference,
                        "compare": compare,
                        "competition": competition,
                        "depth": depth,
                        "devig": devig,
                        "goals": goals,
                        "home": home,
                        "home_advantage": home_advantage,
                        "kickoff": kickoff,
                        "levers": levers,
                        "market_weight": market_weight,
                        "model": model,
                        "n": n,
                        "narrative": narrative,
                        "neutral": neutral,
                        "odds": odds,
                        "scenarios": scenarios,
                        "seed": seed,
                        "sport": sport,
                    }
                ),
                options=options,
            )
        return await self._auspex.call(
            SIMULATE_FIXTURE,
            Simulation,
            body=given(
                {
                    "as_of": as_of,
                    "away": away,
                    "client_reference": client_reference,
                    "compare": compare,
                    "competition": competition,
                    "depth": depth,
                    "devig": devig,
                    "goals": goals,
                    "home": home,
                    "home_advantage": home_advantage,
                    "kickoff": kickoff,
                    "levers": levers,
                    "market_weight": market_weight,
                    "model": model,
                    "n": n,
                    "narrative": narrative,
                    "neutral": neutral,
                    "odds": odds,
                    "scenarios": scenarios,
                    "seed": seed,
                    "sport": sport,
                }
            ),
            options=options,
        )

    async def show(self, simulation_id: str, *, options: CallOptions | None = None) -> Reply[Simulation]:
        """Show one of this account's answers as it was given, with its score once the result is known.

        GET /v1/oracle/simulations/{simulation_id}, scope `oracle:read`.
        """
        return await self._auspex.call(
            SHOW_ORACLE_SIMULATION, Simulation, path={"simulation_id": simulation_id}, options=options
        )
