"""Gather due digests of notifications.
Schedule: every 5 minutes · Reads, writes: platform.notifications, notification_digests · Sends: DeliverDigest"""

from __future__ import annotations

from auspex.platform.notification_digests import send_due_digests
from auspex.platform.schedule import schedule

handler = schedule("platform-notification-digests", send_due_digests).handler
