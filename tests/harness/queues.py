"""SQS on the virtual clock: what the functions' client sees, and what an event source mapping takes from a queue.

Standard queues as AWS describes them: at least once, in no promised order, invisible while somebody works on a message,
moved to the dead-letter queue with their id and receive count when received too often.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from infra.local.application import ACCOUNT_ID, REGION, QueueDefinition

from auspex.core.clock import Clock

BATCH_BYTES_MAX = 1_048_576
BATCH_ENTRIES_MAX = 10
VISIBILITY_SECONDS_MAX = 43_200
DELAY_SECONDS_MAX = 900


class QueueRefusedError(Exception):
    """SQS refuses a call (unknown queue, too large a batch, a delay beyond the limit)."""


@dataclass(slots=True)
class Message:
    """One message at rest in a queue."""

    message_id: str
    body: str
    sent_at: datetime
    visible_at: datetime
    receive_count: int = 0
    first_received_at: datetime | None = None
    receipt_handle: str = ""
    source_arn: str | None = None

    def record(self, queue_arn: str) -> dict[str, Any]:
        """Return the record as Lambda gets it."""
        attributes = {
            "ApproximateReceiveCount": str(self.receive_count),
            "SentTimestamp": _milliseconds(self.sent_at),
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": _milliseconds(self.first_received_at or self.sent_at),
        }
        if self.source_arn is not None:
            attributes["DeadLetterQueueSourceArn"] = self.source_arn
        return {
            "messageId": self.message_id,
            "receiptHandle": self.receipt_handle,
            "body": self.body,
            "attributes": attributes,
            "messageAttributes": {},
            "md5OfBody": _md5(self.body),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": REGION,
        }


@dataclass(slots=True)
class Queue:
    """One queue and what lies in it."""

    definition: QueueDefinition
    messages: list[Message] = field(default_factory=list)


class QueueService:
    """Every queue of the application; also the `sqs` client of the functions."""

    def __init__(
        self, definitions: Iterable[QueueDefinition], clock: Clock, *, copies: int = 1, seed: int | None = None
    ) -> None:
        """`copies` above 1 delivers every message that often; a seed shuffles what a receive takes."""
        self.queues = {definition.name: Queue(definition) for definition in definitions}
        self.refuse_sending = False
        self.names_per_page_max = 1_000
        self._clock = clock
        self._copies = copies
        self._random = None if seed is None else random.Random(seed)
        self._numbers = itertools.count(1)

    # ── What functions call ─────────────────────────────────────────────────────────────────────────────────────────

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0) -> dict[str, Any]:  # noqa: N803
        """Put one message into a queue."""
        self._refuse_when_told()
        message = self._put(self._queue(QueueUrl), MessageBody, DelaySeconds)
        return {"MessageId": message.message_id, "MD5OfMessageBody": _md5(MessageBody)}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Put up to ten messages of together at most 1 MiB into a queue."""
        self._refuse_when_told()
        queue = self._queue(QueueUrl)
        if not 1 <= len(Entries) <= BATCH_ENTRIES_MAX:
            raise QueueRefusedError("a batch has one to ten entries")
        if len({entry["Id"] for entry in Entries}) != len(Entries):
            raise QueueRefusedError("entry ids must differ")
        if sum(len(entry["MessageBody"].encode()) for entry in Entries) > BATCH_BYTES_MAX:
            raise QueueRefusedError("the batch is too large")
        successful = []
        for entry in Entries:
            message = self._put(queue, entry["MessageBody"], int(entry.get("DelaySeconds", 0)))
            successful.append({"Id": entry["Id"], "MessageId": message.message_id})
        return {"Successful": successful, "Failed": []}

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        """Have a message in flight come back after so many seconds from now."""
        if not 0 <= VisibilityTimeout <= VISIBILITY_SECONDS_MAX:
            raise QueueRefusedError(f"visibility {VisibilityTimeout}")
        message = self._in_flight(self._queue(QueueUrl), ReceiptHandle)
        message.visible_at = self._clock.now() + timedelta(seconds=VisibilityTimeout)

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        """Acknowledge a message."""
        queue = self._queue(QueueUrl)
        queue.messages.remove(self._in_flight(queue, ReceiptHandle))

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803
        """Return a queue's URL."""
        if QueueName not in self.queues:
            raise QueueRefusedError(f"no queue {QueueName}")
        return {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT_ID}/{QueueName}"}

    def list_queues(self, *, QueueNamePrefix: str = "", MaxResults: int = 1_000, NextToken: str = "") -> dict[str, Any]:  # noqa: N803
        """Return the URLs of queues whose name begins so, a page at a time."""
        names = sorted(name for name in self.queues if name.startswith(QueueNamePrefix) and name > NextToken)
        shown = names[: min(MaxResults, self.names_per_page_max)]
        urls = [self.get_queue_url(QueueName=name)["QueueUrl"] for name in shown]
        page: dict[str, Any] = {"QueueUrls": urls} if urls else {}
        return page | ({"NextToken": shown[-1]} if len(names) > len(shown) else {})

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str] | None = None) -> dict[str, Any]:  # noqa: N803
        """Return how many messages wait, are in flight and are delayed, and the queue's settings."""
        queue, now = self._queue(QueueUrl), self._clock.now()
        waiting = [message for message in queue.messages if message.visible_at <= now]
        hidden = [message for message in queue.messages if message.visible_at > now]
        known = {
            "QueueArn": queue.definition.arn,
            "VisibilityTimeout": str(queue.definition.visibility_seconds),
            "ApproximateNumberOfMessages": str(len(waiting)),
            "ApproximateNumberOfMessagesNotVisible": str(sum(1 for message in hidden if message.receipt_handle)),
            "ApproximateNumberOfMessagesDelayed": str(sum(1 for message in hidden if not message.receipt_handle)),
        }
        wanted = AttributeNames or ["All"]
        return {"Attributes": {k: v for k, v in known.items() if "All" in wanted or k in wanted}}

    # ── What the event source mapping does ──────────────────────────────────────────────────────────────────────────

    def receive(self, name: str, entries_max: int) -> list[Message]:
        """Take visible messages out of a queue for one call, never two copies of one."""
        queue, now = self.queues[name], self._clock.now()
        visible = [message for message in queue.messages if message.visible_at <= now]
        if self._random is not None:
            self._random.shuffle(visible)
        taken: list[Message] = []
        for message in visible:
            if len(taken) == entries_max:
                break
            if all(other.message_id != message.message_id for other in taken):
                message.receive_count += 1
                message.first_received_at = message.first_received_at or now
                message.receipt_handle = f"receipt-{next(self._numbers)}"
                message.visible_at = now + timedelta(seconds=queue.definition.visibility_seconds)
                taken.append(message)
        return taken

    def bury_exhausted(self) -> None:
        """Move visible messages that were received too often to their dead-letter queues, as the next receive would."""
        now = self._clock.now()
        for queue in self.queues.values():
            limit = queue.definition.receive_count_max
            for message in [m for m in queue.messages if m.visible_at <= now]:
                if limit is not None and message.receive_count >= limit:
                    self._bury(queue, message)

    def acknowledge(self, name: str, messages: Iterable[Message]) -> None:
        """Delete what a call processed."""
        for message in messages:
            self.queues[name].messages.remove(message)

    def next_visible_at(self) -> datetime | None:
        """Return when the next hidden message becomes visible."""
        now = self._clock.now()
        times = [m.visible_at for queue in self.queues.values() for m in queue.messages if m.visible_at > now]
        return min(times, default=None)

    def waiting(self) -> Mapping[str, int]:
        """Return how many messages each non-empty queue holds, visible or not."""
        return {name: len(queue.messages) for name, queue in self.queues.items() if queue.messages}

    def put(self, name: str, body: str) -> Message:
        """Put a message into a queue as some other sender would."""
        return self._put(self.queues[name], body, 0)

    def _put(self, queue: Queue, body: str, delay_seconds: int) -> Message:
        if not 0 <= delay_seconds <= DELAY_SECONDS_MAX:
            raise QueueRefusedError(f"delay {delay_seconds}")
        now = self._clock.now()
        visible_at = now + timedelta(seconds=delay_seconds or queue.definition.delay_seconds)
        message_id = f"00000000-0000-4000-8000-{next(self._numbers):012d}"
        copies = [Message(message_id, body, sent_at=now, visible_at=visible_at) for _ in range(self._copies)]
        queue.messages.extend(copies)
        return copies[0]

    def _bury(self, queue: Queue, message: Message) -> None:
        queue.messages.remove(message)
        message.source_arn = queue.definition.arn
        message.visible_at = self._clock.now()
        grave = next(q for q in self.queues.values() if q.definition.arn == queue.definition.dead_letter_arn)
        grave.messages.append(message)

    def _queue(self, url: str) -> Queue:
        name = url.rsplit("/", 1)[-1]
        if name not in self.queues or not url.startswith("https://sqs."):
            raise QueueRefusedError(f"no queue {url}")
        return self.queues[name]

    def _in_flight(self, queue: Queue, receipt_handle: str) -> Message:
        for message in queue.messages:
            if receipt_handle and message.receipt_handle == receipt_handle:
                return message
        raise QueueRefusedError(f"no message in flight bears {receipt_handle!r}")

    def _refuse_when_told(self) -> None:
        if self.refuse_sending:
            raise QueueRefusedError("the service does not answer")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))
