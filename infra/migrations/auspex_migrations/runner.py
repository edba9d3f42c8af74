"""Bring a database to the newest revision. Safe to start from several places at once: an advisory lock queues them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy
from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection

HERE = Path(__file__).parent
LOCK_KEY = 0x41555350  # "AUSP"; session level is right here and only here, see ARCHITECTURE (database access)
OWNER_ROLE = "auspex_owner"
RETENTION_ROLE = "auspex_retention"
"""Nobody logs in as it: it owns the one function that deletes what is old, and holds the right to."""


def execute_sql_beside(module_file: str, filename: str) -> None:
    """Run one SQL file that lies beside a revision, as the role that owns every object."""
    bind = op.get_bind()
    bind.exec_driver_sql(f"SET LOCAL ROLE {OWNER_ROLE}")
    # The driver's own cursor without parameters: a percent sign in SQL is then just that.
    cursor = bind.connection.cursor()
    try:
        cursor.execute((Path(module_file).parent / filename).read_text(encoding="utf-8"))
    finally:
        cursor.close()
    bind.exec_driver_sql("RESET ROLE")


def migrate(url: str, *, role_passwords: Mapping[str, str]) -> str:
    """Create roles and extensions, run what is missing, and return the head revision.

    `url` is a SQLAlchemy URL (`postgresql+psycopg://…`) of a login that may create roles and extensions;
    `role_passwords` maps each function role (`auspex_<product>`) to the password it shall log in with.
    """
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK_KEY})")
            connection.commit()
            try:
                _prepare(connection, role_passwords)
                connection.commit()
                command.upgrade(_config(connection), "head")
                if "auspex_platform" in role_passwords:  # GET /version shows the head
                    connection.exec_driver_sql("GRANT SELECT ON public.alembic_version TO auspex_platform")
                connection.commit()
                return current_revision(connection)
            finally:
                connection.rollback()
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK_KEY})")
                connection.commit()
    finally:
        engine.dispose()


def head_revision() -> str:
    """Return the newest revision that this code knows."""
    return str(ScriptDirectory(str(HERE)).get_current_head())


def current_revision(connection: Connection) -> str:
    """Return the revision the database is at, or an empty string before the first."""
    context = MigrationContext.configure(connection, opts={"version_table_schema": "public"})
    return context.get_current_revision() or ""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _prepare(connection: Connection, role_passwords: Mapping[str, str]) -> None:
    """Roles are global to a server: create what is missing, always set the password and the search settings."""
    existing = {str(row[0]) for row in connection.exec_driver_sql("SELECT rolname FROM pg_roles").all()}
    for role in (OWNER_ROLE, RETENTION_ROLE):
        if role not in existing:
            connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
    connection.exec_driver_sql(f"GRANT {OWNER_ROLE} TO CURRENT_USER")
    connection.exec_driver_sql(f"GRANT {RETENTION_ROLE} TO {OWNER_ROLE}")  # which hands the function over to it
    connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
    database = str(connection.exec_driver_sql("SELECT quote_ident(current_database())").scalar_one())
    connection.exec_driver_sql(f"GRANT CREATE ON DATABASE {database} TO {OWNER_ROLE}")
    connection.exec_driver_sql("SELECT '[1]'::vector")  # loads the library, so that its settings are known below
    for role, password in sorted(role_passwords.items()):
        name = str(connection.exec_driver_sql("SELECT quote_ident(%s)", (role,)).scalar_one())
        literal = str(connection.exec_driver_sql("SELECT quote_literal(%s)", (password,)).scalar_one())
        verb = "ALTER" if role in existing else "CREATE"
        connection.exec_driver_sql(f"{verb} ROLE {name} LOGIN PASSWORD {literal.replace('%', '%%')}")
    # The hybrid search stays one statement because its settings hang on the role (API, data).
    if "auspex_filings" in role_passwords:
        connection.exec_driver_sql("ALTER ROLE auspex_filings SET hnsw.iterative_scan = 'strict_order'")
        connection.exec_driver_sql("ALTER ROLE auspex_filings SET hnsw.ef_search = 100")
        # Its planned cost passes jit_above_cost, and compiling takes longer than the search.
        connection.exec_driver_sql("ALTER ROLE auspex_filings SET jit = off")
        # For the branch of the search that is seldom taken, workers were started each time: 10 ms for nothing.
        connection.exec_driver_sql("ALTER ROLE auspex_filings SET max_parallel_workers_per_gather = 0")
