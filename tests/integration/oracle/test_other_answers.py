"""In-play, margin removal, allowance, shared reports and lessons over HTTP."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.oracle.test_simulations import ELO, GOALS

from auspex.core.fingerprints import sha256_of_json

STATE = {
    "period": "second_half", "minute": 60, "home_goals": 1, "away_goals": 0, "home_red": 0, "away_red": 1,
}  # fmt: skip


@pytest.fixture
def key(harness: Harness) -> str:
    return harness.create_key("oracle:write")


class TestInplay:
    def ask(self, harness: Harness, key: str, **changes: Any) -> Response:
        return harness.request("POST", "/v1/oracle/inplay", key=key, json=GOALS | {"state": STATE} | changes)

    def test_a_lead_with_a_man_more_is_likely_kept_and_every_share_has_its_error(
        self, harness: Harness, key: str
    ) -> None:
        reply = self.ask(harness, key)
        assert reply.status == 200, reply.body
        shown = reply.data
        assert reply.headers["token-cost"] == "2"
        assert shown["probabilities"]["home"] > 0.8
        assert math.isclose(sum(shown["probabilities"].values()), 1, abs_tol=1e-9)
        share = shown["probabilities"]["home"]
        assert math.isclose(shown["standard_errors"]["home"], math.sqrt(share * (1 - share) / 10_000), rel_tol=1e-6)
        assert len(shown["final_scores"]) == 10
        assert all(score["home"] >= 1 for score in shown["final_scores"])
        assert shown["explanation"]["caveats"][0]["code"] == "simulation_error"

    def test_equal_requests_have_equal_bytes_and_another_seed_has_not(self, harness: Harness, key: str) -> None:
        first, other = self.ask(harness, key), self.ask(harness, key, seed=1)
        harness.pass_time(301)
        again = self.ask(harness, key)
        assert again.json()["meta"]["cache_hit"] is False
        assert json.dumps(again.data) == json.dumps(first.data)
        assert other.data["probabilities"] != first.data["probabilities"]
        assert other.data["run"]["seed"] == 1

    def test_at_kick_off_it_is_near_the_answer_before_it(self, harness: Harness, key: str) -> None:
        start = {"period": "first_half", "minute": 0, "home_goals": 0, "away_goals": 0}
        before = harness.request("POST", "/v1/oracle/simulations", key=key, json=ELO | {"home_advantage": 0}).data
        shown = self.ask(harness, key, **(ELO | {"goals": None, "home_advantage": 0, "state": start})).data
        for name in ("home", "draw", "away"):
            assert abs(shown["probabilities"][name] - before["probabilities"][name]) < 0.03

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"state": STATE | {"minute": 20}}, "state-invalid"),
            ({"state": STATE | {"home_goals": 31}}, "validation-failed"),
            ({"sport": "mma", "model": "elo"}, "model-not-for-sport"),
            ({"goals": None}, "inputs-missing"),
        ],
    )
    def test_what_cannot_be_is_refused(self, harness: Harness, key: str, changes: dict[str, Any], code: str) -> None:
        reply = self.ask(harness, key, **changes)
        assert (reply.status, reply.json()["code"]) == (422, code)


class TestMargins:
    def test_are_removed_by_every_method_to_the_specification_s_digits(self, harness: Harness) -> None:
        body = {
            "odds": [{"outcomes": {"away": 4.75, "home": 1.8, "draw": 3.6}}, {"outcomes": {"over": 1.9, "under": 2.0}}],
            "methods": ["power", "shin", "goto", "proportional"],
        }  # fmt: skip
        reply = harness.request("POST", "/v1/oracle/devig", key=harness.create_key("oracle:read"), json=body)
        assert reply.status == 200, reply.body
        first, second = reply.data["markets"]
        expected = {
            "power": (0.541205, 0.262379, 0.196416), "shin": (0.538702, 0.263893, 0.197406),
            "goto": (0.543398, 0.262280, 0.194323), "proportional": (0.532213, 0.266106, 0.201681),
        }  # fmt: skip
        for method, row in expected.items():
            found = first["probabilities"][method]
            assert [round(found[name], 6) for name in ("home", "draw", "away")] == list(row)
        assert round(first["overround"], 7) == 0.0438596
        rates = first["implied_rates"]
        assert rates["method"] == "power"
        assert math.isclose(rates["lambda"], 1.59627, abs_tol=2e-5)
        assert math.isclose(rates["mu"], 0.86104, abs_tol=2e-5)
        assert second["implied_rates"] is None
        assert reply.headers["token-cost"] == "0"

    def test_below_one_are_refused_at_their_place_unless_that_is_allowed(self, harness: Harness) -> None:
        key = harness.create_key("oracle:read")
        body = {"odds": [{"outcomes": {"a1": 1.9, "b1": 2.0}}, {"outcomes": {"a1": 2.2, "b1": 2.2}}]}
        refused = harness.request("POST", "/v1/oracle/devig", key=key, json=body)
        assert (refused.status, refused.json()["code"]) == (422, "odds-sum-below-one")
        assert refused.json()["errors"][0]["pointer"] == "/odds/1"
        allowed = harness.request("POST", "/v1/oracle/devig", key=key, json=body | {"allow_negative_margin": True})
        assert allowed.data["markets"][1]["probabilities"]["power"] == {"a1": 0.5, "b1": 0.5}

    def test_of_more_than_two_hundred_markets_are_refused(self, harness: Harness) -> None:
        body = {"odds": [{"outcomes": {"a1": 1.9, "b1": 2.0}}] * 201}
        reply = harness.request("POST", "/v1/oracle/devig", key=harness.create_key("oracle:read"), json=body)
        assert reply.status == 422


class TestAllowance:
    def test_of_a_free_account_counts_down_and_cools(self, harness: Harness) -> None:
        key = harness.create_key("oracle:write", plan="free", tokens=0)
        before = harness.request("GET", "/v1/oracle/allowance", key=key).data
        assert before == {
            "plan": "free", "used": 0, "limit": 5, "remaining": 5, "cooldown_until": None,
            "resets_at": "2024-11-05T00:00:00Z",
        }  # fmt: skip
        harness.request("POST", "/v1/oracle/simulations", key=key, json=ELO)
        after = harness.request("GET", "/v1/oracle/allowance", key=key).data
        assert (after["used"], after["remaining"], after["cooldown_until"]) == (1, 4, "2024-11-04T09:00:31Z")
        harness.pass_time(86_400)
        assert harness.request("GET", "/v1/oracle/allowance", key=key).data["remaining"] == 5

    def test_of_premium_has_no_limit(self, harness: Harness, key: str) -> None:
        shown = harness.request("GET", "/v1/oracle/allowance", key=key).data
        assert (shown["limit"], shown["remaining"], shown["cooldown_until"]) == (None, None, None)


class TestReports:
    def share(self, harness: Harness, key: str) -> tuple[Any, Any]:
        made = harness.request(
            "POST", "/v1/oracle/simulations", key=key, json=GOALS | {"depth": "full_distribution"}
        ).data
        reply = harness.request("POST", "/v1/oracle/reports", key=key, json={"simulation_id": made["id"]})
        assert reply.status == 201, reply.body
        return made, reply.data

    def test_anybody_reads_and_verifies_a_shared_one(self, harness: Harness, key: str) -> None:
        made, shared = self.share(harness, key)
        public = harness.request("GET", shared["url"])
        assert public.status == 200
        assert sha256_of_json(public.data["body"]) == shared["sha256"] == public.data["sha256"]
        assert public.data["body"]["result"]["probabilities"] == made["probabilities"]
        assert public.data["body"]["manifest"]["result_sha256"] == made["result_sha256"]
        (owner,) = harness.rows("SELECT account_id FROM oracle.reports")
        assert owner["account_id"] not in public.body.decode()
        verified = harness.request("GET", shared["url"] + "/verify").data
        assert verified == {"valid": True, "expected": shared["sha256"], "actual": shared["sha256"]}

    def test_a_body_that_was_tampered_with_is_told(self, harness: Harness, key: str) -> None:
        _, shared = self.share(harness, key)
        harness.rows("ALTER TABLE oracle.reports DISABLE TRIGGER ALL")
        harness.rows("UPDATE oracle.reports SET body = jsonb_set(body, '{depth}', '\"other\"')")
        verified = harness.request("GET", shared["url"] + "/verify").data
        assert verified["valid"] is False
        assert verified["actual"] != verified["expected"] == shared["sha256"]

    def test_sharing_again_is_the_same_report_and_revoking_ends_it(self, harness: Harness, key: str) -> None:
        made, shared = self.share(harness, key)
        again = harness.request("POST", "/v1/oracle/reports", key=key, json={"simulation_id": made["id"]})
        assert again.data["id"] == shared["id"]
        other = harness.create_key("oracle:write")
        assert harness.request("DELETE", shared["url"], key=other).status == 404
        assert harness.request("DELETE", shared["url"], key=key).data["id"] == shared["id"]
        assert harness.request("DELETE", shared["url"], key=key).status == 404
        assert harness.request("GET", shared["url"]).status == 404
        assert harness.request("GET", shared["url"] + "/verify").status == 404

    def test_another_account_s_answer_cannot_be_shared(self, harness: Harness, key: str) -> None:
        made, _ = self.share(harness, key)
        other = harness.create_key("oracle:write")
        reply = harness.request("POST", "/v1/oracle/reports", key=other, json={"simulation_id": made["id"]})
        assert reply.status == 404


class TestLessons:
    def test_are_public_and_each_request_runs_and_shows_what_the_lesson_points_at(
        self, harness: Harness, key: str
    ) -> None:
        lessons = harness.request("GET", "/v1/oracle/lessons").data
        assert len(lessons) >= 6
        for lesson in lessons:
            asked = lesson["request"]
            if asked["path"] == "/v1/oracle/calibration" and not is_declared(harness, asked["path"]):
                continue
            reply = harness.request(asked["method"], asked["path"], key=key, json=asked["body"])
            assert reply.status == 200, (lesson["slug"], reply.body)
            for pointer in lesson["look_at"]:
                assert at_pointer(reply.json(), pointer) is not None, (lesson["slug"], pointer)

    def test_one_is_shown_by_its_slug_with_its_words(self, harness: Harness) -> None:
        shown = harness.request("GET", "/v1/oracle/lessons/draw-zone").data
        assert set(shown["glossary"]) == {"Elo rating", "draw zone", "scale"}
        assert harness.request("GET", "/v1/oracle/lessons/no-such-lesson").status == 404


def is_declared(harness: Harness, path: str) -> bool:
    return harness.application.find_route("GET", path) is not None


def at_pointer(value: Any, pointer: str) -> Any:
    """Return what a JSON Pointer leads to."""
    for part in pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
