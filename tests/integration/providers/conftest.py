"""The gateway as a product's function runs it: its role, its secret, and the provider server as the five providers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from infra.local.provider_server.script import Fault, PreparedAnswer
from infra.local.provider_server.server import ProviderServer, provider_settings
from moto import mock_aws
from tests.conftest import Database
from tests.harness.aws_resources import SESSION
from tests.harness.environment import CREDENTIALS, forget_caches

from auspex.core import database as core_database
from auspex.core.aws import use_client
from auspex.core.clock import FixedClock
from auspex.core.config import forget_settings
from auspex.providers.contract import LlmRequest, LlmResult, LlmUnavailable
from auspex.providers.gateway import complete

START = datetime(2024, 11, 4, 9, 0, tzinfo=UTC)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"note": {"type": "string"}},
    "required": ["note"],
    "additionalProperties": False,
}


@dataclass(slots=True)
class World:
    """A deployment with five providers and a caller; its clock stands still until moved."""

    server: ProviderServer
    database: Database
    clock: FixedClock
    secrets: Any
    secret_arn: str

    def fail(self, provider: str, kind: str, *, times: int = 1, path: str = "chat", **more: Any) -> None:
        """Have the next requests to a provider fail."""
        self.server.script.arm(Fault(provider=provider, kind=kind, times=times, path=path, **more))

    def answer(self, content: str, *, times: int = 1) -> None:
        """Prepare what the next questions are answered with."""
        self.server.script.prepare(PreparedAnswer(content=content, times=times))

    def configure(self, settings: Mapping[str, str]) -> None:
        """Replace the secret; environments see it when their five minutes are over, here at once."""
        self.secrets.put_secret_value(SecretId=self.secret_arn, SecretString=json.dumps(dict(settings)))
        forget_caches()

    def settings(self) -> dict[str, str]:
        """Return what the secret holds at first."""
        return provider_settings(f"http://127.0.0.1:{self.server.port}")

    def ask(self, *, seconds: float = 30, schema: Mapping[str, Any] | None = SCHEMA, **more: Any) -> LlmResult:
        """Ask once; half a second passes on the clock before."""
        self.clock.advance(timedelta(seconds=0.5))
        request = LlmRequest(
            purpose="tests-ask", messages=[{"role": "user", "content": "What was revenue? It was 12 dollars."}],
            max_output_tokens=200, deadline=time.monotonic() + seconds, ref_id="ref-1", json_schema=schema, **more,
        )  # fmt: skip
        return complete(request, clock=self.clock)

    def refused(self, **more: Any) -> LlmUnavailable:
        """Ask once and return the refusal."""
        with pytest.raises(LlmUnavailable) as caught:
            self.ask(**more)
        return caught.value

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Run a statement as the superuser."""
        with self.database.connect(None) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def lease(self) -> dict[str, Any]:
        """Return the lease row."""
        return self.rows("SELECT * FROM providers.lease")[0]

    def holder(self) -> tuple[str | None, int]:
        """Return who holds the lease, and its epoch."""
        row = self.lease()
        return row["provider"], row["epoch"]

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the audit in order, of some types only when they are named."""
        rows = self.rows("SELECT * FROM providers.events ORDER BY id")
        return [row for row in rows if not kinds or row["type"] in kinds]

    def state(self, provider: str) -> dict[str, Any]:
        """Return a provider's counts."""
        return next(row for row in self.rows("SELECT * FROM providers.state") if row["provider"] == provider)


@contextmanager
def serving() -> Iterator[ProviderServer]:
    """Run the provider server for the block."""
    server = ProviderServer(port=0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def session_provider_server() -> Iterator[ProviderServer]:
    """One server for all tests; each begins with an empty script."""
    with serving() as server:
        yield server


@pytest.fixture
def provider_server(session_provider_server: ProviderServer) -> ProviderServer:
    """The provider server with nothing armed."""
    session_provider_server.script.clear()
    return session_provider_server


@pytest.fixture
def world(provider_server: ProviderServer, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Five providers, all configured, and a caller under a product's role."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        secrets = SESSION.client("secretsmanager", aws_access_key_id="testing", aws_secret_access_key="testing")
        settings = provider_settings(f"http://127.0.0.1:{provider_server.port}")
        arn = secrets.create_secret(Name="auspex/providers", SecretString=json.dumps(settings))["ARN"]
        monkeypatch.setenv("AUSPEX_PROVIDERS_SECRET_ARN", arn)
        monkeypatch.setenv("AUSPEX_DATABASE_URL", database.url("auspex_filings"))
        forget_caches()
        forget_settings()
        before = core_database.exchange_connection(None)
        yield World(provider_server, database, FixedClock(START), secrets, arn)
        core_database.close_connection()
        core_database.exchange_connection(before)
        use_client("secretsmanager", None)
        forget_caches()
        forget_settings()
