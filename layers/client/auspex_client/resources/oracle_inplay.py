"""`client.oracle.inplay`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, overload

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.model import Quote
from auspex_client.models.oracle_inplay import Inplay, StateIn
from auspex_client.models.shared import Devig, GoalsIn, LeverIn, ModelFamily, OddsIn, ScenarioIn, SideIn, Sport
from auspex_client.replies import Reply
from auspex_client.resource import Resource

PLAY_MATCH_ON = Operation("play_match_on", "POST", "/v1/oracle/inplay")


class OracleInplay(Resource):
    """Operations of `oracle.inplay`."""

    @overload
    def create(
        self,
        *,
        away: SideIn,
        home: SideIn,
        state: StateIn,
        as_of: dt.date | None = None,
        competition: str | None = None,
        devig: Devig | None = None,
        goals: GoalsIn | None = None,
        home_advantage: float | None = None,
        kickoff: dt.datetime | None = None,
        levers: Sequence[LeverIn] | None = None,
        market_weight: float | None = None,
        model: ModelFamily | None = None,
        n: int | None = None,
        neutral: bool | None = None,
        odds: OddsIn | None = None,
        scenarios: Sequence[ScenarioIn] | None = None,
        seed: int | None = None,
        sport: Sport | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    def create(
        self,
        *,
        away: SideIn,
        home: SideIn,
        state: StateIn,
        as_of: dt.date | None = None,
        competition: str | None = None,
        devig: Devig | None = None,
        goals: GoalsIn | None = None,
        home_advantage: float | None = None,
        kickoff: dt.datetime | None = None,
        levers: Sequence[LeverIn] | None = None,
        market_weight: float | None = None,
        model: ModelFamily | None = None,
        n: int | None = None,
        neutral: bool | None = None,
        odds: OddsIn | None = None,
        scenarios: Sequence[ScenarioIn] | None = None,
        seed: int | None = None,
        sport: Sport | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[Inplay]: ...
    def create(
        self,
        *,
        away: SideIn,
        home: SideIn,
        state: StateIn,
        as_of: dt.date | None = None,
        competition: str | None = None,
        devig: Devig | None = None,
        goals: GoalsIn | None = None,
        home_advantage: float | None = None,
        kickoff: dt.datetime | None = None,
        levers: Sequence[LeverIn] | None = None,
        market_weight: float | None = None,
        model: ModelFamily | None = None,
        n: int | None = None,
        neutral: bool | None = None,
        odds: OddsIn | None = None,
        scenarios: Sequence[ScenarioIn] | None = None,
        seed: int | None = None,
        sport: Sport | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[Inplay] | Reply[Quote]:
        """Play the rest of a match n times from where it stands: outcomes, goals to come, final scores, with errors.

        `as_of`: Only what was known before this day; the day of the match, at most. `market_weight`: Weight of the odds
        beside a model. `model`: When absent: elo where ratings are given or the sport has no draws, else goals. `n`:
        Runs, where anything is simulated. `scenarios`: Lever sets of your own, by depth. `dry_run`: Only say what it
        would cost at most; nothing is stored or charged.

        POST /v1/oracle/inplay, scope `oracle:write`.
        """
        if dry_run:
            return self._auspex.call(
                PLAY_MATCH_ON,
                Quote,
                query={"dry_run": True},
                body=given(
                    {
                        "as_of": as_of,
                        "away": away,
                        "competition": competition,
                        "devig": devig,
                        "goals": goals,
                        "home": home,
                        "home_advantage": home_advantage,
                        "kickoff": kickoff,
                        "levers": levers,
                        "market_weight": market_weight,
                        "model": model,
                        "n": n,
                        "neutral": neutral,
                        "odds": odds,
                        "scenarios": scenarios,
                        "seed": seed,
                        "sport": sport,
                        "state": state,
                    }
                ),
                options=options,
            )
        return self._auspex.call(
            PLAY_MATCH_ON,
            Inplay,
            body=given(
                {
                    "as_of": as_of,
                    "away": away,
                    "competition": competition,
                    "devig": devig,
                    "goals": goals,
                    "home": home,
                    "home_advantage": home_advantage,
                    "kickoff": kickoff,
                    "levers": levers,
                    "market_weight": market_weight,
                    "model": model,
                    "n": n,
                    "neutral": neutral,
                    "odds": odds,
                    "scenarios": scenarios,
                    "seed": seed,
                    "sport": sport,
                    "state": state,
                }
            ),
            options=options,
        )
