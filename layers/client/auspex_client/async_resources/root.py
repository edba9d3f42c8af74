"""What the client itself offers, and where its resources hang, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auspex_client.async_resources.accounts import AsyncAccounts
from auspex_client.async_resources.filings import AsyncFilings
from auspex_client.async_resources.grants import AsyncGrants
from auspex_client.async_resources.jobs import AsyncJobs
from auspex_client.async_resources.keys import AsyncKeys
from auspex_client.async_resources.ledger import AsyncLedger
from auspex_client.async_resources.notifications import AsyncNotifications
from auspex_client.async_resources.ops import AsyncOps
from auspex_client.async_resources.oracle import AsyncOracle
from auspex_client.async_resources.payments import AsyncPayments
from auspex_client.async_resources.providers import AsyncProviders
from auspex_client.async_resources.refunds import AsyncRefunds
from auspex_client.async_resources.scorebook import AsyncScorebook
from auspex_client.async_resources.webhooks import AsyncWebhooks
from auspex_client.calls import CallOptions
from auspex_client.models.root import Balance, Me
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.root import READ_HEALTH, READ_OPENAPI, READ_READINESS, READ_VERSION, SHOW_BALANCE, SHOW_ME

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncRoot(AsyncResource):
    """Operations of the client itself."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.accounts = AsyncAccounts(auspex)
        self.filings = AsyncFilings(auspex)
        self.grants = AsyncGrants(auspex)
        self.jobs = AsyncJobs(auspex)
        self.keys = AsyncKeys(auspex)
        self.ledger = AsyncLedger(auspex)
        self.notifications = AsyncNotifications(auspex)
        self.ops = AsyncOps(auspex)
        self.oracle = AsyncOracle(auspex)
        self.payments = AsyncPayments(auspex)
        self.providers = AsyncProviders(auspex)
        self.refunds = AsyncRefunds(auspex)
        self.scorebook = AsyncScorebook(auspex)
        self.webhooks = AsyncWebhooks(auspex)

    async def health(self, *, options: CallOptions | None = None) -> Reply[Any]:
        """Tell that this process answers.

        GET /health, no key.
        """
        return await self._auspex.call_untyped(READ_HEALTH, options=options)

    async def openapi(self, *, options: CallOptions | None = None) -> Reply[Any]:
        """Return the OpenAPI 3.1 document of every route.

        GET /openapi.json, no key.
        """
        return await self._auspex.call_untyped(READ_OPENAPI, options=options)

    async def ready(self, *, options: CallOptions | None = None) -> Reply[Any]:
        """Check every store a request needs.

        GET /ready, no key.
        """
        return await self._auspex.call_untyped(READ_READINESS, options=options)

    async def balance(self, *, options: CallOptions | None = None) -> Reply[Balance]:
        """Show the tokens to spend, those set aside for work under way, and the free plan's allowance.

        GET /v1/balance, any key.
        """
        return await self._auspex.call(SHOW_BALANCE, Balance, options=options)

    async def me(self, *, options: CallOptions | None = None) -> Reply[Me]:
        """Show the calling key with its scopes and expiry, and its account with its plan.

        GET /v1/me, any key.
        """
        return await self._auspex.call(SHOW_ME, Me, options=options)

    async def version(self, *, options: CallOptions | None = None) -> Reply[Any]:
        """Name version, commit, build time, migration head and model versions.

        GET /version, no key.
        """
        return await self._auspex.call_untyped(READ_VERSION, options=options)
