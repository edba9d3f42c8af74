"""`client.oracle.calibration`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.oracle_calibration import Calibration
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle_calibration import LIST_ORACLE_CALIBRATION


class AsyncOracleCalibration(AsyncResource):
    """Operations of `oracle.calibration`."""

    async def list(
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
    ) -> AsyncPage[Calibration]:
        """List the records of models: scores, skill against base rate and market, reliability, risk bands.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `origin`: Live forecasts,
        or backtests of past seasons.

        GET /v1/oracle/calibration, scope `oracle:read`.
        """
        return await self._auspex.page(
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
