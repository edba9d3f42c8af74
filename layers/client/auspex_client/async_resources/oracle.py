"""`client.oracle`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.async_resources.oracle_batches import AsyncOracleBatches
from auspex_client.async_resources.oracle_calibration import AsyncOracleCalibration
from auspex_client.async_resources.oracle_competitions import AsyncOracleCompetitions
from auspex_client.async_resources.oracle_devig import AsyncOracleDevig
from auspex_client.async_resources.oracle_fixtures import AsyncOracleFixtures
from auspex_client.async_resources.oracle_inplay import AsyncOracleInplay
from auspex_client.async_resources.oracle_lessons import AsyncOracleLessons
from auspex_client.async_resources.oracle_parameters import AsyncOracleParameters
from auspex_client.async_resources.oracle_projections import AsyncOracleProjections
from auspex_client.async_resources.oracle_reports import AsyncOracleReports
from auspex_client.async_resources.oracle_results import AsyncOracleResults
from auspex_client.async_resources.oracle_simulations import AsyncOracleSimulations
from auspex_client.async_resources.oracle_teams import AsyncOracleTeams
from auspex_client.calls import CallOptions
from auspex_client.models.oracle import OracleAllowance
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle import SHOW_ORACLE_ALLOWANCE

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncOracle(AsyncResource):
    """Operations of `oracle`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.batches = AsyncOracleBatches(auspex)
        self.calibration = AsyncOracleCalibration(auspex)
        self.competitions = AsyncOracleCompetitions(auspex)
        self.devig = AsyncOracleDevig(auspex)
        self.fixtures = AsyncOracleFixtures(auspex)
        self.inplay = AsyncOracleInplay(auspex)
        self.lessons = AsyncOracleLessons(auspex)
        self.parameters = AsyncOracleParameters(auspex)
        self.projections = AsyncOracleProjections(auspex)
        self.reports = AsyncOracleReports(auspex)
        self.results = AsyncOracleResults(auspex)
        self.simulations = AsyncOracleSimulations(auspex)
        self.teams = AsyncOracleTeams(auspex)

    async def allowance(self, *, options: CallOptions | None = None) -> Reply[OracleAllowance]:
        """Show how many analyses are used and left today, and until when the next one waits.

        GET /v1/oracle/allowance, scope `oracle:read`.
        """
        return await self._auspex.call(SHOW_ORACLE_ALLOWANCE, OracleAllowance, options=options)
