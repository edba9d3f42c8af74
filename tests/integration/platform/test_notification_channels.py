"""Channels: added once, proven before anything is sent, their credentials nowhere to be read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from infra.local.catcher.catcher import Catcher
from tests.factories.key_holders import first_holder, problem_of
from tests.factories.listeners import CHANNELS, SLACK, Listener, everything_logged, parameters_of
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.platform.listening import catcher, listener

from auspex.core.limits import (
    CHANNEL_CODE_ATTEMPTS_MAX,
    CHANNEL_CODE_MINUTES,
    CHANNEL_CODES_PER_ADDRESS_MAX,
    CHANNELS_MAX,
)

__all__ = ["catcher", "listener"]  # fixtures
DISCORD = {"webhook_id": "100000000000000000", "webhook_token": "t" * 68}
TELEGRAM = {"bot_token": "123456789:" + "b" * 35, "chat_id": "-1001234567890"}
TEAMS = {"environment": "default" + "0a" * 15, "partition": "d4", "workflow": "ab" * 16, "signature": "S" * 43}
ADDRESS = "analyst@example.org"


def slack(number: int) -> dict[str, Any]:
    return {"name": f"desk {number}", "slack": SLACK | {"token_c": f"{number:024}"}}


def holding(harness: Harness, table: str, text: str) -> list[dict[str, Any]]:
    """Return a table's rows in which a text can be read."""
    return harness.rows(f"SELECT 1 FROM platform.{table} AS t WHERE strpos(t::text, %(text)s) > 0", {"text": text})


class TestAdding:
    def test_a_service_works_at_once_and_shows_no_token(self, listener: Listener) -> None:
        for service, target, hint in (
            ("slack", SLACK, "T1JJ3T3L2"), ("discord", DISCORD, DISCORD["webhook_id"]),
            ("telegram", TELEGRAM, TELEGRAM["chat_id"]), ("teams", TEAMS, ""),
        ):  # fmt: skip
            reply = listener.request("POST", CHANNELS, {"name": service, service: target})
            assert reply.status == 201, reply.json()
            assert (reply.data["service"], reply.data["status"], reply.data["hint"]) == (service, "verified", hint)
        shown = listener.request("GET", CHANNELS).body.decode()
        for secret in (SLACK["token_c"], DISCORD["webhook_token"], TELEGRAM["bot_token"], TEAMS["signature"]):
            assert secret not in shown
            assert secret not in everything_logged(listener.harness)
            assert (
                listener.harness.rows(
                    f"SELECT 1 FROM platform.notification_channels AS c WHERE c::text LIKE '%{secret}%'"
                )
                == []
            )

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"slack": SLACK | {"host": "10.0.0.1"}}, "/slack/host"),
            ({"slack": SLACK | {"url": "https://hooks.slack.com/services/T/B/x"}}, "/slack/url"),
            ({"slack": SLACK | {"token_a": "hooks.slack.com"}}, "/slack/token_a"),
            ({"slack": SLACK | {"token_c": "a/../../b" + "c" * 20}}, "/slack/token_c"),
            ({"discord": DISCORD | {"webhook_token": "x" * 60 + "@evil.example"}}, "/discord/webhook_token"),
            ({"discord": DISCORD | {"webhook_id": "https://discord.com"}}, "/discord/webhook_id"),
            ({"telegram": TELEGRAM | {"bot_token": "http://169.254.169.254/"}}, "/telegram/bot_token"),
            ({"telegram": TELEGRAM | {"chat_id": "@everybody"}}, "/telegram/chat_id"),
            ({"teams": TEAMS | {"environment": "evil.example/"}}, "/teams/environment"),
            ({"teams": TEAMS | {"partition": "d4.evil"}}, "/teams/partition"),
            ({"teams": TEAMS | {"port": 8443}}, "/teams/port"),
            ({"email": {"address": "a@b"}}, "/email/address"),
            ({"email": {"address": "a@10.0.0.1"}}, "/email/address"),
            ({"email": {"address": "a@example.org\r\nBcc: b@example.org"}}, "/email/address"),
            ({"email": {"address": "a@example.org, b@example.org"}}, "/email/address"),
            ({"email": {"address": ADDRESS, "smtp": "smtp.example.org"}}, "/email/smtp"),
            ({"webhook": {"url": "https://example.org"}}, "/webhook"),
            ({}, ""),
            ({"slack": SLACK, "discord": DISCORD}, ""),
        ],
    )  # fmt: skip
    def test_what_names_a_host_or_fits_no_service_is_refused(
        self, listener: Listener, body: dict[str, Any], pointer: str
    ) -> None:
        reply = listener.request("POST", CHANNELS, {"name": "x"} | body)
        assert problem_of(reply) == (422, "validation-failed")
        assert pointer in {error["pointer"] for error in reply.json()["errors"]}
        assert listener.request("GET", CHANNELS).data == []

    def test_the_same_place_stands_once_in_an_account(self, listener: Listener) -> None:
        first = listener.request("POST", CHANNELS, slack(1)).data["channel_id"]
        again = listener.request("POST", CHANNELS, slack(1) | {"name": "other"})
        assert problem_of(again) == (409, "channel-exists")
        assert again.json()["channel_id"] == first
        stranger = first_holder(listener.harness, "filings")
        assert stranger.request("POST", CHANNELS, slack(1)).status == 201
        assert listener.request("DELETE", f"{CHANNELS}/{first}").data["status"] == "deleted"
        assert listener.request("POST", CHANNELS, slack(1)).status == 201

    def test_an_account_has_a_limited_number(self, listener: Listener) -> None:
        for number in range(CHANNELS_MAX):
            assert listener.request("POST", CHANNELS, slack(number)).status == 201
        assert problem_of(listener.request("POST", CHANNELS, slack(99))) == (409, "channel-limit-reached")

    def test_a_repeated_request_makes_one_channel_and_one_code(self, listener: Listener) -> None:
        body = {"name": "mail", "email": {"address": ADDRESS}}
        key = {"idempotency-key": "k1"}
        first = listener.request("POST", CHANNELS, body, headers=key)
        second = listener.request("POST", CHANNELS, body, headers=key)
        assert first.data == second.data
        other = listener.request("POST", CHANNELS, slack(1), headers=key)
        assert problem_of(other) == (422, "idempotency-key-reused")
        listener.harness.drain()
        assert len(listener.mails()) == 1

    def test_without_a_mail_server_no_address_is_taken(self, make_harness: HarnessMaker) -> None:
        holder = first_holder(make_harness(), "filings")
        reply = holder.request("POST", CHANNELS, {"name": "mail", "email": {"address": ADDRESS}})
        assert problem_of(reply) == (503, "mail-not-configured")
        assert holder.request("POST", CHANNELS, slack(1)).status == 201

    def test_another_accounts_channel_is_nowhere(self, listener: Listener) -> None:
        stranger = first_holder(listener.harness, "filings")
        channel_id = listener.request("POST", CHANNELS, slack(1)).data["channel_id"]
        assert stranger.request("GET", CHANNELS).data == []
        assert problem_of(stranger.request("DELETE", f"{CHANNELS}/{channel_id}")) == (404, "not-found")
        verify = stranger.request("POST", f"{CHANNELS}/{channel_id}/verify", {"code": "00000000"})
        assert problem_of(verify) == (404, "not-found")
        assert len(listener.request("GET", CHANNELS).data) == 1


class TestProving:
    def test_an_address_is_proven_by_the_code_it_was_sent(self, listener: Listener) -> None:
        channel_id = listener.add_email(ADDRESS)
        (listed,) = listener.request("GET", CHANNELS).data
        assert (listed["status"], listed["hint"]) == ("pending", "a…@example.org")
        proven = listener.prove(channel_id, ADDRESS)
        assert (proven.status, proven.data["status"]) == (200, "verified")
        again = listener.request("POST", f"{CHANNELS}/{channel_id}/verify", {"code": "00000000"})
        assert (again.status, again.data["verified_at"]) == (200, proven.data["verified_at"])

    def test_the_mail_is_plain_and_from_us(self, listener: Listener) -> None:
        listener.add_email(ADDRESS)
        (mail,) = listener.mails(ADDRESS)
        assert mail["sender"] == "notices@example.org"
        assert mail["subject"] == "Your code for Auspex"
        assert mail["html"] == ""

    def test_the_code_stands_neither_in_a_message_nor_in_a_log_nor_in_a_table(self, listener: Listener) -> None:
        listener.add_email(ADDRESS)
        code = listener.code_to(ADDRESS)
        assert code not in everything_logged(listener.harness)
        for table in ("outbox", "notification_codes", "notification_channels"):
            assert holding(listener.harness, table, code) == []

    def test_wrong_codes_are_counted_and_then_the_right_one_is_refused_too(self, listener: Listener) -> None:
        channel_id = listener.add_email(ADDRESS)
        verify = f"{CHANNELS}/{channel_id}/verify"
        wrong = f"{(int(listener.code_to(ADDRESS)) + 1) % 10**8:08}"
        for left in reversed(range(CHANNEL_CODE_ATTEMPTS_MAX)):
            reply = listener.request("POST", verify, {"code": wrong})
            assert problem_of(reply) == (422, "channel-code-wrong")
            assert reply.json()["attempts_left"] == left
        assert problem_of(listener.prove(channel_id, ADDRESS)) == (409, "channel-code-spent")

    def test_a_code_expires(self, listener: Listener) -> None:
        channel_id = listener.add_email(ADDRESS)
        listener.harness.advance(CHANNEL_CODE_MINUTES * 60)
        assert problem_of(listener.prove(channel_id, ADDRESS)) == (409, "channel-code-spent")

    def test_an_address_is_not_flooded_whoever_asks(self, make_harness: HarnessMaker, catcher: Catcher) -> None:
        harness = make_harness(parameters=parameters_of(catcher))
        body = {"name": "mail", "email": {"address": ADDRESS}}
        holders = [first_holder(harness, "filings") for _ in range(CHANNEL_CODES_PER_ADDRESS_MAX + 1)]
        replies = [holder.request("POST", CHANNELS, body) for holder in holders]
        assert [reply.status for reply in replies] == [201] * CHANNEL_CODES_PER_ADDRESS_MAX + [429]
        assert problem_of(replies[-1]) == (429, "too-many-codes")
        assert int(replies[-1].headers["retry-after"]) == 86_400
        assert holders[-1].request("GET", CHANNELS).data == []
        harness.pass_time(86_400)
        assert holders[-1].request("POST", CHANNELS, body).status == 201

    def test_concurrent_guesses_do_not_exceed_the_limit(self, listener: Listener) -> None:
        from auspex.platform.notification_channels import SQL

        channel_id = listener.add_email(ADDRESS)
        values = {
            "account_id": listener.holder.account_id, "channel_id": channel_id, "at": listener.harness.clock.now(),
            "attempts_max": CHANNEL_CODE_ATTEMPTS_MAX,
        }  # fmt: skip

        def guess(_: int) -> bool:
            with listener.harness.database.connect("auspex_platform") as connection:
                return connection.execute(SQL["take_guess"].encode(), values).fetchone() is not None

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(guess, range(16))) == CHANNEL_CODE_ATTEMPTS_MAX


def test_a_deleted_channel_keeps_no_credentials(listener: Listener) -> None:
    channel_id = listener.request("POST", CHANNELS, slack(1)).data["channel_id"]
    for _ in range(2):
        assert listener.request("DELETE", f"{CHANNELS}/{channel_id}").data["status"] == "deleted"
    assert listener.request("GET", CHANNELS).data == []
    (row,) = listener.harness.rows(
        "SELECT credentials, deleted_at IS NOT NULL AS gone FROM platform.notification_channels"
    )
    assert row == {"credentials": None, "gone": True}
