"""Scripted answers of the catcher: each is used up by the next requests (or mails) that fit, oldest first."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any, Self

TIMES_MAX = 1_000_000
SECONDS_MAX = 3_600.0
STATUS_MIN, STATUS_MAX = 200, 599


class AnswerError(ValueError):
    """A control request does not describe an answer; the message says what is wrong."""


@dataclass(slots=True)
class Answer:
    """What the next `times` requests below `path_prefix` (or mails to it) get; reset ends the connection instead."""

    path_prefix: str = ""
    status: int = 200
    times: int = 1
    retry_after: str | None = None
    location: str | None = None
    delay_seconds: float = 0.0
    body: str = "{}"
    reset: bool = False

    @classmethod
    def of(cls, body: object) -> Self:
        """Read a control request. Raises AnswerError."""
        if not isinstance(body, dict) or set(body) - set(cls.__dataclass_fields__):
            raise AnswerError(f"an answer is an object of {', '.join(cls.__dataclass_fields__)}")
        try:
            answer = cls(**body)
        except TypeError as error:
            raise AnswerError(str(error)) from error
        answer._check()
        return answer

    def _check(self) -> None:
        texts = (self.path_prefix, self.body, self.retry_after or "", self.location or "")
        if not all(isinstance(text, str) for text in texts):
            raise AnswerError("path_prefix, body, retry_after and location are texts")
        if type(self.status) is not int or not STATUS_MIN <= self.status <= STATUS_MAX:
            raise AnswerError(f"status lies between {STATUS_MIN} and {STATUS_MAX}")
        if type(self.times) is not int or not 1 <= self.times <= TIMES_MAX:
            raise AnswerError(f"times is a whole number from 1 to {TIMES_MAX}")
        if type(self.delay_seconds) not in (int, float) or not 0 <= self.delay_seconds <= SECONDS_MAX:
            raise AnswerError(f"delay_seconds lies between 0 and {SECONDS_MAX:.0f}")
        if type(self.reset) is not bool:
            raise AnswerError("reset is true or false")


class Answers:
    """The armed answers; without one that fits, everything is accepted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Answer] = []

    def arm(self, answer: Answer) -> None:
        """Add an answer behind those already armed."""
        with self._lock:
            self._armed.append(answer)

    def clear(self) -> None:
        """Forget every answer."""
        with self._lock:
            self._armed.clear()

    def take(self, target: str) -> Answer:
        """Return the answer for this request or recipient, and use up one of its times."""
        with self._lock:
            for answer in self._armed:
                if target.startswith(answer.path_prefix):
                    answer.times -= 1
                    if answer.times <= 0:
                        self._armed.remove(answer)
                    return answer
        return Answer()

    def listed(self) -> list[dict[str, Any]]:
        """Return what is armed."""
        with self._lock:
            return [asdict(answer) for answer in self._armed]
