"""Oracle's users on the running stack: the demo's own journeys, and mornings of a recorded season before them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from infra.local import demo_oracle_journeys as journeys
from infra.local.demo_caller import USER_AGENT, Caller, control, firing, open_account
from infra.local.demo_oracle import live_through
from infra.local.statements import Statements
from tests.journeys.stack import Stack

pytestmark = pytest.mark.stack
FIRST_MORNING = date(2018, 11, 3)
MORNINGS = 3


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    running = Stack.running()
    yield running
    running.close()


@pytest.fixture
def said() -> Iterator[Statements]:
    """Statements of a journey, all of which must have held."""
    statements = Statements()
    yield statements
    assert statements.failures == []


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Caller:
    return Caller(str(stack.client.base_url), stack.admin_key)


@pytest.fixture(scope="module")
def analyst(admin: Caller) -> Caller:
    return Caller(admin.api_url, open_account(admin, plan="prepaid", tokens=200, scopes=["oracle"]))


@pytest.fixture(scope="module")
def season(stack: Stack) -> str:
    """Three mornings of E0 2018/19 lived through by the deployed schedules; the replay server's address."""
    replay_url = str(stack.edgar.base_url).rstrip("/")
    file = httpx.get(f"{replay_url}/football/mmz4281/1718/E0.csv", headers={"user-agent": USER_AGENT})
    if file.status_code != 200:
        pytest.skip("the recorded seasons of ../shared are not on this machine")
    state = stack.directory.read()
    fire = firing(f"http://127.0.0.1:{state.emulator_port}")
    try:
        counts = live_through(FIRST_MORNING, MORNINGS, replay_url=replay_url, fire=fire)
    finally:
        control(replay_url, "POST", "/__day", {"day": None})
    assert counts["forecasts_archived"] > 0
    assert counts["scored"] > 0
    return replay_url


def test_a_headline_costs_nothing_and_its_repeat_takes_no_analysis(admin: Caller, said: Statements) -> None:
    learner = Caller(admin.api_url, open_account(admin, plan="free", tokens=0, scopes=["oracle"]))
    journeys.ask_for_nothing(learner, said.check)


def test_reasons_add_up_and_cost_what_was_quoted(analyst: Caller, said: Statements) -> None:
    journeys.see_why(analyst, said.check)


def test_a_comparison_is_shared_and_verified_by_anybody(analyst: Caller, said: Statements) -> None:
    journeys.compare_and_share(analyst, Caller(analyst.api_url, None), said.check)


def test_a_match_is_followed_while_it_is_played(analyst: Caller, said: Statements) -> None:
    journeys.follow_a_match(analyst, said.check)


def test_a_past_season_is_answered_as_a_job(analyst: Caller, season: str, said: Statements) -> None:
    journeys.answer_a_season(analyst, season, said.check)


@pytest.mark.usefixtures("season")
def test_a_season_is_projected_from_a_day_of_the_past(analyst: Caller, said: Statements) -> None:
    journeys.project_a_season(analyst, said.check)


@pytest.mark.usefixtures("season")
def test_the_record_and_the_ledger_are_there_to_be_looked_at(analyst: Caller, said: Statements) -> None:
    journeys.look_at_the_record(analyst, said.check)
