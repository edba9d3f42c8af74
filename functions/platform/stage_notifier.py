"""Decide when a notification goes out, and send it over the account's channels.
Queue: platform-notifier · Reads: platform.notification_preferences, notification_channels, notification_codes
Writes: platform.notifications, notification_days, notification_deliveries
Sends: DeliverNotification, DeliverDigest, mail and messages of services · Fails: nothing of its own"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.platform.consumer import Delivery, consumer
from auspex.platform.notification_delivery import deliver_digest, deliver_notification, send_channel_code
from auspex.platform.notification_messages import (
    DeliverDigest,
    DeliverNotification,
    RouteNotification,
    SendChannelCode,
)
from auspex.platform.notification_routing import route_notification

worker = consumer(__name__, stage="platform-notifier")


@worker.command(RouteNotification)
def route(delivery: Delivery[RouteNotification]) -> None:
    """Decide about one notification."""
    route_notification(delivery, clock=current_clock())


@worker.command(DeliverNotification)
def deliver(delivery: Delivery[DeliverNotification]) -> None:
    """Send one notification over one channel."""
    deliver_notification(delivery, clock=current_clock())


@worker.command(DeliverDigest)
def deliver_one_digest(delivery: Delivery[DeliverDigest]) -> None:
    """Send one digest over one channel."""
    deliver_digest(delivery, clock=current_clock())


@worker.command(SendChannelCode)
def send_code(delivery: Delivery[SendChannelCode]) -> None:
    """Send one address its code."""
    send_channel_code(delivery, clock=current_clock())


handler = worker.handler
