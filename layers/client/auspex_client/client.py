"""The synchronous client: its resources are made from the OpenAPI document, this module sends what they prepare."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from auspex_client.calls import Call, CallOptions, Operation
from auspex_client.errors import UnreadableReplyError
from auspex_client.jobs import Jobs
from auspex_client.replies import Page, Reply, read_reply, read_rows
from auspex_client.resources.root import Root
from auspex_client.retries import Answer, Fault, Pause, RetryPolicy, Send, exchange
from auspex_client.settings import ATTEMPTS_MAX, DEADLINE_SECONDS, REPLY_BYTES_MAX, Settings

T = TypeVar("T")


class Auspex(Root):
    """The API as its caller sees it: `Auspex(url, key).filings.ask("…")`. Threads may share one.

    Without arguments it takes address and key from AUSPEX_URL and AUSPEX_API_KEY. Every call ends within
    `deadline_seconds`, repetitions and their pauses included, with a reply, a problem or an error of this package.
    """

    jobs: Jobs

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        attempts_max: int = ATTEMPTS_MAX,
        retries: RetryPolicy | None = None,
        allow_http: bool = False,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = Settings.of(
            base_url, api_key, deadline_seconds=deadline_seconds, attempts_max=attempts_max, retries=retries,
            allow_http=allow_http,
        )  # fmt: skip
        super().__init__(self)
        self.jobs = Jobs(self)
        self.sleep, self.now = sleep, now
        self.chance = random.Random()  # noqa: S311 - spreads callers in time, keeps no secret
        self._http = httpx.Client(transport=transport, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.settings.base_url!r})"

    def call(
        self,
        operation: Operation,
        model: type[T],
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: object = None,
        options: CallOptions | None = None,
    ) -> Reply[T]:
        """Carry out an operation whose reply holds one object; resources call this."""
        call = self.settings.prepare(operation, options, path=path, query=query, body=body)
        return read_reply(call, self._carry_out(call), model)

    def call_untyped(
        self,
        operation: Operation,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: object = None,
        options: CallOptions | None = None,
    ) -> Reply[Any]:
        """Carry out an operation whose reply has no model."""
        call = self.settings.prepare(operation, options, path=path, query=query, body=body)
        return read_reply(call, self._carry_out(call), Any)

    def page(
        self,
        operation: Operation,
        model: type[T],
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        options: CallOptions | None = None,
    ) -> Page[T]:
        """Carry out an operation whose reply is one page of a list."""
        call = self.settings.prepare(operation, options, path=path, query=query, body=None)
        envelope, rows, next_cursor = read_rows(call, self._carry_out(call), model)

        def fetch(cursor: str) -> Page[T]:
            following = {**(query or {}), "cursor": cursor}
            return self.page(operation, model, path=path, query=following, options=options)

        return Page(
            meta=envelope.meta, status=envelope.status, headers=envelope.headers, attempts=envelope.attempts,
            data=rows, next_cursor=next_cursor, fetch=fetch,
        )  # fmt: skip

    def _carry_out(self, call: Call) -> Answer:
        steps = exchange(call, self.settings.retries, self.now, self.chance)
        outcome: Answer | Fault | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if isinstance(step, Pause):
                self.sleep(step.seconds)
                outcome = None
            else:
                outcome = self._attempt(step)

    def _attempt(self, step: Send) -> Answer | Fault:
        ends_at = self.now() + step.seconds_max
        call = step.call
        try:
            with self._http.stream(
                call.operation.method, self.settings.base_url + call.target, headers=step.headers, content=call.content,
                timeout=self.settings.timeout(step.seconds_max),
            ) as response:  # fmt: skip
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > REPLY_BYTES_MAX:
                        raise UnreadableReplyError(f"{call.operation.operation_id}: more than {REPLY_BYTES_MAX} bytes")
                    if self.now() > ends_at:
                        return Fault(httpx.ReadTimeout("the reply did not end in time"), may_have_arrived=True)
                return Answer(response.status_code, response.headers, bytes(body))
        except httpx.TransportError as error:
            unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            return Fault(error, may_have_arrived=not unsent)
        except httpx.DecodingError as error:
            return Fault(error, may_have_arrived=True)
