"""POST and GET /v1/oracle/simulations: depths, money, cache, allowance, refusals, replay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.harness.events import Response
from tests.harness.harness import Harness

from auspex.core.fingerprints import sha256_of_json

ROUTE = "/v1/oracle/simulations"
ELO: dict[str, Any] = {
    "model": "elo", "home": {"name": "Ashford", "rating": 2100}, "away": {"name": "Kelby", "rating": 2050},
}  # fmt: skip
GOALS: dict[str, Any] = {
    "model": "goals", "home": {"name": "Ashford"}, "away": {"name": "Kelby"},
    "goals": {"lambda": 1.6, "mu": 1.1, "rho": -0.08},
}  # fmt: skip
PRICES = {
    "headline_pick": 0, "full_distribution": 2, "scenario_extremes": 3, "comparative_analysis": 3,
    "deep_dive_educational": 5,
}  # fmt: skip


def post(harness: Harness, key: str, body: Any, **headers: str) -> Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return harness.request("POST", ROUTE, key=key, json=body, headers=sent)


def meta_of(reply: Response) -> Any:
    return reply.json()["meta"]


@pytest.fixture
def key(harness: Harness) -> str:
    return harness.create_key("oracle:write")


class TestAnswers:
    def test_a_headline_is_the_specification_s_and_free(self, harness: Harness, key: str) -> None:
        reply = post(harness, key, ELO)
        assert reply.status == 200, reply.body
        shown = reply.data
        assert {n: round(p, 6) for n, p in shown["probabilities"].items()} == {
            "home": 0.587259, "draw": 0.210815, "away": 0.201927,
        }  # fmt: skip
        assert shown["headline"]["outcome"] == "home"
        assert shown["risk"]["band"] in {"LOW", "MEDIUM", "HIGH"}
        assert 2 <= len(shown["explanation"]["caveats"]) <= 6
        assert shown["narrative"] == {"text": shown["explanation"]["summary"], "source": "core"}
        assert shown["factors"] is None
        assert reply.headers["token-cost"] == "0"
        assert shown["run"]["model_version"] == meta_of(reply)["model_version"] == "elo-1.0.0"

    @pytest.mark.parametrize(("depth", "tokens"), PRICES.items())
    def test_every_depth_costs_its_price_and_says_it_beforehand(
        self, harness: Harness, key: str, depth: str, tokens: int
    ) -> None:
        body = GOALS | {"depth": depth, "compare": GOALS | {"neutral": True}}
        quote = harness.request("POST", f"{ROUTE}?dry_run=true", key=key, json=body)
        assert (quote.status, quote.data["token_cost"]) == (200, tokens)
        assert harness.rows("SELECT count(*) AS n FROM oracle.simulations")[0]["n"] == 0
        reply = post(harness, key, body)
        assert (reply.status, meta_of(reply)["token_cost"]) == (200, tokens)
        assert reply.headers["token-balance"] == str(10_000 - tokens)
        (row,) = harness.rows("SELECT token_cost, depth FROM oracle.simulations")
        assert row == {"token_cost": tokens, "depth": depth}

    def test_the_model_follows_from_what_is_given(self, harness: Harness, key: str) -> None:
        for body, model in ((ELO, "elo"), (GOALS, "goals")):
            unnamed = {name: value for name, value in body.items() if name != "model"}
            assert post(harness, key, unnamed).data["run"]["model"] == model

    def test_a_two_way_sport_has_no_draw(self, harness: Harness, key: str) -> None:
        body = {
            "sport": "mma", "home": {"name": "Ashford"}, "away": {"name": "Kelby"}, "odds": {"home": 1.5, "away": 2.7},
        }  # fmt: skip
        shown = post(harness, key, body).data
        assert shown["probabilities"]["draw"] == 0
        assert round(shown["probabilities"]["home"], 6) == 0.650822


class TestReplay:
    def test_the_same_body_in_another_order_is_a_cache_hit(self, harness: Harness, key: str) -> None:
        first = post(harness, key, ELO | {"depth": "full_distribution", "client_reference": "one"})
        again = dict(reversed((ELO | {"client_reference": "two", "depth": "full_distribution"}).items()))
        second = post(harness, key, again)
        assert second.data == first.data
        assert meta_of(second)["cache_hit"] is True
        assert second.headers["token-cost"] == "0"
        assert second.headers["cache-status"] == "auspex; hit"
        harness.pass_time(301)
        third = post(harness, key, again)
        assert meta_of(third)["cache_hit"] is False
        assert meta_of(third)["token_cost"] == 2
        assert third.data["result_sha256"] == first.data["result_sha256"]
        assert third.data["id"] != first.data["id"]

    def test_a_stored_answer_is_shown_with_the_same_bytes_free_of_charge(self, harness: Harness, key: str) -> None:
        made = post(harness, key, GOALS | {"depth": "deep_dive_educational", "client_reference": "mine"})
        shown = harness.request("GET", f"{ROUTE}/{made.data['id']}", key=key)
        assert json.dumps(shown.data) == json.dumps(made.data)
        assert shown.data["client_reference"] == "mine"
        assert shown.headers["token-cost"] == "0"
        (row,) = harness.rows("SELECT result, result_sha256, fingerprint FROM oracle.simulations")
        assert sha256_of_json(row["result"]) == row["result_sha256"] == made.data["result_sha256"]
        assert row["fingerprint"] == made.data["run"]["fingerprint"]

    def test_an_idempotency_key_makes_one_row_and_one_charge(self, harness: Harness, key: str) -> None:
        body = GOALS | {"depth": "full_distribution"}
        first = post(harness, key, body, idempotency_key="k")
        harness.pass_time(301)
        second = post(harness, key, body, idempotency_key="k")
        assert second.body == first.body
        assert second.headers["idempotent-replayed"] == "true"
        assert harness.rows("SELECT count(*) AS n FROM oracle.simulations")[0]["n"] == 1

    def test_a_lost_record_of_the_key_is_made_up_for_by_the_row(self, harness: Harness, key: str) -> None:
        body = GOALS | {"depth": "full_distribution"}
        first = post(harness, key, body, idempotency_key="k")
        harness.pass_time(90_000)  # the record of the reply lives for 24 hours
        second = post(harness, key, body, idempotency_key="k")
        assert second.data == first.data
        assert second.headers["token-cost"] == "0"

    def test_lists_are_the_owner_s_newest_first_and_by_fingerprint(self, harness: Harness, key: str) -> None:
        made = [post(harness, key, ELO | {"seed": seed}).data for seed in range(3)]
        listed = harness.request("GET", f"{ROUTE}?limit=2", key=key)
        assert [row["id"] for row in listed.data] == [made[2]["id"], made[1]["id"]]
        rest = harness.request("GET", f"{ROUTE}?limit=2&cursor={listed.json()['next_cursor']}", key=key)
        assert [row["id"] for row in rest.data] == [made[0]["id"]]
        one = harness.request("GET", f"{ROUTE}?fingerprint={made[1]['run']['fingerprint']}", key=key)
        assert [row["id"] for row in one.data] == [made[1]["id"]]
        other = harness.create_key("oracle:read")
        assert harness.request("GET", ROUTE, key=other).data == []
        assert harness.request("GET", f"{ROUTE}/{made[0]['id']}", key=other).status == 404


class TestAllowance:
    def test_five_a_day_thirty_one_seconds_apart(self, harness: Harness) -> None:
        key = harness.create_key("oracle:write", plan="free", tokens=0)
        for seed in range(5):
            assert post(harness, key, ELO | {"seed": seed}).status == 200
            harness.pass_time(31)
        refused = post(harness, key, ELO | {"seed": 9})
        assert (refused.status, refused.json()["code"]) == (429, "daily-allowance-used")

    def test_a_second_one_within_the_cooldown_waits_and_leaves_nothing(self, harness: Harness) -> None:
        key = harness.create_key("oracle:write", plan="free", tokens=0)
        assert post(harness, key, ELO).status == 200
        harness.pass_time(11)
        refused = post(harness, key, ELO | {"seed": 2})
        assert (refused.status, refused.json()["code"], refused.headers["retry-after"]) == (429, "cooldown", "20")
        assert harness.rows("SELECT count(*) AS n FROM oracle.simulations")[0]["n"] == 1

    def test_cache_hits_quotes_and_refusals_take_nothing_of_it(self, harness: Harness) -> None:
        key = harness.create_key("oracle:write", plan="free", tokens=0)
        post(harness, key, ELO)
        assert meta_of(post(harness, key, ELO))["cache_hit"] is True
        assert harness.request("POST", f"{ROUTE}?dry_run=true", key=key, json=ELO | {"seed": 1}).status == 200
        assert post(harness, key, ELO | {"depth": "full_distribution"}).status in {402, 429}
        (row,) = harness.rows("SELECT used FROM platform.allowances")
        assert row["used"] == 1

    def test_a_short_balance_names_what_is_there_and_what_is_needed(self, harness: Harness) -> None:
        key = harness.create_key("oracle:write", plan="prepaid", tokens=1)
        refused = post(harness, key, GOALS | {"depth": "full_distribution"})
        assert refused.status == 402
        assert (refused.json()["balance"], refused.json()["required"]) == (1, 2)
        assert harness.rows("SELECT count(*) AS n FROM oracle.simulations")[0]["n"] == 0


def test_a_kick_off_in_the_past_is_a_backtest_and_one_to_come_is_live(harness: Harness, key: str) -> None:
    past = post(harness, key, ELO | {"kickoff": "2024-11-03T15:00:00Z"})
    coming = post(harness, key, ELO | {"kickoff": "2024-11-09T15:00:00Z"})
    assert (past.data["origin"], coming.data["origin"]) == ("backtest", "live")
    assert harness.rows("SELECT count(*) AS n FROM platform.predictions")[0]["n"] == 0


def test_a_read_key_may_look_and_not_ask(harness: Harness) -> None:
    key = harness.create_key("oracle:read")
    assert post(harness, key, ELO).status == 403
    assert harness.request("GET", ROUTE, key=key).status == 200
