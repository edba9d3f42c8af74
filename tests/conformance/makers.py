"""How the suite comes by things that an account owns, by the prefix of their ids.

A new kind of id needs one function here; a route whose path bears an id that nobody can make fails the suite.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.factories.key_holders import Holder
from tests.harness.aws_resources import SIGNING_SECRET

from auspex.core.clock import format_instant
from auspex.core.ids import new_id, new_ulid
from auspex.core.webhook_signatures import sign

if TYPE_CHECKING:
    from tests.conformance.world import World

WEBHOOKS_ENOUGH = 4
Maker = Callable[["World", Holder], str]


def make_account(world: World, _: Holder) -> str:
    """Open an account as an operator does."""
    return str(world.created(world.operator(), "/v1/accounts", {"name": "Conformance Ltd"})["account_id"])


def make_key(world: World, owner: Holder) -> str:
    """Make another key of the owner's account."""
    return str(world.created(owner, "/v1/keys", {"name": "spare", "scopes": ["filings:read"]})["key_id"])


def make_job(world: World, owner: Holder) -> str:
    """Begin a backfill and an ingestion that stay queued: nothing is delivered in this world."""
    world.created(owner, "/v1/filings/backfills", {"tickers": ["AAPL"], "per_ticker_limit": 1})
    wanted = {"accessions": [{"accession": "9999999001-24-000777", "cik": 9999999001}]}
    return str(world.created(owner, "/v1/filings/ingestions", wanted)["job_id"])


def make_ask(world: World, owner: Holder) -> str:
    """Run a template, and ask something: both are kept, each in a list of its own."""
    world.created(owner, "/v1/filings/ask-templates/qoq_changes/runs", {"ticker": "AAPL"})
    return str(world.created(owner, "/v1/filings/asks", {"question": "What was revenue in 2023?"})["ask_id"])


def make_notification(world: World, owner: Holder) -> str:
    """Tell the owner something new."""
    notification_id = new_id("ntf")
    told = {"id": notification_id, "account_id": owner.account_id, "at": world.harness.clock.now()}
    world.harness.rows(
        "SELECT * FROM platform.tell_account(%(id)s, %(account_id)s, 'filings', 'job.finished', %(id)s, 'AAPL', '1', "
        "'A job is done', '', '{}', %(at)s)",
        told,
    )
    return notification_id


def make_webhook(world: World, owner: Holder) -> str:
    """Register an endpoint, or name the newest of several: what was sent to it is a list of its own."""
    known = owner.request("GET", "/v1/webhooks", headers={"x-forwarded-for": world.address()}).data
    if len(known) >= WEBHOOKS_ENOUGH:
        return str(known[0]["webhook_id"])
    wanted = {"url": "https://hooks.example.com/conformance", "event_types": ["*"]}
    return str(world.created(owner, "/v1/webhooks", wanted)["webhook_id"])


def make_delivery(world: World, owner: Holder) -> str:
    """Tell the owner's newest webhook something, and have that end as a delivery without attempts."""
    told = {"account_id": owner.account_id, "at": world.harness.clock.now()}
    world.harness.rows(
        "SELECT * FROM platform.emit_webhook(%(account_id)s, 'job.succeeded', 'job', '{}', 'request', 'trace', %(at)s)",
        told,
    )
    (made,) = world.harness.rows(
        "UPDATE platform.webhook_deliveries SET state = 'failed', finished_at = %(at)s, next_attempt_at = NULL "
        "WHERE delivery_id = (SELECT max(delivery_id) FROM platform.webhook_deliveries WHERE webhook_id = "
        "(SELECT max(webhook_id) FROM platform.webhook_endpoints WHERE account_id = %(account_id)s)) "
        "RETURNING delivery_id",
        told,
    )
    return str(made["delivery_id"])


def make_channel(world: World, owner: Holder) -> str:
    """Add a channel that needs no proof."""
    parts = {"token_a": "T1JJ3T3L2", "token_b": "B1BRTD4JD", "token_c": new_ulid()}
    return str(world.created(owner, "/v1/notifications/channels", {"name": "desk", "slack": parts})["channel_id"])


def make_charge(world: World, _: Holder) -> str:
    """Charge a customer for something that an operator may pay back."""
    key = new_id("charge")
    named = {"account_id": world.holder("any").account_id, "key": key, "at": world.harness.clock.now()}
    world.harness.rows(
        "SELECT * FROM platform.spend(%(account_id)s, %(key)s, 5, NULL, false, 5, '31 seconds', 'POST /v1/any', NULL, "
        "%(at)s)",
        named,
    )
    (row,) = world.harness.rows(
        "SELECT transaction_id FROM platform.ledger_transactions "
        "WHERE account_id = %(account_id)s AND request_key = %(key)s",
        named,
    )
    return str(row["transaction_id"])


def make_simulation(world: World, owner: Holder) -> str:
    """Have a match of two ratings answered; another name is another request, which no cache knows."""
    sides = {"home": {"name": f"Ashford {new_ulid()}", "rating": 1600}, "away": {"name": "Kelby", "rating": 1500}}
    return str(world.created(owner, "/v1/oracle/simulations", {"model": "elo", "depth": "headline_pick"} | sides)["id"])


def make_report(world: World, owner: Holder) -> str:
    """Share an answer."""
    wanted = {"simulation_id": make_simulation(world, owner)}
    return str(world.created(owner, "/v1/oracle/reports", wanted)["id"])


def make_watch(world: World, owner: Holder) -> str:
    """Watch companies, or do so again."""
    wanted = {"items": [{"ticker": ticker} for ticker in ("AAPL", "APLE", "APRU")]}
    return str(world.created(owner, "/v1/filings/watchlist", wanted)["items"][0]["cik"])


def sign_payment(world: World, body: bytes) -> dict[str, str]:
    """Sign an event as the payment provider does."""
    return sign([SIGNING_SECRET], message_id=new_id("msg"), signed_at=world.harness.clock.now(), body=body)


MAKERS: dict[str, Maker] = {
    "acct": make_account,
    "key": make_key,
    "job": make_job,
    "ask": make_ask,
    "ntf": make_notification,
    "hook": make_webhook,
    "dlv": make_delivery,
    "chn": make_channel,
    "txn": make_charge,
    "sim": make_simulation,
    "rep": make_report,
    "watch": make_watch,
}


def make_ended_batch(world: World, owner: Holder) -> str:
    """Begin a batch and end it by its owner's word: nothing is delivered in this world."""
    row = {"home": {"name": "Alpha", "rating": 1600}, "away": {"name": "Beta", "rating": 1500}}
    job = world.created(owner, "/v1/oracle/batches", {"fixtures": [row], "model": "elo"})["job"]["job_id"]
    world.created(owner, f"/v1/jobs/{job}/cancel", None)
    return str(job)


MAKERS_OF_OPERATIONS: dict[tuple[str, str], Maker] = {("show_oracle_results", "job"): make_ended_batch}
"""Where an operation asks for something of its own kind: its name and the prefix of the id."""

OTHER_REQUESTS: dict[str, dict[str, Any]] = {"create_oracle_projection": {"n": 20_000}}
"""What asks for something else, where a random change of the example would ask for nonsense."""

SHARED_PARAMETERS: dict[str, str] = {
    "accession": "filings are public documents, the same for every account",
    "section_key": "a place in a public document",
    "template_key": "the common templates are the same for every account",
    "team_id": "teams are the same for every account",
    "params_id": "versions of parameters are the same for every account",
    "slug": "lessons are the same for everybody",
    "asset": "a file of the documentation page",
    "product": "a product of ours, whose scores anybody may read",
}
"""Path parameters that name something nobody owns, with why."""

PATH_VALUES: dict[str, str] = {"asset": "swagger-ui.css"}
"""Values of shared path parameters that the document gives no example of."""

HEADERS: dict[str, Callable[[World, bytes], dict[str, str]]] = {"receive_payment_event": sign_payment}
"""What a request of an operation must bear beside a key, made of the bytes that are sent."""


def free_lease(world: World) -> None:
    """Have nobody hold the provider lease."""
    at = {"at": world.harness.clock.now()}
    world.harness.rows(
        "SELECT providers.release_lease(epoch, 'conformance', 'a check', %(at)s) FROM providers.lease", at
    )


def hold_lease(world: World) -> None:
    """Have a provider hold the lease."""
    candidates = '[{"provider": "openai", "model": "local", "key": "0", "budget_micro_usd": null}]'
    world.harness.rows(
        "SELECT providers.take_lease('openai', %(candidates)s, 'conformance', 'a check', %(at)s)",
        {"candidates": candidates, "at": world.harness.clock.now()},
    )


SITUATIONS: dict[str, Callable[[World], None]] = {
    "take_provider_lease": free_lease,
    "release_provider_lease": hold_lease,
}
"""What must be so before an operation is valid; arranged when its caller is made."""


def present_epoch(world: World) -> int:
    """Return the epoch of the provider lease."""
    return int(world.harness.rows("SELECT greatest(1, epoch) AS epoch FROM providers.lease")[0]["epoch"])


def tomorrow(world: World) -> str:
    """Return an instant that lies ahead on the deployment's clock."""
    return format_instant(world.harness.clock.now() + timedelta(days=1))


PRESENT_VALUES: dict[str, Callable[[World], Any]] = {"epoch": present_epoch, "until": tomorrow}
"""Values of parameters and fields that no example can know: they are true of this deployment at this instant."""
