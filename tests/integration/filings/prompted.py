"""A filings application whose five providers are the provider server: what it is told, and what it answers."""

from __future__ import annotations

import json
from typing import Any

from infra.local.provider_server.script import Fault, PreparedAnswer
from infra.local.provider_server.server import ProviderServer, provider_settings
from tests.harness.aws_resources import CREDENTIALS, SESSION
from tests.harness.environment import forget_caches
from tests.harness.harness import Harness

SECRET = "auspex/providers"


def configure(harness: Harness, server: ProviderServer | None) -> None:
    """Put five providers' keys into the deployment's secret, or take them out; environments see it at once."""
    settings = {"purpose": "providers"} if server is None else provider_settings(f"http://127.0.0.1:{server.port}")
    secrets = SESSION.client("secretsmanager", **CREDENTIALS)
    secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps(settings))
    forget_caches()


def sentences(*claims: tuple[str, str, str]) -> str:
    """Return an answer of (text, chunk_id, quote) sentences as a provider writes it."""
    listed = [{"text": text, "citations": [{"chunk_id": chunk, "quote": quote}]} for text, chunk, quote in claims]
    return json.dumps({"sentences": listed})


def answer(server: ProviderServer, content: str, *, times: int = 1) -> None:
    """Prepare what the next questions are answered with."""
    server.script.prepare(PreparedAnswer(content=content, times=times))


def fail(server: ProviderServer, provider: str, kind: str, *, times: int = 1, **more: Any) -> None:
    """Have the next questions to a provider fail."""
    server.script.arm(Fault(provider=provider, kind=kind, times=times, **more))


def asked(server: ProviderServer) -> int:
    """Return how many questions the providers were asked."""
    return sum(n for name, n in server.script.summary()["by_provider"].items() if name.endswith(" chat"))
