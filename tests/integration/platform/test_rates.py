"""Rates: how many requests an account or an address may send, what is left, what a refused request costs."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given
from tests.factories.money import Customer, customer
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness

from auspex.platform.admission import address_of
from auspex.platform.rates import LocalCounter, RateClass


@pytest.fixture
def limited(make_harness: HarnessMaker) -> Harness:
    """The application with the product's own rates."""
    return make_harness(parameters={"RateFactor": "1"})


def knock(
    harness: Harness, target: str = "/v1/me", address: str = "192.0.2.7", key: str | None = None
) -> tuple[int, str]:
    reply = harness.request("GET", target, key=key, headers={"x-forwarded-for": address})
    return reply.status, reply.headers["ratelimit"]


def test_a_burst_of_reads_then_one_every_half_second(limited: Harness) -> None:
    mine = customer(limited)
    first = mine.request("GET", "/v1/me")
    assert first.headers["ratelimit-policy"] == '"read";q=60;w=30'
    assert first.headers["ratelimit"] == '"read";r=59;t=1'
    assert [mine.request("GET", "/v1/me").status for _ in range(59)] == [200] * 59
    refused = mine.request("GET", "/v1/me")
    assert (refused.status, refused.json()["code"], refused.headers["retry-after"]) == (429, "rate-limited", "1")
    assert refused.headers["ratelimit"].startswith('"read";r=0;')
    limited.advance(0.5)
    assert [mine.request("GET", "/v1/me").status for _ in range(2)] == [200, 429]


def test_classes_and_accounts_are_counted_apart(limited: Harness) -> None:
    mine = customer(limited, "admin")
    body = {"name": "x", "scopes": ["admin"]}
    assert [mine.request("POST", "/v1/keys", body).status for _ in range(16)] == [201] * 15 + [429]
    assert mine.request("GET", "/v1/me").headers["ratelimit"] == '"read";r=59;t=1'
    assert mine.request("GET", "/v1/accounts").headers["ratelimit-policy"] == '"admin";q=30;w=30'
    assert customer(limited, "admin").request("POST", "/v1/keys", body).status == 201


def test_requests_without_a_valid_key_count_for_their_address(limited: Harness) -> None:
    guess = "apx_test_" + "x" * 43
    replies = [knock(limited, key=guess if number % 2 else None) for number in range(31)]
    assert [status for status, _ in replies] == [401] * 30 + [429]
    assert replies[0][1] == '"public";r=29;t=2'
    assert knock(limited, address="198.51.100.1")[0] == 401
    assert Customer(limited, customer(limited).key).request("GET", "/v1/me").status == 200


def test_a_refused_request_takes_no_tokens_and_no_key(limited: Harness) -> None:
    mine = customer(limited, "admin", tokens=3)
    body = {"account_id": mine.account_id, "tokens": 1, "reason": "test"}
    for number in range(30):
        assert mine.request("POST", "/v1/grants", body, idempotency_key=f"k{number}").status == 201
    assert mine.request("POST", "/v1/grants", body, idempotency_key="late").status == 429
    limited.advance(1)
    assert mine.request("POST", "/v1/grants", body, idempotency_key="late").status == 201
    assert mine.balance == (34, 0)


def test_probes_are_limited_without_a_database(limited: Harness) -> None:
    statuses = [knock(limited, "/health", "203.0.113.9")[0] for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert knock(limited, "/health", "203.0.113.10")[0] == 200


def test_of_several_limits_either_all_count_or_none(limited: Harness) -> None:
    with limited.database.connect("auspex_platform") as connection, limited.database.connect(None) as owner:
        taken = "SELECT * FROM platform.take_rates(ARRAY['a', 'b'], ARRAY[1000.0, 1000.0], ARRAY[5, 2], %s)"
        at = limited.clock.now()
        with pytest.raises(Exception, match="permission denied"):
            connection.execute(taken, (at,))
        for waits in (False, False, True, True):
            row = owner.execute(taken, (at,)).fetchone()
            assert row is not None
            assert (float(str(row["retry_in"])) > 0) == waits
        counted = owner.execute("SELECT full_at - %s AS ahead FROM platform.rate_buckets ORDER BY bucket", (at,))
        assert [str(row["ahead"]) for row in counted] == ["0:00:02", "0:00:02"]


@given(gaps=st.lists(st.floats(0, 5), max_size=60))
def test_no_window_ever_holds_more_than_the_burst_and_what_was_earned(gaps: list[float]) -> None:
    counter, rate = LocalCounter(), RateClass("public", 30, 30)
    now, passed = 0.0, []
    for gap in [*gaps, *[0.0] * 40]:
        now += gap
        if counter.take("192.0.2.1", rate, at_seconds=now).retry_in_seconds == 0:
            passed.append(now)
    for number, start in enumerate(passed):
        for later, end in enumerate(passed[number:], start=1):
            assert later <= rate.burst + (end - start) / 2 + 1e-6


@pytest.mark.parametrize(
    ("forwarded", "peer", "proxies", "address"),
    [
        (None, "192.0.2.1", 0, "192.0.2.1"),
        ("192.0.2.1", "10.0.0.1", 0, "192.0.2.1"),
        ("203.0.113.66, 192.0.2.1", None, 0, "192.0.2.1"),
        ("203.0.113.66, 192.0.2.1, 10.0.0.9", None, 1, "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", None, 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", None, 0, "192.0.2.1"),
        ("not an address", None, 0, "unknown"),
        (None, None, 0, "unknown"),
    ],
)
def test_the_address_is_what_the_outermost_proxy_of_ours_saw(
    monkeypatch: pytest.MonkeyPatch, forwarded: str | None, peer: str | None, proxies: int, address: str
) -> None:
    from auspex.core.config import forget_settings

    monkeypatch.setenv("AUSPEX_TRUSTED_PROXIES", str(proxies))
    forget_settings()
    try:
        assert address_of(forwarded, peer) == address
    finally:
        monkeypatch.undo()
        forget_settings()
