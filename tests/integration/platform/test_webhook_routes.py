"""Webhooks through the API: registered, shown without secrets, changed, rotated, deleted; nobody sees another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.factories.key_holders import Holder, first_holder, problem_of
from tests.harness.harness import Harness

from auspex.core.limits import WEBHOOK_SECRETS_MAX, WEBHOOKS_MAX
from auspex.core.sealing import SealBrokenError
from auspex.platform.origin import Origin
from auspex.platform.webhook_endpoints import NewWebhook, create_webhook, open_secrets
from auspex.platform.webhook_problems import WebhookSecretShownOnce

URL = "https://hooks.example.com/auspex"
ROUTE = "/v1/webhooks"


@pytest.fixture
def owner(harness: Harness) -> Holder:
    return first_holder(harness, "filings")


def create(owner: Holder, **fields: Any) -> dict[str, Any]:
    reply = owner.request("POST", ROUTE, {"url": URL, "event_types": ["job.succeeded"]} | fields)
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.data
    return made


def rotate(owner: Holder, webhook_id: str, **options: Any) -> Any:
    body = options.pop("body", {})
    return owner.request("POST", f"{ROUTE}/{webhook_id}/rotate", body, **options)


def test_a_webhook_shows_its_secret_once(owner: Holder) -> None:
    made = create(owner, description="wakes the importer")
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    shown = owner.request("GET", f"{ROUTE}/{made['webhook_id']}")
    assert shown.status == 200
    assert shown.data == made
    assert owner.request("GET", ROUTE).data == [made]
    assert (made["url"], made["status"], made["disabled_reason"]) == (URL, "active", None)
    assert [entry["retires_at"] for entry in made["secrets"]] == [None]


def test_no_row_and_no_log_line_holds_a_secret(harness: Harness, owner: Holder) -> None:
    made = create(owner)
    again = rotate(owner, made["webhook_id"]).data
    sealed = [bytes(row["sealed"]) for row in harness.rows("SELECT sealed FROM platform.webhook_secrets")]
    for secret in (made["secret"], again["secret"]):
        plain = secret.removeprefix("whsec_")
        assert not any(plain.encode() in value for value in sealed)
        assert plain not in str(harness.log_lines())
        for table in ("webhook_endpoints", "webhook_secrets"):
            assert plain not in str(harness.rows(f"SELECT to_jsonb(t)::text FROM platform.{table} AS t"))


def test_a_secret_in_another_accounts_row_does_not_open(harness: Harness, owner: Holder) -> None:
    other = first_holder(harness, "filings")
    mine, theirs = create(owner), create(other)
    harness.rows(
        "UPDATE platform.webhook_secrets AS t SET sealed = s.sealed FROM platform.webhook_secrets AS s "
        "WHERE t.webhook_id = %(theirs)s AND s.webhook_id = %(mine)s",
        {"theirs": theirs["webhook_id"], "mine": mine["webhook_id"]},
    )
    function = harness.application.function("platform", "webhooks")
    with harness._environments.running(function), harness.database.connect("auspex_platform") as connection:
        at = harness.clock.now()
        opened = open_secrets(connection, account_id=owner.account_id, webhook_id=mine["webhook_id"], at=at)
        assert opened == [mine["secret"]]
        with pytest.raises(SealBrokenError):
            open_secrets(connection, account_id=other.account_id, webhook_id=theirs["webhook_id"], at=at)


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.com", "https://127.0.0.1/x", "https://169.254.169.254/", "https://[::1]/", "https://localhost/",
     "https://hooks.example.com:8443/", "https://user@hooks.example.com/", "ftp://hooks.example.com/", "hooks"],
)  # fmt: skip
def test_a_url_that_would_never_be_sent_to_is_refused(owner: Holder, url: str) -> None:
    webhook_id = create(owner)["webhook_id"]
    refusals = (
        owner.request("POST", ROUTE, {"url": url, "event_types": ["*"]}),
        owner.request("PATCH", f"{ROUTE}/{webhook_id}", {"url": url}),
    )
    for reply in refusals:
        assert problem_of(reply) == (422, "validation-failed")
        assert [error["pointer"] for error in reply.json()["errors"]] == ["/url"]
    assert owner.request("GET", f"{ROUTE}/{webhook_id}").data["url"] == URL


@pytest.mark.parametrize(
    "fields",
    [{"event_types": []}, {"event_types": ["job.started"]}, {"event_types": ["*", "*"]}, {"description": "a\nb"},
     {"description": "d" * 201}, {"secret": "whsec_mine"}, {"url": "https://hooks.example.com/" + "a" * 2_048}],
)  # fmt: skip
def test_a_body_that_cannot_be_accepted_is_refused(owner: Holder, fields: dict[str, Any]) -> None:
    reply = owner.request("POST", ROUTE, {"url": URL, "event_types": ["*"]} | fields)
    assert problem_of(reply) == (422, "validation-failed")
    assert owner.request("GET", ROUTE).data == []


def test_another_accounts_webhook_is_not_there(harness: Harness, owner: Holder) -> None:
    webhook_id = create(owner)["webhook_id"]
    stranger = first_holder(harness, "filings", "admin")
    for method, path, body in (
        ("GET", "", None), ("PATCH", "", {"status": "disabled"}), ("DELETE", "", None), ("POST", "/rotate", {}),
        ("GET", "/deliveries", None), ("POST", "/deliveries/dlv_01JBVEXAMP1E0000000000000A/replays", {}),
    ):  # fmt: skip
        reply = stranger.request(method, f"{ROUTE}/{webhook_id}{path}", body)
        assert problem_of(reply) == (404, "not-found"), (method, path)
    assert stranger.request("GET", ROUTE).data == []
    assert owner.request("GET", f"{ROUTE}/{webhook_id}").data["status"] == "active"


def test_what_is_given_changes_and_the_rest_stays(owner: Holder) -> None:
    made = create(owner, description="first")
    webhook_id = made["webhook_id"]
    changed = owner.request("PATCH", f"{ROUTE}/{webhook_id}", {"event_types": ["*"], "url": f"{URL}/2"}).data
    assert (changed["url"], changed["event_types"], changed["description"]) == (f"{URL}/2", ["*"], "first")
    off = owner.request("PATCH", f"{ROUTE}/{webhook_id}", {"status": "disabled"}).data
    assert (off["status"], off["disabled_reason"]) == ("disabled", "owner")
    on = owner.request("PATCH", f"{ROUTE}/{webhook_id}", {"status": "active"}).data
    assert (on["status"], on["disabled_reason"]) == ("active", None)
    assert problem_of(owner.request("PATCH", f"{ROUTE}/{webhook_id}", {})) == (422, "validation-failed")


def test_a_deleted_webhook_is_gone_with_its_secrets(harness: Harness, owner: Holder) -> None:
    webhook_id = create(owner)["webhook_id"]
    rotate(owner, webhook_id)
    assert owner.request("DELETE", f"{ROUTE}/{webhook_id}").data["webhook_id"] == webhook_id
    assert problem_of(owner.request("GET", f"{ROUTE}/{webhook_id}")) == (404, "not-found")
    assert problem_of(owner.request("DELETE", f"{ROUTE}/{webhook_id}")) == (404, "not-found")
    assert owner.request("GET", ROUTE).data == []
    assert harness.rows("SELECT 1 FROM platform.webhook_secrets WHERE sealed IS NOT NULL") == []


def test_webhooks_come_in_pages_newest_first(owner: Holder) -> None:
    made = [create(owner)["webhook_id"] for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = owner.request("GET", f"{ROUTE}?limit=2{cursor}").json()
        seen += [row["webhook_id"] for row in page["data"]]
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == sorted(made, reverse=True)


def test_an_account_has_so_many_webhooks_and_no_more(owner: Holder) -> None:
    made = [create(owner)["webhook_id"] for _ in range(WEBHOOKS_MAX)]
    reply = owner.request("POST", ROUTE, {"url": URL, "event_types": ["*"]})
    assert problem_of(reply) == (409, "webhook-limit-reached")
    owner.request("DELETE", f"{ROUTE}/{made[0]}")
    create(owner)


def test_a_repeated_request_makes_one_webhook_and_cannot_show_its_secret_again(owner: Holder) -> None:
    body, key = {"url": URL, "event_types": ["*"]}, {"headers": {"idempotency-key": "one"}}
    first = owner.request("POST", ROUTE, body, **key)
    again = owner.request("POST", ROUTE, body, **key)
    assert problem_of(again) == (409, "webhook-secret-shown-once")
    assert again.json()["webhook_id"] == first.data["webhook_id"]
    other = owner.request("POST", ROUTE, body | {"description": "x"}, **key)
    assert problem_of(other) == (422, "idempotency-key-reused")
    assert len(owner.request("GET", ROUTE).data) == 1


def test_twins_make_one_webhook(harness: Harness, owner: Holder) -> None:
    origin = Origin.of(owner.account_id, ROUTE, "twin", {})

    def once(_: int) -> str:
        with harness.database.connect("auspex_platform") as connection, connection.transaction():
            new = NewWebhook(url=URL, event_types=["*"])
            try:
                create_webhook(connection, account_id=owner.account_id, new=new, origin=origin, at=harness.clock.now())
            except WebhookSecretShownOnce:
                return "refused"
            return "made"

    function = harness.application.function("platform", "webhooks")
    with harness._environments.running(function), ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(once, range(8)))
    assert sorted(outcomes) == ["made"] + ["refused"] * 7
    assert len(owner.request("GET", ROUTE).data) == 1


class TestRotation:
    def test_both_secrets_sign_until_the_overlap_is_over(self, harness: Harness, owner: Holder) -> None:
        made = create(owner)
        reply = rotate(owner, made["webhook_id"], body={"overlap_seconds": 600})
        assert reply.status == 201
        assert reply.data["secret"] != made["secret"]
        assert [entry["retires_at"] for entry in reply.data["secrets"]] == [None, "2024-11-04T09:10:00Z"]
        harness.advance(600)
        shown = owner.request("GET", f"{ROUTE}/{made['webhook_id']}").data
        assert [entry["retires_at"] for entry in shown["secrets"]] == [None]

    def test_without_overlap_the_old_secret_ends_at_once(self, owner: Holder) -> None:
        made = create(owner)
        assert len(rotate(owner, made["webhook_id"], body={"overlap_seconds": 0}).data["secrets"]) == 1

    def test_a_later_rotation_does_not_lengthen_an_overlap(self, harness: Harness, owner: Holder) -> None:
        made = create(owner)
        rotate(owner, made["webhook_id"], body={"overlap_seconds": 600})
        shown = rotate(owner, made["webhook_id"], body={"overlap_seconds": 86_400}).data
        ends = [entry["retires_at"] for entry in shown["secrets"]]
        assert ends == [None, "2024-11-05T09:00:00Z", "2024-11-04T09:10:00Z"]

    def test_so_many_secrets_overlap_and_no_more(self, owner: Holder) -> None:
        webhook_id = create(owner)["webhook_id"]
        for _ in range(WEBHOOK_SECRETS_MAX - 1):
            assert rotate(owner, webhook_id).status == 201
        assert problem_of(rotate(owner, webhook_id)) == (409, "webhook-rotations-pending")
        assert len(rotate(owner, webhook_id, body={"overlap_seconds": 0}).data["secrets"]) == 1

    def test_a_repeated_request_rotates_once(self, owner: Holder) -> None:
        webhook_id = create(owner)["webhook_id"]
        key = {"headers": {"idempotency-key": "one"}}
        assert rotate(owner, webhook_id, **key).status == 201
        again = rotate(owner, webhook_id, **key)
        assert problem_of(again) == (409, "webhook-secret-shown-once")
        assert problem_of(rotate(owner, webhook_id, body={"overlap_seconds": 1}, **key)) == (
            422,
            "idempotency-key-reused",
        )
        assert len(owner.request("GET", f"{ROUTE}/{webhook_id}").data["secrets"]) == 2
