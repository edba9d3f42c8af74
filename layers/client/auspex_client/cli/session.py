"""What every command shares: the client, and how results are shown: tables for people, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import click
from pydantic import BaseModel

from auspex_client.client import Auspex
from auspex_client.replies import Envelope, Page, Reply

T = TypeVar("T")
ROWS_DEFAULT = 25
CELL_CHARACTERS_MAX = 100
Columns = Mapping[str, str]
Connect = Callable[[str | None], Auspex]


class Session:
    """One run of the command line. The client is made on first use, so that `--help` needs no address."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._client: Auspex | None = None
        self.url: str | None = None
        self.as_json = False

    @property
    def client(self) -> Auspex:
        """The client of AUSPEX_URL (or `--url`) and AUSPEX_API_KEY."""
        if self._client is None:
            try:
                self._client = self._connect(self.url)
            except ValueError as error:
                raise click.UsageError(str(error)) from None
        return self._client

    def close(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            self._client.close()

    def show(self, reply: Reply[Any], *, fields: Sequence[str] = ()) -> None:
        """Show one object: every field, or those named, a line each; lists as JSON."""
        data = as_plain(reply.data)
        if self.as_json:
            click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            shown = flattened({name: data[name] for name in (fields or data)})
            width = max(map(len, shown), default=0)
            for name, value in shown.items():
                click.echo(f"{name:<{width}}  {cell(value)}")
        self.tell_cost(reply)

    def show_page(self, page: Page[Any], columns: Columns, *, rows_max: int) -> None:
        """Show rows of a list and of its following pages, at most so many."""
        self.show_rows(islice(page, rows_max), columns)

    def show_rows(self, rows: Iterable[BaseModel], columns: Columns) -> None:
        """Show rows: `columns` maps each heading to a field, dotted where it is nested."""
        plain = [as_plain(row) for row in rows]
        if self.as_json:
            click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
            return
        table = [[cell(at(row, path)) for path in columns.values()] for row in plain]
        widths = [max(map(len, column)) for column in zip(columns, *table, strict=True)]
        for line in ([heading.upper() for heading in columns], *table):
            click.echo("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip())

    def tell(self, text: str) -> None:
        """Say something beside the result."""
        if not self.as_json:
            click.echo(text, err=True)

    def tell_cost(self, reply: Envelope) -> None:
        """Say what a call cost, or why a priced one cost nothing, and what is left."""
        if reply.token_cost or reply.cache_hit or reply.replayed:
            left = "" if reply.balance is None else f", {reply.balance} left"
            origin = ", from the cache" if reply.cache_hit else ", replayed" if reply.replayed else ""
            self.tell(f"cost {reply.token_cost} tokens{left}{origin}")


def command(group: click.Group | None, name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command (of a group) that takes `--json` as every command does, and is given the session first."""

    def register(function: Callable[..., None]) -> click.Command:
        function = click.option(
            "--json", is_flag=True, expose_value=False, callback=_choose_json, help="Print JSON on stdout."
        )(function)
        made = click.command(name)(click.pass_obj(function))
        if group is not None:
            group.add_command(made)
        return made

    return register


def _choose_json(context: click.Context, _: click.Parameter, chosen: bool) -> None:  # noqa: FBT001 - click's signature
    session: Session = context.obj
    session.as_json = session.as_json or chosen


rows_option = click.option(
    "--limit", "rows_max", type=click.IntRange(min=1), default=ROWS_DEFAULT, show_default=True, help="Rows at most."
)


class Instant(click.ParamType[datetime]):
    """An instant of RFC 3339 with its zone."""

    name = "instant"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> datetime:
        """Return the instant. Fails without a zone."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant such as 2031-01-31T00:00:00Z", parameter, context)
        if found.tzinfo is None:
            self.fail(f"{value!r} has no zone: end it with Z", parameter, context)
        return found


def as_plain(value: Any) -> Any:
    """Return a model, or what holds models, as JSON holds it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    return value


def flattened(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested objects as one, their names joined by dots."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        inner = isinstance(value, Mapping) and value
        found |= flattened(value, f"{prefix}{name}.") if inner else {f"{prefix}{name}": value}
    return found


def at(row: Any, path: str) -> Any:
    """Return the value at a dotted path, None where it leads nowhere."""
    for part in path.split("."):
        row = row.get(part) if isinstance(row, dict) else None
    return row


def cell(value: Any) -> str:
    """Return a value on one line."""
    if value is None:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= CELL_CHARACTERS_MAX else text[: CELL_CHARACTERS_MAX - 1] + "…"
