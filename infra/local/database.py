"""Which Postgres the stack uses: the server that ``DATABASE_URL`` names, else our own from the wheel."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg
from infra.local.postgres import start_postgres
from infra.local.progress import Remedy
from infra.local.state import StateDirectory
from psycopg import sql

DATABASE_NAME = "auspex"
CONNECT_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Database:
    """State where the database is and which login owns it."""

    url: str
    host: str
    port: int
    name: str
    username: str
    password: str


def start_database(directory: StateDirectory) -> Database:
    """Return a reachable, existing database. Raises PostgresError, Remedy."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return _external_database(given)
    server = start_postgres(directory.postgres, attach=True)
    with psycopg.connect(server.url(), autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE_NAME,)).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME)))
    return _parse(server.url(DATABASE_NAME))


def _external_database(url: str) -> Database:
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            row = connection.execute(
                "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')"
            ).fetchone()
    except psycopg.Error as error:
        raise Remedy(
            f"the server of DATABASE_URL cannot be used: {error}", "correct DATABASE_URL, or unset it"
        ) from error
    if row is None or not row[0]:
        raise Remedy("the server of DATABASE_URL has no pgvector", "install pgvector there, or unset DATABASE_URL")
    return _parse(url)


def _parse(url: str) -> Database:
    parts = urlsplit(url)
    return Database(
        url=url,
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 5432,
        name=unquote(parts.path.lstrip("/")) or "postgres",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
