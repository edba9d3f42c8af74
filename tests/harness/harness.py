"""Serve the application of a root template in this process: requests, queues, schedules, on a clock that stands still.

Nothing happens by itself: `pump()` delivers what is due now, `advance()` moves the clock from event to event,
`drain()` does so until nothing is left to deliver.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from infra.local.application import (
    FunctionDefinition,
    QueueDefinition,
    ScheduleDefinition,
    SourceMapping,
    read_application,
)
from tests.harness import aws_resources
from tests.harness.database_time import shift_database_time
from tests.harness.environment import Context, Environments
from tests.harness.events import Response, http_event, queue_event, response_of, schedule_event
from tests.harness.queues import Message, QueueService
from tests.harness.schedules import next_firing

from auspex.core import aws, database, faults, outbox
from auspex.core.clock import FixedClock, set_clock
from auspex.core.faults import InjectedCrash
from auspex.platform.accounts import create_account, create_key
from auspex.platform.ledger_admin import give_tokens

if TYPE_CHECKING:
    from tests.conftest import Database

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2024, 11, 4, 9, 0, tzinfo=UTC)
NOT_FOUND = {"statusCode": 404, "headers": {"content-type": "application/json"}, "body": '{"message":"Not Found"}'}
INVOCATIONS_MAX = 2_000


class NotDrainedError(AssertionError):
    """Messages are still under way after the time or the calls a test allowed."""


@dataclass(slots=True)
class Crash:
    """An armed fault point: kills the process at its n-th passing, and at those after it as often as wanted."""

    point: str
    passing: int
    times: int
    passed: int = 0
    deaths: int = 0

    def __call__(self) -> None:
        self.passed += 1
        if self.passed >= self.passing and self.deaths < self.times:
            self.deaths += 1
            database.close_connection()  # what the server sees of a killed process
            raise InjectedCrash(self.point)

    @property
    def fired(self) -> bool:
        """Tell whether a process died of it."""
        return self.deaths > 0


@dataclass(frozen=True, slots=True)
class Call:
    """One invocation of a worker or schedule, and how it ended."""

    function: str
    records: int
    failed: int
    error: str | None


class Harness:
    """The application of one root template on one test database."""

    def __init__(
        self,
        database: Database,
        *,
        root: Path = ROOT / "template.yaml",
        parameters: Mapping[str, str] | None = None,
        now: datetime = START,
        copies: int = 1,
        seed: int | None = None,
        secrets: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """`copies` delivers every message that often, `seed` shuffles what a receive takes.

        `secrets` gives values to secrets, by the end of their names.
        """
        self.database = database
        self.clock = FixedClock(now)
        self.started_at = now
        self.calls: list[Call] = []
        self.remaining_seconds: float | None = None
        self._log = io.StringIO()
        self._environments = Environments(self._log)
        self._crash: Crash | None = None
        with ExitStack() as taken:  # a start that fails leaves nothing taken for the next test
            self._observer = taken.enter_context(closing(database.connect(None)))
            self._account = taken.enter_context(closing(aws_resources.Account(database, secrets)))
            taken.callback(self._environments.close)
            given = self._account.root_parameters() | dict(parameters or {})
            self.application = read_application(root, given, secret_arn=self._account.secret_arn)
            self._account.create(self.application.resources)
            self.queues = QueueService(self.application.queues, self.clock, copies=copies, seed=seed)
            self._due = {schedule.name: self._next(schedule, now) for schedule in self.application.schedules}
            taken.callback(outbox.forget_pending)
            taken.callback(aws.use_client, "sqs", None)
            taken.callback(set_clock, None)
            taken.callback(faults.disarm)
            set_clock(self.clock)
            aws.use_client("sqs", self.queues)
            self._taken = taken.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Put everything back that the harness took, whatever fails meanwhile; a second call does nothing."""
        self._taken.close()

    # ── Requests ────────────────────────────────────────────────────────────────────────────────────────────────────

    def request(
        self,
        method: str,
        target: str,
        *,
        key: str | None = None,
        json: Any = None,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one request through the edge's table and the product's API to its function."""
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        content = body.encode() if isinstance(body, str) else body or b""
        if json is not None:
            content = _dump(json)
            sent.setdefault("content-type", "application/json")
        if key is not None:
            sent["authorization"] = f"Bearer {key}"
        path = target.partition("?")[0]
        route, parameters = self.application.find_route(method.upper(), path) or (
            self.application.default_route(method.upper(), path), {},
        )  # fmt: skip
        if route is None:
            return response_of(NOT_FOUND)
        event = http_event(route, parameters, target=target, headers=sent, body=content, at=self.clock.now())
        return response_of(self._invoke(route.function, event))

    def invoke(self, product: str, stem: str, event: dict[str, Any]) -> Any:
        """Call one function with an event of the test's own."""
        return self._invoke(self.application.function(product, stem), event)

    def create_key(self, *scopes: str, name: str = "test", plan: str = "premium", tokens: int = 10_000) -> str:
        """Make an account with one key and some tokens, and return the key."""
        with self.database.connect("auspex_platform") as connection, connection.transaction():
            at = self.clock.now()
            account_id = create_account(connection, name=name, plan=plan, at=at)
            if tokens:
                give_tokens(connection, account_id=account_id, tokens=tokens, reason="test", at=at)
            return create_key(connection, account_id=account_id, scopes=list(scopes), name=name, at=at).secret

    # ── Queues, schedules, time ─────────────────────────────────────────────────────────────────────────────────────

    def pump(self) -> int:
        """Deliver every message that is visible now, and what that causes; return the number of calls."""
        calls = 0
        while self._deliver_round():
            calls += 1
            if calls > INVOCATIONS_MAX:
                raise NotDrainedError(f"more than {INVOCATIONS_MAX} calls; waiting: {self.queues.waiting()}")
        return calls

    def advance(self, seconds: float) -> None:
        """Move the clock forward, stopping at everything that becomes due on the way."""
        end = self.clock.now() + timedelta(seconds=seconds)
        self.pump()
        while (at := self._next_event()) is not None and at <= end:
            self._move_to(at)
            self._fire_due()
            self.pump()
        self._move_to(end)

    def drain(self, *, limit_seconds: float = 86_400) -> None:
        """Advance until no message and no unsent outbox row is left. Raises NotDrainedError at the limit."""
        end = self.clock.now() + timedelta(seconds=limit_seconds)
        self.pump()
        while self.queues.waiting() or self.unsent_rows():
            at = self._next_event()
            if at is None or at > end:
                raise NotDrainedError(f"waiting: {self.queues.waiting()}, unsent: {self.unsent_rows()}")
            self._move_to(at)
            self._fire_due()
            self.pump()

    def pass_time(self, seconds: float) -> None:
        """Let time go by in which no schedule fires: for what hangs on the clock alone."""
        self._move_to(self.clock.now() + timedelta(seconds=seconds))

    def hop(self) -> None:
        """Deliver until nothing is left, going straight to what is due; of the schedules only the sweep fires."""
        self.pump()
        while self.queues.waiting() or self.unsent_rows():
            unsent = self.rows("SELECT min(deliver_after) AS at FROM platform.outbox WHERE sent_at IS NULL")[0]["at"]
            due = min(at for at in (unsent, self.queues.next_visible_at()) if at is not None)
            self._move_to(due + timedelta(seconds=1))  # the sweep is told its time in whole seconds
            self.fire("schedule_sweep")
            self.pump()

    def fire(self, stem: str) -> Any:
        """Run one schedule now, whatever its expression."""
        schedule = next(s for s in self.application.schedules if s.function.stem == stem)
        return self._fire(schedule, self.clock.now())

    @contextlib.contextmanager
    def crash_at(self, point: str, *, passing: int = 1, times: int = 1) -> Iterator[Crash]:
        """Kill the process that comes to a fault point for the n-th time, and `times - 1` processes after it."""
        self._crash = Crash(point, passing, times)
        faults.arm(point, self._crash)
        try:
            yield self._crash
        finally:
            faults.disarm()
            self._crash = None

    # ── What a test looks at ────────────────────────────────────────────────────────────────────────────────────────

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run a statement as the superuser and return its rows."""
        cursor = self._observer.execute(sql.encode(), parameters)
        return cursor.fetchall() if cursor.description else []

    def unsent_rows(self) -> int:
        """Count outbox rows that no sweep has sent yet."""
        return int(self.rows("SELECT count(*) AS n FROM platform.outbox WHERE sent_at IS NULL")[0]["n"])

    def log_lines(self) -> list[dict[str, Any]]:
        """Return what functions logged so far, metrics among it, as parsed JSON lines."""
        return [json.loads(line) for line in self._log.getvalue().splitlines() if line.startswith("{")]

    def metric(self, name: str, **dimensions: str) -> float:
        """Return the sum of a counter with exactly these dimensions over everything logged so far."""
        total = 0.0
        for line in self.log_lines():
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
                named = [set(names) for names in directive["Dimensions"]]
                fits = set(dimensions) in named and all(line[key] == value for key, value in dimensions.items())
                if fits and any(metric["Name"] == name for metric in directive["Metrics"]):
                    total += sum(line[name]) if isinstance(line[name], list) else line[name]
        return total

    # ── Inside ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _invoke(self, function: FunctionDefinition, event: dict[str, Any]) -> Any:
        remaining = function.timeout_seconds if self.remaining_seconds is None else self.remaining_seconds
        context = Context(function.name, function.arn, int(remaining * 1000))
        deaths = self._crash.deaths if self._crash else 0
        try:
            with self._environments.running(function) as handler:
                reply = handler(event, context)
        except InjectedCrash:
            self._environments.end(function)
            raise
        if self._crash is not None and self._crash.deaths > deaths:  # Mangum answers where a dead process cannot
            self._environments.end(function)
            raise InjectedCrash(self._crash.point)
        return reply

    def _deliver_round(self) -> bool:
        self.queues.bury_exhausted()
        for mapping in self.application.mappings:
            queue = self._queue_of(mapping)
            batch = self.queues.receive(queue.name, mapping.batch_size)
            if batch:
                self._deliver(mapping, queue, batch)
                return True
        return False

    def _deliver(self, mapping: SourceMapping, queue: QueueDefinition, batch: list[Message]) -> None:
        function = self.application.function_by_arn(mapping.function_arn)
        try:
            reply = self._invoke(function, queue_event(batch, queue.arn))
        except InjectedCrash as crash:
            self.calls.append(Call(function.stem, len(batch), len(batch), f"InjectedCrash: {crash}"))
            return
        except Exception as error:  # noqa: BLE001 - Lambda reports it and SQS delivers the whole batch again
            self.calls.append(Call(function.stem, len(batch), len(batch), f"{type(error).__name__}: {error}"))
            return
        failed = _failed_ids(reply, batch) if mapping.partial_batches else set()
        self.queues.acknowledge(queue.name, [m for m in batch if m.message_id not in failed])
        self.calls.append(Call(function.stem, len(batch), len(failed), None))

    def _queue_of(self, mapping: SourceMapping) -> QueueDefinition:
        return next(queue for queue in self.application.queues if queue.arn == mapping.queue_arn)

    def _next(self, schedule: ScheduleDefinition, after: datetime) -> datetime | None:
        since = self.started_at
        return next_firing(schedule.expression, after=after, since=since, timezone=schedule.timezone)

    def _next_event(self) -> datetime | None:
        times = [at for at in (*self._due.values(), self.queues.next_visible_at()) if at is not None]
        return min(times, default=None)

    def _move_to(self, at: datetime) -> None:
        span = at - self.clock.now()
        if span > timedelta(0):
            self.clock.advance(span)
            shift_database_time(self._observer, span)

    def _fire_due(self) -> None:
        now = self.clock.now()
        for schedule in self.application.schedules:
            due = self._due[schedule.name]
            if due is not None and due <= now:
                self._due[schedule.name] = self._next(schedule, now)
                self._fire(schedule, due)

    def _fire(self, schedule: ScheduleDefinition, at: datetime) -> Any:
        event = schedule_event(schedule.input, at=at, arn=schedule.name)
        try:
            reply = self._invoke(schedule.function, event)
        except (Exception, InjectedCrash) as error:  # noqa: BLE001 - a failed firing is history; the next one comes
            self.calls.append(Call(schedule.function.stem, 1, 1, f"{type(error).__name__}: {error}"))
            return None
        self.calls.append(Call(schedule.function.stem, 1, 0, None))
        return reply


def _dump(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def _failed_ids(reply: Any, batch: list[Message]) -> set[str]:
    """Return the ids that come again; Lambda treats an id it did not send as failure of the whole batch."""
    everything = {message.message_id for message in batch}
    if reply is None or reply == {}:
        return set()
    listed = {item["itemIdentifier"] for item in reply["batchItemFailures"]}
    return listed if listed <= everything else everything
