"""complete(): an answer by the one active provider, or why there is none; over HTTP, on a real Postgres."""

from __future__ import annotations

import pytest
from tests.integration.providers.conftest import World

from auspex.core.database import transaction
from auspex.providers.lease import accept_result


def test_the_best_configured_provider_answers_and_the_call_is_kept(world: World) -> None:
    world.answer('{"note": "It was 12 dollars."}')
    result = world.ask()
    assert (result.provider, result.epoch, result.parsed) == ("openai", 1, {"note": "It was 12 dollars."})
    (call,) = world.rows("SELECT * FROM providers.calls")
    assert (call["call_id"], call["epoch"], call["outcome"], call["ref_id"]) == (result.call_id, 1, "ok", "ref-1")
    assert call["tokens_in"] == result.usage.tokens_in
    assert call["tokens_in"] > 0
    assert [event["type"] for event in world.events()] == ["acquire"]


def test_a_spent_quota_switches_at_once_and_asks_the_caller_to_begin_anew(world: World) -> None:
    world.fail("openai", "insufficient_quota")
    refusal = world.refused()
    assert (refusal.reason, refusal.redo, refusal.epoch) == ("quota", True, 2)
    assert world.ask().provider == "gemini"
    (switch,) = world.events("switch")
    assert (switch["provider_from"], switch["provider_to"], switch["actor"]) == ("openai", "gemini", "tests-ask")
    assert switch["evidence"]["rule"] == "429 insufficient quota"
    assert len(switch["evidence"]["body_sha256"]) == 64


def test_an_accepted_result_and_a_stale_one(world: World) -> None:
    result = world.ask()
    with transaction() as connection:
        assert accept_result(connection, epoch=result.epoch, call_id=result.call_id, at=world.clock.now())
    late = world.ask()
    world.fail("openai", "unauthorized")
    world.refused()
    with transaction() as connection:
        assert not accept_result(connection, epoch=late.epoch, call_id=late.call_id, at=world.clock.now())
    kept = world.rows("SELECT call_id, accepted, epoch_seen FROM providers.call_acceptance ORDER BY at")
    assert kept == [
        {"call_id": result.call_id, "accepted": True, "epoch_seen": 1},
        {"call_id": late.call_id, "accepted": False, "epoch_seen": 2},
    ]


def test_no_model_is_asked_inside_a_transaction(world: World) -> None:
    with transaction(), pytest.raises(RuntimeError, match="inside a transaction"):
        world.ask()


def test_without_keys_nobody_is_asked(world: World) -> None:
    world.configure({"purpose": "providers"})
    assert world.refused().reason == "not_configured"
    assert world.server.script.summary()["total"] == 0
