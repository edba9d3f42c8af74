"""The dead-letter stage of all queues: body, stage, reason, error and attempts are kept, the unit fails.

It knows no product: the body of a `UnitCommand` names the unit to fail; a product that keeps a state of its own learns
of the dead letter by a trigger of its own schema, in the same transaction.
"""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from auspex.core.clock import current_clock
from auspex.core.database import begin_invocation, can_hold, transaction
from auspex.core.faults import fault_point
from auspex.core.problems import Problem
from auspex.core.telemetry import count, flush_metrics, log_invocation
from auspex.platform.consumer import queue_of
from auspex.platform.deliveries import DeadLetter, find_last_failure, store_dead_letter
from auspex.platform.jobs import fail_unit

STAGE = "platform-dead-letter"
DLQ_SUFFIX = "-dlq"


class ProcessingFailed(Problem):
    """A message failed at every attempt; the dead letter has the last error."""

    status, code, title = 500, "processing-failed", "Processing failed at every attempt"
    remedy = "Operator: mend the cause, then redrive the dead letter."


def handle_dead_letters(event: dict[str, Any], context: Any) -> Any:
    """Process one batch of a dead-letter queue; a record that cannot be stored comes again."""
    begin_invocation()
    try:
        return process_partial_response(
            event=event,
            record_handler=_store,
            processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
            context=context,
        )
    finally:
        flush_metrics()


def _store(record: SQSRecord) -> None:
    queue = queue_of(record).removesuffix(DLQ_SUFFIX)
    message = _read(record.body)
    at = current_clock().now()
    with transaction() as connection:
        failure = find_last_failure(connection, queue=queue, message_id=record.message_id)
        error = (
            f"{failure['error_type']}: {failure['error']}" if failure else "the worker left no record (timeout or kill)"
        )
        received = (
            int(record.attributes.approximate_receive_count or "1") - 1
        )  # the count moves along; this one is ours
        letter = DeadLetter(
            queue=queue, message_id=record.message_id, stage=queue, node=failure["node"] if failure else None,
            reason=ProcessingFailed.code if failure else "worker-lost", error=error, body=record.body,
            attempts=max(received, failure["attempt"] if failure else 0),
            job_id=_text(message, "job_id"), account_id=_text(message, "account_id"),
            request_id=_text(message, "request_id"),
        )  # fmt: skip
        stored = store_dead_letter(connection, letter, at=at)
        fault_point("dead_letter.stored")
        body = message["body"] if isinstance(message.get("body"), dict) else {}
        kind, unit_key = _text(body, "unit_kind"), _text(body, "unit_key")
        if stored and kind is not None and unit_key is not None:
            fail_unit(
                connection, kind=kind, unit_key=unit_key, at=at,
                problem=ProcessingFailed(detail=f"{letter.reason} in {queue}", stage=queue, node=letter.node),
            )  # fmt: skip
    if stored:
        count("DeadLettersStored")
    log_invocation("dead letter", stage=STAGE, queue=queue, reason=letter.reason, stored=stored)


def _text(fields: dict[str, Any], name: str) -> str | None:
    """Return a field that is a text Postgres can hold, else None: whatever was sent, the letter must be storable."""
    value = fields.get(name)
    return value if isinstance(value, str) and can_hold(value) else None


def _read(body: str) -> dict[str, Any]:
    """Return the message as far as it can be read; an unreadable body is kept all the same."""
    try:
        message = json.loads(body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
