"""Webhooks with the client alone: registered at the prompt, received by a real receiver, verified by the helper."""

from __future__ import annotations

import pytest
from infra.local.catcher.catcher import Catcher
from tests.factories.webhooks import LOOPBACK, end_job
from tests.harness.fixtures import HarnessMaker
from tests.integration.client.test_command_line import Shell

from auspex_client import Auspex, WebhookRefusedError, verify_webhook
from auspex_client.problems import NotFound

PATH = "/hooks/client"


def test_a_webhook_is_made_told_verified_replayed_rotated_and_deleted(
    make_harness: HarnessMaker, catcher: Catcher
) -> None:
    harness = make_harness(parameters=LOOPBACK)
    shell = Shell(harness, harness.create_key("filings"))
    client: Auspex = shell.connect(None)
    made = shell.json("webhooks", "create", catcher.receiver.url + PATH, "--event", "job.succeeded")
    listed = shell.run("webhooks", "list")
    assert made["webhook_id"] in listed.stdout
    assert made["secret"] not in listed.stdout
    end_job(harness, client.me().data.account.account_id)
    harness.advance(60)
    (caught,) = catcher.received.requests(PATH)
    now = harness.clock.now().timestamp()
    message = verify_webhook(caught["body"].encode(), caught["headers"], made["secret"], now=now)
    assert message.payload["type"] == "job.succeeded"
    with pytest.raises(WebhookRefusedError):
        verify_webhook(caught["body"].encode() + b" ", caught["headers"], made["secret"], now=now)

    (delivery,) = client.webhooks.deliveries.list(made["webhook_id"]).data
    assert (delivery.state, delivery.message_id) == ("delivered", message.webhook_id)
    rotated = shell.json("webhooks", "rotate", made["webhook_id"])
    shell.json("webhooks", "replay", made["webhook_id"], delivery.delivery_id)
    harness.advance(60)
    again = catcher.received.requests(PATH)[-1]
    for secrets in (made["secret"], rotated["secret"], [made["secret"], rotated["secret"]]):
        found = verify_webhook(
            again["body"].encode(), again["headers"], secrets, now=harness.clock.now().timestamp()
        )  # fmt: skip
        assert found.webhook_id == message.webhook_id
    assert shell.json("webhooks", "disable", made["webhook_id"])["status"] == "disabled"
    assert shell.json("webhooks", "enable", made["webhook_id"])["status"] == "active"
    assert len(shell.json("webhooks", "deliveries", made["webhook_id"], "--state", "delivered")) == 2
    shell.json("webhooks", "delete", made["webhook_id"])
    with pytest.raises(NotFound):
        client.webhooks.show(made["webhook_id"])
