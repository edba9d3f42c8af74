"""Faults on request and the log of requests: what a proof arms, and what it counts afterwards."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("403", "404", "429", "500", "503", "html", "cut", "identity", "slow", "truncated", "reset")
LOGGED_REQUESTS_MAX = 200_000
TIMES_MAX = 1_000_000
SECONDS_MAX = 3_600.0


class FaultError(ValueError):
    """A control request does not describe a fault; the message says what is wrong."""


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` requests whose path begins with `path_prefix`."""

    path_prefix: str
    kind: str
    times: int = 1
    retry_after: int | None = None
    delay_seconds: float = 1.0

    @classmethod
    def of(cls, body: object) -> Fault:
        """Read a control request. Raises FaultError."""
        if not isinstance(body, dict) or not isinstance(body.get("path_prefix"), str):
            raise FaultError("a fault is an object with path_prefix and kind")
        kind, times, retry_after = str(body.get("kind")), body.get("times", 1), body.get("retry_after")
        delay_seconds = body.get("delay_seconds", 1.0)
        if kind not in KINDS:
            raise FaultError(f"kind is one of {', '.join(KINDS)}")
        if type(times) is not int or not 1 <= times <= TIMES_MAX:
            raise FaultError(f"times is a whole number from 1 to {TIMES_MAX}")
        if retry_after is not None and (type(retry_after) is not int or not 0 <= retry_after <= SECONDS_MAX):
            raise FaultError("retry_after is a number of seconds up to 3600")
        if isinstance(delay_seconds, bool) or not isinstance(delay_seconds, int | float):
            raise FaultError("delay_seconds is a number")
        if not 0 <= delay_seconds <= SECONDS_MAX:
            raise FaultError("delay_seconds lies between 0 and 3600")
        return cls(body["path_prefix"], kind, times, retry_after, float(delay_seconds))


class Faults:
    """The armed faults, oldest first; each request uses up one time of the first that fits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Add a fault behind those already armed."""
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._armed.clear()

    def take(self, target: str) -> Fault | None:
        """Return the fault for this request and use up one of its times."""
        with self._lock:
            for fault in self._armed:
                if target.startswith(fault.path_prefix):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._armed.remove(fault)
                    return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        """Return what is armed."""
        with self._lock:
            return [asdict(fault) for fault in self._armed]


class RequestLog:
    """Counts of requests by path and status, and when they arrived."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._paths: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._arrivals: deque[float] = deque(maxlen=LOGGED_REQUESTS_MAX)

    def arrived(self, target: str) -> None:
        """Note a request at the moment it is read."""
        with self._lock:
            self._paths[target] += 1
            self._arrivals.append(self._clock())

    def answered(self, status: int) -> None:
        """Note what it got; 0 stands for a connection that was reset."""
        with self._lock:
            self._statuses[str(status)] += 1

    def clear(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._paths.clear()
            self._statuses.clear()
            self._arrivals.clear()

    def summary(self) -> dict[str, Any]:
        """Return totals, and the most requests that any window of one second held."""
        with self._lock:
            return {
                "total": sum(self._paths.values()),
                "by_path": dict(sorted(self._paths.items())),
                "by_status": dict(sorted(self._statuses.items())),
                "window_seconds": 1.0,
                "window_max": most_within(list(self._arrivals), 1.0),
            }


def most_within(moments: list[float], seconds: float) -> int:
    """Return the largest number of moments that lie within any half-open window of that length."""
    ordered, start, most = sorted(moments), 0, 0
    for end, moment in enumerate(ordered):
        while moment - ordered[start] >= seconds:
            start += 1
        most = max(most, end - start + 1)
    return most
