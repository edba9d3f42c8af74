"""The routes under /v1/providers, through their handlers, as the providers' role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from infra.local.provider_server.server import ProviderServer, provider_settings
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness

PRICES = {
    "AUSPEX_PRICE_IN_USD_PER_MTOK_OPENAI": "2.5", "AUSPEX_PRICE_OUT_USD_PER_MTOK_OPENAI": "10",
    "AUSPEX_BUDGET_USD_OPENAI": "25",
}  # fmt: skip
REASON = "a test"


@pytest.fixture
def providers(make_harness: HarnessMaker, provider_server: ProviderServer) -> Harness:
    """The application with five configured providers, the first one priced."""
    settings = provider_settings(f"http://127.0.0.1:{provider_server.port}") | PRICES
    return make_harness(secrets={"providers": settings})


@pytest.fixture
def admin(providers: Harness) -> str:
    return providers.create_key("admin")


def take(harness: Harness, key: str, provider: str | None = None, **headers: str) -> Any:
    body: dict[str, str] = {"reason": REASON} | ({"provider": provider} if provider else {})
    return harness.request("POST", "/v1/providers/lease", key=key, json=body, headers=headers)


def pin(harness: Harness, key: str, provider: str, *, strict: bool = False, hours: float = 2) -> Any:
    until = (harness.clock.now() + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    body = {"provider": provider, "until": until, "strict": strict, "reason": REASON}
    return harness.request("PUT", "/v1/providers/pin", key=key, json=body)


def snapshot(harness: Harness) -> dict[str, list[dict[str, Any]]]:
    tables = ("lease", "state", "events", "calls", "checks", "costs", "operator_requests")
    return {table: harness.rows(f"SELECT * FROM providers.{table} ORDER BY 1") for table in tables}


def test_any_key_sees_the_status_and_only_an_operator_its_costs(providers: Harness, admin: str) -> None:
    take(providers, admin)
    seen = providers.request("GET", "/v1/providers/status", key=providers.create_key("filings:read")).data
    assert seen["lease"]["provider"] == "openai"
    assert seen["lease"]["next_provider"] == "gemini"
    assert seen["llm_available"] is True
    assert [one["state"] for one in seen["providers"]] == ["active"] + 4 * ["standby"]
    assert [one["budget"] for one in seen["providers"]] == 5 * [None]
    costs = providers.request("GET", "/v1/providers/status", key=admin).data["providers"]
    assert costs[0]["budget"] == {"limit": "25.00", "used": "0.000000", "currency": "USD", "enforced": True}
    assert costs[1]["budget"] == {"limit": None, "used": None, "currency": "USD", "enforced": False}


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/v1/providers/lease"),
        ("DELETE", "/v1/providers/lease?epoch=1&reason=x"),
        ("PUT", "/v1/providers/pin"),
        ("DELETE", "/v1/providers/pin?reason=x"),
        ("GET", "/v1/providers/audit"),
        ("GET", "/v1/providers/audit/chain"),
        ("POST", "/v1/providers/drills"),
    ],
)
def test_what_operators_do_needs_the_admin_scope(providers: Harness, method: str, target: str) -> None:
    body: dict[str, str] | None = {} if method in {"POST", "PUT"} else None
    assert providers.request(method, target, key=providers.create_key("filings"), json=body).status == 403


def test_the_lease_is_taken_moved_and_released(providers: Harness, admin: str) -> None:
    first = take(providers, admin)
    assert (first.status, first.data["provider"], first.data["epoch"]) == (200, "openai", 1)
    again = take(providers, admin)
    assert (again.status, again.json()["code"]) == (409, "already-held")
    moved = take(providers, admin, "groq")
    assert (moved.data["provider"], moved.data["epoch"]) == ("groq", 2)
    stale = providers.request("DELETE", "/v1/providers/lease?epoch=1&reason=done", key=admin)
    assert (stale.status, stale.json()["code"]) == (409, "stale-epoch")
    released = providers.request("DELETE", "/v1/providers/lease?epoch=2&reason=done", key=admin)
    assert (released.data["state"], released.data["epoch"]) == ("none", 3)
    assert take(providers, admin).data["provider"] == "groq"  # the last one, for it does not rest


def test_a_repeated_key_moves_the_lease_once(providers: Harness, admin: str) -> None:
    assert take(providers, admin, "gemini", **{"idempotency-key": "once"}).data["epoch"] == 1
    assert take(providers, admin, "gemini", **{"idempotency-key": "once"}).data["epoch"] == 1
    other = take(providers, admin, "groq", **{"idempotency-key": "once"})
    assert (other.status, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_pin_is_kept_shown_and_ended(providers: Harness, admin: str) -> None:
    pinned = pin(providers, admin, "groq", strict=True).data
    assert (pinned["provider"], pinned["epoch"], pinned["pinned"]["strict"]) == ("groq", 1, True)
    assert pin(providers, admin, "groq").data["epoch"] == 1  # the holder stays, so does the epoch
    unpinned = providers.request("DELETE", "/v1/providers/pin?reason=over", key=admin).data
    assert (unpinned["provider"], unpinned["pinned"]) == ("groq", None)
    types = [row["type"] for row in providers.rows("SELECT type FROM providers.events ORDER BY id")]
    assert types == ["pin", "pin", "unpin"]


@pytest.mark.parametrize("hours", [-1, 24 * 7 + 1])
def test_a_pin_lies_within_the_next_seven_days(providers: Harness, admin: str, hours: float) -> None:
    assert pin(providers, admin, "groq", hours=hours).status == 422


def test_a_reason_is_needed_and_bounded(providers: Harness, admin: str) -> None:
    assert providers.request("DELETE", "/v1/providers/pin", key=admin).status == 422
    assert providers.request("DELETE", f"/v1/providers/pin?reason={'x' * 201}", key=admin).status == 422
    assert providers.request("DELETE", f"/v1/providers/pin?reason={'x' * 200}", key=admin).status == 200


def test_a_provider_without_key_is_refused(make_harness: HarnessMaker) -> None:
    harness = make_harness()
    key = harness.create_key("admin")
    assert take(harness, key, "groq").json()["code"] == "provider-not-configured"
    assert take(harness, key).json()["code"] == "no-provider"
    assert pin(harness, key, "groq").json()["code"] == "provider-not-configured"
    assert harness.request("GET", "/v1/providers/status", key=key).data["llm_available"] is False


@pytest.mark.parametrize(
    ("kind", "needed", "switches"),
    [
        ("quota", 1, True), ("budget", 1, True), ("auth", 1, True), ("unavailable", 3, True), ("bad_output", 3, True),
        ("health", 3, True), ("manual", 1, True), ("request", None, False),
    ],
)  # fmt: skip
def test_a_drill_tells_what_would_happen_and_changes_nothing(
    providers: Harness, admin: str, kind: str, needed: int | None, switches: bool
) -> None:
    take(providers, admin)
    before = snapshot(providers)
    told = providers.request("POST", "/v1/providers/drills", key=admin, json={"kind": kind}).data
    assert (told["provider"], told["switches"], told["failures_needed"]) == ("openai", switches, needed)
    assert told["new_provider"] == ("gemini" if switches else None)
    assert snapshot(providers) == before


def test_a_drill_of_another_provider_imagines_it_as_the_holder(providers: Harness, admin: str) -> None:
    before = snapshot(providers)
    body = {"kind": "auth", "provider": "huggingface"}
    told = providers.request("POST", "/v1/providers/drills", key=admin, json=body).data
    assert (told["provider"], told["new_provider"]) == ("huggingface", "openai")
    assert snapshot(providers) == before


def test_the_audit_is_listed_filtered_and_verified(providers: Harness, admin: str) -> None:
    take(providers, admin)
    pin(providers, admin, "gemini")
    take(providers, admin, "groq")
    page = providers.request("GET", "/v1/providers/audit?verify=true&limit=2", key=admin).json()
    assert [entry["type"] for entry in page["data"]] == ["switch", "unpin"]
    assert [entry["verified"] for entry in page["data"]] == [True, True]
    rest = providers.request(
        "GET", f"/v1/providers/audit?verify=true&limit=2&cursor={page['next_cursor']}", key=admin
    ).json()
    assert [(entry["type"], entry["verified"]) for entry in rest["data"]] == [("pin", True), ("acquire", True)]
    pins = providers.request("GET", "/v1/providers/audit?type=pin&provider=gemini", key=admin).data
    assert [entry["verified"] for entry in pins] == [None]
    none = providers.request("GET", "/v1/providers/audit?from=2024-11-05T00:00:00Z", key=admin).data
    assert none == []


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE providers.events SET actor = 'nobody' WHERE id = 2", 2),
        ("UPDATE providers.events SET evidence = '{}' WHERE id = 1", 1),
        ("DELETE FROM providers.events WHERE id = 2", 2),
        ("DELETE FROM providers.events WHERE id = 3", 3),
    ],
)
def test_an_altered_audit_shows(providers: Harness, admin: str, tampering: str, broken_at: int) -> None:
    pin(providers, admin, "gemini")
    take(providers, admin, "groq")
    chain = providers.request("GET", "/v1/providers/audit/chain", key=admin).data
    assert (chain["valid"], chain["entries"], chain["entries_verified"]) == (True, 3, 3)
    providers.rows("ALTER TABLE providers.events DISABLE TRIGGER ALL")
    providers.rows(tampering)
    chain = providers.request("GET", "/v1/providers/audit/chain", key=admin).data
    assert (chain["valid"], chain["broken_at"]) == (False, broken_at)


def test_health_counts_calls_and_checks_of_the_window(providers: Harness, admin: str) -> None:
    take(providers, admin)
    for _ in range(3):
        providers.fire("schedule_health_monitor")
        providers.advance(301)
    shown = providers.request("GET", "/v1/providers/health?provider=openai", key=admin).data["providers"]
    assert [(one["provider"], one["state"], one["error_rate"]) for one in shown] == [("openai", "healthy", 0.0)]
    assert shown[0]["samples"] == len(shown[0]["checks"]) >= 3
    everybody = providers.request("GET", "/v1/providers/health?hours=1", key=admin).data["providers"]
    assert [one["state"] for one in everybody] == ["healthy"] + 4 * ["unknown"]
