"""Oracle's users on the running stack: the demo's own journeys, and mornings of a recorded season before them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from infra.local import demo_oracle_journeys as journeys
from infra.local.demo_oracle import firing, live_through, traveller
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
def admin(stack: Stack) -> journeys.Caller:
    return journeys.Caller(str(stack.client.base_url), stack.admin_key)


@pytest.fixture(scope="module")
def analyst(admin: journeys.Caller) -> journeys.Caller:
    return journeys.Caller(admin.api_url, journeys.open_account(admin, plan="prepaid", tokens=200))


@pytest.fixture(scope="module")
def season(stack: Stack) -> str:
    """Three mornings of E0 2018/19 lived through by the deployed schedules; the replay server's address."""
    file = httpx.get(
        f"{stack.edgar.base_url}/football/mmz4281/1718/E0.csv", headers={"user-agent": journeys.USER_AGENT}
    )
    if file.status_code != 200:
        pytest.skip("the recorded seasons of ../shared are not on this machine")
    state = stack.directory.read()
    travel = traveller(int(stack.edgar.base_url.port or 0))
    try:
        counts = live_through(
            FIRST_MORNING, MORNINGS, travel=travel, fire=firing(f"http://127.0.0.1:{state.emulator_port}")
        )
    finally:
        travel(None)
    assert counts["forecasts_archived"] > 0
    assert counts["scored"] > 0
    return str(stack.edgar.base_url).rstrip("/")


def test_a_headline_costs_nothing_and_its_repeat_takes_no_analysis(admin: journeys.Caller, said: Statements) -> None:
    learner = journeys.Caller(admin.api_url, journeys.open_account(admin, plan="free", tokens=0))
    journeys.ask_for_nothing(learner, said.check)


def test_reasons_add_up_and_cost_what_was_quoted(analyst: journeys.Caller, said: Statements) -> None:
    journeys.see_why(analyst, said.check)


def test_a_comparison_is_shared_and_verified_by_anybody(analyst: journeys.Caller, said: Statements) -> None:
    journeys.compare_and_share(analyst, journeys.Caller(analyst.api_url, None), said.check)


def test_a_match_is_followed_while_it_is_played(analyst: journeys.Caller, said: Statements) -> None:
    journeys.follow_a_match(analyst, said.check)


def test_a_past_season_is_answered_as_a_job(analyst: journeys.Caller, season: str, said: Statements) -> None:
    journeys.answer_a_season(analyst, season, said.check)


@pytest.mark.usefixtures("season")
def test_a_season_is_projected_from_a_day_of_the_past(analyst: journeys.Caller, said: Statements) -> None:
    journeys.project_a_season(analyst, said.check)


@pytest.mark.usefixtures("season")
def test_the_record_and_the_ledger_are_there_to_be_looked_at(analyst: journeys.Caller, said: Statements) -> None:
    journeys.look_at_the_record(analyst, said.check)
