"""The lock: OUTBREAK 7.6's own history step by step, and everything that may move the lease or must not."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.providers.conftest import World

from auspex.core import faults
from auspex.core.database import transaction
from auspex.core.ids import new_id
from auspex.providers import lease
from auspex.providers.classify import Failure
from auspex.providers.contract import FailureClass
from auspex.providers.lease_control import pin_provider, take_lease
from auspex.providers.monitor import watch_providers
from auspex.providers.settings import read_configuration

UNAVAILABLE = Failure(FailureClass.UNAVAILABLE, "503")


def as_operator(world: World, operation: Any, **arguments: Any) -> None:
    """Run an operator's operation as the providers' role."""
    with world.database.connect("auspex_providers") as connection:
        operation(
            connection, configuration=read_configuration(), actor="key_operator", reason="a test",
            at=world.clock.now(), **arguments,
        )  # fmt: skip


def watch(world: World, monkeypatch: pytest.MonkeyPatch, *, minutes: float = 5) -> dict[str, Any]:
    """Let time pass and run one round of the monitor, as its own role."""
    from auspex.core import database
    from auspex.core.config import forget_settings

    world.clock.advance(timedelta(minutes=minutes))
    outside = database.exchange_connection(None)
    monkeypatch.setenv("AUSPEX_DATABASE_URL", world.database.url("auspex_providers"))
    forget_settings()
    try:
        return watch_providers(world.clock.now())
    finally:
        database.close_connection()
        database.exchange_connection(outside)
        monkeypatch.setenv("AUSPEX_DATABASE_URL", world.database.url("auspex_filings"))
        forget_settings()


def test_the_specifications_history(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fail("openai", "payment_required")
    assert world.refused().reason == "quota"
    assert world.holder() == ("gemini", 2)

    for kind in ("unavailable", "unavailable", None, "unavailable", "unavailable"):
        if kind:
            world.fail("gemini", kind)
            assert world.refused().redo is False
        else:
            assert world.ask().provider == "gemini"
    assert world.holder() == ("gemini", 2)
    world.fail("gemini", "unavailable")
    assert world.refused().redo is True
    assert world.holder() == ("groq", 3)

    faults.arm("providers.answered", lambda: lock_out_groq(world))  # while an answer of epoch 3 is on its way
    try:
        late = world.refused()
    finally:
        faults.disarm()
    assert (late.reason, late.redo) == ("stale_epoch", True)
    assert world.holder() == ("cloudflare", 4)
    assert world.events()[-1]["type"] == "stale_result"

    world.fail("cloudflare", "prose", times=2)
    assert world.refused().reason == "bad_output"
    assert world.ask().provider == "cloudflare"
    assert world.state("cloudflare")["bad_times"] == []
    assert world.holder() == ("cloudflare", 4)

    world.fail("cloudflare", "unavailable", times=3)
    for _ in range(3):
        watch(world, monkeypatch, minutes=6)
    assert world.holder() == ("huggingface", 5)

    world.fail("huggingface", "unauthorized")
    assert world.refused().reason == "auth"
    assert world.holder() == ("gemini", 6)  # its 5 minutes are over; openai rests until next month
    assert [event["provider_to"] for event in world.events("switch")] == [
        "gemini", "groq", "cloudflare", "huggingface", "gemini",
    ]  # fmt: skip


def lock_out_groq(world: World) -> None:
    """Another worker sees a 401 of epoch 3."""
    faults.disarm()
    with world.database.connect("auspex_filings") as connection:
        lease.record_failure(
            connection, epoch=3, failure=Failure(FailureClass.AUTH, "401", world.clock.now() + timedelta(hours=24)),
            started_at=world.clock.now(), configuration=read_configuration(), actor="another", evidence={},
            at=world.clock.now(),
        )  # fmt: skip


def test_fifty_workers_and_one_outage_make_one_switch(world: World) -> None:
    world.ask()
    configuration, at = read_configuration(), world.clock.now() + timedelta(seconds=1)
    barrier = threading.Barrier(50)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with world.database.connect("auspex_filings") as connection:
                barrier.wait(30)
                for attempt in range(4):  # each worker sees every try of the outage fail
                    moment = at + timedelta(seconds=attempt)
                    lease.record_failure(
                        connection, epoch=1, failure=UNAVAILABLE, started_at=moment, configuration=configuration,
                        actor="worker", evidence={}, at=moment,
                    )  # fmt: skip
        except BaseException as error:  # noqa: BLE001 - the thread's end must not hide it
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(world.events("switch")) == 1
    assert world.holder() == ("gemini", 2)
    assert world.state("openai")["total_failures"] == 3
    assert world.state("gemini")["total_failures"] == 0


def test_a_blip_that_many_see_is_one_failure(world: World) -> None:
    world.ask()
    began = world.clock.now()
    for seconds in range(1, 11):  # ten calls that began together fail one after another
        with transaction() as connection:
            lease.record_failure(
                connection, epoch=1, failure=UNAVAILABLE, started_at=began, configuration=read_configuration(),
                actor="worker", evidence={}, at=began + timedelta(seconds=seconds),
            )  # fmt: skip
    assert world.holder() == ("openai", 1)
    assert world.state("openai")["consecutive_failures"] == 1


def test_three_refused_requests_within_an_hour_switch_and_slower_ones_do_not(world: World) -> None:
    world.ask()
    for _ in range(4):
        world.fail("openai", "prose", times=2)
        assert world.refused().reason == "bad_output"
        world.clock.advance(timedelta(minutes=35))
    assert world.holder() == ("openai", 1)
    for _ in range(2):
        world.fail("openai", "wrong_schema", times=2)
        world.refused()
    assert world.holder() == ("gemini", 2)
    until = world.state("openai")["cooldown_until"]
    assert until == world.clock.now() + timedelta(hours=1)


def test_cool_downs_double_with_every_trip_of_a_day(world: World) -> None:
    minutes = []
    for _ in range(8):
        as_operator(world, take_lease, provider="openai") if world.holder()[0] != "openai" else None
        world.fail("openai", "server_error", times=3)
        for _ in range(3):
            world.refused()
        minutes.append((world.state("openai")["cooldown_until"] - world.clock.now()).total_seconds() / 60)
    assert minutes == [5, 10, 20, 40, 80, 160, 320, 360]


def test_a_strict_pin_keeps_the_provider_and_turns_models_off_while_it_fails(world: World) -> None:
    as_operator(world, pin_provider, provider="groq", until=world.clock.now() + timedelta(hours=2), strict=True)
    world.fail("groq", "unauthorized")
    assert (world.refused().reason, world.holder()) == ("auth", ("groq", 1))
    asked = world.server.script.summary()["total"]
    assert world.refused().reason == "unavailable"
    assert world.server.script.summary()["total"] == asked  # nobody was asked


def test_another_pin_ends_with_the_first_failover(world: World) -> None:
    as_operator(world, pin_provider, provider="groq", until=world.clock.now() + timedelta(hours=2), strict=False)
    world.fail("groq", "unauthorized")
    assert world.refused().redo is True
    assert world.holder() == ("cloudflare", 2)
    assert [event["type"] for event in world.events()] == ["pin", "unpin", "switch"]
    assert world.lease()["pinned_until"] is None


def test_an_expired_pin_is_ended_by_the_monitor(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    as_operator(world, pin_provider, provider="groq", until=world.clock.now() + timedelta(minutes=9), strict=True)
    assert watch(world, monkeypatch)["unpinned"] == 0
    assert watch(world, monkeypatch)["unpinned"] == 1
    assert world.events()[-1]["reason"] == "expired"


def test_a_new_key_ends_the_cool_down_of_the_old_one(world: World) -> None:
    world.fail("openai", "unauthorized")
    world.refused()
    for provider in ("gemini", "groq", "cloudflare", "huggingface"):
        world.fail(provider, "unauthorized")
        world.refused()
    assert world.holder() == (None, 6)
    assert world.refused().reason == "no_provider"
    world.configure(world.settings() | {"OPENAI_API_KEY": "another"})
    assert world.refused().reason == "auth"  # asked again, with a key that the server does not know
    assert world.state("openai")["total_failures"] == 2


def test_after_the_last_provider_the_monitor_takes_the_first_to_leave_its_cool_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for provider in ("openai", "gemini", "groq", "cloudflare", "huggingface"):
        world.fail(provider, "unavailable" if provider == "groq" else "unauthorized", times=3)
        while (world.holder()[0] in {None, provider} and world.events()[-1:] != []) or not world.events():
            world.refused()
            if world.holder()[0] != provider:
                break
    assert world.holder() == (None, 6)
    assert world.events()[-1]["type"] == "none_left"
    world.fail("groq", "unavailable", path="models")
    assert watch(world, monkeypatch, minutes=6)["held"] == 0  # groq's list of models still fails
    assert watch(world, monkeypatch, minutes=6)["held"] == 1
    assert world.holder() == ("groq", 7)


def test_sticky_stays_and_auto_returns_once_its_rules_allow(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fail("openai", "unavailable", times=3)
    for _ in range(3):
        world.refused()
    for _ in range(20):
        watch(world, monkeypatch)
    assert world.holder() == ("gemini", 2)  # sticky: an hour and more
    monkeypatch.setenv("AUSPEX_PROVIDER_RETURN", "auto")
    assert [watch(world, monkeypatch)["returned"] for _ in range(3)] == [0, 0, 1]  # three ok checks there
    assert world.holder() == ("openai", 3)
    assert world.events()[-1]["type"] == "returned"
    world.fail("openai", "unavailable", times=3)
    for _ in range(3):
        world.refused()
    assert world.holder() == ("gemini", 4)
    for _ in range(70):  # 5 h 50 min after the return
        watch(world, monkeypatch)
    assert world.holder() == ("gemini", 4)
    for _ in range(3):
        watch(world, monkeypatch)
    assert world.holder() == ("openai", 5)


def test_the_monitor_infers_on_the_lease_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fail("openai", "unauthorized")
    world.refused()
    world.server.script.clear()
    for _ in range(3):
        watch(world, monkeypatch)
    assert world.server.script.summary()["by_provider"] == {"gemini chat": 3}
    world.ask()
    assert "checked" not in watch(world, monkeypatch, minutes=4)  # it answered somebody lately


def test_a_check_that_meets_a_dead_key_hands_over_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ask()
    world.fail("openai", "key_invalid_400")
    assert watch(world, monkeypatch, minutes=6)["handed_over"] == 1
    assert world.holder() == ("gemini", 2)


def test_a_spent_budget_switches_before_the_next_call(world: World) -> None:
    prices = {"AUSPEX_PRICE_IN_USD_PER_MTOK_OPENAI": "1000", "AUSPEX_PRICE_OUT_USD_PER_MTOK_OPENAI": "1000"}
    world.configure(world.settings() | prices | {"AUSPEX_BUDGET_USD_OPENAI": "0.05"})
    first = world.ask()
    assert first.cost_micro_usd is not None
    assert first.cost_micro_usd == 1000 * ((first.usage.tokens_in or 0) + (first.usage.tokens_out or 0))
    assert world.refused().reason == "budget"
    assert [event["type"] for event in world.events()] == ["acquire", "budget", "switch"]
    assert world.ask().provider == "gemini"
    world.configure(world.settings() | prices | {"AUSPEX_BUDGET_USD_OPENAI": "5"})  # a raised limit ends it
    world.fail("gemini", "unauthorized")
    for provider in ("groq", "cloudflare", "huggingface"):
        world.fail(provider, "unauthorized")
    for _ in range(4):
        world.refused()
    assert world.ask().provider == "openai"


def test_without_a_price_no_budget_is_enforced(world: World) -> None:
    world.configure(world.settings() | {"AUSPEX_BUDGET_USD_OPENAI": "0"})
    assert world.ask().cost_micro_usd is None
    assert world.ask().provider == "openai"


def test_a_run_that_goes_on_under_another_epoch_begins_anew(world: World) -> None:
    first = world.ask()
    as_operator(world, take_lease, provider="groq")
    again = world.refused(epoch=first.epoch)
    assert (again.reason, again.redo, again.epoch) == ("stale_epoch", True, 2)


def test_the_fence_makes_a_switch_wait_for_the_commit(world: World) -> None:
    result = world.ask()
    with world.database.connect("auspex_filings") as writer, world.database.connect("auspex_providers") as operator:
        operator.execute("SET lock_timeout = '50ms'")
        with writer.transaction():
            assert lease.accept_result(writer, epoch=1, call_id=result.call_id, at=world.clock.now())
            with pytest.raises(Exception, match="lock timeout"):
                take_lease(
                    operator, provider="groq", configuration=read_configuration(), actor="key", reason="a test",
                    at=world.clock.now(),
                )  # fmt: skip
        as_operator(world, take_lease, provider="groq")
    assert world.holder() == ("groq", 2)


def test_a_call_nobody_made_is_not_accepted(world: World) -> None:
    world.ask()
    with pytest.raises(Exception, match="call_acceptance"), transaction() as connection:
        lease.accept_result(connection, epoch=1, call_id=new_id("call"), at=world.clock.now())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE providers.events SET actor = 'x'", "DELETE FROM providers.events", "TRUNCATE providers.events",
        "UPDATE providers.calls SET outcome = 'x'", "DELETE FROM providers.calls", "TRUNCATE providers.calls CASCADE",
        "UPDATE providers.call_acceptance SET accepted = true", "DELETE FROM providers.call_acceptance",
        "UPDATE providers.checks SET ok = true", "DELETE FROM providers.checks",
        "UPDATE providers.raw_outputs SET raw = ''", "DELETE FROM providers.lease",
        "UPDATE providers.lease SET epoch = epoch - 1", "UPDATE providers.lease SET provider = 'groq'",
    ],
)  # fmt: skip
def test_what_is_append_only_resists_its_owner(world: World, statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = world.ask()
    with transaction() as connection:
        lease.accept_result(connection, epoch=1, call_id=result.call_id, at=world.clock.now())
    watch(world, monkeypatch, minutes=10)
    with pytest.raises(Exception, match=r"append-only|epoch of the provider lease"):
        world.rows(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM providers.raw_outputs", "SELECT * FROM providers.lease",
        "INSERT INTO providers.costs VALUES ('groq', '2024-11-01', 1, 1)",
        "SELECT providers.take_lease('groq', '[]', 'x', 'x', now())",
        "SELECT providers.pin('groq', now(), true, '[]', 'x', 'x', now())",
        "SELECT providers.append_event('pin', null, null, 1, 1, 'x', 'x', '{}', now())",
        "SELECT providers.change_holder('groq', '[]', 'pin', 'x', 'x', '{}', now())",
    ],
)  # fmt: skip
def test_a_product_may_ask_and_fence_and_nothing_else(world: World, statement: str) -> None:
    with world.database.connect("auspex_filings") as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(statement.encode())
