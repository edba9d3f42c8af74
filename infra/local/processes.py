"""Only processes that we started are ended, known by pid and birth time, each the leader of a group of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

STOP_TIMEOUT_SECONDS = 20.0
POLL_SECONDS = 0.02
BIRTH_TOLERANCE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """Identify a process beyond its pid, which the system uses again. ``born_at`` is seconds since the epoch."""

    pid: int
    born_at: float


class ProcessError(RuntimeError):
    """A process of the stack ended or did not become ready."""


def start(command: Sequence[str], *, environment: Mapping[str, str], log: Path, directory: Path) -> ProcessRecord:
    """Start a background process in a session of its own, writing to a log that is begun anew."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=dict(environment),
            cwd=directory,
        )
    record = ProcessRecord(child.pid, psutil.Process(child.pid).create_time())
    child.returncode = 0  # it outlives us on purpose; without this its handle warns when it is collected
    return record


def is_alive(record: ProcessRecord) -> bool:
    """Tell whether this very process still runs."""
    return _same_process(record) is not None


def wait_until(ready: Callable[[], bool], record: ProcessRecord, *, timeout_seconds: float, what: str) -> None:
    """Wait until a probe succeeds while the process lives. Raises ProcessError."""
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        if not is_alive(record):
            raise ProcessError(f"{what} ended before it was ready")
        if time.monotonic() > deadline:
            raise ProcessError(f"{what} was not ready after {timeout_seconds:.0f} s")
        time.sleep(POLL_SECONDS)


def stop(record: ProcessRecord, *, timeout_seconds: float = STOP_TIMEOUT_SECONDS) -> bool:
    """End a process by SIGTERM, then whatever is left of its group; True when it ended by itself in time."""
    process = _same_process(record)
    clean = process is not None and _terminate(process, timeout_seconds)
    members = _group(record)
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    while any(_runs(member) for member in members):
        time.sleep(POLL_SECONDS)
    return clean


def _terminate(process: psutil.Process, timeout_seconds: float) -> bool:
    try:
        process.send_signal(signal.SIGTERM)
    except psutil.NoSuchProcess:
        return True
    deadline = time.monotonic() + timeout_seconds
    while _runs(process):
        if time.monotonic() > deadline:
            process.kill()
            return False
        time.sleep(POLL_SECONDS)
    return True


def _same_process(record: ProcessRecord) -> psutil.Process | None:
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.born_at) < BIRTH_TOLERANCE_SECONDS
    except psutil.NoSuchProcess:
        return None
    return process if same and _runs(process) else None


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _group(record: ProcessRecord) -> list[psutil.Process]:
    """List what lives of the group; none when the pid serves a stranger, for it cannot while the group exists."""
    members = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) != record.pid:
                continue
            if process.pid == record.pid and abs(process.create_time() - record.born_at) >= BIRTH_TOLERANCE_SECONDS:
                return []
            members.append(process)
        except (psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue
    return members
