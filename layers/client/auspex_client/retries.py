"""When a call is sent again, and after which pause: one policy for the synchronous and the asynchronous client.

`exchange` is a generator: it yields what to do next and is sent what came of it, so that it neither blocks nor awaits.
Only what cannot do harm twice is repeated: reads, absolute writes, and POSTs, which always carry an Idempotency-Key.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from auspex_client.calls import Call
from auspex_client.errors import ConnectionFailedError, DeadlineExceededError

GATEWAY_STATUSES = frozenset({502, 504})
"""Answered by what stands before us; the request may have arrived."""
PROBLEM_MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as received."""

    status: int
    headers: httpx.Headers
    body: bytes
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """No reply: what went wrong, and whether the request can have arrived."""

    error: Exception
    may_have_arrived: bool


@dataclass(frozen=True, slots=True)
class Send:
    """Step: send the request once, and give up after so many seconds."""

    call: Call
    headers: dict[str, str] = field(repr=False)
    seconds_max: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Step: wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Pauses grow twofold from `first_seconds` to `longest_seconds`, each drawn at random below that (full jitter).

    A `Retry-After` is obeyed, and a little is added at random so that refused callers do not come back together.
    """

    first_seconds: float = 0.25
    longest_seconds: float = 8.0
    attempt_seconds_max: float = 30.0

    def pause_before(self, attempt: int, retry_after: float | None, chance: random.Random) -> float:
        """Return the seconds to wait before the attempt of this number (2 is the first repetition)."""
        longest: float = min(self.longest_seconds, self.first_seconds * 2 ** (attempt - 2))
        if retry_after is None:
            return chance.uniform(0, longest)
        return retry_after + chance.uniform(0, min(longest, max(retry_after, 1) / 10))


Steps = Generator[Send | Pause, Answer | Fault | None, Answer]


def exchange(call: Call, policy: RetryPolicy, now: Callable[[], float], chance: random.Random) -> Steps:
    """Yield the steps of one call and return its final answer, be it a refusal; raise where there is none."""
    ends_at = now() + call.deadline_seconds
    attempt = 0
    while True:
        attempt += 1
        left = ends_at - now()
        if left <= 0:
            raise DeadlineExceededError(f"{_named(call)}: no reply within {call.deadline_seconds:g} s")
        outcome = yield Send(call, call.attempt_headers(), min(left, policy.attempt_seconds_max))
        assert outcome is not None  # what answers a Send
        pause = _pause_after(outcome, call, attempt, policy, chance)
        wait_fits = pause is not None and now() + pause < ends_at
        if isinstance(outcome, Answer) and not wait_fits:
            return Answer(outcome.status, outcome.headers, outcome.body, attempt)
        if isinstance(outcome, Fault) and not wait_fits:
            raise _given_up(call, outcome, attempt, late=pause is not None or now() >= ends_at) from outcome.error
        assert pause is not None  # or it would not fit
        yield Pause(pause)


def _pause_after(
    outcome: Answer | Fault, call: Call, attempt: int, policy: RetryPolicy, chance: random.Random
) -> float | None:
    """Return how long to wait before the next attempt; None ends the call with this outcome."""
    if attempt >= call.attempts_max:
        return None
    if isinstance(outcome, Fault):
        if outcome.may_have_arrived and not call.may_repeat:
            return None
        return policy.pause_before(attempt + 1, None, chance)
    retry_after = retry_after_seconds(outcome.headers)
    if not _is_passing(outcome, retry_after) or not call.may_repeat:
        return None
    return policy.pause_before(attempt + 1, retry_after, chance)


def _is_passing(answer: Answer, retry_after: float | None) -> bool:
    """Tell whether an answer says "not now" rather than "no".

    Our own 409 and 503 name a time when waiting helps; a 503 without a problem document is a gateway's.
    """
    status = answer.status
    ours = answer.headers.get("content-type", "").startswith(PROBLEM_MEDIA_TYPE)
    return (
        status == 429
        or status in GATEWAY_STATUSES
        or (status == 409 and retry_after is not None)
        or (status == 503 and (retry_after is not None or not ours))
    )


def retry_after_seconds(headers: httpx.Headers) -> float | None:
    """Return what `Retry-After` says, in seconds from now (RFC 9110, section 10.2.3: seconds, or a date)."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _given_up(call: Call, fault: Fault, attempt: int, *, late: bool) -> Exception:
    said = str(fault.error) or type(fault.error).__name__
    if late:
        return DeadlineExceededError(f"{_named(call)}: no reply within {call.deadline_seconds:g} s: {said}")
    return ConnectionFailedError(f"{_named(call)}: no reply at attempt {attempt}: {said}")


def _named(call: Call) -> str:
    return f"{call.operation.method} {call.operation.path}"
