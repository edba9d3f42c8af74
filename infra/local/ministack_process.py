"""Start and stop MiniStack, the default emulator, as a process of our own with an environment of its own."""

from __future__ import annotations

import os
import shutil
import signal
import sys

import httpx
from infra.local import processes
from infra.local.processes import ProcessRecord
from infra.local.state import REPOSITORY, StackState, StateDirectory

REGION = "us-east-1"
READY_TIMEOUT_SECONDS = 60.0
PROBE_TIMEOUT_SECONDS = 2.0
INHERITED = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
"""What any process of ours needs of the caller's environment: programs, libraries, the way to the network."""
WARM_SECONDS = 60
"""How long a surplus worker of a function stays; the first one of each stays anyway."""


def start_emulator(directory: StateDirectory, state: StackState) -> bool:
    """Start the emulator unless it runs; True when it holds everything that was deployed before.

    Raises ProcessError when it does not become ready.
    """
    record = state.processes.get("emulator")
    if record is not None and processes.is_alive(record) and _answers(state.emulator_port):
        return True
    if record is not None:
        processes.stop(record)
    clean_mark = directory.emulator / "clean"
    intact = clean_mark.exists()
    shutil.rmtree(directory.emulator / "tmp", ignore_errors=True)
    for name in ("tmp", "state", "s3"):
        (directory.emulator / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "infra.local.emulator", "--port", str(state.emulator_port)]
    command += ["--front-port", str(state.front_port), "--table", str(directory.routes)]
    command += ["--clean-mark", str(clean_mark)]
    record = processes.start(
        command,
        environment=_emulator_environment(directory, state),
        log=directory.log("emulator"),
        directory=REPOSITORY,
    )
    state.processes["emulator"] = record
    directory.write(state)
    processes.wait_until(
        lambda: _answers(state.emulator_port), record, timeout_seconds=READY_TIMEOUT_SECONDS, what="the emulator"
    )
    return intact


def stop_emulator(directory: StateDirectory, record: ProcessRecord, *, saving: bool) -> None:
    """End the emulator with all its workers and temporary files; when ``saving``, it keeps its state first."""
    processes.stop(record, timeout_seconds=processes.STOP_TIMEOUT_SECONDS if saving else 0)
    shutil.rmtree(directory.emulator / "tmp", ignore_errors=True)


def save_emulator(state: StackState) -> None:
    """Have the emulator save its state, so that secrets and ids survive an unclean end."""
    record = state.processes.get("emulator")
    if record is not None and processes.is_alive(record):
        os.kill(record.pid, signal.SIGUSR1)


def _emulator_environment(directory: StateDirectory, state: StackState) -> dict[str, str]:
    """State everything that the emulator and the functions, which inherit it, may know of this machine."""
    return {
        **inherited_environment(),
        "HOME": str(directory.emulator / "tmp"),
        "TMPDIR": str(directory.emulator / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "MINISTACK_REGION": REGION,
        "MINISTACK_HOST": "127.0.0.1",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(state.emulator_port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(directory.emulator / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(directory.emulator / "s3"),
        "LAMBDA_WARM_TTL_SECONDS": str(WARM_SECONDS),
        "LOG_LEVEL": "INFO",
    }


def inherited_environment() -> dict[str, str]:
    """Return the part of the caller's environment that is handed on."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/_ministack/ready", timeout=PROBE_TIMEOUT_SECONDS).status_code == 200
    except httpx.HTTPError:
        return False
