"""Base of everything that replies show. A newer server may say more than these models know; nothing of it is lost."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """What a reply shows. Fields this version does not know are kept as attributes."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True, protected_namespaces=())


class Meta(Model):
    """Where an answer comes from, under which request, and what it cost; what a route does not say is None."""

    request_id: str | None = None
    token_cost: int | None = None
    cache_hit: bool | None = None
    fingerprint: str | None = None
    model_version: str | None = None
    source: str | None = None


class Quote(Model):
    """What a call would cost at most, now (`dry_run=True`); nothing was stored or charged."""

    token_cost: int
    balance: int
    affordable: bool
