"""Graphs of nodes with checkpoints: a node is skipped exactly when one with the same input hash exists (FILINGS 7.19).

The input hash covers the node's name, its version and its inputs, so that changed content or code runs again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.clock import current_clock
from auspex.core.config import DeploymentSettings, read_settings
from auspex.core.database import Connection, connect, load_sql, transaction
from auspex.core.faults import fault_point
from auspex.core.limits import CHECKPOINT_BYTES_MAX
from auspex.filings.document_store import DocumentStore
from auspex.filings.leases import Lease
from auspex.platform.consumer import Continue, Delivery

SQL = load_sql(Path(__file__).with_name("checkpoints.sql"))


@dataclass(slots=True)
class GraphRun:
    """One run of a graph over a thread (an accession), under a lease.

    Short of time the run stops between two nodes and the message comes again as a continuation, which uses
    no retry; an invocation always computes at least one node, so that every continuation gets further.
    No node begins once every job that asked for the filing is over.
    """

    lease: Lease
    run: int
    store: DocumentStore
    delivery: Delivery[Any]
    computed: int = 0

    def node(
        self, name: str, compute: Callable[[], Any], *, inputs: Any, version: int = 1, ordinal: int = 0,
        store: Callable[[Connection], None] | None = None,
    ) -> Any:  # fmt: skip
        """Return the node's state: from its checkpoint, or computed and checkpointed. States are JSON values.

        `store` writes rows in the checkpoint's transaction, for what is computed where none may be open.

        An exception is tagged with the node's name, so that failures and dead letters name it.
        """
        key = self._key(name, inputs, version, ordinal)
        found = connect().execute(SQL["find_checkpoint"], key).fetchone()
        if found is not None:
            return self._load(found)
        self._begin()
        fault_point(f"{self.lease.graph}.{name}.before")
        try:
            state = compute()
        except Exception as error:
            name_node(error, name)
            raise
        saved = self._offload(state, key)
        with transaction() as connection:
            self.save(connection, key, saved)
            if store is not None:
                store(connection)
        fault_point(f"{self.lease.graph}.{name}.after")
        return state

    def effect(
        self, name: str, write: Callable[[Connection], None], *, inputs: Any, version: int = 1, ordinal: int = 0
    ) -> bool:
        """Run a node whose result is rows: they and its checkpoint commit together. False when it was done before."""
        key = self._key(name, inputs, version, ordinal)
        if connect().execute(SQL["find_checkpoint"], key).fetchone() is not None:
            return False
        self._begin()
        fault_point(f"{self.lease.graph}.{name}.before")
        try:
            with transaction() as connection:
                self.save(connection, key, (None, None))
                write(connection)
                fault_point(f"{self.lease.graph}.{name}.uncommitted")
        except Exception as error:
            name_node(error, name)
            raise
        fault_point(f"{self.lease.graph}.{name}.after")
        return True

    def save(self, connection: Connection, key: dict[str, Any], saved: tuple[Any, str | None]) -> None:
        """Write a checkpoint in the caller's transaction, fenced by the lease."""
        self.lease.hold(connection)
        state, s3_key = saved
        connection.execute(
            SQL["insert_checkpoint"],
            key | {
                "state": None if state is None else Jsonb(state), "s3_key": s3_key, "epoch": self.lease.epoch,
                "code_version": read_settings(DeploymentSettings).version, "at": current_clock().now(),
            },
        )  # fmt: skip

    def _begin(self) -> None:
        """Count a node about to run, or stop here when nobody wants it any more or too little time is left for it."""
        self.delivery.ensure_wanted()
        if self.computed and self.delivery.is_short_of_time():
            raise Continue
        self.computed += 1

    def _key(self, name: str, inputs: Any, version: int, ordinal: int) -> dict[str, Any]:
        canonical = json.dumps([name, version, inputs], sort_keys=True, separators=(",", ":"), default=str)
        return {
            "graph": self.lease.graph, "thread": self.lease.thread, "run": self.run, "node": name, "ordinal": ordinal,
            "input_hash": hashlib.sha256(canonical.encode()).hexdigest(),
        }  # fmt: skip

    def _offload(self, state: Any, key: dict[str, Any]) -> tuple[Any, str | None]:
        """Keep large states in S3 instead of Postgres."""
        body = json.dumps(state, separators=(",", ":")).encode()
        if len(body) <= CHECKPOINT_BYTES_MAX:
            return state, None
        parts = (key[name] for name in ("graph", "thread", "run", "node", "ordinal", "input_hash"))
        place = "checkpoints/" + "/".join(str(part) for part in parts)
        self.store.put(place, body)
        return None, place

    def _load(self, row: dict[str, Any]) -> Any:
        return json.loads(self.store.get(row["s3_key"])) if row["s3_key"] else row["state"]


def name_node(error: Exception, node: str) -> None:
    """Tell on an exception in which node it arose; the innermost name stays."""
    if getattr(error, "node", None) is None:
        error.node = node  # type: ignore[attr-defined] # a tag for the log
