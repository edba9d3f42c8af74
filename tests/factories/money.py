"""What tests of money look at: balances and ledgers as their owner reads them, the records behind replays."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
from infra.local.application import REGION
from tests.harness.events import Response
from tests.harness.harness import Harness

from auspex.core.webhook_signatures import sign


@dataclass(frozen=True, slots=True)
class Customer:
    """An account with one key."""

    harness: Harness
    key: str

    def request(self, method: str, target: str, body: Any = None, *, idempotency_key: str | None = None) -> Response:
        """Send a request with the account's key."""
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        return self.harness.request(method, target, key=self.key, json=body, headers=headers)

    @property
    def account_id(self) -> str:
        """The account's id."""
        return str(self.request("GET", "/v1/me").data["account"]["account_id"])

    @property
    def balance(self) -> tuple[int, int]:
        """Tokens to spend and tokens set aside."""
        found = self.request("GET", "/v1/balance").data
        return found["available"], found["reserved"]

    def kinds(self) -> list[tuple[str, int]]:
        """The ledger, oldest first: what each transaction was and how it changed the tokens to spend."""
        rows = self.request("GET", "/v1/ledger?limit=100").data
        return [(row["kind"], row["available"]) for row in reversed(rows)]


def customer(harness: Harness, *scopes: str, tokens: int = 10, plan: str = "prepaid") -> Customer:
    """Make an account with tokens."""
    return Customer(harness, harness.create_key(*(scopes or ("filings",)), tokens=tokens, plan=plan))


def forget_replies() -> None:
    """Lose every record of the idempotency store, as an outage of DynamoDB would."""
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    for table in dynamodb.list_tables()["TableNames"]:
        for item in dynamodb.scan(TableName=table)["Items"]:
            dynamodb.delete_item(TableName=table, Key={"id": item["id"]})


def records() -> int:
    """Count the records of the idempotency store."""
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    return sum(len(dynamodb.scan(TableName=table)["Items"]) for table in dynamodb.list_tables()["TableNames"])


def payment(harness: Harness, event: dict[str, Any], *, at: datetime, secret: str | None = None) -> Response:
    """Send a signed event of the payment provider."""
    stored = boto3.client("secretsmanager", region_name=REGION).get_secret_value(SecretId="auspex/payment")
    body = json.dumps(event).encode()
    signing = secret or json.loads(stored["SecretString"])["secret"]
    headers = sign([signing], message_id="msg_payment", signed_at=at, body=body) | {"content-type": "application/json"}
    return harness.request("POST", "/v1/payments/webhook", body=body, headers=headers)
