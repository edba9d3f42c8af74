"""Explanations worded by a provider: served when faithful to the answer, else the template stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from infra.local.provider_server.server import ProviderServer
from tests.conftest import Server, cloned
from tests.harness.harness import Harness
from tests.integration.filings.prompted import answer, asked, configure, fail
from tests.integration.oracle.test_simulations import GOALS
from tests.integration.providers.conftest import serving

FAITHFUL = "Ashford are favoured: a win of Ashford stands at 48.0 %, and the risk score is 95.8 of 100."


@dataclass(frozen=True, slots=True)
class Desk:
    """One account, its application, and the providers that may word its answers."""

    harness: Harness
    key: str
    server: ProviderServer

    def ask(self, seed: int, **fields: Any) -> Any:
        body = GOALS | {"narrative": "llm", "seed": seed} | fields
        reply = self.harness.request("POST", "/v1/oracle/simulations", key=self.key, json=body)
        assert reply.status == 200, reply.body
        return reply.data


@pytest.fixture(scope="module")
def application(postgres_server: Server) -> Iterator[tuple[Harness, str, ProviderServer]]:
    with cloned(postgres_server) as database, Harness(database) as harness, serving() as server:
        yield harness, harness.create_key("oracle:write"), server


@pytest.fixture
def desk(application: tuple[Harness, str, ProviderServer]) -> Iterator[Desk]:
    harness, key, server = application
    server.script.clear()
    configure(harness, server)
    yield Desk(harness, key, server)
    configure(harness, None)


def worded(text: str) -> str:
    return json.dumps({"text": text})


def test_a_faithful_wording_is_served_and_says_whose_it_is(desk: Desk) -> None:
    answer(desk.server, worded(FAITHFUL))
    shown = desk.ask(1)
    assert shown["narrative"]["text"] == FAITHFUL
    assert shown["narrative"]["source"].startswith("openai/")
    assert "Ashford v Kelby" in shown["explanation"]["summary"]
    stored = desk.harness.request("GET", f"/v1/oracle/simulations/{shown['id']}", key=desk.key).data
    assert stored["narrative"] == shown["narrative"]


@pytest.mark.parametrize(
    "text",
    [
        "A win of Ashford stands at 52.0 %.",
        "A win of Ashford comes in half of all matches.",
        "Ashford at 48.0 % are a sure thing.",
        "",
    ],
)
def test_an_unfaithful_one_is_never_served(desk: Desk, text: str) -> None:
    answer(desk.server, worded(text))
    shown = desk.ask(hash(text) % 10_000)
    assert shown["narrative"] == {"text": shown["explanation"]["summary"], "source": "core"}
    assert asked(desk.server) == 1


def test_the_template_stands_while_the_providers_fail(desk: Desk) -> None:
    fail(desk.server, "*", "server_error", times=50)
    shown = desk.ask(3)
    assert shown["narrative"]["source"] == "core"


def test_nobody_is_asked_for_a_template(desk: Desk) -> None:
    assert desk.ask(4, narrative="template")["narrative"]["source"] == "core"
    assert asked(desk.server) == 0
