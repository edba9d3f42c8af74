"""GET /v1/scorebook/{product}: what anybody may read of how good predictions were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.harness.harness import Harness
from tests.integration.platform.predictions import DAY, ROUTE, blocks, history, issue, read, score, tell

from auspex.core.database import Connection
from auspex.core.limits import BOOTSTRAP_DAYS_MIN, SCOREBOOK_MODELS_MAX, SCOREBOOK_PREDICTIONS_MIN
from auspex.platform.scorebook.archive import list_predictions


@pytest.fixture
def connection(toy: Harness) -> Iterator[Connection]:
    """A product's own login, as its schedules have it."""
    with toy.database.connect("auspex_filings") as opened:
        yield opened


class TestPublicFigures:
    def test_are_read_by_anybody(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, 24, rival=True)
        data = read(toy)
        (model,) = data["models"]
        assert (data["n"], data["origin"], data["issuer"]) == (24, "live", "schedule")
        assert (model["target"], model["model_version"], model["n"], model["days"]) == ("rain", "m1", 24, 24)
        brier = model["scores"]["brier"]
        assert brier["value"] == pytest.approx((6 * 0.16 + 18 * 0.04) / 24)
        assert brier["low"] < brier["value"] < brier["high"]
        assert model["indicators"]["said_rain"]["value"] == pytest.approx(0.25)
        skills = {skill["baseline"]: skill for skill in model["skills"]}
        climate = (6 * 0.49 + 18 * 0.09) / 24
        assert skills["climate"]["baseline_score"] == pytest.approx(climate)
        assert skills["climate"]["skill"]["value"] == pytest.approx(1 - brier["value"] / climate)
        assert model["reliability"]["bins"] == [
            {"low": 0.2, "high": 0.3, "n": 18, "mean_forecast": 0.2, "observed": 0.0, "observed_low": pytest.approx(0),
             "observed_high": pytest.approx(0.1759, abs=1e-4)},
            {"low": 0.6, "high": 0.7, "n": 6, "mean_forecast": 0.6, "observed": 1.0,
             "observed_low": pytest.approx(0.6097, abs=1e-4), "observed_high": 1.0},
        ]  # fmt: skip
        assert model["reliability"]["ece"] == pytest.approx(0.75 * 0.2 + 0.25 * 0.4)

    def test_compare_with_a_baseline_on_the_same_predictions(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, 24, rival=True)
        (rival,) = [skill for skill in read(toy)["models"][0]["skills"] if skill["baseline"] == "rival"]
        assert (rival["n"], rival["score"]) == (12, pytest.approx(0.04))
        assert rival["baseline_score"] == pytest.approx(0.0625)
        assert rival["skill"]["value"] == pytest.approx(1 - 0.04 / 0.0625)

    def test_hold_nothing_that_an_account_asked_for(self, toy: Harness, connection: Connection) -> None:
        toy.create_key("toy")
        (account,) = toy.rows("SELECT account_id FROM platform.accounts")
        issue(toy, connection, account_id=account["account_id"], chance=1.0)
        toy.clock.advance(DAY)
        tell(toy, connection, rain=True)
        assert score(toy)["scored"] == 1
        assert blocks(toy) == []
        assert toy.request("GET", ROUTE).status == 404

    def test_an_accounts_own_predictions_are_scored_for_its_owner(self, toy: Harness, connection: Connection) -> None:
        keys = [toy.create_key("toy"), toy.create_key("toy")]
        mine, other = [row["account_id"] for row in toy.rows("SELECT account_id FROM platform.accounts")]
        assert len(keys) == 2
        for number in range(3):
            issue(toy, connection, f"s{number}", account_id=mine)
        issue(toy, connection, "s0", account_id=other)
        toy.clock.advance(DAY)
        tell(toy, connection, "s0", rain=True)
        score(toy)
        page = list_predictions(connection, account_id=mine, product="toy", limit=5, cursor=None)
        assert [row["prediction"]["subject"] for row in page.rows] == ["s2", "s1", "s0"]
        assert [row["score"] is not None for row in page.rows] == [False, False, True]
        assert page.rows[-1]["outcome"]["value"] == {"rain": True}

    def test_of_few_predictions_are_withheld(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, SCOREBOOK_PREDICTIONS_MIN - 1)
        (model,) = read(toy)["models"]
        assert (model["n"], model["insufficient"]) == (SCOREBOOK_PREDICTIONS_MIN - 1, True)
        assert (model["scores"], model["skills"], model["reliability"]) == ({}, [], None)

    def test_of_few_days_have_no_interval(self, toy: Harness, connection: Connection) -> None:
        for number in range(SCOREBOOK_PREDICTIONS_MIN):
            issue(toy, connection, f"s{number}")
        toy.clock.advance(DAY)
        for number in range(SCOREBOOK_PREDICTIONS_MIN):
            tell(toy, connection, f"s{number}", rain=True)
        score(toy)
        (model,) = read(toy)["models"]
        assert model["days"] < BOOTSTRAP_DAYS_MIN
        assert model["scores"]["brier"] == {"value": pytest.approx(0.04), "low": None, "high": None}

    def test_tell_of_predictions_whose_outcome_nobody_reported(self, toy: Harness, connection: Connection) -> None:
        issue(toy, connection, "forgotten")
        issue(toy, connection, "yet to come", outcome_due_at=toy.clock.now() + 30 * DAY)
        toy.clock.advance(3 * DAY)
        (model,) = read(toy)["models"]
        assert (model["archived"], model["n"], model["unscored"]) == (1, 0, 1)

    def test_are_filtered_by_version_target_and_window(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, 22, version="old")
        history(toy, connection, 22, version="new")
        assert [model["model_version"] for model in read(toy)["models"]] == ["new", "old"]
        assert [model["model_version"] for model in read(toy, "?model_version=old")["models"]] == ["old"]
        assert [model["n"] for model in read(toy, "?window_days=10")["models"]] == [11]
        assert read(toy, "?target=snow")["models"] == []
        assert read(toy, "?target=rain")["n"] == 44

    def test_show_the_newest_models_and_say_when_there_are_more(self, toy: Harness, connection: Connection) -> None:
        for number in range(SCOREBOOK_MODELS_MAX + 1):
            due = toy.clock.now() + timedelta(days=1, hours=number)
            issue(toy, connection, model_version=f"m{number:02d}", outcome_due_at=due)
        toy.clock.advance(5 * DAY)
        data = read(toy)
        assert (len(data["models"]), data["truncated"]) == (SCOREBOOK_MODELS_MAX, True)
        assert "m00" not in {model["model_version"] for model in data["models"][:1]}

    def test_of_a_product_that_has_none_yet_are_empty_and_of_no_product_nothing(self, toy: Harness) -> None:
        assert toy.request("GET", "/v1/scorebook/filings").data["models"] == []
        refused = toy.request("GET", "/v1/scorebook/astrology")
        assert (refused.status, refused.json()["code"]) == (404, "not-found")

    @pytest.mark.parametrize("query", ["?window_days=0", "?window_days=9999", "?origin=backtest"])
    def test_refuse_what_they_do_not_offer(self, toy: Harness, query: str) -> None:
        assert toy.request("GET", ROUTE + query).status in {400, 422}
