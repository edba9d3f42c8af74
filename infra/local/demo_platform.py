"""The demo's second half: money, retries, delivery and providers, seen by a customer and an operator.

A new account is opened for it; every statement is checked; at the end its ledger is printed and added up.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass

from infra.local.demo_caller import Check, RunningStack, control, failing, wait_for

from auspex_client import ApiProblem, Auspex, CallOptions
from auspex_client.models import Job
from auspex_client.problems import BalanceTooSmall, Cooldown

SAMPLE_CIK = 9999999001
SAMPLE_FILING = "9999999001-24-000011"
FOLDERS = "/www/Archives/edgar/data/9999999001/"
QUERY = "supplier of diffraction gratings"
SECONDS_MAX = 120.0
GRANTED = 20
FILINGS_WANTED = 5
COOLDOWN_SECONDS = 31
"""How long the free plan waits between two analyses."""
AT_ONCE = CallOptions(attempts_max=1)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who takes part: a customer with an account of its own, an operator, and the sources that can be told to fail."""

    stack: RunningStack
    customer: Auspex
    operator: Auspex
    account_id: str
    ticker: str
    question: str
    check: Check


def show_platform(stack: RunningStack, *, ticker: str, question: str, check: Check) -> None:
    """Walk through quote, charge, retry, cache, refusals, cancel, dead letter, webhook, failover and ledger.

    `ticker` is a company that the source knows, `question` one that its stored text answers: else no provider is asked.
    """
    with Auspex(stack.api_url, stack.admin_key) as operator:
        account = operator.accounts.create(f"demo {int(time.time())}", plan="free").data
        secret = operator.keys.create(
            name="demo", scopes=["filings", "admin"], account_id=account.account_id, mode="test"
        ).data.secret
        with Auspex(stack.api_url, secret) as customer:
            parties = Parties(stack, customer, operator, account.account_id, ticker, question, check)
            print(f"\nA new account: {account.account_id}, plan {account.plan}")
            show_refusal(parties)
            show_charges(parties)
            show_allowance(parties)
            show_dead_letter(parties)
            show_webhook_and_cancel(parties)
            show_failover(parties)
            show_ledger(parties)


def show_refusal(parties: Parties) -> None:
    """Ask for something without a token."""
    print("\n402 without tokens")
    try:
        parties.customer.filings.search(QUERY)
    except BalanceTooSmall as refused:
        print(f"    {refused.detail}")
        parties.check(
            "refused with balance and price", holds=(refused.get("balance"), refused.get("required")) == (0, 1)
        )
    else:
        parties.check("refused with balance and price", holds=False)
    granted = parties.operator.grants.create(account_id=parties.account_id, tokens=GRANTED, reason="demo").data
    print(f"    the operator grants {granted.available} tokens")


def show_charges(parties: Parties) -> None:
    """Quote, pay, repeat, and find in the cache."""
    print("\nQuote, paid call, replay, cache hit")
    quote = parties.customer.filings.search(QUERY, dry_run=True)
    print(f"    quote: {quote.data.token_cost} token, balance {quote.balance}")
    key = CallOptions(idempotency_key=f"demo-{time.time_ns()}")
    paid = parties.customer.filings.search(QUERY, options=key)
    print(f"    paid:  {paid.token_cost} token, balance {paid.balance}, {len(paid.data.hits)} hits")
    again = parties.customer.filings.search(QUERY, options=key)
    print(f"    again under the same key: replayed {again.replayed}, cost {again.token_cost}, balance {again.balance}")
    cached = parties.customer.filings.search(QUERY)
    print(f"    again without a key: cache hit {cached.cache_hit}, cost {cached.token_cost}, balance {cached.balance}")
    parties.check("the quote was the price", holds=(quote.data.token_cost, paid.token_cost) == (1, 1))
    parties.check("the replay has the same answer and no charge", holds=again.replayed and again.data == paid.data)
    parties.check("the hit has the same answer and no charge", holds=cached.cache_hit and cached.token_cost == 0)
    parties.check("one call was charged", holds=cached.balance == GRANTED - 1)


def show_allowance(parties: Parties) -> None:
    """Ask twice at once on the free plan."""
    print("\n429 on the free plan")
    parties.customer.filings.ask("What is the revenue of $NOBODY?")
    try:
        parties.customer.filings.ask("What is the revenue of $NOBODY?", options=AT_ONCE)
    except Cooldown as refused:
        print(f"    {refused.detail} Retry-After {refused.retry_after_seconds} s")
        wait = refused.retry_after_seconds or 0
        parties.check("the second analysis has to wait", holds=0 < wait <= COOLDOWN_SECONDS)
    else:
        parties.check("the second analysis has to wait", holds=False)


def show_webhook_and_cancel(parties: Parties) -> None:
    """Register a webhook, cancel a job, see the tokens back and the event delivered and verified."""
    print("\nA cancelled job is refunded, and its end is told by webhook")
    path = f"/demo/{time.time_ns()}"
    hook = parties.customer.webhooks.create(
        url=f"{parties.stack.catcher_url}{path}", event_types=["job.cancelled", "job.succeeded"]
    ).data
    control(parties.stack.catcher_url, "POST", "/__secrets", {"path": path, "secrets": [hook.secret]})
    before = parties.customer.balance().data
    with failing(parties.stack.replay_url, path_prefix="/data/submissions", kind="slow", times=3, delay_seconds=6.0):
        job = parties.customer.filings.ingest(tickers=[{"ticker": parties.ticker, "limit": FILINGS_WANTED}]).data
        reserved = parties.customer.balance().data
        cancelled = parties.customer.jobs.cancel(job.job_id).data
        after = parties.customer.balance().data
    print(f"    reserved {reserved.reserved}; {cancelled.status}; balance {after.available}, reserved {after.reserved}")
    parties.check("the job's tokens were set aside", holds=reserved.reserved == FILINGS_WANTED)
    parties.check("and came back", holds=(after.available, after.reserved) == (before.available, 0))
    received = f"/__received?path={path}"
    caught = wait_for(lambda: control(parties.stack.catcher_url, "GET", received), seconds_max=SECONDS_MAX)
    event = json.loads(caught[0]["body"]) if caught else {}
    verified = bool(caught) and caught[0]["verified"] is True
    print(f"    received {event.get('type')} for {event.get('data', {}).get('job_id')}, verified: {verified}")
    parties.check("the event arrived with a valid signature", holds=verified)
    parties.check("it tells of this job", holds=event.get("data", {}).get("job_id") == job.job_id)


def show_dead_letter(parties: Parties) -> None:
    """Let a source fail, see the dead letter, mend the source, redrive."""
    print("\nA dead letter is redriven")
    if any(row.accession == SAMPLE_FILING for row in parties.customer.filings.accessions.list(status="indexed")):
        print(f"    {SAMPLE_FILING} was mended in an earlier run; `make reset` forgets it")
        return
    with failing(parties.stack.replay_url, path_prefix=FOLDERS, kind="404", times=1000):
        job = parties.customer.jobs.wait(_ingest(parties).job_id, timeout_seconds=SECONDS_MAX)
    letters = [
        letter
        for letter in parties.operator.ops.dead_letters.list(limit=100).data
        if letter.job_id == job.job_id and letter.redriven_at is None
    ]
    for letter in letters:
        print(f"    {letter.stage}: {letter.reason} ({letter.error})")
    parties.check("the job failed, and nothing was charged", holds=(job.status, job.cost) == ("failed", 0))
    parties.check("its dead letter says why", holds=len(letters) == 1)
    parties.operator.ops.dead_letters.redrive(ids=[letter.dead_letter_id for letter in letters])
    done = wait_for(lambda: _ended(parties.customer, job.job_id), seconds_max=SECONDS_MAX)
    parties.check("redriven, it succeeded", holds=done is not None and done.status == "succeeded")
    parties.check("an operator's redrive costs the customer nothing", holds=done is not None and done.cost == 0)


def show_failover(parties: Parties) -> None:
    """Have the active provider refuse our key, and see the next one take over for the whole deployment."""
    print("\nA provider fails over")
    parties.operator.filings.ask(parties.question, provider="auto")
    before = parties.operator.providers.status().data
    print(f"    active: {before.lease.provider}, epoch {before.lease.epoch}")
    with failing(parties.stack.provider_url, provider=before.lease.provider, kind="unauthorized", times=5):
        answered = parties.operator.filings.ask(parties.question + " Tell it again.", provider="auto")
        after = parties.operator.providers.status().data
    print(f"    {before.lease.provider} refuses the key; active: {after.lease.provider}, epoch {after.lease.epoch}")
    print(f"    the ask was answered by {answered.data.source}, cost {answered.token_cost}")
    parties.check(
        "one switch, one epoch",
        holds=(after.lease.provider != before.lease.provider, after.lease.epoch) == (True, before.lease.epoch + 1),
    )
    parties.check("the caller got an answer", holds=answered.status == 200 and not answered.data.refused)
    chain = parties.operator.providers.audit.verify().data
    parties.check("the audit chain verifies", holds=chain.valid)


def show_ledger(parties: Parties) -> None:
    """Print every transaction and add them up."""
    print("\nThe ledger, oldest first")
    rows = sorted(parties.customer.ledger.list(limit=100), key=lambda row: row.transaction_id)
    for row in rows:
        why = row.route or row.note or ""
        print(f"    {row.kind:<8} {row.available:>4} {row.reserved:>4}   {row.available_after:>4}  {why}")
    balance = parties.customer.balance().data
    total, held = sum(row.available for row in rows), sum(row.reserved for row in rows)
    print(f"    sum {total:>8} {held:>4}   balance {balance.available}")
    parties.check("it adds up to the balance", holds=(total, held) == (balance.available, balance.reserved))
    charged = sum(row.charged for row in rows)
    parties.check("grants = balance + charges", holds=balance.available + charged == GRANTED)


def _ingest(parties: Parties) -> Job:
    return parties.customer.filings.ingest(accessions=[{"accession": SAMPLE_FILING, "cik": SAMPLE_CIK}]).data


def _ended(customer: Auspex, job_id: str) -> Job | None:
    with suppress(ApiProblem):  # a refusal that passes: the next look tells
        job = customer.jobs.show(job_id).data
        return job if job.status == "succeeded" else None
    return None
