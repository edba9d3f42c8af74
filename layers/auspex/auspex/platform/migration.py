"""Start the migrations with the owner's login. The only function code that knows Alembic and SQLAlchemy exist."""

from __future__ import annotations

from urllib.parse import quote

from auspex_migrations.runner import migrate

from auspex.core.config import DatabaseSettings, Settings, read_secret, read_settings
from auspex.core.telemetry import log_invocation


class MigrationSettings(Settings):
    """The owner's secret and one secret per function role."""

    database_owner_secret_arn: str = ""
    platform_database_secret_arn: str = ""
    filings_database_secret_arn: str = ""
    providers_database_secret_arn: str = ""
    oracle_database_secret_arn: str = ""


def migrate_from_settings() -> str:
    """Migrate the configured database and return the head revision."""
    settings, database = read_settings(MigrationSettings), read_settings(DatabaseSettings)
    owner = read_secret(settings.database_owner_secret_arn)
    arns = (
        settings.platform_database_secret_arn,
        settings.filings_database_secret_arn,
        settings.providers_database_secret_arn,
        settings.oracle_database_secret_arn,
    )
    roles = [read_secret(arn) for arn in arns]
    tls = "disable" if database.stage == "local" else database.database_tls
    url = (
        f"postgresql+psycopg://{quote(owner['username'], safe='')}:{quote(owner['password'], safe='')}"
        f"@{database.database_host}:{database.database_port}/{database.database_name}?sslmode={tls}"
    )
    head: str = migrate(url, role_passwords={role["username"]: role["password"] for role in roles})
    log_invocation("migrated", migration_head=head)
    return head
