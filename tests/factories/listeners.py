"""Accounts that are told things, with a catcher that stands for the mail server and the chat services."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from infra.local.catcher.catcher import Catcher
from tests.factories.key_holders import Holder
from tests.harness.events import Response
from tests.harness.harness import Harness

from auspex.core import outbox
from auspex.core.messages import Cause
from auspex.platform.notifications import News, Told, notify

CHANNELS = "/v1/notifications/channels"
PREFERENCES = "/v1/notifications/preferences"
SLACK = {"token_a": "T1JJ3T3L2", "token_b": "B1BRTD4JD", "token_c": "TIiajkdnlazkcOXrIdevi7FQ"}


def parameters_of(catcher: Catcher) -> dict[str, str]:
    """Return the root parameters that lead mail and chat messages to a catcher."""
    return {
        "SmtpHost": "127.0.0.1", "SmtpPort": str(catcher.smtp_port), "SmtpFrom": "notices@example.org",
        "SmtpSecurity": "none", "NotifyServicesUrl": catcher.url,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listener:
    """An account with a key, on a harness whose mail goes to a catcher."""

    harness: Harness
    catcher: Catcher
    holder: Holder

    def request(self, method: str, target: str, json: Any = None, **options: Any) -> Response:
        """Send a request with the account's key."""
        return self.holder.request(method, target, json, **options)

    def wish(self, **changes: Any) -> None:
        """Change the account's preferences."""
        reply = self.request("PATCH", PREFERENCES, changes)
        assert reply.status == 200, reply.json()

    def tell(self, subject: str = "a", *, kind: str = "filing.analyzed", version: str = "1", **fields: Any) -> Told:
        """Tell the account something, as a product does it."""
        given = {"product": "filings", "title": f"About {subject}", "body": f"What is new of {subject}."} | fields
        news = News(kind=kind, subject=subject, material_version=version, **given)
        with self.harness.database.connect("auspex_filings") as connection, connection.transaction():
            told = notify(
                connection, account_id=self.holder.account_id, news=news, cause=Cause(), at=self.harness.clock.now()
            )
        outbox.forget_pending()  # the sweep sends it
        return told

    def add_email(self, address: str = "analyst@example.org") -> str:
        """Add an address without proving it; return the channel's id."""
        reply = self.request("POST", CHANNELS, {"name": "mail", "email": {"address": address}})
        assert reply.status == 201, reply.json()
        self.harness.drain()
        return str(reply.data["channel_id"])

    def prove(self, channel_id: str, address: str = "analyst@example.org") -> Response:
        """Send back the code of the newest mail to an address."""
        return self.request("POST", f"{CHANNELS}/{channel_id}/verify", {"code": self.code_to(address)})

    def listen(self, address: str = "analyst@example.org") -> str:
        """Add an address and prove it; what was caught until then is forgotten."""
        channel_id = self.add_email(address)
        assert self.prove(channel_id, address).status == 200
        self.catcher.received.forget_mails()
        return channel_id

    def code_to(self, address: str) -> str:
        """Return the code in the newest mail to an address."""
        found = re.search(r"\b([0-9]{8})\b", self.mails(address)[-1]["text"])
        assert found is not None
        return found.group(1)

    def mails(self, address: str = "analyst@example.org") -> list[dict[str, Any]]:
        """Return the mails to an address, oldest first."""
        return self.catcher.received.mails(address)

    def subjects(self, address: str = "analyst@example.org") -> list[str]:
        """Return the subjects of the mails to an address, oldest first."""
        return [mail["subject"] for mail in self.mails(address)]

    def deliveries(self) -> list[dict[str, Any]]:
        """Return the history of the account's deliveries, oldest first."""
        return self.harness.rows(
            "SELECT n.subject, d.outcome, d.reason, d.attempts, d.at FROM platform.notification_deliveries AS d "
            "JOIN platform.notifications AS n USING (notification_id) WHERE n.account_id = %(account_id)s "
            "ORDER BY d.delivery_id",
            {"account_id": self.holder.account_id},
        )


def everything_logged(harness: Harness) -> str:
    """Return all that functions logged, as text."""
    return json.dumps(harness.log_lines())
