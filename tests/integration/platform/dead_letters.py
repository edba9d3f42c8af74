"""What tests of dead letters share: work that dies, the letters it leaves, and what operators do with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.harness.toy.contracts import DoWork

from auspex.core import faults
from auspex.core.messages import Cause, wrap

QUEUE = "auspex-toy-work"
LETTERS = "/v1/ops/dead-letters"
REDRIVE = "/v1/ops/dead-letters/redrive"


def send(harness: Harness, *keys: str) -> None:
    """Put work into the toy's queue."""
    for key in keys:
        harness.queues.put(QUEUE, wrap(DoWork(key=key), dedup_key=key, cause=Cause()).encode())


def effects(harness: Harness) -> list[str]:
    """Return what the toy's work left, in order."""
    return [row["key"] for row in harness.rows("SELECT key FROM toy.effects ORDER BY effect_id")]


@contextmanager
def broken(point: str) -> Iterator[None]:
    """Have every passing of a fault point fail, as a defect in the code would, until it is mended."""

    def fail() -> None:
        raise RuntimeError(f"{point} is broken")

    faults.arm(point, fail)
    try:
        yield
    finally:
        faults.disarm()


def kill(harness: Harness, *keys: str) -> list[str]:
    """Have work fail until it is dead, and return the letters' ids, oldest first."""
    send(harness, *keys)
    with broken("toy-work.received"):
        harness.drain()
    return [row["dead_letter_id"] for row in letters(harness)]


def letters(harness: Harness) -> list[dict[str, Any]]:
    """Return every stored dead letter, oldest first."""
    return harness.rows("SELECT * FROM platform.dead_letters ORDER BY dead_at, dead_letter_id")


def redrive(harness: Harness, admin: str, **body: Any) -> Any:
    """Redrive and return what became of it."""
    reply: Response = harness.request("POST", REDRIVE, key=admin, json=body)
    assert reply.status == 202, reply.body
    return reply.data


def waiting(harness: Harness, queue: str = QUEUE) -> list[dict[str, Any]]:
    """Return the messages in a queue."""
    return [json.loads(message.body) for message in harness.queues.queues[queue].messages]
