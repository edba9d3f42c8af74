"""What `oracle.competitions` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.model import Model


class Zone(Model):
    """Places of the final table under a name, both ends included."""

    first: int
    key: str
    last: int


class Competition(Model):
    """A competition with what is known of it; `tie_break` is null where we do not know the chain."""

    code: str
    country: str
    last_refreshed_at: dt.datetime | None
    last_result_on: dt.date | None
    n_teams: int
    name: str
    names_under_review: list[str]
    params_versions: dict[str, str]
    seasons: list[str]
    tie_break: list[str] | None
    zones: list[Zone]
