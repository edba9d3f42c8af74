"""Make one attempt to deliver a webhook message.
Queue: platform-webhook-delivery · Reads: platform.webhook_endpoints, webhook_secrets, webhook_messages
Writes: platform.webhook_deliveries, webhook_attempts · Sends: DeliverWebhook (the next one)
Fails: nothing of its own"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.core.egress import read_rules
from auspex.core.egress_transport import Sender
from auspex.platform.consumer import Delivery, consumer
from auspex.platform.deliver_webhook import deliver_webhook
from auspex.platform.webhook_messages import DeliverWebhook

worker = consumer(__name__, stage="platform-webhook-delivery")


@worker.command(DeliverWebhook)
def deliver(delivery: Delivery[DeliverWebhook]) -> None:
    """Attempt one delivery."""
    deliver_webhook(delivery, clock=current_clock(), sender=Sender(read_rules()))


handler = worker.handler
