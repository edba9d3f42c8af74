"""The shell of every queue worker: one loop, four outcomes of a record (API, messages).

done: the effect committed with its mark · Defer: the same message comes back later, no retry used · Problem: final, the
unit fails and the message is kept · anything else: recorded, reported failed, tried again after min(300, 5*2^(n-1)) s.
Work that only cancelled or expired jobs asked for is set aside: acknowledged without a mark, so that a later request
for it starts anew.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from auspex.core import outbox
from auspex.core.aws import client
from auspex.core.clock import current_clock
from auspex.core.config import QueueSettings, read_settings
from auspex.core.database import Connection, begin_invocation, close_connection, connect, transaction
from auspex.core.faults import fault_point
from auspex.core.limits import DEFER_SECONDS_MAX, DEFERRALS_MAX, REMAINING_SECONDS_MIN, RETRY_SECONDS_MAX
from auspex.core.messages import Cause, Command, Envelope, UnitCommand
from auspex.core.problems import Problem
from auspex.core.telemetry import count, flush_metrics, log_invocation, logger
from auspex.platform.deliveries import (
    DeadLetter,
    is_marked,
    mark_delivery,
    record_failure,
    store_dead_letter,
)
from auspex.platform.jobs import fail_unit, unit_is_wanted

B = TypeVar("B", bound=Command)
RETRY_BASE_SECONDS = 5
DEFER_BASE_SECONDS = 30


class Defer(Exception):  # noqa: N818 - an outcome, not an error
    """Come back later without using a retry: a lease is busy, a source pauses, a budget is empty.

    `seconds` None doubles from 30 s with each deferral, up to 900 s. `waiting_on` shows on the job. A message is
    deferred 20 times at most, unless the stage itself `ends` the waiting (by a date, say).
    """

    def __init__(
        self, seconds: float | None = None, *, reason: str, waiting_on: str | None = None, ends: bool = False
    ) -> None:
        super().__init__(reason)
        self.ends = ends
        self.seconds = seconds
        self.reason = reason
        self.waiting_on = waiting_on


class Continue(Exception):  # noqa: N818 - an outcome, not an error
    """Go on in a new invocation at once: the message is sent again as it is, and checkpoints hold what is done."""


class Unwanted(Exception):  # noqa: N818 - an outcome, not an error
    """Every job that asked for this unit is over; what was not begun yet is not begun any more."""


class SourceUnavailable(Problem):
    """A source stayed unavailable through every deferral."""

    status, code, title = 503, "source-unavailable", "A data source stayed unavailable"
    remedy = "Redrive the dead letter once the source answers again."


class UnreadableMessage(Problem):
    """A queue message does not fit its contract."""

    status, code, title = 422, "unreadable-message", "A message does not fit its contract"
    remedy = "Operator: compare the body with events/contracts."


class AlreadyDone(Exception):  # noqa: N818 - an outcome, not an error
    """Another delivery of this message committed first; this one rolls back and is acknowledged."""


@dataclass(frozen=True, slots=True)
class Delivery(Generic[B]):
    """One delivered message as a stage's use case sees it."""

    stage: str
    envelope: Envelope[B]
    attempt: int
    started_at: float
    deadline: float

    @property
    def body(self) -> B:
        """The command."""
        return self.envelope.body

    @property
    def cause(self) -> Cause:
        """What follow-up messages carry on."""
        return Cause.of(self.envelope)

    def remaining_seconds(self) -> float:
        """Seconds until the function is killed."""
        return self.deadline - time.monotonic()

    def is_short_of_time(self) -> bool:
        """Tell whether the rest should continue in a new invocation: under 45 s or a quarter of the time left."""
        return self.remaining_seconds() < min(REMAINING_SECONDS_MIN, (self.deadline - self.started_at) / 4)

    def ensure_wanted(self) -> None:
        """Raise Unwanted when only jobs that are over asked for this unit. What a schedule found is always wanted."""
        body = self.envelope.body
        if self.envelope.job_id is None or not isinstance(body, UnitCommand):
            return
        if not unit_is_wanted(connect(), kind=body.unit_kind, unit_key=body.unit_key):
            raise Unwanted

    def mark(self, connection: Any, *, at: datetime) -> None:
        """Mark this message in the transaction of its effect. Raises AlreadyDone when another delivery was first."""
        if not mark_delivery(connection, stage=self.stage, dedup_key=self.envelope.dedup_key, at=at):
            raise AlreadyDone


SetAside = Callable[[Connection, Delivery[Any]], None]


class Consumer(Generic[B]):
    """A queue's worker: `@worker.command(Model)` registers what handles a message, `handler` is the Lambda's."""

    def __init__(self, name: str, *, stage: str, set_aside: SetAside | None = None) -> None:
        self.name = name
        self.stage = stage
        self._set_aside = set_aside
        self._models: dict[str, type[Command]] = {}
        self._functions: dict[str, Callable[[Delivery[Any]], None]] = {}
        self._started = 0.0
        self._deadline = 0.0

    def command(
        self, model: type[Command]
    ) -> Callable[[Callable[[Delivery[Any]], None]], Callable[[Delivery[Any]], None]]:
        """Register the function for messages of this contract."""

        def register(function: Callable[[Delivery[Any]], None]) -> Callable[[Delivery[Any]], None]:
            self._models[model.schema_name] = model
            self._functions[model.schema_name] = function
            return function

        return register

    @property
    def contracts(self) -> tuple[type[Command], ...]:
        """The message models this worker accepts."""
        return tuple(self._models.values())

    def handler(self, event: dict[str, Any], context: LambdaContext) -> Any:
        """Process one SQS batch and report the records that must come again."""
        self._started = time.monotonic()
        self._deadline = self._started + context.get_remaining_time_in_millis() / 1000
        begin_invocation()
        try:
            return process_partial_response(
                event=event,
                record_handler=self._process,
                processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
                context=context,
            )
        finally:
            flush_metrics()

    def _process(self, record: SQSRecord) -> None:
        """Handle one record; returning acknowledges it, raising has SQS deliver it again."""
        started = time.perf_counter()
        attempt = int(record.attributes.approximate_receive_count or "1")
        outbox.forget_pending()
        envelope: Envelope[Any] | None = None
        try:
            envelope = self._decode(record.body)
            logger().append_keys(
                request_id=envelope.request_id, job_id=envelope.job_id, trace_id=envelope.traceparent[3:35]
            )
            outcome = self._run(envelope, attempt)
        except Problem as problem:
            if problem.status == 503 and problem.code == "database-unavailable":
                self._leave_line("retry", attempt, started)
                raise
            self._finish(record, envelope, problem, attempt)
            outcome = "final"
        except Exception as error:
            self._record_failure(record, envelope, error, attempt)
            self._leave_line("retry", attempt, started)
            raise
        self._leave_line(outcome, attempt, started)

    def _decode(self, body: str) -> Envelope[Any]:
        try:
            raw = json.loads(body)
            model = self._models.get(raw.get("schema", "")) if isinstance(raw, dict) else None
            if model is None:
                raise UnreadableMessage(detail=f"The {self.stage} stage knows no such schema.")
            return Envelope[model].model_validate(raw)  # type: ignore[valid-type] # the model is chosen at run time
        except ValueError as error:
            raise UnreadableMessage(detail=str(error)) from error

    def _run(self, envelope: Envelope[Any], attempt: int) -> str:
        if is_marked(connect(), stage=self.stage, dedup_key=envelope.dedup_key):
            return "repeat"
        delivery: Delivery[Any] = Delivery(self.stage, envelope, attempt, self._started, self._deadline)
        try:
            fault_point(f"{self.stage}.received")
            delivery.ensure_wanted()
            self._functions[envelope.schema_name](delivery)
        except AlreadyDone:
            return "repeat"
        except Unwanted:
            return self._leave(delivery)
        except Defer as defer:
            self._defer(envelope, defer)
            return "deferred"
        except Continue:
            self._send_again(envelope, delay_seconds=0)
            return "continued"
        outbox.send_committed()
        fault_point(f"{self.stage}.done")
        return "done"

    def _leave(self, delivery: Delivery[Any]) -> str:
        """Have the product note that nobody works on this any more; somebody may want it again by now."""
        outbox.forget_pending()
        fault_point(f"{self.stage}.unwanted")
        try:
            with transaction() as connection:
                if self._set_aside is not None:
                    self._set_aside(connection, delivery)
        except Defer as defer:
            self._defer(delivery.envelope, defer)
            return "deferred"
        return "unwanted"

    def _defer(self, envelope: Envelope[Any], defer: Defer) -> None:
        if envelope.deferrals >= DEFERRALS_MAX and not defer.ends:
            raise SourceUnavailable(detail=f"Deferred {envelope.deferrals} times: {defer.reason}.")
        seconds = defer.seconds
        if seconds is None:
            seconds = DEFER_BASE_SECONDS * 2**envelope.deferrals
        self._send_again(envelope.deferred(), delay_seconds=max(1.0, min(seconds, DEFER_SECONDS_MAX)))
        logger().info("deferred", extra={"stage": self.stage, "reason": defer.reason, "seconds": seconds})

    def _send_again(self, envelope: Envelope[Any], *, delay_seconds: float) -> None:
        outbox.forget_pending()
        with transaction() as connection:
            outbox.enqueue(connection, envelope, at=current_clock().now(), delay_seconds=delay_seconds)
        outbox.send_committed()

    def _finish(self, record: SQSRecord, envelope: Envelope[Any] | None, problem: Problem, attempt: int) -> None:
        """Keep the message and fail its unit in one transaction; the record is then acknowledged."""
        at = current_clock().now()
        outbox.forget_pending()
        with transaction() as connection:
            stored = store_dead_letter(
                connection,
                DeadLetter(
                    queue=queue_of(record), message_id=record.message_id, stage=self.stage,
                    node=problem.extensions.get("node"), reason=problem.code, error=problem.detail, body=record.body,
                    attempts=attempt, job_id=envelope.job_id if envelope else None,
                    account_id=envelope.account_id if envelope else None,
                    request_id=envelope.request_id if envelope else None,
                ),
                at=at,
            )  # fmt: skip
            if envelope is not None and isinstance(envelope.body, UnitCommand):
                fail_unit(
                    connection,
                    kind=envelope.body.unit_kind,
                    unit_key=envelope.body.unit_key,
                    problem=problem,
                    at=at,
                )
        if stored:
            count("DeadLettersStored")
        logger().warning(
            "message is final", extra={"stage": self.stage, "code": problem.code, "detail": problem.detail}
        )

    def _record_failure(
        self, record: SQSRecord, envelope: Envelope[Any] | None, error: Exception, attempt: int
    ) -> None:
        """Write the failure in a transaction of its own and have SQS wait before the next try."""
        logger().exception("attempt failed", extra={"stage": self.stage, "attempt": attempt})
        try:
            with transaction() as connection:
                record_failure(
                    connection, stage=self.stage, queue=queue_of(record), message_id=record.message_id,
                    attempt=attempt, node=getattr(error, "node", None), error=error,
                    job_id=envelope.job_id if envelope else None, at=current_clock().now(),
                )  # fmt: skip
            settings = read_settings(QueueSettings)
            client("sqs").change_message_visibility(
                QueueUrl=f"{settings.queue_url_prefix}{queue_of(record)}",
                ReceiptHandle=record.receipt_handle,
                VisibilityTimeout=retry_seconds(attempt),
            )
        except Exception:  # noqa: BLE001 - SQS redelivers after the visibility timeout all the same
            close_connection()
            logger().warning("failure could not be recorded", exc_info=True)

    def _leave_line(self, outcome: str, attempt: int, started: float) -> None:
        duration_ms = round((time.perf_counter() - started) * 1000, 2)
        log_invocation("message", stage=self.stage, outcome=outcome, attempt=attempt, duration_ms=duration_ms)
        count("Messages", stage=self.stage, outcome=outcome)
        logger().remove_keys(["request_id", "job_id", "trace_id"])


def consumer(name: str, *, stage: str, set_aside: SetAside | None = None) -> Consumer[Any]:
    """Make the worker of a stage (`<product>-<stage>`); `set_aside` notes in its transaction what is not gone on with.

    It raises Defer when, under its locks, somebody waits for the work again.
    """
    return Consumer(name, stage=stage, set_aside=set_aside)


def retry_seconds(attempt: int) -> int:
    """Return how long a failed record waits before attempt + 1."""
    return int(min(RETRY_SECONDS_MAX, RETRY_BASE_SECONDS * 2 ** (attempt - 1)))


def queue_of(record: SQSRecord) -> str:
    """Return the queue's name without the deployment's prefix."""
    name = record.event_source_arn.rsplit(":", 1)[-1]
    return name.removeprefix(read_settings(QueueSettings).name_prefix + "-")
