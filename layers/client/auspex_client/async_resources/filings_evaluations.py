"""`client.filings.evaluations`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_evaluations import Evaluation
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_evaluations import LIST_FILING_EVALUATIONS


class AsyncFilingsEvaluations(AsyncResource):
    """Operations of `filings.evaluations`."""

    async def list(
        self,
        *,
        metric: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[Evaluation]:
        """List every recorded figure by name; rules and thresholds were tuned on this data, so expect less elsewhere.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/evaluations, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_FILING_EVALUATIONS,
            Evaluation,
            query=given({"metric": metric, "limit": limit, "cursor": cursor}),
            options=options,
        )
