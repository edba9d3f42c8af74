"""`client.oracle.devig`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.oracle_devig import Margins, MarketIn
from auspex_client.replies import Reply
from auspex_client.resource import Resource

REMOVE_ODDS_MARGINS = Operation("remove_odds_margins", "POST", "/v1/oracle/devig")


class OracleDevig(Resource):
    """Operations of `oracle.devig`."""

    def create(
        self,
        odds: Sequence[MarketIn],
        *,
        allow_negative_margin: bool | None = None,
        methods: Sequence[Literal["power", "shin", "goto", "proportional"]] | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Margins]:
        """Return the probabilities behind odds, by every method asked for.

        POST /v1/oracle/devig, scope `oracle:read`.
        """
        return self._auspex.call(
            REMOVE_ODDS_MARGINS,
            Margins,
            body=given({"allow_negative_margin": allow_negative_margin, "methods": methods, "odds": odds}),
            options=options,
        )
