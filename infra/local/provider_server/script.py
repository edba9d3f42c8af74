"""What the server shall do: armed faults and prepared answers, each used up as often as it says; and what was asked."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

from infra.local.provider_server.bodies import ANSWER_KINDS, ERRORS, WIRE_KINDS

KINDS = (*ERRORS, *WIRE_KINDS, *ANSWER_KINDS)
LOGGED_REQUESTS_MAX = 20_000
TIMES_MAX = 1_000_000
SECONDS_MAX = 3_600.0


class ScriptError(ValueError):
    """A control request does not describe a fault or an answer; the message says what is wrong."""


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` requests to a provider (`*`: any); `path` is `chat`, `models` or `*`."""

    provider: str
    kind: str
    times: int = 1
    path: str = "chat"
    retry_after: int | None = None
    delay_seconds: float = 30.0

    @classmethod
    def of(cls, body: object) -> Fault:
        """Read a control request. Raises ScriptError."""
        if not isinstance(body, dict) or not set(body) <= set(cls.__slots__):
            raise ScriptError(f"a fault is an object of {', '.join(cls.__slots__)}")
        fault = cls(**{"provider": "*", "kind": "", **body})
        if fault.kind not in KINDS:
            raise ScriptError(f"kind is one of {', '.join(KINDS)}")
        if type(fault.times) is not int or not 1 <= fault.times <= TIMES_MAX:
            raise ScriptError(f"times is a whole number from 1 to {TIMES_MAX}")
        if not isinstance(fault.delay_seconds, int | float) or not 0 <= fault.delay_seconds <= SECONDS_MAX:
            raise ScriptError("delay_seconds lies between 0 and 3600")
        return fault

    def fits(self, provider: str, path: str) -> bool:
        """Tell whether a request is one that this fault waits for."""
        return self.provider in {"*", provider} and self.path in {"*", path}


@dataclass(slots=True)
class PreparedAnswer:
    """What a provider (`*`: any) answers the next `times` questions whose prompt contains a text."""

    content: str
    provider: str = "*"
    times: int = 1
    prompt_contains: str = ""

    @classmethod
    def of(cls, body: object) -> PreparedAnswer:
        """Read a control request. Raises ScriptError."""
        if not isinstance(body, dict) or not set(body) <= set(cls.__slots__):
            raise ScriptError(f"an answer is an object of {', '.join(cls.__slots__)}")
        answer = cls(**{"content": None, **body})
        if not isinstance(answer.content, str) or type(answer.times) is not int or answer.times < 1:
            raise ScriptError("an answer has a text as content, and times from 1 on")
        return answer


class Script:
    """Faults, answers and the log of requests, for every thread of the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._answers: list[PreparedAnswer] = []
        self._requests: deque[dict[str, Any]] = deque(maxlen=LOGGED_REQUESTS_MAX)

    def arm(self, fault: Fault) -> None:
        """Add a fault behind those already armed."""
        with self._lock:
            self._faults.append(fault)

    def prepare(self, answer: PreparedAnswer) -> None:
        """Add an answer behind those already prepared."""
        with self._lock:
            self._answers.append(answer)

    def clear(self) -> None:
        """Forget faults, answers and the log."""
        with self._lock:
            self._faults.clear()
            self._answers.clear()
            self._requests.clear()

    def take_fault(self, provider: str, path: str) -> Fault | None:
        """Return the first fault that fits and use up one of its times."""
        with self._lock:
            for fault in self._faults:
                if fault.fits(provider, path):
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                    return fault
        return None

    def take_answer(self, provider: str, prompt: str) -> str | None:
        """Return the first prepared answer that fits and use up one of its times."""
        with self._lock:
            for answer in self._answers:
                if answer.provider in {"*", provider} and answer.prompt_contains in prompt:
                    answer.times -= 1
                    if answer.times == 0:
                        self._answers.remove(answer)
                    return answer.content
        return None

    def log(self, provider: str, path: str, status: int, kind: str | None) -> None:
        """Note an answered request; status 0 stands for a connection that was cut."""
        with self._lock:
            self._requests.append({"provider": provider, "path": path, "status": status, "kind": kind})

    def summary(self) -> dict[str, Any]:
        """Return what is armed, and what was asked of whom."""
        with self._lock:
            asked = Counter(f"{request['provider']} {request['path']}" for request in self._requests)
            return {
                "faults": [asdict(fault) for fault in self._faults],
                "answers": len(self._answers),
                "total": len(self._requests),
                "by_provider": dict(sorted(asked.items())),
                "requests": list(self._requests)[-200:],
            }
