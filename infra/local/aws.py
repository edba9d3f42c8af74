"""The AWS endpoint of the stack: MiniStack as our own process, or a LocalStack that somebody runs already."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
from botocore.config import Config
from infra.local import processes
from infra.local.processes import ProcessRecord
from infra.local.progress import Remedy
from infra.local.state import REPOSITORY, StackState, StateDirectory

REGION = "us-east-1"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
READY_TIMEOUT_SECONDS = 60.0
PROBE_TIMEOUT_SECONDS = 2.0
INVOKE_TIMEOUT_SECONDS = 300
WARM_SECONDS = 60
LOCALSTACK_ENDPOINT = "http://127.0.0.1:4566"


class InvocationError(RuntimeError):
    """A function of the stack failed."""


def client(service: str, endpoint: str) -> Any:
    """Return a boto3 client of the stack's endpoint, made once."""
    return _client(service, endpoint)


@cache
def _client(service: str, endpoint: str) -> Any:
    config = Config(retries={"max_attempts": 2}, read_timeout=INVOKE_TIMEOUT_SECONDS, connect_timeout=5)
    session = boto3.session.Session(region_name=REGION, **CREDENTIALS)
    return session.client(service, endpoint_url=endpoint, config=config)


def endpoint_url(state: StackState) -> str:
    """Return the address that AWS clients of this stack use."""
    if state.emulator == "localstack":
        return os.environ.get("AWS_ENDPOINT_URL", LOCALSTACK_ENDPOINT)
    return f"http://127.0.0.1:{state.emulator_port}"


def start_ministack(directory: StateDirectory, state: StackState) -> bool:
    """Start the emulator unless it runs; True when it holds everything that was deployed before.

    Raises ProcessError when it does not become ready.
    """
    record = state.processes.get("emulator")
    if record is not None and processes.is_alive(record) and _answers(endpoint_url(state)):
        return True
    if record is not None:
        processes.stop(record)
    clean_mark = directory.emulator / "clean"
    intact = clean_mark.exists()
    shutil.rmtree(directory.emulator / "tmp", ignore_errors=True)
    for name in ("tmp", "state", "s3"):
        (directory.emulator / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "infra.local.emulator", "--port", str(state.emulator_port)]
    command += ["--front-port", str(state.front_port), "--table", str(route_table(directory))]
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
        lambda: _answers(endpoint_url(state)), record, timeout_seconds=READY_TIMEOUT_SECONDS, what="the emulator"
    )
    return intact


def stop_ministack(directory: StateDirectory, record: ProcessRecord) -> None:
    """End the emulator, which saves its state first, with all its workers and temporary files."""
    processes.stop(record)
    shutil.rmtree(directory.emulator / "tmp", ignore_errors=True)


def save_ministack(state: StackState) -> None:
    """Have the emulator save its state, so that secrets and ids survive an unclean end."""
    record = state.processes.get("emulator")
    if record is not None and processes.is_alive(record):
        os.kill(record.pid, signal.SIGUSR1)


def check_localstack(state: StackState) -> None:
    """Check that a LocalStack answers; it is not ours to start or stop. Raises Remedy."""
    endpoint = endpoint_url(state)
    try:
        reply = httpx.get(f"{endpoint}/_localstack/health", timeout=PROBE_TIMEOUT_SECONDS)
        reply.raise_for_status()
    except httpx.HTTPError as error:
        raise Remedy(
            f"no LocalStack answers at {endpoint}: {error}",
            "start LocalStack (localstack start -d; it needs Docker and an account token), "
            "set AWS_ENDPOINT_URL when it listens elsewhere, or use: make up EMULATOR=ministack",
        ) from error


def put_secret(endpoint: str, name: str, value: Mapping[str, str]) -> str:
    """Store a secret under a name, unless it is stored already, and return its ARN."""
    secrets = client("secretsmanager", endpoint)
    text = json.dumps(dict(value))
    try:
        stored = secrets.get_secret_value(SecretId=name)
    except secrets.exceptions.ResourceNotFoundException:
        return str(secrets.create_secret(Name=name, SecretString=text)["ARN"])
    if stored["SecretString"] != text:
        secrets.put_secret_value(SecretId=name, SecretString=text)
    return str(stored["ARN"])


def invoke(endpoint: str, function: str, event: Mapping[str, object]) -> str:
    """Invoke a function, wait for it and return its payload. Raises InvocationError with its error and log."""
    reply = client("lambda", endpoint).invoke(FunctionName=function, Payload=json.dumps(dict(event)), LogType="Tail")
    payload: str = reply["Payload"].read().decode()
    if "FunctionError" in reply:
        log = base64.b64decode(reply.get("LogResult", "")).decode(errors="replace")
        raise InvocationError(f"{function}: {payload}\n{log}")
    return payload


def route_table(directory: StateDirectory) -> Path:
    """Return the file of the front door's routes."""
    return directory.emulator / "routes.json"


def _emulator_environment(directory: StateDirectory, state: StackState) -> dict[str, str]:
    """State everything that the emulator and the functions, which inherit it, may know of this machine."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
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


def _answers(endpoint: str) -> bool:
    try:
        reply = httpx.get(f"{endpoint}/_ministack/ready", timeout=PROBE_TIMEOUT_SECONDS)
    except httpx.HTTPError:
        return False
    return reply.status_code == 200 and bool(urlsplit(endpoint).port)
