"""`client.oracle.batches`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.model import Quote
from auspex_client.models.oracle_batches import Batch, BatchFixture
from auspex_client.models.shared import Depth, ModelFamily
from auspex_client.replies import Reply
from auspex_client.resource import Resource

CREATE_ORACLE_BATCH = Operation("create_oracle_batch", "POST", "/v1/oracle/batches")


class OracleBatches(Resource):
    """Operations of `oracle.batches`."""

    @overload
    def create(
        self,
        fixtures: Sequence[BatchFixture],
        *,
        as_of: Literal["row", "now"] | None = None,
        depth: Depth | None = None,
        model: ModelFamily | None = None,
        use_market: bool | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    def create(
        self,
        fixtures: Sequence[BatchFixture],
        *,
        as_of: Literal["row", "now"] | None = None,
        depth: Depth | None = None,
        model: ModelFamily | None = None,
        use_market: bool | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[Batch]: ...
    def create(
        self,
        fixtures: Sequence[BatchFixture],
        *,
        as_of: Literal["row", "now"] | None = None,
        depth: Depth | None = None,
        model: ModelFamily | None = None,
        use_market: bool | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[Batch] | Reply[Quote]:
        """Answer up to 5,000 fixtures, each by itself; rows with a result are scored against base rate and market.

        `as_of`: `row`: parameters fitted on what was known before each row's own week; `now`: those stored already.
        Neither ever uses the row's day or later. `use_market`: Pool each row's `market` into its forecast. `dry_run`:
        Only say what it would cost at most; nothing is stored or charged.

        POST /v1/oracle/batches, scope `oracle:write`.
        """
        if dry_run:
            return self._auspex.call(
                CREATE_ORACLE_BATCH,
                Quote,
                query={"dry_run": True},
                body=given(
                    {"as_of": as_of, "depth": depth, "fixtures": fixtures, "model": model, "use_market": use_market}
                ),
                options=options,
            )
        return self._auspex.call(
            CREATE_ORACLE_BATCH,
            Batch,
            body=given(
                {"as_of": as_of, "depth": depth, "fixtures": fixtures, "model": model, "use_market": use_market}
            ),
            options=options,
        )
