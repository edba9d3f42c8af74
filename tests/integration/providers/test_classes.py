"""Every way in which a provider fails, over HTTP: its class, what it does to the lease, what is kept."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from infra.local.provider_server.script import KINDS
from tests.integration.providers.conftest import START, World

MIDNIGHT = datetime(2024, 11, 5, tzinfo=UTC)
NEXT_MONTH = datetime(2024, 12, 1, tzinfo=UTC)
QUOTA = {
    "insufficient_quota": MIDNIGHT, "billing_hard_limit": MIDNIGHT, "daily_exhausted": MIDNIGHT,
    "daily_allocation": MIDNIGHT, "long_retry_after": None, "payment_required": NEXT_MONTH,
    "usage_limit_400": MIDNIGHT, "credits_insufficient_400": MIDNIGHT,
}  # fmt: skip
AUTH = ("unauthorized", "forbidden", "key_invalid_400", "model_not_found")
UNAVAILABLE = (
    "server_error", "bad_gateway", "unavailable", "gateway_timeout", "request_timeout", "short_429", "timeout",
    "reset", "slow_drip", "truncated",
)  # fmt: skip
BAD_OUTPUT = ("corrupt_json", "html", "prose", "wrong_schema", "empty", "cut_off")
REQUEST = ("bad_request", "too_large", "unprocessable", "content_filter_400", "content_filter")
ANSWERS = ("fenced", "invented_figures", "altered_quotes")
SLOW = ("timeout", "slow_drip")


def test_every_kind_of_failure_is_tried_here() -> None:
    assert {*QUOTA, *AUTH, *UNAVAILABLE, *BAD_OUTPUT, *REQUEST, *ANSWERS} == set(KINDS)


@pytest.mark.parametrize("kind", QUOTA)
def test_a_spent_quota_rests_until_it_is_whole_again(world: World, kind: str) -> None:
    world.fail("openai", kind)
    assert world.refused().reason == "quota"
    assert world.holder() == ("gemini", 2)
    expected = QUOTA[kind] or world.clock.now() + timedelta(hours=1)
    assert world.state("openai")["cooldown_until"] == expected


@pytest.mark.parametrize("kind", AUTH)
def test_a_refused_key_or_model_switches_at_once(world: World, kind: str) -> None:
    world.fail("openai", kind)
    assert world.refused().reason == "auth"
    assert world.holder() == ("gemini", 2)
    assert world.state("openai")["cooldown_until"] == world.clock.now() + timedelta(hours=24)


@pytest.mark.parametrize("kind", [kind for kind in UNAVAILABLE if kind not in SLOW])
def test_the_third_failure_in_a_row_switches(world: World, kind: str) -> None:
    world.fail("openai", kind, times=3)
    for number in (1, 2):
        refusal = world.refused()
        assert (refusal.reason, refusal.redo) == ("unavailable", False)
        assert world.state("openai")["consecutive_failures"] == number
    assert world.refused().redo is True
    assert world.holder() == ("gemini", 2)
    assert world.state("openai")["cooldown_until"] == world.clock.now() + timedelta(minutes=5)


@pytest.mark.parametrize("kind", SLOW)
def test_a_reply_that_never_ends_ends_at_the_deadline(world: World, kind: str) -> None:
    world.fail("openai", kind, delay_seconds=60)
    started = time.monotonic()
    assert world.refused(seconds=5.5).reason == "unavailable"
    assert 5 < time.monotonic() - started < 7.5
    (call,) = world.rows("SELECT rule, http_status FROM providers.calls")
    assert call == {"rule": "timeout", "http_status": None}


def test_a_short_wait_is_handed_to_the_caller(world: World) -> None:
    world.fail("openai", "short_429")
    assert world.refused().retry_after_seconds == 7


@pytest.mark.parametrize("kind", BAD_OUTPUT)
def test_an_answer_that_cannot_be_used_is_asked_for_once_more(world: World, kind: str) -> None:
    world.fail("openai", kind)
    result = world.ask()
    assert (result.provider, result.epoch) == ("openai", 1)
    outcomes = [row["outcome"] for row in world.rows("SELECT outcome FROM providers.calls ORDER BY call_id")]
    assert outcomes == ["bad_output", "ok"]
    world.fail("openai", kind, times=2)
    assert world.refused().reason == "bad_output"
    assert len(world.state("openai")["bad_times"]) == 1
    assert world.holder() == ("openai", 1)


@pytest.mark.parametrize("kind", REQUEST)
def test_a_request_of_ours_that_is_refused_counts_for_nobody(world: World, kind: str) -> None:
    for _ in range(4):
        world.fail("openai", kind)
        assert world.refused().reason == "request"
    assert world.holder() == ("openai", 1)
    assert world.state("openai")["total_failures"] == 0
    assert world.events("failure", "switch") == []


def test_a_code_fence_is_taken_off_and_said(world: World) -> None:
    world.answer('{"note": "as asked"}')
    world.fail("openai", "fenced")
    result = world.ask()
    assert (result.parsed, result.repairs) == ({"note": "as asked"}, ("code_fence_stripped",))


@pytest.mark.parametrize("kind", ["invented_figures", "altered_quotes"])
def test_a_hostile_answer_in_good_form_is_the_callers_to_check(world: World, kind: str) -> None:
    world.answer('{"note": "it was 12 dollars"}')
    world.fail("openai", kind)
    parsed = world.ask().parsed
    assert parsed != {"note": "it was 12 dollars"}
    assert set(parsed) == {"note"}


def test_without_a_schema_prose_is_an_answer(world: World) -> None:
    world.fail("openai", "prose")
    result = world.ask(schema=None)
    assert result.text.startswith("Certainly!")
    assert result.parsed is None


def test_a_missing_capability_asks_nobody_and_moves_nothing(world: World) -> None:
    world.fail("openai", "unauthorized")
    world.fail("gemini", "unauthorized")
    world.refused()
    world.refused()
    assert world.holder() == ("groq", 3)
    asked = world.server.script.summary()["total"]
    assert world.refused(needs=frozenset({"vision"})).reason == "capability_missing"
    assert world.server.script.summary()["total"] == asked
    assert world.holder() == ("groq", 3)


def test_too_little_time_asks_nobody(world: World) -> None:
    assert world.refused(seconds=4).reason == "deadline"
    assert world.server.script.summary()["total"] == 0
    assert world.rows("SELECT 1 FROM providers.calls") == []


def test_what_was_answered_is_kept_and_the_key_nowhere(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.fail("openai", "unauthorized")
    world.refused()
    world.ask()
    kept = str(world.rows("SELECT * FROM providers.calls JOIN providers.raw_outputs USING (call_id)"))
    assert "Incorrect key." in kept
    everything = kept + str(world.events()) + capsys.readouterr().out
    assert "local-key-" not in everything
    assert "What was revenue" not in everything


def test_a_long_reply_is_cut_where_it_is_kept(world: World) -> None:
    world.answer("ä" * 100_000)
    assert world.ask(schema=None).text == "ä" * 100_000
    (row,) = world.rows("SELECT octet_length(raw) AS bytes FROM providers.raw_outputs")
    assert 65_000 < row["bytes"] <= 65_536


def test_time_of_the_clock_is_the_time_of_the_audit(world: World) -> None:
    world.ask()
    assert world.events()[0]["at"] == START + timedelta(seconds=0.5)
