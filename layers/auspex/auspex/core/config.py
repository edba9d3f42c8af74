"""Settings: one frozen model per concern, read from `AUSPEX_*` once per environment; the only reader of os.environ.

Secrets come as ARNs and are fetched through Powertools Parameters on first use, never from a stack parameter.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr

PREFIX = "AUSPEX_"
SECRET_CACHE_SECONDS = 300

Stage = Literal["local", "staging", "production"]


class Settings(BaseModel):
    """Base of every settings model: field `queue_url_prefix` is read from `AUSPEX_QUEUE_URL_PREFIX`."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class DeploymentSettings(Settings):
    """Who and where this deployment is."""

    stage: Stage = "local"
    name_prefix: str = "auspex"
    version: str = "0.0.0"
    commit: str = "unknown"
    built_at: str = "unknown"


class DatabaseSettings(Settings):
    """Where Postgres is. `database_url` is accepted with stage local alone (tests); else the secret is read."""

    stage: Stage = "local"
    database_host: str = "127.0.0.1"
    database_port: int = 5432
    database_name: str = "auspex"
    database_secret_arn: str = ""
    database_url: SecretStr | None = None
    database_tls: Literal["disable", "require", "verify-full"] = "verify-full"

    def conninfo(self) -> str:
        """Return a libpq connection string; the password is fetched from the secret when there is one."""
        if self.database_url is not None and self.stage == "local":
            return self.database_url.get_secret_value()
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - keeps psycopg out of functions without a database

        secret = read_secret(self.database_secret_arn)
        return make_conninfo(
            host=self.database_host,
            port=self.database_port,
            dbname=self.database_name,
            user=str(secret["username"]),
            password=str(secret["password"]),
            sslmode="disable" if self.stage == "local" else self.database_tls,
        )


class QueueSettings(Settings):
    """Where queues are: `<prefix><product>-<stage>` is a queue's URL."""

    queue_url_prefix: str = ""
    name_prefix: str = "auspex"


class StorageSettings(Settings):
    """Where documents and idempotency keys are."""

    documents_bucket: str = ""
    idempotency_table: str = ""


S = TypeVar("S", bound=Settings)


@cache
def read_settings(model: type[S]) -> S:
    """Build a settings model from the environment, once per execution environment."""
    values = {
        name: os.environ[PREFIX + name.upper()] for name in model.model_fields if PREFIX + name.upper() in os.environ
    }
    return model.model_validate(values)


def read_secret(arn: str) -> dict[str, Any]:
    """Return a JSON secret, kept for five minutes. Raises KeyError-like errors of Powertools when it is missing."""
    from aws_lambda_powertools.utilities.parameters import get_secret  # noqa: PLC0415 - boto3 is built on first use

    value = get_secret(arn, max_age=SECRET_CACHE_SECONDS)
    parsed: dict[str, Any] = json.loads(value)
    return parsed


def forget_settings() -> None:
    """Forget what was read; tests call it after changing the environment."""
    read_settings.cache_clear()
