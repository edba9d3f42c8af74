"""What the client knows of money: quotes, costs, replays, cache hits, refusals for want of tokens, waits for rates."""

from __future__ import annotations

import pytest
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.client.conftest import Connect
from tests.integration.client.harness_transport import HarnessTransport
from tests.integration.client.test_command_line import Shell
from tests.integration.filings.ingesting import CIK, RELEASE

from auspex_client import CallOptions
from auspex_client.problems import BalanceTooSmall

READ_BURST = 60


def test_a_quote_charges_nothing_and_the_call_costs_no_more(filings: Harness, connect: Connect) -> None:
    client = connect(filings, filings.create_key("filings", tokens=10))
    quoted = client.filings.search("revenue", dry_run=True).data
    assert (quoted.token_cost, quoted.balance, quoted.affordable) == (1, 10, True)
    job = client.filings.ingest(accessions=[{"accession": RELEASE, "cik": CIK}], dry_run=True).data
    assert (job.token_cost, job.balance) == (1, 10)
    assert list(client.jobs.list()) == []
    found = client.filings.search("revenue")
    assert (found.token_cost, found.balance, found.cache_hit, found.replayed) == (1, 9, False, False)


def test_the_same_key_replays_and_the_same_question_is_remembered(filings: Harness, connect: Connect) -> None:
    client = connect(filings, filings.create_key("filings", tokens=10))
    options = CallOptions(idempotency_key="once")
    first = client.filings.search("revenue", options=options)
    again = client.filings.search("revenue", options=options)
    assert (again.replayed, again.data) == (True, first.data)
    remembered = client.filings.search("revenue")
    assert (remembered.cache_hit, remembered.token_cost) == (True, 0)
    assert client.balance().data.available == 9


def test_a_paid_reply_that_is_lost_is_paid_once(filings: Harness, connect: Connect) -> None:
    transport = HarnessTransport(filings)
    client = connect(filings, filings.create_key("filings", tokens=10), transport)
    transport.lose = 2
    reply = client.filings.search("revenue")
    assert (reply.attempts, reply.replayed) == (3, True)
    assert [entry.kind for entry in client.ledger.list(kind="spend")] == ["spend"]
    assert client.balance().data.available == 9


def test_want_of_tokens_says_how_many_there_are_and_how_many_it_takes(filings: Harness, connect: Connect) -> None:
    client = connect(filings, filings.create_key("filings", tokens=1))
    with pytest.raises(BalanceTooSmall) as refused:
        client.filings.ask("What was Larkspur's revenue?")
    assert (refused.value.get("balance"), refused.value.get("required")) == (1, 2)


def test_a_rate_is_waited_for(make_harness: HarnessMaker, connect: Connect) -> None:
    harness = make_harness(parameters={"RateFactor": "1"})
    client = connect(harness, harness.create_key("filings"))
    began = harness.clock.now()
    attempts = [client.me().attempts for _ in range(READ_BURST + 5)]
    assert max(attempts[:READ_BURST]) == 1
    assert max(attempts) == 2
    assert (harness.clock.now() - began).total_seconds() >= 1


def test_money_at_the_prompt(filings: Harness) -> None:
    owner = Shell(filings, filings.create_key("filings", tokens=5))
    admin = Shell(filings, filings.create_key("admin"))
    assert owner.json("quote", "ask", "What was Larkspur's revenue?")["token_cost"] == 2
    assert owner.json("quote", "search", "revenue")["token_cost"] == 1
    assert owner.json("quote", "ingest", RELEASE, "--cik", str(CIK))["token_cost"] == 1
    assert "cost 1 tokens, 4 left" in owner.run("filings", "search", "revenue").stderr
    account_id = owner.json("me")["account"]["account_id"]
    assert admin.json("grant", account_id, "30", "--reason", "welcome")["kind"] == "grant"
    spent = owner.json("ledger", "--kind", "spend")[0]
    assert admin.json("refund", spent["transaction_id"], "--reason", "late")["refunds"] == spent["transaction_id"]
    corrected = admin.json("grant", account_id, "--adjust", "--reason", "typing error", "--", "-10")
    assert corrected["available"] == -10
    assert owner.json("balance")["available"] == 5 - 1 + 30 + 1 - 10
    lines = owner.run("ledger").stdout.splitlines()
    assert lines[0].split()[:3] == ["AT", "KIND", "AVAILABLE"]
    assert len(lines) == 6
    refused = owner.run("filings", "ingest", *(f"9999999001-24-0000{n}" for n in range(10, 50)), "--cik", str(CIK))
    assert (refused.returncode, refused.stdout) == (12, "")
    assert "balance-too-small" in refused.stderr


def test_what_an_account_was_told_is_listed_and_read(filings: Harness) -> None:
    owner = Shell(filings, filings.create_key("filings"))
    owner.run("filings", "ingest", RELEASE, "--cik", str(CIK), "--watch")
    told = owner.json("notifications", "list", "--unread")
    assert len(told) >= 1
    assert owner.run("notifications", "read", told[0]["notification_id"]).returncode == 0
    assert len(owner.json("notifications", "list", "--unread")) == len(told) - 1


def test_a_scorebook_is_read_without_a_key(harness: Harness) -> None:
    anybody = Shell(harness, "")
    assert anybody.json("scorebook", "filings")["n"] == 0
    assert anybody.run("scorebook", "nothing").returncode == 14
