"""`client.oracle.calibration`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.oracle_calibration import Calibration
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_ORACLE_CALIBRATION = Operation("list_oracle_calibration", "GET", "/v1/oracle/calibration")


class OracleCalibration(Resource):
    """Operations of `oracle.calibration`."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        origin: Literal["live", "backtest"] | None = None,
        model: str | None = None,
        model_version: str | None = None,
        competition: str | None = None,
        season: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Calibration]:
        """List the records of models: scores, skill against base rate and market, reliability, risk bands.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `origin`: Live forecasts,
        or backtests of past seasons.

        GET /v1/oracle/calibration, scope `oracle:read`.
        """
        return self._auspex.page(
            LIST_ORACLE_CALIBRATION,
            Calibration,
            query=given(
                {
                    "limit": limit,
                    "cursor": cursor,
                    "origin": origin,
                    "model": model,
                    "model_version": model_version,
                    "competition": competition,
                    "season": season,
                }
            ),
            options=options,
        )
