"""What the client itself offers, and where its resources hang.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auspex_client.calls import CallOptions, Operation
from auspex_client.models.root import Balance, Me
from auspex_client.replies import Reply
from auspex_client.resource import Resource
from auspex_client.resources.accounts import Accounts
from auspex_client.resources.filings import Filings
from auspex_client.resources.grants import Grants
from auspex_client.resources.jobs import Jobs
from auspex_client.resources.keys import Keys
from auspex_client.resources.ledger import Ledger
from auspex_client.resources.notifications import Notifications
from auspex_client.resources.ops import Ops
from auspex_client.resources.oracle import Oracle
from auspex_client.resources.payments import Payments
from auspex_client.resources.providers import Providers
from auspex_client.resources.refunds import Refunds
from auspex_client.resources.scorebook import Scorebook
from auspex_client.resources.webhooks import Webhooks

if TYPE_CHECKING:
    from auspex_client.client import Auspex


READ_HEALTH = Operation("read_health", "GET", "/health")
READ_OPENAPI = Operation("read_openapi", "GET", "/openapi.json")
READ_READINESS = Operation("read_readiness", "GET", "/ready")
SHOW_BALANCE = Operation("show_balance", "GET", "/v1/balance")
SHOW_ME = Operation("show_me", "GET", "/v1/me")
READ_VERSION = Operation("read_version", "GET", "/version")


class Root(Resource):
    """Operations of the client itself."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.accounts = Accounts(auspex)
        self.filings = Filings(auspex)
        self.grants = Grants(auspex)
        self.jobs = Jobs(auspex)
        self.keys = Keys(auspex)
        self.ledger = Ledger(auspex)
        self.notifications = Notifications(auspex)
        self.ops = Ops(auspex)
        self.oracle = Oracle(auspex)
        self.payments = Payments(auspex)
        self.providers = Providers(auspex)
        self.refunds = Refunds(auspex)
        self.scorebook = Scorebook(auspex)
        self.webhooks = Webhooks(auspex)

    def health(self, *, options: CallOptions | None = None) -> Reply[Any]:
        """Tell that this process answers.

        GET /health, no key.
        """
        return self._auspex.call_untyped(READ_HEALTH, options=options)

    def openapi(self, *, options: CallOptions | None = None) -> Reply[Any]:
        """Return the OpenAPI 3.1 document of every route.

        GET /openapi.json, no key.
        """
        return self._auspex.call_untyped(READ_OPENAPI, options=options)

    def ready(self, *, options: CallOptions | None = None) -> Reply[Any]:
        """Check every store a request needs.

        GET /ready, no key.
        """
        return self._auspex.call_untyped(READ_READINESS, options=options)

    def balance(self, *, options: CallOptions | None = None) -> Reply[Balance]:
        """Show the tokens to spend, those set aside for work under way, and the free plan's allowance.

        GET /v1/balance, any key.
        """
        return self._auspex.call(SHOW_BALANCE, Balance, options=options)

    def me(self, *, options: CallOptions | None = None) -> Reply[Me]:
        """Show the calling key with its scopes and expiry, and its account with its plan.

        GET /v1/me, any key.
        """
        return self._auspex.call(SHOW_ME, Me, options=options)

    def version(self, *, options: CallOptions | None = None) -> Reply[Any]:
        """Name version, commit, build time, migration head and model versions.

        GET /version, no key.
        """
        return self._auspex.call_untyped(READ_VERSION, options=options)
