"""`client.oracle`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.async_resources.oracle_competitions import AsyncOracleCompetitions
from auspex_client.resource import AsyncResource

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncOracle(AsyncResource):
    """Operations of `oracle`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.competitions = AsyncOracleCompetitions(auspex)
