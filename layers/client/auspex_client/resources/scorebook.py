"""`client.scorebook`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.scorebook import ProductFigures
from auspex_client.replies import Reply
from auspex_client.resource import Resource

READ_SCOREBOOK = Operation("read_scorebook", "GET", "/v1/scorebook/{product}")


class Scorebook(Resource):
    """Operations of `scorebook`."""

    def show(
        self,
        product: str,
        *,
        window_days: int | None = None,
        model_version: str | None = None,
        target: str | None = None,
        options: CallOptions | None = None,
    ) -> Reply[ProductFigures]:
        """Show n, proper scores, skill against baselines and reliability of a product, by model version and target.

        No key is needed. What accounts asked for with inputs of their own never enters these figures.

        `window_days`: Days back from today, by due day. `model_version`: Only this model version. `target`: Only
        predictions of this target.

        GET /v1/scorebook/{product}, no key.
        """
        return self._auspex.call(
            READ_SCOREBOOK,
            ProductFigures,
            path={"product": product},
            query=given({"window_days": window_days, "model_version": model_version, "target": target}),
            options=options,
        )
