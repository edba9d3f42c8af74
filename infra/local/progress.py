"""Every step says that it began, how long it took, and when it fails: its name, its log and what to do."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOG_TAIL_LINES = 15
REMEDY = "see the log, then: make up; when the stack's data may go: make reset"


class StepError(RuntimeError):
    """A step failed; the text is written for the person at the terminal."""


class Remedy(RuntimeError):  # noqa: N818 - it carries the way out, not only the error
    """A failure that knows its own way out better than the step does."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@contextmanager
def step(name: str, *, log: Path | None = None, remedy: str = REMEDY) -> Iterator[None]:
    """Run one named step, tell its duration on standard error, and turn any failure into a StepError."""
    started = time.perf_counter()
    print(f"  {name:<12} … ", end="", file=sys.stderr, flush=True)
    try:
        yield
    except StepError:
        print("failed", file=sys.stderr, flush=True)
        raise
    except Exception as error:
        print("failed", file=sys.stderr, flush=True)
        advice = error.remedy if isinstance(error, Remedy) else remedy
        raise StepError(_explain(name, error, log, advice)) from error
    print(f"{time.perf_counter() - started:.1f} s", file=sys.stderr, flush=True)


def note(text: str) -> None:
    """Add a word to the line of the running step."""
    print(f"{text} … ", end="", file=sys.stderr, flush=True)


def _explain(name: str, error: Exception, log: Path | None, remedy: str) -> str:
    kind = "" if isinstance(error, Remedy) else f"{type(error).__name__}: "
    lines = [f"step {name} failed: {kind}{error}"]
    if log is not None and log.exists():
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
        lines += [f"log: {log}", *(f"  | {line}" for line in tail)]
    return "\n".join([*lines, f"remedy: {remedy}"])
