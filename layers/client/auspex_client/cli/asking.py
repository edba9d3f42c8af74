"""`auspex ask`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from auspex_client.cli.session import Instant, Session, command
from auspex_client.models import Ask

ticker_option = click.option("--ticker", "tickers", multiple=True, help="Narrow it to a company; may be repeated.")


@command(None, "ask")
@click.argument("question")
@ticker_option
@click.option("--as-of", type=Instant(), help="Answer from what was known then.")
@click.option("--provider", type=click.Choice(["auto", "none"]), help="Whether a language model may help.")
def ask(session: Session, *, question: str, tickers: tuple[str, ...], as_of: datetime | None, provider: Any) -> None:
    """Ask a QUESTION about filings; the answer comes with verbatim quotes, or is refused with the reason."""
    reply = session.client.filings.ask(question, tickers=tickers or None, as_of=as_of, provider=provider)
    if session.as_json:
        session.show(reply)
        return
    print_answer(reply.data)
    session.tell_cost(reply)


def print_answer(answer: Ask) -> None:
    """Print an answer as people read it, its quotes below."""
    if answer.refused:
        click.echo(f"Refused: {answer.reason}.")
        for choice in answer.choices:
            click.echo(f"  perhaps {choice}")
    click.echo(answer.answer_markdown)
    for number, citation in enumerate(answer.citations, 1):
        mark = "✓" if citation.verified else "✗"
        click.echo(f"\n[{number}] {mark} {citation.form} {citation.accession} {citation.section_key}")
        click.echo(f"    “{' '.join(citation.quote.split())}”")
        click.echo(f"    {citation.source_url}")
