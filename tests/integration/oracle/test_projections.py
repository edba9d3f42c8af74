"""Projections over HTTP: a league of the caller's own, and a stored season as of a day of the past."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import Server, cloned
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.oracle.batching import balance, job_of, page

TOKENS = 10_000
LEAGUE: dict[str, Any] = {
    "teams": [
        {"name": "Alpha", "attack": 0.4, "defence": 0.3}, {"name": "Beta", "sd": 0.2}, {"name": "Gamma"},
        {"name": "Delta", "attack": -0.4, "defence": -0.2, "points": -3},
    ],
    "results": [{"home": "Alpha", "away": "Beta", "home_goals": 2, "away_goals": 0}],
    "fixtures": [
        {"home": home, "away": away}
        for home in ("Alpha", "Beta", "Gamma", "Delta")
        for away in ("Alpha", "Beta", "Gamma", "Delta")
        if home != away and (home, away) != ("Alpha", "Beta")
    ],
    "tie_break": ["points", "goal_difference", "goals_for"],
    "zones": [{"key": "champion", "first": 1, "last": 1}, {"key": "relegated", "first": 4, "last": 4}],
    "n": 5_000,
    "seed": 11,
}  # fmt: skip


@pytest.fixture(scope="module")
def harness(postgres_server: Server) -> Iterator[Harness]:
    """One deployment for all tests here; each has an account of its own."""
    with cloned(postgres_server) as database, Harness(database) as harness:
        yield harness


@pytest.fixture
def key(harness: Harness) -> str:
    """An account of oracle's with tokens."""
    return harness.create_key("oracle", tokens=TOKENS)


def post(harness: Harness, key: str, body: Any, **headers: str) -> Response:
    """Ask for a projection."""
    return harness.request("POST", "/v1/oracle/projections", key=key, json=body, headers=headers)


def project(harness: Harness, key: str, body: Any) -> Any:
    """Have a projection made and return its totals."""
    reply = post(harness, key, body)
    assert reply.status == 202, reply.body
    harness.hop()
    return page(harness, key, reply.data["job_id"])["totals"]


def test_a_league_of_ones_own_is_played_to_its_end(harness: Harness, key: str) -> None:
    reply = post(harness, key, LEAGUE)
    assert (reply.status, reply.data["kind"], reply.data["units"]["total"]) == (202, "oracle.projection", 4)
    assert balance(harness, key) == {"available": TOKENS - 5, "reserved": 5}
    harness.hop()
    job = job_of(harness, key, reply.data["job_id"])
    assert (job["status"], job["cost"]) == ("succeeded", 5)
    assert balance(harness, key) == {"available": TOKENS - 5, "reserved": 0}
    found = page(harness, key, job["job_id"])
    table, meta = found["totals"]["table"], found["totals"]["meta"]
    assert found["rows"] == []
    assert (meta["n"], meta["seed"], meta["method"]) == (5_000, 11, "simulation")
    assert meta["tie_break"] == ["points", "goal_difference", "goals_for", "lot"]
    assert table[0]["team"] == "Alpha"
    assert table[-1]["team"] == "Delta"
    for team in table:
        assert sum(place["probability"] for place in team["positions"]) == pytest.approx(1, abs=1e-8)
        assert team["zones"]["champion"] == team["positions"][0]
        assert 0 < team["points"]["mc_standard_error"] < team["points"]["sd"]
    for place in range(4):
        assert sum(team["positions"][place]["probability"] for team in table) == pytest.approx(1, abs=1e-8)
    text = harness.request("GET", f"/v1/oracle/results/{job['job_id']}?format=csv", key=key).body.decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["team"] for line in lines] == [team["team"] for team in table]
    assert float(lines[0]["zones_champion_probability"]) == table[0]["zones"]["champion"]["probability"]


def test_the_same_seed_gives_the_same_table_and_another_another(harness: Harness, key: str) -> None:
    first, again, other = (project(harness, key, LEAGUE | {"n": 1_000, "seed": seed}) for seed in (1, 1, 2))
    assert first["table"] == again["table"]
    assert first["table"] != other["table"]


def test_a_seed_that_nobody_gave_follows_from_the_input(harness: Harness, key: str) -> None:
    asked = {name: value for name, value in LEAGUE.items() if name != "seed"} | {"n": 1_000}
    first, again = project(harness, key, asked), project(harness, key, asked)
    assert first == again
    assert first["meta"]["seed"] != project(harness, key, asked | {"rho": -0.1})["meta"]["seed"]


def test_a_lever_moves_its_team_and_the_pair_shares_its_uniforms(harness: Harness, key: str) -> None:
    plain = project(harness, key, LEAGUE | {"n": 1_000})
    weaker = [{"kind": "absence", "team": "Alpha", "attack_factor": 0.7, "defence_factor": 0.8}]
    hurt = project(harness, key, LEAGUE | {"n": 1_000, "levers": weaker})

    def champion(totals: Any, name: str) -> float:
        return float(next(t for t in totals["table"] if t["team"] == name)["zones"]["champion"]["probability"])

    assert champion(hurt, "Alpha") < champion(plain, "Alpha") - 0.1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"competition": "E0"}, ""),
        ({"teams": []}, ""),
        ({"tie_break": ["goals_for"]}, ""),
        ({"tie_break": ["points", "lot", "goals_for"]}, ""),
        ({"fixtures": [{"home": "Alpha", "away": "Alpha"}]}, ""),
        ({"fixtures": [{"home": "Alpha", "away": "Omega"}]}, ""),
        ({"levers": [{"kind": "rest", "team": "Omega", "attack_factor": 1.1}]}, ""),
        ({"levers": [{"kind": "rest", "team": "Alpha"}]}, "/levers/0"),
        ({"n": 999}, "/n"),
        ({"n": 100_001}, "/n"),
        ({"seed": 2**53}, "/seed"),
        ({"as_of": "2019-01-01"}, ""),
        ({"zones": [{"key": "none", "first": 3, "last": 5}]}, ""),
    ],
    ids=str,
)
def test_a_league_that_does_not_hold_together_is_refused(
    harness: Harness, key: str, change: dict[str, Any], pointer: str
) -> None:
    reply = post(harness, key, LEAGUE | change)
    assert (reply.status, reply.json()["code"]) == (422, "validation-failed")
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert balance(harness, key) == {"available": TOKENS, "reserved": 0}


def test_seasons_are_quoted_by_the_started_ten_thousand(harness: Harness, key: str) -> None:
    for n, tokens in ((1_000, 5), (10_000, 5), (10_001, 6), (100_000, 14)):
        reply = harness.request("POST", "/v1/oracle/projections?dry_run=true", key=key, json=LEAGUE | {"n": n})
        assert (reply.status, reply.data["token_cost"]) == (200, tokens)


def test_a_cancelled_projection_pays_its_share_and_shows_it(harness: Harness, key: str) -> None:
    reply = post(harness, key, LEAGUE | {"n": 20_000})
    job_id = reply.data["job_id"]
    harness._deliver_round()  # one receive: five of ten shards
    assert harness.request("POST", f"/v1/jobs/{job_id}/cancel", key=key).status == 202
    harness.hop()
    job = job_of(harness, key, job_id)
    done = job["units"]["done"]
    assert 0 < done < 10
    assert (job["status"], job["quote"], job["cost"]) == ("cancelled", 6, 6 * done // 10)
    meta = page(harness, key, job_id)["totals"]["meta"]
    assert (meta["n"], meta["n_asked"]) == (2_000 * done, 20_000)
