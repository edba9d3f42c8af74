"""What POST /v1/oracle/simulations refuses, with its code and its place; nothing of it is kept or charged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.conftest import Server, cloned
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.oracle.test_simulations import ELO, GOALS, ROUTE, post


@dataclass(frozen=True, slots=True)
class Asker:
    """One account on one application, for requests that leave nothing behind."""

    harness: Harness
    key: str

    def post(self, body: Any) -> Response:
        return post(self.harness, self.key, body)

    def simulations(self) -> int:
        return int(self.harness.rows("SELECT count(*) AS n FROM oracle.simulations")[0]["n"])


@pytest.fixture(scope="module")
def asker(postgres_server: Server) -> Iterator[Asker]:
    with cloned(postgres_server) as database, Harness(database) as application:
        yield Asker(application, application.create_key("oracle:write"))


ODDS = {"home": 1.8, "draw": 3.6, "away": 4.75}


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"home": {"name": "Ashford", "rating": 3001}}, "validation-failed", "/home/rating"),
        ({"home_advantage": 301}, "validation-failed", "/home_advantage"),
        ({"home": {"name": "A", "rating": 1500}}, "validation-failed", "/home/name"),
        ({"home": {"name": "x" * 81, "rating": 1500}}, "validation-failed", "/home/name"),
        ({"odds": ODDS | {"home": 1.0}}, "validation-failed", "/odds/home"),
        ({"unknown": 1}, "validation-failed", "/unknown"),
        ({"n": 999}, "validation-failed", "/n"),
        ({"seed": 2**53}, "validation-failed", "/seed"),
        ({"levers": [{"kind": "absence", "side": "home"}]}, "validation-failed", "/levers/0"),
        ({"levers": [{"kind": "rest", "side": "home", "rating_shift": 1}] * 9}, "validation-failed", "/levers"),
        ({"levers": [{"kind": "rest", "side": "home", "attack_factor": 0.9}]}, "lever-without-effect", "/levers/0"),
        ({"away": {"name": "ASHFORD", "rating": 1500}}, "same-team", "/away/name"),
        ({"odds": {"home": 1.8, "away": 2.2}}, "market-mismatch", "/odds/draw"),
        ({"sport": "mma", "odds": ODDS}, "market-mismatch", "/odds/draw"),
        ({"sport": "mma", "model": "goals"}, "model-not-for-sport", "/model"),
        ({"home": {"name": "Ashford"}}, "inputs-missing", "/home/rating"),
        ({"model": "goals"}, "inputs-missing", "/goals"),
        ({"odds": {"home": 3.1, "draw": 3.6, "away": 4.75}}, "odds-sum-below-one", "/odds"),
        ({"depth": "comparative_analysis"}, "compare-missing", None),
        ({"as_of": "2024-11-05"}, "look-ahead", "/as_of"),
        ({"kickoff": "2024-11-01T15:00:00Z", "as_of": "2024-11-02"}, "look-ahead", "/as_of"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_with_its_place_and_keeps_nothing(
    asker: Asker, change: dict[str, Any], code: str, pointer: str | None
) -> None:
    reply = asker.post(ELO | change)
    assert (reply.status, reply.json()["code"]) == (422, code), reply.body
    if pointer is not None:
        assert reply.json()["errors"][0]["pointer"].startswith(pointer)
    assert asker.simulations() == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"goals": {"lambda": 5, "mu": 5, "rho": 0.2}}, "rho-out-of-range"),
        ({"levers": [{"kind": "custom", "side": "home", "attack_factor": 1.5}] * 4}, "rates-out-of-range"),
        ({"goals": None, "odds": {"home": 1.0001, "draw": 9000, "away": 9000}}, "odds-not-representable"),
    ],
)
def test_numbers_that_no_grid_gives_are_refused(asker: Asker, change: dict[str, Any], code: str) -> None:
    reply = asker.post(GOALS | change)
    assert (reply.status, reply.json()["code"]) == (422, code), reply.body


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_no_number_is_no_rating(asker: Asker, number: str) -> None:
    body = json.dumps(ELO).replace("2100", number)
    headers = {"content-type": "application/json"}
    assert asker.harness.request("POST", ROUTE, key=asker.key, body=body, headers=headers).status in {400, 422}
