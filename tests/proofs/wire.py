"""One Postgres session in pipeline mode: whole transactions in one round trip, and ways to die in the middle of one.

psycopg's own libpq wrapper is used without its cursors: a history has dozens of transactions, and every microsecond
spent here is a history less.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import pq
from psycopg.pq import DiagnosticField, ExecStatus

Parameter = str | int | None
Call = tuple[str, Sequence[Parameter]]
"""The name of a prepared statement and its parameters."""
BEGIN: Call = ("BEGIN", ())
COMMIT: Call = ("COMMIT", ())
ROLLBACK: Call = ("ROLLBACK", ())
READY = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}


class SessionLostError(Exception):
    """The connection ended although nobody killed it."""


@dataclass(slots=True)
class Refusal:
    """An error of one statement."""

    sqlstate: str
    message: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What one transaction gave: the rows of each statement that ran, and the error that ended it."""

    rows: list[list[tuple[str | None, ...]]] = field(default_factory=list)
    refusal: Refusal | None = None


class Session:
    """A connection that sends transactions and reads them later. Several may be under way in one session."""

    def __init__(self, url: str, statements: Mapping[str, str]) -> None:
        self._connection = pq.PGconn.connect(f"{url}?sslmode=disable&gssencmode=disable".encode())
        if self._connection.status != pq.ConnStatus.OK:
            raise SessionLostError(self._connection.get_error_message())
        self._connection.enter_pipeline_mode()
        for name, text in statements.items():
            self._connection.send_prepare(name.encode(), text.encode())
        self._connection.pipeline_sync()
        refusal = self.read().refusal
        if refusal is not None:
            raise ValueError(f"a statement cannot be prepared: {refusal.message}")

    @property
    def pid(self) -> int:
        """The server process."""
        return self._connection.backend_pid

    def send(self, calls: Sequence[Call]) -> None:
        """Send the statements of one transaction, and its end: what runs commits, an error undoes all of it."""
        self.send_part(calls)
        self._connection.pipeline_sync()

    def send_part(self, calls: Sequence[Call]) -> None:
        """Send statements without the end of their transaction."""
        for name, parameters in calls:
            values = [None if value is None else str(value).encode() for value in parameters]
            self._connection.send_query_prepared(name.encode(), values)

    def send_and_hold(self, calls: Sequence[Call]) -> None:
        """Begin a transaction and run statements; it stays open until `finish` or `kill`."""
        self.send([BEGIN, *calls])

    def read(self) -> Outcome:
        """Read one transaction's outcome, waiting for it."""
        outcome = Outcome()
        pauses = 0
        while True:
            result = self._connection.get_result()
            if result is None:
                pauses += 1
                if pauses > 2:
                    raise SessionLostError(self._connection.get_error_message())
                continue
            pauses = 0
            status = result.status
            if status in READY:
                outcome.rows.append([_row(result, number) for number in range(result.ntuples)])
            elif status == ExecStatus.PIPELINE_SYNC:
                return outcome
            elif status == ExecStatus.FATAL_ERROR:
                outcome.refusal = _refusal(result)

    def has_answer(self) -> bool:
        """Tell whether a result waits to be read."""
        self._connection.consume_input()
        return not self._connection.is_busy()

    def kill(self) -> None:
        """Cut the connection as the death of its process would: without a farewell, whatever is under way."""
        handle = socket.socket(fileno=os.dup(self._connection.socket))
        handle.shutdown(socket.SHUT_RDWR)
        handle.close()
        self._connection.finish()

    def close(self) -> None:
        """End the session in order."""
        self._connection.finish()


def _row(result: Any, number: int) -> tuple[str | None, ...]:
    values = (result.get_value(number, column) for column in range(result.nfields))
    return tuple(None if value is None else value.decode() for value in values)


def _refusal(result: Any) -> Refusal:
    sqlstate = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    message = (result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b"").decode()
    detail = (result.error_field(DiagnosticField.MESSAGE_DETAIL) or b"").decode()
    parsed = json.loads(detail) if sqlstate.startswith("AX") and detail.startswith("{") else {}
    return Refusal(sqlstate, message, parsed)
