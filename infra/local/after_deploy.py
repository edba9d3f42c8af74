"""After ``sam deploy``: migrate the database with the deployed function, then have the companies' directory read.

``python -m infra.local.after_deploy staging``; credentials and region are the caller's, as for ``sam deploy``.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import tomllib
from typing import Any

import boto3
from botocore.config import Config
from infra.local.state import REPOSITORY

INVOKE_TIMEOUT_SECONDS = 900
"""As long as any function may run."""


class FunctionFailedError(RuntimeError):
    """A deployed function ended with an error; the text holds its answer and the end of its log."""


def main() -> int:
    """Run both functions; only a failed migration fails the deployment."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.after_deploy", description=__doc__)
    parser.add_argument("stage", choices=["staging", "production"])
    stage = parser.parse_args().stage
    session = boto3.session.Session(**_credentials_of(stage))
    # a second migration would wait for the first one's lock: never invoked twice by the client
    lambdas = session.client("lambda", config=Config(read_timeout=INVOKE_TIMEOUT_SECONDS, retries={"max_attempts": 0}))
    outputs = read_outputs(session.client("cloudformation"), _stack_name(stage))
    try:
        print(f"migrated: {invoke(lambdas, outputs['MigrateDatabaseFunction'])}")
    except FunctionFailedError as error:
        print(f"the migration failed; nothing else was changed\n{error}", file=sys.stderr)
        return 1
    try:
        print(f"companies: {invoke(lambdas, outputs['RefreshCompaniesFunction'])}")
    except FunctionFailedError as error:
        print(f"the companies' directory is not there yet; its schedule tries again daily\n{error}", file=sys.stderr)
    return 0


def read_outputs(cloudformation: Any, stack_name: str) -> dict[str, str]:
    """Return a stack's outputs by name."""
    found = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}


def invoke(lambdas: Any, function: str) -> str:
    """Invoke a function, wait for it, and return its payload. Raises FunctionFailedError."""
    reply = lambdas.invoke(FunctionName=function, Payload=json.dumps({}), LogType="Tail")
    payload: str = reply["Payload"].read().decode()
    if "FunctionError" in reply:
        log = base64.b64decode(reply.get("LogResult", "")).decode(errors="replace")
        raise FunctionFailedError(f"{function}: {payload}\n{log}")
    return payload


def _settings_of(stage: str) -> dict[str, Any]:
    configuration = tomllib.loads((REPOSITORY / "samconfig.toml").read_text(encoding="utf-8"))
    settings: dict[str, Any] = configuration[stage]["deploy"]["parameters"]
    return settings


def _stack_name(stage: str) -> str:
    return str(_settings_of(stage)["stack_name"])


def _credentials_of(stage: str) -> dict[str, str]:
    """Return the profile and region that samconfig.toml may state for `sam deploy`; else the environment's hold."""
    settings = _settings_of(stage)
    names = {"profile": "profile_name", "region": "region_name"}
    return {argument: str(settings[name]) for name, argument in names.items() if name in settings}


if __name__ == "__main__":
    sys.exit(main())
