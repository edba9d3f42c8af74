"""`client.filings.evaluations`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.filings_evaluations import Evaluation
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_FILING_EVALUATIONS = Operation("list_filing_evaluations", "GET", "/v1/filings/evaluations")


class FilingsEvaluations(Resource):
    """Operations of `filings.evaluations`."""

    def list(
        self,
        *,
        metric: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Evaluation]:
        """List every recorded figure by name; rules and thresholds were tuned on this data, so expect less elsewhere.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/evaluations, scope `filings:read`.
        """
        return self._auspex.page(
            LIST_FILING_EVALUATIONS,
            Evaluation,
            query=given({"metric": metric, "limit": limit, "cursor": cursor}),
            options=options,
        )
