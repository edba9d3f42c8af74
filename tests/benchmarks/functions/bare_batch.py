"""Baseline: the least Powertools Batch worker, which takes a record and does nothing with it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

processor = BatchProcessor(event_type=EventType.SQS)


def process(record: SQSRecord) -> None:
    """Take one record."""


def handler(event: dict[str, Any], context: Any) -> Any:
    """Process one batch."""
    return process_partial_response(event=event, record_handler=process, processor=processor, context=context)
