"""Run the provider server beside the stack, and tell the deployment where its providers are."""

from __future__ import annotations

import os
import sys

import httpx
from infra.local import aws, emulators, ministack_process, processes
from infra.local.postgres import free_port, is_free
from infra.local.progress import note
from infra.local.provider_server.server import provider_settings
from infra.local.state import REPOSITORY, StackState, StateDirectory

PROVIDERS_SECRET = "auspex/providers"  # noqa: S105 - its name
TIMEOUT_SECONDS = 30.0
PROBE_SECONDS = 2.0
REAL_SETTINGS = ("_API_KEY", "HF_TOKEN", "CLOUDFLARE_", "AUSPEX_MODEL_", "AUSPEX_PRICE_", "AUSPEX_BUDGET_")


def start_provider_server(directory: StateDirectory, state: StackState) -> None:
    """Have the provider server run and answer; it keeps its port from one start to the next."""
    record = state.processes.get("providers")
    if record is not None and processes.is_alive(record) and _answers(state.provider_port):
        return
    if record is not None:
        processes.stop(record)
    if not state.provider_port or not is_free(state.provider_port):
        state.provider_port = free_port()
    command = [sys.executable, "-m", "infra.local.provider_server", "--port", str(state.provider_port)]
    environment = {**ministack_process.inherited_environment(), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    environment["PYTHONPATH"] = str(REPOSITORY)
    record = processes.start(command, environment=environment, log=directory.log("providers"), directory=REPOSITORY)
    state.processes["providers"] = record
    directory.write(state)
    processes.wait_until(
        lambda: _answers(state.provider_port), record, timeout_seconds=TIMEOUT_SECONDS, what="the provider server"
    )


def configure_providers(state: StackState) -> None:
    """Fill the deployed secret: our own server as all five providers, or with SOURCE=live the environment's keys."""
    if state.source == "live":
        found = {name: value for name, value in os.environ.items() if any(part in name for part in REAL_SETTINGS)}
        note(f"{len(found)} settings of the environment")
    else:
        found = provider_settings(f"http://{emulators.host_for_functions(state, '127.0.0.1')}:{state.provider_port}")
    aws.put_secret(emulators.endpoint_url(state), PROVIDERS_SECRET, {"purpose": "providers", **found})


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/__health", timeout=PROBE_SECONDS).status_code == 200
    except httpx.HTTPError:
        return False
