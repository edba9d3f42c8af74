"""`auspex providers …`: which LLM provider is asked, and an operator's word on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from auspex_client.cli.session import Instant, Session, command, rows_option

PROVIDERS = click.Choice(["openai", "gemini", "groq", "cloudflare", "huggingface"])
DRILLS = click.Choice(["quota", "budget", "auth", "unavailable", "bad_output", "request", "health", "manual"])
CHANGES = click.Choice([
    "acquire", "release", "switch", "failure", "recovered", "pin", "unpin", "returned", "stale_result", "health",
    "budget", "none_left",
])  # fmt: skip
STATUS_COLUMNS = {
    "provider": "provider", "state": "state", "model": "model", "rests until": "cooldown_until", "reason": "reason",
    "failures": "consecutive_failures", "last ok": "last_ok_at", "last error": "last_error_at",
}  # fmt: skip
AUDIT_COLUMNS = {
    "id": "id", "at": "at", "type": "type", "from": "provider_from", "to": "provider_to", "epoch": "epoch_after",
    "actor": "actor", "reason": "reason", "holds": "verified",
}  # fmt: skip
PIN_HOURS_DEFAULT = 24
reason_option = click.option("--reason", required=True, help="Why; kept in the audit.")


@click.group()
def providers() -> None:
    """LLM providers: who is asked, pin and unpin one, drill a failure, read the audit."""


@command(providers)
def status(session: Session) -> None:
    """Show who is asked, who would follow, and each provider's state."""
    reply = session.client.providers.status()
    if session.as_json:
        session.show(reply)
        return
    session.show_rows(reply.data.providers, STATUS_COLUMNS)
    lease = reply.data.lease
    pinned = "" if lease.pinned is None else f", pinned until {lease.pinned.until.isoformat()}"
    session.tell(f"asked: {lease.provider or 'nobody'} (epoch {lease.epoch}{pinned})")


@command(providers)
@click.argument("provider", type=PROVIDERS)
@reason_option
@click.option("--until", type=Instant(), help="When the pin ends by itself, at most 7 days ahead.")
@click.option("--hours", type=click.IntRange(min=1), default=PIN_HOURS_DEFAULT, show_default=True, help="Or how long.")
@click.option("--strict", is_flag=True, help="No failover: no model is asked while this one fails.")
def pin(session: Session, *, provider: Any, reason: str, until: datetime | None, hours: int, strict: bool) -> None:
    """Move to PROVIDER and stay there."""
    ends_at = until or datetime.now(UTC) + timedelta(hours=hours)
    session.show(session.client.providers.pin(provider=provider, reason=reason, until=ends_at, strict=strict or None))


@command(providers)
@reason_option
def unpin(session: Session, *, reason: str) -> None:
    """End the pin; the provider goes on being asked."""
    session.show(session.client.providers.unpin(reason))


@command(providers)
@click.argument("kind", type=DRILLS)
@click.option("--provider", type=PROVIDERS, help="Who fails; the active one otherwise.")
def drill(session: Session, *, kind: Any, provider: Any) -> None:
    """Say what a failure of this KIND would do now; nothing is changed."""
    session.show(session.client.providers.drill(kind, provider=provider))


@command(providers)
@click.option("--provider", type=PROVIDERS, help="Left or reached by the change.")
@click.option("--type", "change", type=CHANGES)
@click.option("--from", "since", type=Instant(), help="Entries from this instant on.")
@click.option("--to", "before", type=Instant(), help="Entries before this instant.")
@click.option("--chain", is_flag=True, help="Recompute the whole chain of hashes instead; exits with 1 when it breaks.")
@rows_option
def audit(
    session: Session,
    *,
    provider: Any,
    change: Any,
    since: datetime | None,
    before: datetime | None,
    chain: bool,
    rows_max: int,
) -> None:
    """List every change of who is asked, newest first, each with its hash checked."""
    if chain:
        reply = session.client.providers.audit.verify()
        session.show(reply)
        if not reply.data.valid:
            raise click.exceptions.Exit(1)
        return
    page = session.client.providers.audit.list(provider=provider, type=change, from_=since, to=before, verify=True)
    session.show_page(page, AUDIT_COLUMNS, rows_max=rows_max)
