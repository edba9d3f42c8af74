"""DynamoDB tables, buckets and secrets of the templates, made in moto; queues are the harness's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from infra.local.application import REGION
from moto import mock_aws

if TYPE_CHECKING:
    from tests.conftest import Database

SESSION = boto3.Session(
    region_name=REGION
)  # one for all harnesses: a service's model takes a third of a second to read
CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
OWNER_SECRET = "harness/database/owner"
SIGNING_SECRET = "A" * 32  # base64 of 24 bytes


@cache
def _client(service: str) -> Any:
    return SESSION.client(service, **CREDENTIALS)


class Account:
    """The fake AWS account of one harness."""

    def __init__(self, database: Database, secrets: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """`secrets` gives values by the end of a name: `{"providers": {…}}` is the secret `auspex/providers`."""
        self._mock = mock_aws(config={"core": {"reset_boto3_session": False}})
        self._mock.start()
        self._database = database
        self._secrets = _client("secretsmanager")
        self._arns: dict[str, str] = {}
        self._given = dict(secrets or {})

    def secret_arn(self, name: str) -> str:
        """Return the ARN of a secret, making it first: a role's login, or a random key."""
        if name not in self._arns:
            value = json.dumps(self._secret_value(name))
            self._arns[name] = str(self._secrets.create_secret(Name=name, SecretString=value)["ARN"])
        return self._arns[name]

    def root_parameters(self) -> dict[str, str]:
        """Return what the launcher would pass to the root template for this database."""
        return {
            "Stage": "local",
            "RateFactor": "1000",
            "TrustedProxies": "0",
            "DatabaseHost": "127.0.0.1",
            "DatabasePort": str(self._database.server.port),
            "DatabaseName": self._database.name,
            "DatabaseOwnerSecretArn": self.secret_arn(OWNER_SECRET),
        }

    def create(self, resources: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
        """Make the tables and buckets that the templates declare."""
        for kind, _, properties in resources:
            match kind:
                case "AWS::DynamoDB::Table":
                    _client("dynamodb").create_table(
                        TableName=properties["TableName"],
                        BillingMode=properties["BillingMode"],
                        AttributeDefinitions=properties["AttributeDefinitions"],
                        KeySchema=properties["KeySchema"],
                    )
                case "AWS::S3::Bucket":
                    _client("s3").create_bucket(Bucket=properties["BucketName"])

    def close(self) -> None:
        """Forget the account."""
        self._mock.stop()

    def _secret_value(self, name: str) -> dict[str, str]:
        if name == OWNER_SECRET:
            return {"username": "postgres", "password": self._database.server.superuser_password}
        ending = name.rsplit("/", 1)[-1]
        if "/database/" not in name and ending in self._given:
            return dict(self._given[ending])
        role = f"auspex_{ending}"
        passwords = self._database.server.role_passwords
        if "/database/" in name and role in passwords:
            return {"username": role, "password": passwords[role]}
        return {"purpose": name, "key": "k" * 64, "secret": SIGNING_SECRET}
