"""The root of the command line: options of all commands, and how errors end it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from auspex_client.cli import exit_codes
from auspex_client.cli.accounts import accounts, keys
from auspex_client.cli.asking import ask
from auspex_client.cli.filings import filings
from auspex_client.cli.jobs import jobs
from auspex_client.cli.money import balance, grant, ledger, quote, refund
from auspex_client.cli.notes import notifications, scorebook
from auspex_client.cli.ops import ops
from auspex_client.cli.providers import providers
from auspex_client.cli.session import Connect, Session, command
from auspex_client.cli.webhooks import webhooks
from auspex_client.client import Auspex
from auspex_client.errors import ApiProblem, AuspexError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--url", envvar="AUSPEX_URL", help="Where the API is.", show_envvar=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout; every command takes it too.")
@click.pass_context
def app(context: click.Context, url: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """Auspex on the command line. The key is read from AUSPEX_API_KEY and never printed."""
    context.obj.url, context.obj.as_json = url, as_json


for entry in (
    ask, quote, filings, jobs, balance, ledger, webhooks, notifications, scorebook, keys, accounts, grant, refund, ops,
    providers,
):  # fmt: skip
    app.add_command(entry)


@command(app)
def me(session: Session) -> None:
    """Show the calling key and its account."""
    session.show(session.client.me())


@command(app)
def version(session: Session) -> None:
    """Show which build answers."""
    session.show(session.client.version())


def run(arguments: Sequence[str], *, connect: Connect = Auspex) -> int:
    """Run the command line and return its exit code; what went wrong stands on stderr."""
    session = Session(connect)
    try:
        code = app.main(args=list(arguments), prog_name="auspex", standalone_mode=False, obj=session)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return exit_codes.INTERRUPTED
    except AuspexError as error:
        _report(error, as_json="--json" in arguments)
        return exit_codes.exit_code_of(error)
    finally:
        session.close()
    return code if isinstance(code, int) else 0


def _report(error: AuspexError, *, as_json: bool) -> None:
    """Say what went wrong: a problem with its remedy, or with --json its document."""
    if not isinstance(error, ApiProblem):
        click.echo(json.dumps({"detail": str(error)}) if as_json else f"auspex: {error}", err=True)
        return
    if as_json:
        click.echo(json.dumps({"status": error.status, **error.document}, ensure_ascii=False), err=True)
        return
    click.echo(f"auspex: {error.detail} [{error.problem_code}, {error.status}]", err=True)
    for entry in error.field_errors:
        click.echo(f"  {entry.pointer}: {entry.message}", err=True)
    if error.retry_after_seconds is not None:
        click.echo(f"  again in {error.retry_after_seconds:g} s", err=True)
    click.echo(f"  {error.remedy} (request {error.request_id})", err=True)
