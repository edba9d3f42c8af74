"""The asynchronous client: the same resources and the same policy, awaited."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from auspex_client.async_resources.root import AsyncRoot
from auspex_client.calls import Call, CallOptions, Operation
from auspex_client.errors import UnreadableReplyError
from auspex_client.jobs import AsyncJobs
from auspex_client.replies import AsyncPage, Reply, read_reply, read_rows
from auspex_client.retries import Answer, Fault, Pause, RetryPolicy, Send, exchange
from auspex_client.settings import ATTEMPTS_MAX, DEADLINE_SECONDS, REPLY_BYTES_MAX, Settings

T = TypeVar("T")


class AsyncAuspex(AsyncRoot):
    """The API as its caller sees it: `await AsyncAuspex(url, key).filings.ask("…")`. As `Auspex`, awaited."""

    jobs: AsyncJobs

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        attempts_max: int = ATTEMPTS_MAX,
        retries: RetryPolicy | None = None,
        allow_http: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = Settings.of(
            base_url, api_key, deadline_seconds=deadline_seconds, attempts_max=attempts_max, retries=retries,
            allow_http=allow_http,
        )  # fmt: skip
        super().__init__(self)
        self.jobs = AsyncJobs(self)
        self.sleep, self.now = sleep, now
        self.chance = random.Random()  # noqa: S311 - spreads callers in time, keeps no secret
        self._http = httpx.AsyncClient(transport=transport, follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.settings.base_url!r})"

    async def call(
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
        return read_reply(call, await self._carry_out(call), model)

    async def call_untyped(
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
        return read_reply(call, await self._carry_out(call), Any)

    async def page(
        self,
        operation: Operation,
        model: type[T],
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[T]:
        """Carry out an operation whose reply is one page of a list."""
        call = self.settings.prepare(operation, options, path=path, query=query, body=None)
        envelope, rows, next_cursor = read_rows(call, await self._carry_out(call), model)

        async def fetch(cursor: str) -> AsyncPage[T]:
            following = {**(query or {}), "cursor": cursor}
            return await self.page(operation, model, path=path, query=following, options=options)

        return AsyncPage(
            meta=envelope.meta, status=envelope.status, headers=envelope.headers, attempts=envelope.attempts,
            data=rows, next_cursor=next_cursor, fetch=fetch,
        )  # fmt: skip

    async def _carry_out(self, call: Call) -> Answer:
        steps = exchange(call, self.settings.retries, self.now, self.chance)
        outcome: Answer | Fault | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if isinstance(step, Pause):
                await self.sleep(step.seconds)
                outcome = None
            else:
                outcome = await self._attempt(step)

    async def _attempt(self, step: Send) -> Answer | Fault:
        call = step.call
        try:
            async with (
                asyncio.timeout(step.seconds_max),
                self._http.stream(
                    call.operation.method, self.settings.base_url + call.target, headers=step.headers,
                    content=call.content, timeout=self.settings.timeout(step.seconds_max),
                ) as response,
            ):  # fmt: skip
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > REPLY_BYTES_MAX:
                        raise UnreadableReplyError(f"{call.operation.operation_id}: more than {REPLY_BYTES_MAX} bytes")
                return Answer(response.status_code, response.headers, bytes(body))
        except TimeoutError as error:
            return Fault(error, may_have_arrived=True)
        except httpx.TransportError as error:
            unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            return Fault(error, may_have_arrived=not unsent)
        except httpx.DecodingError as error:
            return Fault(error, may_have_arrived=True)
