"""Postgres access. Only this module opens connections; only callers of `transaction()` commit.

One autocommit connection per execution environment, checked on the first use of an invocation and reopened once;
no prepared statements, no session SET: RDS Proxy would pin the connection, and a frozen environment would forget it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from auspex.core.config import DatabaseSettings, read_settings
from auspex.core.problems import DatabaseUnavailable

Connection = psycopg.Connection[dict[str, Any]]

CONNECT_TIMEOUT_SECONDS = 5
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BLOCK = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*)[ \t]*$", re.MULTILINE)
_BLOCK_START = re.compile(r"^\s*-- name:", re.MULTILINE)


class _Environment:
    """The one connection of this execution environment."""

    connection: Connection | None = None
    checked = False
    at_commit: Callable[[Connection], None] | None = None


def load_sql(path: Path) -> dict[str, str]:
    """Read the named blocks of an SQL file: each starts with a line `-- name: verb_noun`.

    Raises ValueError for a name that occurs twice or is misspelt, and for a file without blocks.
    """
    text = path.read_text(encoding="utf-8")
    found = list(_BLOCK.finditer(text))
    if len(found) < len(_BLOCK_START.findall(text)):
        raise ValueError(f"{path.name}: a block's name is no lower_case word")
    if not found:
        raise ValueError(f"{path.name}: no named block")
    blocks: dict[str, str] = {}
    for match, following in zip(found, [*found[1:], None], strict=True):
        name = match["name"]
        if name in blocks:
            raise ValueError(f"{path.name}: block {name} stands twice")
        blocks[name] = text[match.end() : following.start() if following else len(text)].strip()
    return blocks


def open_connection(settings: DatabaseSettings) -> Connection:
    """Open a fresh autocommit connection; rows are dictionaries."""
    return psycopg.connect(
        settings.conninfo(),
        autocommit=True,
        prepare_threshold=None,
        row_factory=dict_row,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
    )


def begin_invocation() -> None:
    """Have the next use check the connection: the environment may have been frozen for minutes."""
    _Environment.checked = False
    _Environment.at_commit = None


def connect() -> Connection:
    """Return this environment's connection, opening or reopening it when needed.

    Raises DatabaseUnavailable (503, Retry-After) when Postgres cannot be reached.
    """
    connection = _Environment.connection
    if connection is not None and not _Environment.checked:
        try:
            connection.execute("SELECT 1")
        except psycopg.Error:
            close_connection()
            connection = None
    if connection is None or connection.closed:
        try:
            connection = open_connection(read_settings(DatabaseSettings))
        except psycopg.OperationalError as error:
            raise DatabaseUnavailable(detail="The database does not answer.") from error
        _Environment.connection = connection
    _Environment.checked = True
    return connection


def close_connection() -> None:
    """Drop this environment's connection; the next use opens a new one."""
    if _Environment.connection is not None:
        _Environment.connection.close()
    _Environment.connection = None
    _Environment.checked = False


def exchange_connection(replacement: Connection | None) -> Connection | None:
    """Put another environment's connection in this one's place and return what stood there, still open.

    For the test harness only: it runs functions of several roles in one process.
    """
    before, _Environment.connection = _Environment.connection, replacement
    _Environment.checked = False
    return before


@contextmanager
def transaction() -> Iterator[Connection]:
    """Run one use case in one transaction: commit at the end, roll back on any exception.

    What must leave the function after the commit is an outbox row, sent by `core.outbox.send_committed()`; what must
    commit with it, whoever opened it, is a step of `join_next_commit()`.
    """
    connection = connect()
    outermost = connection.info.transaction_status == TransactionStatus.IDLE
    try:
        with connection.transaction():
            yield connection
            if outermost:
                _run_at_commit(connection)
    except psycopg.OperationalError as error:
        close_connection()
        raise DatabaseUnavailable(detail="The database stopped answering.") from error


def join_next_commit(step: Callable[[Connection], None] | None) -> None:
    """Run a step at the end of the next outermost transaction, in it: effect and charge commit together or not at all.

    None takes the step back. It runs once; an exception of it rolls the transaction back and reaches the caller.
    """
    _Environment.at_commit = step


def _run_at_commit(connection: Connection) -> None:
    step, _Environment.at_commit = _Environment.at_commit, None
    if step is not None:
        step(connection)


def can_hold(text: str) -> bool:
    """Tell whether Postgres can store a text: no NUL character, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def fetch_one(connection: Connection, sql: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    """Run one statement and return its first row."""
    return connection.execute(sql, parameters).fetchone()


def fetch_all(connection: Connection, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run one statement and return all its rows."""
    return connection.execute(sql, parameters).fetchall()
