"""Webhooks as tests hold them: an account, its endpoint at the catcher, jobs that end, what was delivered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from infra.local.catcher.answers import Answer
from infra.local.catcher.catcher import Catcher
from tests.factories.key_holders import Holder, first_holder
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness

from auspex.core.ids import new_id
from auspex.core.messages import Cause
from auspex.core.problems import InternalError
from auspex.core.webhook_signatures import SignatureInvalid, verify
from auspex.platform.jobs import NewJob, create_job, fail_unit, succeed_unit

KIND = "filings.ingestion"
LOOPBACK = {"EgressAllowLoopback": "true"}


@dataclass(slots=True)
class Hooked:
    """An account with a webhook at the catcher."""

    harness: Harness
    catcher: Catcher
    owner: Holder
    webhook_id: str
    path: str
    secrets: list[str] = field(default_factory=list)

    def answer(self, status: int, *, times: int = 1, **fields: Any) -> None:
        """Have the catcher give its next answers to this webhook."""
        self.catcher.receiver.answers.arm(
            Answer.of({"path_prefix": self.path, "status": status, "times": times} | fields)
        )

    def end_job(self, *, succeeds: bool = True) -> str:
        """Create a job of one unit and end it as a worker would; returns its id."""
        return end_job(self.harness, self.owner.account_id, succeeds=succeeds)

    def settle(self) -> None:
        """Let a minute pass, so that the sweep sends what is due, and deliver it."""
        self.harness.advance(60)

    def received(self) -> list[dict[str, Any]]:
        """Return what came to this webhook, with its parsed body and whether today's secrets verify it."""
        caught = self.catcher.received.requests(self.path)
        return [one | {"json": json.loads(one["body"]), "good": self.verifies(one, self.secrets)} for one in caught]

    def verifies(self, caught: dict[str, Any], secrets: list[str]) -> bool:
        """Verify a request as its receiver would, on the harness's clock."""
        try:
            verify(caught["headers"], caught["body"].encode(), secrets=secrets, at=self.harness.clock.now())
        except SignatureInvalid:
            return False
        return True

    def deliveries(self, query: str = "") -> list[dict[str, Any]]:
        """Return the webhook's deliveries as its owner sees them, newest first."""
        reply = self.owner.request("GET", f"/v1/webhooks/{self.webhook_id}/deliveries{query}")
        assert reply.status == 200, reply.body
        found: list[dict[str, Any]] = reply.data
        return found

    def delivery(self) -> dict[str, Any]:
        """Return the only delivery."""
        (one,) = self.deliveries()
        return one

    def delivery_states(self) -> list[str]:
        """Return the states of what was ever sent, newest first, without what never left."""
        return [one["state"] for one in self.deliveries() if one["attempts"]]

    def patch(self, **fields: Any) -> dict[str, Any]:
        """Change the webhook."""
        reply = self.owner.request("PATCH", f"/v1/webhooks/{self.webhook_id}", fields)
        assert reply.status == 200, reply.body
        changed: dict[str, Any] = reply.data
        return changed


def hook(
    make_harness: HarnessMaker, catcher: Catcher, *, event_types: tuple[str, ...] = ("*",), **options: Any
) -> Hooked:
    """Make a harness that may send to this machine, an account, and its webhook."""
    return hook_on(make_harness(parameters=LOOPBACK, **options), catcher, event_types=event_types)


def hook_on(
    harness: Harness, catcher: Catcher, *, owner: Holder | None = None, path: str = "/hooks/a",
    event_types: tuple[str, ...] = ("*",),
) -> Hooked:  # fmt: skip
    """Make a webhook of an account (a new one unless given) on a harness."""
    owner = owner or first_holder(harness, "filings")
    reply = owner.request("POST", "/v1/webhooks", {"url": catcher.url + path, "event_types": list(event_types)})
    assert reply.status == 201, reply.body
    return Hooked(harness, catcher, owner, reply.data["webhook_id"], path, [reply.data["secret"]])


def end_job(harness: Harness, account_id: str, *, succeeds: bool = True) -> str:
    """Create a job of one unit and end it in one transaction, as a product's worker does."""
    at, unit = harness.clock.now(), new_id("unit")
    new = NewJob(account_id=account_id, kind=KIND, route="/v1/filings/ingestions", request={}, units=[unit])
    with harness.database.connect("auspex_filings") as connection, connection.transaction():
        job = create_job(connection, new, cause=Cause(account_id=account_id), at=at)
        if succeeds:
            succeed_unit(connection, kind=KIND, unit_key=unit, result={}, at=at)
        else:
            fail_unit(connection, kind=KIND, unit_key=unit, problem=InternalError(), at=at)
    return job.job_id
