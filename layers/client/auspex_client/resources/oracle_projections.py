"""`client.oracle.projections`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, overload

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.model import Quote
from auspex_client.models.oracle_projections import LeagueFixture, LeagueResult, LeagueTeam, LeagueZone, TeamLever
from auspex_client.models.shared import Job
from auspex_client.replies import Reply
from auspex_client.resource import Resource

CREATE_ORACLE_PROJECTION = Operation("create_oracle_projection", "POST", "/v1/oracle/projections")


class OracleProjections(Resource):
    """Operations of `oracle.projections`."""

    @overload
    def create(
        self,
        *,
        as_of: dt.date | None = None,
        competition: str | None = None,
        fixtures: Sequence[LeagueFixture] | None = None,
        goals_away: float | None = None,
        goals_home: float | None = None,
        levers: Sequence[TeamLever] | None = None,
        n: int | None = None,
        results: Sequence[LeagueResult] | None = None,
        rho: float | None = None,
        season: str | None = None,
        seed: int | None = None,
        teams: Sequence[LeagueTeam] | None = None,
        tie_break: Sequence[
            Literal[
                "points",
                "goal_difference",
                "goals_for",
                "away_goals",
                "head_to_head_points",
                "head_to_head_goal_difference",
                "head_to_head_away_goals",
                "lot",
            ]
        ]
        | None = None,
        zones: Sequence[LeagueZone] | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    def create(
        self,
        *,
        as_of: dt.date | None = None,
        competition: str | None = None,
        fixtures: Sequence[LeagueFixture] | None = None,
        goals_away: float | None = None,
        goals_home: float | None = None,
        levers: Sequence[TeamLever] | None = None,
        n: int | None = None,
        results: Sequence[LeagueResult] | None = None,
        rho: float | None = None,
        season: str | None = None,
        seed: int | None = None,
        teams: Sequence[LeagueTeam] | None = None,
        tie_break: Sequence[
            Literal[
                "points",
                "goal_difference",
                "goals_for",
                "away_goals",
                "head_to_head_points",
                "head_to_head_goal_difference",
                "head_to_head_away_goals",
                "lot",
            ]
        ]
        | None = None,
        zones: Sequence[LeagueZone] | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[Job]: ...
    def create(
        self,
        *,
        as_of: dt.date | None = None,
        competition: str | None = None,
        fixtures: Sequence[LeagueFixture] | None = None,
        goals_away: float | None = None,
        goals_home: float | None = None,
        levers: Sequence[TeamLever] | None = None,
        n: int | None = None,
        results: Sequence[LeagueResult] | None = None,
        rho: float | None = None,
        season: str | None = None,
        seed: int | None = None,
        teams: Sequence[LeagueTeam] | None = None,
        tie_break: Sequence[
            Literal[
                "points",
                "goal_difference",
                "goals_for",
                "away_goals",
                "head_to_head_points",
                "head_to_head_goal_difference",
                "head_to_head_away_goals",
                "lot",
            ]
        ]
        | None = None,
        zones: Sequence[LeagueZone] | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[Job] | Reply[Quote]:
        """Project a season: positions, zones and points of every team, with their simulation error.

        `as_of`: Only matches and parameters of earlier days are known; today when absent. `goals_away`: Goals of an
        average away side, own league. `goals_home`: Goals of an average home side, own league. `n`: Simulated seasons.
        `rho`: Low-score correction, own league. `season`: Such as 2018/19; that of `as_of` when absent. `seed`: Derived
        from the input when absent. `tie_break`: Begins with points; a lot ends it in any case. `dry_run`: Only say what
        it would cost at most; nothing is stored or charged.

        POST /v1/oracle/projections, scope `oracle:write`.
        """
        if dry_run:
            return self._auspex.call(
                CREATE_ORACLE_PROJECTION,
                Quote,
                query={"dry_run": True},
                body=given(
                    {
                        "as_of": as_of,
                        "competition": competition,
                        "fixtures": fixtures,
                        "goals_away": goals_away,
                        "goals_home": goals_home,
                        "levers": levers,
                        "n": n,
                        "results": results,
                        "rho": rho,
                        "season": season,
                        "seed": seed,
                        "teams": teams,
                        "tie_break": tie_break,
                        "zones": zones,
                    }
                ),
                options=options,
            )
        return self._auspex.call(
            CREATE_ORACLE_PROJECTION,
            Job,
            body=given(
                {
                    "as_of": as_of,
                    "competition": competition,
                    "fixtures": fixtures,
                    "goals_away": goals_away,
                    "goals_home": goals_home,
                    "levers": levers,
                    "n": n,
                    "results": results,
                    "rho": rho,
                    "season": season,
                    "seed": seed,
                    "teams": teams,
                    "tie_break": tie_break,
                    "zones": zones,
                }
            ),
            options=options,
        )
