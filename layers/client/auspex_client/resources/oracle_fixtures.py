"""`client.oracle.fixtures`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.oracle_fixtures import Fixture
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_ORACLE_FIXTURES = Operation("list_oracle_fixtures", "GET", "/v1/oracle/fixtures")


class OracleFixtures(Resource):
    """Operations of `oracle.fixtures`."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        competition: str | None = None,
        from_: dt.date | None = None,
        to: dt.date | None = None,
        options: CallOptions | None = None,
    ) -> Page[Fixture]:
        """List matches to come by day, with known prices and the newest archived forecasts.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `from_`: First day; today
        where absent. `to`: Last day; a week after the first where absent.

        GET /v1/oracle/fixtures, scope `oracle:read`.
        """
        return self._auspex.page(
            LIST_ORACLE_FIXTURES,
            Fixture,
            query=given({"limit": limit, "cursor": cursor, "competition": competition, "from": from_, "to": to}),
            options=options,
        )
