"""Every SQL block is prepared and planned by Postgres against the migrated schema, as the role that runs it.

Planning checks what PREPARE does not: whether the role holds the rights on tables and functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.architecture.checkout import PACKAGE
from tests.conftest import ROLES, Server, cloned

from auspex.core.database import load_sql

PLACEHOLDER = re.compile(r"%\((?P<name>\w+)\)s")
# Blocks of shared files that products run too, besides the platform.
SHARED_BY_PRODUCTS = {
    "core/outbox.sql": {"insert_message", "mark_sent"},
    "platform/accounts.sql": {"authenticate"},
    "platform/deliveries.sql": {
        "is_marked", "mark_delivery", "record_failure", "store_dead_letter", "begin_schedule_run", "end_schedule_run",
    },
    "platform/scorebook/archive.sql": {"archive_predictions", "record_outcomes", "list_predictions"},
    "platform/scorebook/score_due.sql": {
        "claim_outcomes", "list_unscored", "append_scores", "settle_outcomes", "queue_rescoring",
    },
    "platform/scorebook/read_figures.sql": {"list_scored_models", "read_score_series", "read_reliability"},
}  # fmt: skip
# What products run of the gateway: it asks, records and fences under the caller's role.
GATEWAY_BLOCKS = {
    "providers/lease.sql": {"acquire", "record_failure", "record_success", "accept_result"},
    "providers/call_store.sql": {"record_call"},
}
PRODUCT_ROLES = ("auspex_filings", "auspex_oracle")
"""Every product runs the platform's shared blocks, and asks the gateway, under its own role."""
SHARED_JOB_BLOCKS_EXCEPT = {"expire_overdue"}


@dataclass(frozen=True, slots=True)
class Block:
    """One named statement and a role that runs it."""

    file: str
    name: str
    role: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.name}:{self.role}"


def blocks() -> Iterator[Block]:
    for path in sorted(PACKAGE.rglob("*.sql")):
        file = path.relative_to(PACKAGE).as_posix()
        product = path.relative_to(PACKAGE).parts[0]
        for name, text in load_sql(path).items():
            if product in {"core", "platform"}:
                yield Block(file, name, "auspex_platform", text)
                if is_shared(file, name):
                    yield from (Block(file, name, role, text) for role in PRODUCT_ROLES)
            else:
                yield Block(file, name, f"auspex_{product}", text)
                if name in GATEWAY_BLOCKS.get(file, set()):
                    yield from (Block(file, name, role, text) for role in PRODUCT_ROLES)


def is_shared(file: str, name: str) -> bool:
    if file == "platform/jobs.sql":
        return name not in SHARED_JOB_BLOCKS_EXCEPT
    return name in SHARED_BY_PRODUCTS.get(file, set())


def numbered(text: str) -> tuple[str, int]:
    """Return the statement with `$n` for each distinct parameter, as psycopg sends it, and how many there are."""
    names: list[str] = []

    def replace(match: re.Match[str]) -> str:
        if match["name"] not in names:
            names.append(match["name"])
        return f"${names.index(match['name']) + 1}"

    return PLACEHOLDER.sub(replace, text).replace("%%", "%"), len(names)


@pytest.fixture(scope="module")
def connections(postgres_server: Server) -> Iterator[dict[str, psycopg.Connection[dict[str, object]]]]:
    with cloned(postgres_server) as database:
        opened = {role: database.connect(role) for role in ROLES}
        yield opened
        for connection in opened.values():
            connection.close()


@pytest.mark.parametrize("block", list(blocks()), ids=str)
def test_postgres_plans_the_block_for_its_role(
    connections: dict[str, psycopg.Connection[dict[str, object]]], block: Block
) -> None:
    statement, parameters = numbered(block.text)
    connection = connections[block.role]
    connection.execute(f"PREPARE checked AS {statement}".encode())
    try:
        nulls = sql.SQL(", ").join([sql.SQL("NULL")] * parameters)
        call = sql.SQL("EXECUTE checked({})").format(nulls) if parameters else sql.SQL("EXECUTE checked")
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute(sql.SQL("EXPLAIN ") + call)
    finally:
        connection.execute("DEALLOCATE checked")


def test_every_sql_file_lies_beside_a_module_that_loads_it() -> None:
    for path in PACKAGE.rglob("*.sql"):
        loaders = [p for p in path.parent.glob("*.py") if names_file(p, path)]
        assert loaders, f"{path.relative_to(PACKAGE)} is loaded by nobody"


def test_every_block_is_used() -> None:
    for path in PACKAGE.rglob("*.sql"):
        code = "".join(module.read_text(encoding="utf-8") for module in path.parent.glob("*.py"))
        unused = {name for name in load_sql(path) if f'"{name}"' not in code}
        assert unused == set(), path.relative_to(PACKAGE)


def names_file(module: Path, path: Path) -> bool:
    text = module.read_text(encoding="utf-8")
    return f'"{path.name}"' in text or (module.stem == path.stem and 'with_suffix(".sql")' in text)
