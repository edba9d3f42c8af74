"""`client.oracle`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.calls import CallOptions, Operation
from auspex_client.models.oracle import OracleAllowance
from auspex_client.replies import Reply
from auspex_client.resource import Resource
from auspex_client.resources.oracle_batches import OracleBatches
from auspex_client.resources.oracle_calibration import OracleCalibration
from auspex_client.resources.oracle_competitions import OracleCompetitions
from auspex_client.resources.oracle_devig import OracleDevig
from auspex_client.resources.oracle_fixtures import OracleFixtures
from auspex_client.resources.oracle_inplay import OracleInplay
from auspex_client.resources.oracle_lessons import OracleLessons
from auspex_client.resources.oracle_parameters import OracleParameters
from auspex_client.resources.oracle_projections import OracleProjections
from auspex_client.resources.oracle_reports import OracleReports
from auspex_client.resources.oracle_results import OracleResults
from auspex_client.resources.oracle_simulations import OracleSimulations
from auspex_client.resources.oracle_teams import OracleTeams

if TYPE_CHECKING:
    from auspex_client.client import Auspex


SHOW_ORACLE_ALLOWANCE = Operation("show_oracle_allowance", "GET", "/v1/oracle/allowance")


class Oracle(Resource):
    """Operations of `oracle`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.batches = OracleBatches(auspex)
        self.calibration = OracleCalibration(auspex)
        self.competitions = OracleCompetitions(auspex)
        self.devig = OracleDevig(auspex)
        self.fixtures = OracleFixtures(auspex)
        self.inplay = OracleInplay(auspex)
        self.lessons = OracleLessons(auspex)
        self.parameters = OracleParameters(auspex)
        self.projections = OracleProjections(auspex)
        self.reports = OracleReports(auspex)
        self.results = OracleResults(auspex)
        self.simulations = OracleSimulations(auspex)
        self.teams = OracleTeams(auspex)

    def allowance(self, *, options: CallOptions | None = None) -> Reply[OracleAllowance]:
        """Show how many analyses are used and left today, and until when the next one waits.

        GET /v1/oracle/allowance, scope `oracle:read`.
        """
        return self._auspex.call(SHOW_ORACLE_ALLOWANCE, OracleAllowance, options=options)
