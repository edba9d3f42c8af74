"""What a call does when the API says "not now", or nothing: over real sockets, on a clock that sleeping moves."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from tests.factories.coroutines import awaited
from tests.unit.client.scripted_server import (
    Scripted,
    ScriptedServer,
    Timekeeper,
    page,
    problem,
    reply,
    serving,
)

from auspex_client import (
    ApiProblem,
    AsyncAuspex,
    Auspex,
    CallOptions,
    ConnectionFailedError,
    DeadlineExceededError,
    UnreadableReplyError,
)
from auspex_client.problems import Conflict, InternalError, NotReady, ScopeMissing, SourceNotConfigured, Unauthenticated
from auspex_client.resources.accounts import SHOW_ACCOUNT

ACCOUNT = {
    "account_id": "acct_1", "name": "A", "plan": "free", "status": "active", "created_at": "2031-01-31T00:00:00Z",
}  # fmt: skip
CREATED = reply(ACCOUNT, status=201)
GET = [reply(ACCOUNT)]


def client(server: ScriptedServer, clock: Timekeeper, **options: Any) -> Auspex:
    return Auspex(server.url, "apx_test_secret", sleep=clock.sleep, now=clock.now, **options)


async def async_client(server: ScriptedServer, clock: Timekeeper, name: str) -> Any:
    async with AsyncAuspex(server.url, "apx_test_secret", sleep=clock.sleep_async, now=clock.now) as auspex:
        return await auspex.accounts.create(name=name)


def create_sync(server: ScriptedServer, clock: Timekeeper) -> Any:
    with client(server, clock) as auspex:
        return auspex.accounts.create("A")


def create_async(server: ScriptedServer, clock: Timekeeper) -> Any:
    return awaited(async_client(server, clock, "A"))


BOTH = pytest.mark.parametrize("create", [create_sync, create_async])
Create = Callable[[ScriptedServer, Timekeeper], Any]


@BOTH
@pytest.mark.parametrize(
    "first",
    [
        problem(429, "rate-limited", retry_after="3"),
        problem(503, "database-unavailable", retry_after="3"),
        problem(409, "request-in-progress", retry_after="3"),
    ],
    ids=lambda entry: str(entry.status),
)
def test_what_says_when_to_come_back_is_obeyed_with_the_same_key_and_body(create: Create, first: Scripted) -> None:
    clock = Timekeeper()
    with serving(first, CREATED) as server:
        made = create(server, clock)
    assert (made.data.account_id, made.attempts) == ("acct_1", 2)
    assert len(clock.slept) == 1
    assert 3 <= clock.slept[0] < 4
    one, two = server.received
    assert one.headers["idempotency-key"] == two.headers["idempotency-key"]
    assert one.headers["x-request-id"] == two.headers["x-request-id"]
    assert one.body == two.body == b'{"name": "A"}'
    assert one.headers["traceparent"].split("-")[1] == two.headers["traceparent"].split("-")[1]
    assert one.headers["traceparent"] != two.headers["traceparent"]


@BOTH
@pytest.mark.parametrize("breaks", ["before", "within"])
def test_a_connection_that_breaks_is_tried_again_under_one_key(create: Create, breaks: str) -> None:
    clock = Timekeeper()
    with serving(Scripted(201, CREATED.body, breaks=breaks), CREATED) as server:
        assert create(server, clock).attempts == 2
    assert len({request.headers["idempotency-key"] for request in server.received}) == 1


def test_two_calls_have_two_keys() -> None:
    with serving(CREATED, CREATED) as server, client(server, Timekeeper()) as auspex:
        auspex.accounts.create("A")
        auspex.accounts.create("A")
    one, two = server.received
    assert one.headers["idempotency-key"] != two.headers["idempotency-key"]
    assert one.headers["x-request-id"] != two.headers["x-request-id"]


def test_a_key_of_the_callers_own_is_sent_as_it_is() -> None:
    options = CallOptions(idempotency_key="order-7", request_id="01K7Z3Y8N4Q6R2T5V9W1X0ABCD", headers={"X-Own": "1"})
    with serving(CREATED) as server, client(server, Timekeeper()) as auspex:
        auspex.accounts.create("A", options=options)
    sent = server.received[0].headers
    assert (sent["idempotency-key"], sent["x-request-id"], sent["x-own"]) == (
        "order-7", "01K7Z3Y8N4Q6R2T5V9W1X0ABCD", "1",
    )  # fmt: skip


def test_a_trace_is_continued() -> None:
    options = CallOptions(traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
    with serving(*GET) as server, client(server, Timekeeper()) as auspex:
        auspex.accounts.show("acct_1", options=options)
    version, trace, span, flags = server.received[0].headers["traceparent"].split("-")
    assert (version, trace, flags) == ("00", "0af7651916cd43dd8448eb211c80319c", "00")
    assert span != "b7ad6b7169203331"


def test_reads_carry_no_idempotency_key() -> None:
    with serving(*GET) as server, client(server, Timekeeper()) as auspex:
        auspex.accounts.show("acct_1")
    assert "idempotency-key" not in server.received[0].headers


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(401, "unauthenticated"), Unauthenticated),
        (problem(409, "conflict"), Conflict),
        (problem(500, "internal-error"), InternalError),
        (problem(503, "source-not-configured"), SourceNotConfigured),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_waiting_does_not_change_is_raised_at_once(answer: Scripted, kind: type[Exception]) -> None:
    clock = Timekeeper()
    with serving(answer) as server, client(server, clock) as auspex, pytest.raises(kind, match=r"about"):
        auspex.accounts.create("A")
    assert clock.slept == []


def test_a_gateways_failure_is_tried_again_and_then_raised_without_a_code() -> None:
    clock = Timekeeper()
    broken = [Scripted(status, {"message": "Service Unavailable"}) for status in (502, 503, 504)]
    with (
        serving(*broken) as server,
        client(server, clock, attempts_max=3) as auspex,
        pytest.raises(ApiProblem) as raised,
    ):
        auspex.accounts.show("acct_1")
    assert (type(raised.value), raised.value.status) == (ApiProblem, 504)
    assert len(server.received) == 3


def test_pauses_without_a_word_of_the_api_grow_and_stay_below_their_bounds() -> None:
    clock = Timekeeper()
    with (
        serving(*[problem(429, "rate-limited")] * 5) as server,
        client(server, clock, attempts_max=5) as auspex,
        pytest.raises(ApiProblem, match="about rate-limited"),
    ):
        auspex.accounts.show("acct_1")
    assert len(clock.slept) == 4
    assert all(0 <= slept <= bound for slept, bound in zip(clock.slept, (0.25, 0.5, 1, 2), strict=True))
    assert len(set(clock.slept)) == 4


def test_a_pause_beyond_the_deadline_is_not_begun() -> None:
    clock = Timekeeper()
    refusal = problem(429, "allowance-used", retry_after="36000")
    with serving(refusal) as server, client(server, clock) as auspex, pytest.raises(ApiProblem) as raised:
        auspex.accounts.show("acct_1")
    assert (raised.value.problem_code, raised.value.retry_after_seconds) == ("allowance-used", 36000)
    assert clock.slept == []


def test_a_date_in_retry_after_is_understood() -> None:
    clock = Timekeeper()
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    with (
        serving(problem(503, "database-unavailable", retry_after=later), *GET) as server,
        client(server, clock) as auspex,
    ):
        auspex.accounts.show("acct_1")
    assert 15 < clock.slept[0] < 25


def test_a_closed_port_is_tried_until_the_attempts_are_used() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        clock = Timekeeper()
        with (
            Auspex(url, "k", attempts_max=3, sleep=clock.sleep, now=clock.now) as auspex,
            pytest.raises(ConnectionFailedError, match="attempt 3"),
        ):
            auspex.accounts.create("A")
    assert len(clock.slept) == 2


def test_a_server_that_accepts_and_never_answers_ends_with_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Auspex(url, "k", deadline_seconds=0.2) as auspex, pytest.raises(DeadlineExceededError, match=r"0\.2 s"):
            auspex.accounts.create("A")


def test_a_server_that_accepts_and_never_answers_ends_an_awaited_call_too() -> None:
    async def call(url: str) -> None:
        async with AsyncAuspex(url, "k", deadline_seconds=0.2) as auspex:
            await auspex.accounts.create("A")

    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(DeadlineExceededError, match=r"0\.2 s"):
        awaited(call(f"http://127.0.0.1:{silent.getsockname()[1]}"))


def test_a_reply_that_drips_beyond_the_deadline_is_given_up() -> None:
    async def call(url: str) -> None:
        async with AsyncAuspex(url, "k", deadline_seconds=0.3) as auspex:
            await auspex.accounts.show("acct_1")

    slow = Scripted(200, ACCOUNT, breaks="drips")
    with serving(slow) as server, Auspex(server.url, "k", deadline_seconds=0.3) as auspex:
        began = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            auspex.accounts.show("acct_1")
        assert time.monotonic() - began < 2
    with serving(slow) as server, pytest.raises(DeadlineExceededError):
        awaited(call(server.url))


def test_a_problem_says_everything_it_holds() -> None:
    refusal = problem(
        403, "scope-missing", required_scope="admin", request_id="r-9",
        errors=[{"pointer": "/name", "message": "too long"}],
    )  # fmt: skip
    with serving(refusal) as server, client(server, Timekeeper()) as auspex, pytest.raises(ScopeMissing) as raised:
        auspex.accounts.create("A")
    found = raised.value
    assert (found.status, found.get("required_scope"), found.request_id) == (403, "admin", "r-9")
    assert [(entry.pointer, entry.message) for entry in found.field_errors] == [("/name", "too long")]


def test_a_reply_says_what_it_cost_and_where_it_comes_from() -> None:
    answer = reply(
        ACCOUNT, token_cost="2", token_balance="40", idempotent_replayed="true", cache_status="auspex; hit",
        x_request_id="r-7", meta={"model_version": "m-1", "source": "core"},
    )  # fmt: skip
    with serving(answer) as server, client(server, Timekeeper()) as auspex:
        got = auspex.accounts.show("acct_1")
    assert (got.token_cost, got.balance, got.replayed, got.cache_hit, got.request_id) == (2, 40, True, True, "r-7")
    assert (got.meta.model_version, got.meta.source) == ("m-1", "core")


@pytest.mark.parametrize("body", [b"{", b'{"data": {}, "meta": {}}', b'{"data": {"account_id": 7}, "meta": {}}'])
def test_a_reply_of_another_shape_is_an_error_of_its_own(body: bytes) -> None:
    with (
        serving(Scripted(200, body)) as server,
        client(server, Timekeeper()) as auspex,
        pytest.raises(UnreadableReplyError, match="show_account"),
    ):
        auspex.accounts.show("acct_1")


def test_a_newer_servers_fields_and_values_are_kept() -> None:
    newer = reply({**ACCOUNT, "status": "dormant", "country": "SE"})
    with serving(newer) as server, client(server, Timekeeper()) as auspex:
        account = auspex.accounts.show("acct_1").data
    assert account.status == "dormant"
    assert account.model_extra == {"country": "SE"}


def test_iterating_a_page_goes_through_the_following_ones_with_the_same_filters() -> None:
    rows = [{**ACCOUNT, "account_id": f"acct_{n}"} for n in range(3)]
    with serving(page(rows[:2], "c/1"), page(rows[2:], None)) as server, client(server, Timekeeper()) as auspex:
        found = [account.account_id for account in auspex.accounts.list(plan="free", limit=2)]
    assert found == ["acct_0", "acct_1", "acct_2"]
    assert [request.target for request in server.received] == [
        "/v1/accounts?plan=free&limit=2",
        "/v1/accounts?plan=free&limit=2&cursor=c%2F1",
    ]


def test_awaited_pages_go_on_too() -> None:
    async def names(url: str) -> list[str]:
        async with AsyncAuspex(url, "k") as auspex:
            return [account.account_id async for account in await auspex.accounts.list()]

    rows = [{**ACCOUNT, "account_id": f"acct_{n}"} for n in range(3)]
    with serving(page(rows[:2], "c1"), page(rows[2:], None)) as server:
        assert awaited(names(server.url)) == ["acct_0", "acct_1", "acct_2"]
    assert len(server.received) == 2


def test_one_call_may_be_given_one_attempt() -> None:
    clock = Timekeeper()
    refusal = problem(503, "not-ready", retry_after="5", checks=[{"name": "postgres", "ok": False}])
    with serving(refusal) as server, client(server, clock) as auspex, pytest.raises(NotReady) as raised:
        auspex.ready(options=CallOptions(attempts_max=1))
    assert raised.value.get("checks") == [{"name": "postgres", "ok": False}]
    assert (len(server.received), clock.slept) == (1, [])


def test_the_key_goes_with_every_call_and_is_never_shown() -> None:
    with serving(*GET) as server, client(server, Timekeeper()) as auspex:
        auspex.accounts.show("acct_1")
        call = auspex.settings.prepare(SHOW_ACCOUNT, None, path={"account_id": "a"}, query=None, body=None)
        assert "secret" not in repr(auspex) + repr(auspex.settings) + repr(call)
    assert server.received[0].headers["authorization"] == "Bearer apx_test_secret"


def test_a_redirect_is_not_followed_so_that_the_key_stays_here() -> None:
    with serving() as elsewhere, serving(Scripted(307, None, {"location": elsewhere.url})) as server:
        with client(server, Timekeeper()) as auspex, pytest.raises(ApiProblem, match="307"):
            auspex.accounts.show("acct_1")
        assert elsewhere.received == []


@pytest.mark.parametrize("url", ["http://api.example.org", "ftp://api.example.org", "api.example.org"])
def test_a_key_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(ValueError, match="https alone"):
        Auspex(url, "k")
    if url.startswith("http:"):
        Auspex(url, "k", allow_http=True).close()


def test_address_and_key_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUSPEX_URL", raising=False)
    with pytest.raises(ValueError, match="AUSPEX_URL"):
        Auspex()
    with serving(*GET) as server:
        monkeypatch.setenv("AUSPEX_URL", server.url + "/")
        monkeypatch.setenv("AUSPEX_API_KEY", "apx_test_env")
        with Auspex() as auspex:
            auspex.accounts.show("a/b?c")
    assert server.received[0].target == "/v1/accounts/a%2Fb%3Fc"
    assert server.received[0].headers["authorization"] == "Bearer apx_test_env"
