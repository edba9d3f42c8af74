"""Start the catcher as a process of the stack, on the same ports from one start to the next."""

from __future__ import annotations

import sys

import httpx
from infra.local import ministack_process, processes
from infra.local.postgres import free_port, is_free
from infra.local.state import REPOSITORY, StackState, StateDirectory

READY_TIMEOUT_SECONDS = 30.0
PROBE_TIMEOUT_SECONDS = 2.0


def start_catcher(directory: StateDirectory, state: StackState) -> None:
    """Have the catcher run; `<state>/catcher/catcher.json` says where. Raises ProcessError when it does not come up."""
    record = state.processes.get("catcher")
    if record is not None and processes.is_alive(record) and _answers(state.catcher_port):
        return
    if record is not None:
        processes.stop(record)
    state.catcher_port = _kept_or_free(state.catcher_port)
    state.smtp_port = _kept_or_free(state.smtp_port)
    command = [sys.executable, "-m", "infra.local.catcher", "--state", str(directory.catcher)]
    command += ["--http-port", str(state.catcher_port), "--smtp-port", str(state.smtp_port)]
    environment = {**ministack_process.inherited_environment(), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    environment["PYTHONPATH"] = str(REPOSITORY / "layers" / "auspex")
    record = processes.start(command, environment=environment, log=directory.log("catcher"), directory=REPOSITORY)
    state.processes["catcher"] = record
    directory.write(state)
    processes.wait_until(
        lambda: _answers(state.catcher_port), record, timeout_seconds=READY_TIMEOUT_SECONDS, what="the catcher"
    )


def _kept_or_free(port: int) -> int:
    return port if port and is_free(port) else free_port()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/__health", timeout=PROBE_TIMEOUT_SECONDS).status_code == 200
    except httpx.HTTPError:
        return False
