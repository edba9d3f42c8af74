"""`client.oracle`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.async_resources.oracle_calibration import AsyncOracleCalibration
from auspex_client.async_resources.oracle_competitions import AsyncOracleCompetitions
from auspex_client.async_resources.oracle_fixtures import AsyncOracleFixtures
from auspex_client.async_resources.oracle_parameters import AsyncOracleParameters
from auspex_client.async_resources.oracle_teams import AsyncOracleTeams
from auspex_client.resource import AsyncResource

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncOracle(AsyncResource):
    """Operations of `oracle`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.calibration = AsyncOracleCalibration(auspex)
        self.competitions = AsyncOracleCompetitions(auspex)
        self.fixtures = AsyncOracleFixtures(auspex)
        self.parameters = AsyncOracleParameters(auspex)
        self.teams = AsyncOracleTeams(auspex)
