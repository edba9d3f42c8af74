"""`client.oracle`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.resource import Resource
from auspex_client.resources.oracle_calibration import OracleCalibration
from auspex_client.resources.oracle_competitions import OracleCompetitions
from auspex_client.resources.oracle_fixtures import OracleFixtures
from auspex_client.resources.oracle_parameters import OracleParameters
from auspex_client.resources.oracle_teams import OracleTeams

if TYPE_CHECKING:
    from auspex_client.client import Auspex


class Oracle(Resource):
    """Operations of `oracle`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.calibration = OracleCalibration(auspex)
        self.competitions = OracleCompetitions(auspex)
        self.fixtures = OracleFixtures(auspex)
        self.parameters = OracleParameters(auspex)
        self.teams = OracleTeams(auspex)
