"""Call the stack's AWS endpoint: clients made once, and the two calls that the launcher needs by name."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
INVOKE_TIMEOUT_SECONDS = 300


class InvocationError(RuntimeError):
    """A function of the stack failed."""


@cache
def client(service: str, endpoint: str) -> Any:
    """Return a boto3 client of the stack's endpoint, made once."""
    config = Config(retries={"max_attempts": 2}, read_timeout=INVOKE_TIMEOUT_SECONDS, connect_timeout=5)
    session = boto3.session.Session(region_name=REGION, **CREDENTIALS)
    return session.client(service, endpoint_url=endpoint, config=config)


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
