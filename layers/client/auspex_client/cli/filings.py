"""`auspex filings …`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import click

from auspex_client.cli.asking import ticker_option
from auspex_client.cli.jobs import show_job, timeout_option, watch_job
from auspex_client.cli.session import Instant, Session, command, rows_option
from auspex_client.models import AccessionItem, TickerItem

ACCESSION = re.compile(r"[0-9]{10}-[0-9]{2}-[0-9]{6}|[0-9]{18}")
FILING_COLUMNS = {
    "accession": "accession", "ticker": "ticker", "form": "form", "filed": "filing_date", "period": "report_date",
    "status": "status", "items": "items",
}  # fmt: skip
KPI_COLUMNS = {
    "metric": "metric", "value": "value", "unit": "unit", "period": "period_type", "to": "period_end", "basis": "basis",
    "method": "method", "change": "change_pct", "accession": "accession",
}  # fmt: skip


@click.group()
def filings() -> None:
    """SEC filings: ingest, list, show, search, figures."""


@command(filings)
@click.argument("names", nargs=-1, required=True, metavar="TICKER|ACCESSION...")
@click.option("--cik", type=int, help="The company of the accessions, when they are not stored yet.")
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="Newest filings per ticker.")
@click.option("--form", "forms", multiple=True, help="Only these forms; may be repeated.")
@click.option("--watch", is_flag=True, help="Follow the job until it ends.")
@timeout_option
def ingest(
    session: Session,
    *,
    names: tuple[str, ...],
    cik: int | None,
    count: int,
    forms: tuple[str, ...],
    watch: bool,
    timeout_seconds: float,
) -> None:
    """Read filings: the newest of each TICKER, or each ACCESSION. Answers with the job."""
    accessions, tickers = ingestion_items(names, cik=cik, count=count)
    reply = session.client.filings.ingest(accessions=accessions, tickers=tickers, forms=forms or None)
    if watch:
        session.tell_cost(reply)
        watch_job(session, reply.data.job_id, timeout_seconds)
    else:
        show_job(session, reply)


@command(filings, "list")
@click.option("--ticker")
@click.option("--form")
@click.option("--status")
@rows_option
def list_filings(session: Session, *, ticker: str | None, form: str | None, status: Any, rows_max: int) -> None:
    """List stored filings, newest first."""
    page = session.client.filings.accessions.list(ticker=ticker, form=form, status=status)
    session.show_page(page, FILING_COLUMNS, rows_max=rows_max)


@command(filings)
@click.argument("accession")
def show(session: Session, *, accession: str) -> None:
    """Show a filing with its documents and history."""
    session.show(session.client.filings.accessions.show(accession))


@command(filings)
@click.argument("query")
@ticker_option
@click.option("--top", "top_k", type=click.IntRange(min=1), help="Passages at most.")
@click.option("--as-of", type=Instant(), help="Search only what was known then.")
def search(
    session: Session, *, query: str, tickers: tuple[str, ...], top_k: int | None, as_of: datetime | None
) -> None:
    """Find passages by words and by meaning."""
    reply = session.client.filings.search(query, tickers=tickers or None, top_k=top_k, as_of=as_of)
    if session.as_json:
        session.show(reply)
        return
    for number, hit in enumerate(reply.data.hits, 1):
        click.echo(f"[{number}] {hit.form} {hit.accession} {hit.section_key} {hit.start}–{hit.end}  {hit.rrf:.4f}")
        click.echo(f"    {' '.join(hit.text.split())[:300]}")
    session.tell_cost(reply)


@command(filings)
@click.argument("ticker")
@click.option("--metric", help="Such as revenue, net_income, eps_diluted.")
@click.option("--period", type=click.Choice(["quarter", "half", "nine_months", "year", "instant", "other"]))
@click.option("--basis", type=click.Choice(["gaap", "non_gaap"]))
@click.option("--compare", type=click.Choice(["prior_quarter", "prior_year"]))
@click.option("--as-of", type=Instant(), help="Only what was known then.")
@rows_option
def kpis(
    session: Session,
    *,
    ticker: str,
    metric: str | None,
    period: Any,
    basis: Any,
    compare: Any,
    as_of: datetime | None,
    rows_max: int,
) -> None:
    """List a company's figures, newest period first."""
    page = session.client.filings.kpis.list(
        ticker, metric=metric, period_type=period, basis=basis, compare=compare, as_of=as_of
    )
    session.show_page(page, KPI_COLUMNS, rows_max=rows_max)


def ingestion_items(
    names: tuple[str, ...], *, cik: int | None, count: int
) -> tuple[list[AccessionItem] | None, list[TickerItem] | None]:
    """Return what names ask for: accessions by their form, everything else is a ticker."""
    accessions: list[AccessionItem] = [
        {"accession": name, "cik": cik} if cik else {"accession": name} for name in names if ACCESSION.fullmatch(name)
    ]
    tickers: list[TickerItem] = [{"ticker": n, "limit": count} for n in names if not ACCESSION.fullmatch(n)]
    return accessions or None, tickers or None
