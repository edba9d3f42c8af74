"""`auspex balance`, `auspex ledger`, `auspex quote …`, and what administrators give and pay back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from auspex_client.cli.asking import ticker_option
from auspex_client.cli.filings import ingestion_items
from auspex_client.cli.session import Instant, Session, command, rows_option

LEDGER_COLUMNS = {
    "at": "at", "kind": "kind", "available": "available", "reserved": "reserved", "charged": "charged",
    "left": "available_after", "route": "route", "job": "job_id", "transaction": "transaction_id", "note": "note",
}  # fmt: skip
KINDS = ["grant", "reserve", "settle", "release", "spend", "refund", "adjust"]


@command(None)
def balance(session: Session) -> None:
    """Show the tokens to spend, those set aside for work under way, and the free plan's allowance."""
    session.show(session.client.balance())


@command(None)
@click.option("--kind", type=click.Choice(KINDS))
@click.option("--job", "job_id")
@rows_option
def ledger(session: Session, *, kind: Any, job_id: str | None, rows_max: int) -> None:
    """List what moved tokens, newest first, with what was left after it."""
    session.show_page(session.client.ledger.list(kind=kind, job_id=job_id), LEDGER_COLUMNS, rows_max=rows_max)


@click.group()
def quote() -> None:
    """What a call would cost at most; nothing is stored or charged."""


@command(quote, "ask")
@click.argument("question")
@ticker_option
@click.option("--as-of", type=Instant())
@click.option("--provider", type=click.Choice(["auto", "none"]))
def quote_ask(
    session: Session, *, question: str, tickers: tuple[str, ...], as_of: datetime | None, provider: Any
) -> None:
    """Quote an answer."""
    session.show(
        session.client.filings.ask(question, tickers=tickers or None, as_of=as_of, provider=provider, dry_run=True)
    )


@command(quote, "search")
@click.argument("query")
@ticker_option
def quote_search(session: Session, *, query: str, tickers: tuple[str, ...]) -> None:
    """Quote a search."""
    session.show(session.client.filings.search(query, tickers=tickers or None, dry_run=True))


@command(quote, "ingest")
@click.argument("names", nargs=-1, required=True, metavar="TICKER|ACCESSION...")
@click.option("--cik", type=int, help="The company of the accessions, when they are not stored yet.")
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="Newest filings per ticker.")
def quote_ingest(session: Session, *, names: tuple[str, ...], cik: int | None, count: int) -> None:
    """Quote the reading of filings."""
    accessions, tickers = ingestion_items(names, cik=cik, count=count)
    reply = session.client.filings.ingest(accessions=accessions, tickers=tickers, dry_run=True)
    session.show(reply)


@command(None)
@click.argument("account_id")
@click.argument("tokens", type=int)
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
@click.option("--adjust", is_flag=True, help="Correct the balance; TOKENS may be negative (put -- before it).")
def grant(session: Session, *, account_id: str, tokens: int, reason: str, adjust: bool) -> None:
    """Give TOKENS to an account; for administrators."""
    kind: Any = "adjust" if adjust else None
    session.show(session.client.grants.create(account_id=account_id, tokens=tokens, reason=reason, kind=kind))


@command(None)
@click.argument("transaction_id")
@click.option("--tokens", type=click.IntRange(min=1), help="How many; else all that is not paid back yet.")
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
def refund(session: Session, *, transaction_id: str, tokens: int | None, reason: str) -> None:
    """Pay a charge back, whole or in part; for administrators."""
    session.show(session.client.refunds.create(transaction_id=transaction_id, tokens=tokens, reason=reason))
