"""Which AWS the stack deploys to: MiniStack as a process of our own, or a LocalStack that somebody runs already.

LocalStack runs functions in containers, so it gets the layers that ``make build`` made, reaches this machine by another
name, and has the front door in a process beside it. Nothing of that could be tried where this project is built.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx
from infra.local import ministack_process, processes
from infra.local.postgres import free_port, is_free
from infra.local.progress import Remedy
from infra.local.state import REPOSITORY, StackState, StateDirectory

USUAL_PORT = 8400
LOCALSTACK_ENDPOINT = "http://127.0.0.1:4566"
BUILT_TEMPLATE = REPOSITORY / ".aws-sam" / "build" / "template.yaml"
THIS_MACHINE_FROM_CONTAINERS = "host.docker.internal"
PROBE_TIMEOUT_SECONDS = 2.0
READY_TIMEOUT_SECONDS = 30.0
LOOPBACK = {"127.0.0.1", "localhost"}


def choose_emulator(directory: StateDirectory, state: StackState, *, emulator: str, port: int) -> None:
    """Settle which emulator and which ports; a change ends what runs. ``port`` 0 keeps the last one. Raises Remedy."""
    moved = bool(port and state.front_port and port != state.front_port)
    serving = state.processes.get("emulator") or state.processes.get("front")
    if serving is not None and (moved or state.emulator != emulator):
        stop_emulator(directory, state)
        serving = None
    if state.emulator != emulator:
        state.stacks.clear()
    state.emulator = emulator
    if serving is None or not processes.is_alive(serving):
        state.front_port = _front_port(port or state.front_port, wanted=bool(port))
        if not state.emulator_port or not is_free(state.emulator_port):
            state.emulator_port = free_port()
    directory.write(state)


def start_emulator(directory: StateDirectory, state: StackState) -> bool:
    """Have the emulator and the front door run; True when everything deployed before is there. Raises Remedy."""
    if state.emulator == "ministack":
        return ministack_process.start_emulator(directory, state)
    _check_localstack(endpoint_url(state))
    _start_front_door(directory, state)
    return False


def stop_emulator(directory: StateDirectory, state: StackState, *, saving: bool = True) -> None:
    """End what we started of the emulator; unless ``saving`` its state is lost, which takes no time."""
    record = state.processes.pop("emulator", None)
    if record is not None:
        ministack_process.stop_emulator(directory, record, saving=saving)
    front = state.processes.pop("front", None)
    if front is not None:
        processes.stop(front)
    directory.write(state)


def endpoint_url(state: StackState) -> str:
    """Return the address that AWS clients of this stack use."""
    if state.emulator == "localstack":
        return os.environ.get("AWS_ENDPOINT_URL", LOCALSTACK_ENDPOINT)
    return f"http://127.0.0.1:{state.emulator_port}"


def host_for_functions(state: StackState, host: str) -> str:
    """Return a host of this machine by the name that functions know it by."""
    if state.emulator == "localstack" and host in LOOPBACK:
        return os.environ.get("AUSPEX_HOST_FROM_CONTAINERS", THIS_MACHINE_FROM_CONTAINERS)
    return host


def template_to_deploy(state: StackState, source: Path) -> Path:
    """Return the root template: the source with MiniStack, the built one with LocalStack. Raises Remedy."""
    if state.emulator == "ministack":
        return source
    if not BUILT_TEMPLATE.exists():
        raise Remedy(
            "LocalStack needs built layers and there are none", "make build, then: make up EMULATOR=localstack"
        )
    return BUILT_TEMPLATE


def model_directory(state: StackState) -> dict[str, str]:
    """Return where functions find the model: in the checkout, or (no parameter) in the built layer."""
    return {"ModelDirectory": str(REPOSITORY / ".auspex" / "model")} if state.emulator == "ministack" else {}


def _front_port(port: int, *, wanted: bool) -> int:
    chosen = port or USUAL_PORT
    if is_free(chosen):
        return chosen
    if wanted:
        raise Remedy(f"port {chosen} is in use by another process", "choose another: make up PORT=8401")
    return free_port()


def _check_localstack(endpoint: str) -> None:
    try:
        httpx.get(f"{endpoint}/_localstack/health", timeout=PROBE_TIMEOUT_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        raise Remedy(
            f"no LocalStack answers at {endpoint}: {error}",
            "start LocalStack (localstack start -d; it needs Docker and an account token), "
            "set AWS_ENDPOINT_URL when it listens elsewhere, or use: make up EMULATOR=ministack",
        ) from error


def _start_front_door(directory: StateDirectory, state: StackState) -> None:
    record = state.processes.get("front")
    if record is not None and processes.is_alive(record):
        return
    command = [sys.executable, "-m", "infra.local.localstack_door", "--port", str(state.front_port)]
    command += ["--table", str(directory.routes), "--endpoint", endpoint_url(state)]
    environment = ministack_process.inherited_environment()
    directory.emulator.mkdir(parents=True, exist_ok=True, mode=0o700)
    record = processes.start(command, environment=environment, log=directory.log("front"), directory=REPOSITORY)
    state.processes["front"] = record
    directory.write(state)
    processes.wait_until(
        lambda: not is_free(state.front_port), record, timeout_seconds=READY_TIMEOUT_SECONDS, what="the front door"
    )
