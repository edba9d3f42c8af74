"""The client's command line as a process of its own against the running stack, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.stack import Stack

pytestmark = pytest.mark.stack
ROOT = Path(__file__).resolve().parents[2]
COMMAND_SECONDS_MAX = 300
RELEASE = "9999999001-24-000018"
CIK = "9999999001"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    running = Stack.running()
    yield running
    running.close()


def auspex(stack: Stack, *arguments: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command with the stack's key, or another one."""
    own = stack.client.headers["authorization"].removeprefix("Bearer ")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "layers" / "client"),
        "PYTHONWARNINGS": "error",
        "AUSPEX_URL": str(stack.client.base_url),
        "AUSPEX_API_KEY": key or own,
    }
    command = [sys.executable, "-m", "auspex_client", *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False
    )
    assert environment["AUSPEX_API_KEY"] not in done.stdout + done.stderr
    return done


def shown(stack: Stack, *arguments: str, key: str | None = None) -> Any:
    """Return what a command printed with --json."""
    done = auspex(stack, *arguments, "--json", key=key)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_filing_is_ingested_watched_and_asked_about(stack: Stack) -> None:
    watched = auspex(stack, "filings", "ingest", RELEASE, "--cik", CIK, "--watch")
    assert watched.returncode == 0, watched.stderr
    assert "100 %  succeeded" in watched.stderr
    answer = auspex(stack, "ask", "What was Larkspur's revenue in the third quarter of 2024?", "--ticker", "FLRK")
    assert answer.returncode == 0, answer.stderr
    assert "[1] ✓ " in answer.stdout
    assert shown(stack, "filings", "kpis", "FLRK", "--metric", "revenue", "--limit", "1")[0]["metric"] == "revenue"
    assert shown(stack, "jobs", "list", "--limit", "1")[0]["kind"] == "filings.ingestion"


def test_operators_see_queues_and_schedules_and_others_do_not(stack: Stack) -> None:
    queues = shown(stack, "ops", "queues", key=stack.admin_key)["queues"]
    assert {queue["queue"] for queue in queues} >= {"filings-ingestion", "filings-ingestion-dlq"}
    refused = auspex(stack, "ops", "queues")
    assert (refused.returncode, refused.stdout) == (13, "")


def test_a_key_made_at_the_prompt_works_until_it_is_revoked(stack: Stack) -> None:
    made = shown(stack, "keys", "create", "journey", "--scope", "filings:read")
    assert shown(stack, "me", key=made["secret"])["key"]["key_id"] == made["key_id"]
    assert shown(stack, "keys", "revoke", made["key_id"])["state"] == "revoked"
    assert auspex(stack, "me", key=made["secret"]).returncode == 11
