"""Send generated requests of every documented operation to the running stack (`make up`), with Schemathesis.

No reply may be a server's fault, have a status that the document does not name, or a body beside its schema.
`python -m tests.conformance.fuzz --seconds 600`; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from infra.local.state import state_directory
from tests.conformance.fuzz_hooks import DATABASE_URL

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
GRACE_SECONDS = 60
SUMMARY = re.compile(r"^\s*(\d+) generated", re.MULTILINE)
TESTED = re.compile(r"^\s*Tested: (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """How a run ended."""

    passed: bool
    cases: int
    operations: int
    output: str


def fuzz(*, seconds: int, seed: int | None = None) -> Fuzzed:
    """Fuzz the stack that is up for about so long."""
    stack = json.loads(state_directory().result_file.read_text(encoding="utf-8"))
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{stack['api_url']}/openapi.json", "--no-color",
        "--phases", "coverage,fuzzing", "--checks", CHECKS, "--max-time", str(seconds), "--workers", "2",
        "--continue-on-failure", "--request-timeout", "30", "--generation-database", "none", "--warnings", "off",
        *(["--seed", str(seed)] if seed is not None else []),
    ]  # fmt: skip
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.conformance.fuzz_hooks",
        DATABASE_URL: stack["database_url"],
        "PYTHONWARNINGS": "default",
    }
    with tempfile.TemporaryDirectory() as folder, accounts_kept(stack["database_url"]):
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, cwd=folder,
            timeout=seconds * 2 + GRACE_SECONDS,
        )  # fmt: skip
    output = result.stdout + result.stderr
    cases, tested = SUMMARY.search(output), TESTED.search(output)
    return Fuzzed(result.returncode == 0, int(cases[1]) if cases else 0, int(tested[1]) if tested else 0, output)


@contextmanager
def accounts_kept(database_url: str) -> Iterator[None]:
    """Give every account its name, plan and status back: generated requests of administrators suspend some."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        before = connection.execute("SELECT account_id, name, plan, status FROM platform.accounts").fetchall()
        try:
            yield
        finally:
            connection.cursor().executemany(
                "UPDATE platform.accounts SET name = %s, plan = %s, status = %s WHERE account_id = %s",
                [(name, plan, status, account_id) for account_id, name, plan, status in before],
            )


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    found = fuzz(seconds=arguments.seconds, seed=arguments.seed)
    sys.stdout.write(found.output)
    shown = {name: value for name, value in asdict(found).items() if name != "output"}
    sys.stdout.write(json.dumps(shown) + "\n")
    return 0 if found.passed else 1


if __name__ == "__main__":
    sys.exit(main())
