"""The idempotency store on the table that infra/data.yaml declares."""

from __future__ import annotations

import io
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from infra.local.application import REGION, read_application
from moto import mock_aws
from tests.harness.aws_resources import CREDENTIALS
from tests.harness.environment import CREDENTIALS as CREDENTIAL_VARIABLES
from tests.harness.environment import forget_caches
from tests.harness.harness import ROOT

from auspex.core import aws
from auspex.core.config import forget_settings
from auspex.core.limits import IDEMPOTENCY_HOURS, IDEMPOTENCY_KEY_CHARACTERS_MAX, IDEMPOTENT_REPLY_BYTES_MAX
from auspex.core.problems import IdempotencyKeyReused
from auspex.core.telemetry import flush_metrics, logger
from auspex.platform import idempotency
from auspex.platform.idempotency import (
    KEY_PREFIX,
    REST_SECONDS,
    RETRY_AFTER_SECONDS_MAX,
    IdempotentRequest,
    RequestInProgress,
    StoredReply,
    begin,
    finish,
    forget,
)

PARAMETERS = {"Stage": "local", "DatabaseHost": "localhost", "DatabaseOwnerSecretArn": "owner"}
REQUEST = IdempotentRequest("acct_1", "POST /v1/toy/notes", "key-1", "a" * 64)
REPLY = StoredReply(201, {"content-type": "application/json", "token-cost": "3"}, b'{"data":{"name":"\xc3\xa9"}}\x00')
MINUTE_MS = 60_000


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The client of an account whose only table is the declared one."""
    declared = read_application(ROOT / "template.yaml", PARAMETERS, secret_arn=str).resources
    (properties,) = (properties for kind, _, properties in declared if kind == "AWS::DynamoDB::Table")
    for name, value in CREDENTIAL_VARIABLES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AUSPEX_IDEMPOTENCY_TABLE", properties["TableName"])
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        client = boto3.client("dynamodb", region_name=REGION, **CREDENTIALS)
        client.create_table(
            **{name: properties[name] for name in ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema")}
        )
        client.update_time_to_live(
            TableName=properties["TableName"],
            TimeToLiveSpecification={
                "AttributeName": properties["TimeToLiveSpecification"]["AttributeName"],
                "Enabled": True,
            },
        )
        aws.use_client("dynamodb", client)
        forget_caches()
        yield client
    aws.use_client("dynamodb", None)
    forget_caches()
    forget_settings()


def items(table: Any) -> list[dict[str, Any]]:
    (name,) = table.list_tables()["TableNames"]
    found: list[dict[str, Any]] = table.scan(TableName=name)["Items"]
    return found


def set_number(table: Any, attribute: str, value: int) -> None:
    (name,) = table.list_tables()["TableNames"]
    (item,) = items(table)
    item[attribute] = {"N": str(value)}
    table.put_item(TableName=name, Item=item)


class TestReplay:
    def test_the_stored_reply_is_the_first_ones_bytes(self, table: Any) -> None:
        assert begin(REQUEST, remaining_ms=MINUTE_MS) is None
        finish(REQUEST, REPLY)
        assert begin(REQUEST, remaining_ms=MINUTE_MS) == REPLY

    @pytest.mark.parametrize(
        "other", [{"account_id": "acct_2"}, {"route": "POST /v1/toy/others"}, {"key": "key-2"}], ids=str
    )
    def test_account_route_and_key_each_tell_requests_apart(self, table: Any, other: dict[str, str]) -> None:
        begin(REQUEST, remaining_ms=MINUTE_MS)
        finish(REQUEST, REPLY)
        assert begin(replace(REQUEST, **other), remaining_ms=MINUTE_MS) is None

    def test_scope_parts_do_not_run_together(self, table: Any) -> None:
        begin(IdempotentRequest("a", "bc", "d", "0"), remaining_ms=MINUTE_MS)
        assert begin(IdempotentRequest("ab", "c", "d", "0"), remaining_ms=MINUTE_MS) is None

    def test_another_body_under_the_key_is_refused_before_and_after_the_first_has_ended(self, table: Any) -> None:
        other = replace(REQUEST, request_sha256="b" * 64)
        begin(REQUEST, remaining_ms=MINUTE_MS)
        with pytest.raises(IdempotencyKeyReused):
            begin(other, remaining_ms=MINUTE_MS)
        finish(REQUEST, REPLY)
        with pytest.raises(IdempotencyKeyReused):
            begin(other, remaining_ms=MINUTE_MS)

    def test_a_reply_is_kept_a_day_and_not_longer(self, table: Any) -> None:
        begin(REQUEST, remaining_ms=MINUTE_MS)
        finish(REQUEST, REPLY)
        (item,) = items(table)
        assert int(item["expiration"]["N"]) - time.time() == pytest.approx(IDEMPOTENCY_HOURS * 3600, abs=5)
        set_number(table, "expiration", int(time.time()) - 2)
        assert begin(REQUEST, remaining_ms=MINUTE_MS) is None

    def test_keys_bear_the_explicit_prefix_and_no_text_of_the_caller(self, table: Any) -> None:
        begin(replace(REQUEST, key="k" * IDEMPOTENCY_KEY_CHARACTERS_MAX), remaining_ms=MINUTE_MS)
        (item,) = items(table)
        prefix, _, digest = item["id"]["S"].partition("#")
        assert prefix == KEY_PREFIX
        assert len(bytes.fromhex(digest)) == 32


class TestTwins:
    def test_a_twin_waits_while_the_first_is_served(self, table: Any) -> None:
        begin(REQUEST, remaining_ms=MINUTE_MS)
        with pytest.raises(RequestInProgress) as refused:
            begin(REQUEST, remaining_ms=MINUTE_MS)
        assert refused.value.retry_after_seconds == RETRY_AFTER_SECONDS_MAX
        finish(REQUEST, REPLY)
        assert begin(REQUEST, remaining_ms=MINUTE_MS) == REPLY

    def test_the_wait_is_never_longer_than_the_first_may_live(self, table: Any) -> None:
        begin(REQUEST, remaining_ms=1_500)
        with pytest.raises(RequestInProgress) as refused:
            begin(REQUEST, remaining_ms=MINUTE_MS)
        assert refused.value.retry_after_seconds in {1, 2}

    def test_a_request_whose_invocation_died_is_taken_over_by_one_twin_only(self, table: Any) -> None:
        begin(REQUEST, remaining_ms=-1)  # it had no time left, and neither finished nor gave up
        assert begin(REQUEST, remaining_ms=MINUTE_MS) is None
        with pytest.raises(RequestInProgress):
            begin(REQUEST, remaining_ms=MINUTE_MS)

    def test_a_refused_request_leaves_its_key_free_for_another_body(self, table: Any) -> None:
        begin(REQUEST, remaining_ms=MINUTE_MS)
        forget(REQUEST)
        assert items(table) == []
        assert begin(replace(REQUEST, request_sha256="b" * 64), remaining_ms=MINUTE_MS) is None


class TestSizes:
    def test_the_longest_reply_is_kept_even_when_it_does_not_compress(self, table: Any) -> None:
        longest = replace(REPLY, body=random.Random(1).randbytes(IDEMPOTENT_REPLY_BYTES_MAX))
        begin(REQUEST, remaining_ms=MINUTE_MS)
        finish(REQUEST, longest)
        assert begin(REQUEST, remaining_ms=MINUTE_MS) == longest

    def test_a_longer_one_is_not_kept_and_frees_the_key(self, table: Any) -> None:
        begin(REQUEST, remaining_ms=MINUTE_MS)
        finish(REQUEST, replace(REPLY, body=b"x" * (IDEMPOTENT_REPLY_BYTES_MAX + 1)))
        assert begin(REQUEST, remaining_ms=MINUTE_MS) is None


class TestAStoreThatFails:
    @pytest.fixture
    def log(self, table: Any) -> Iterator[io.StringIO]:
        """What is logged while the client's endpoint is one that nobody serves."""
        with socket.socket() as taken:  # bound and not listening: every connection is refused
            taken.bind(("127.0.0.1", 0))
            refused = boto3.client(
                "dynamodb",
                region_name=REGION,
                endpoint_url=f"http://127.0.0.1:{taken.getsockname()[1]}",
                config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}),
                **CREDENTIALS,
            )
            aws.use_client("dynamodb", refused)
            forget_caches()
            log = io.StringIO()  # it outlives the test, as the logger does that writes to it
            logger().registered_handler.setStream(log)  # type: ignore[attr-defined] # a stream handler, as Powertools makes it
            yield log
        refused.close()

    def test_requests_go_on_without_replay_and_the_failure_is_counted_once_per_rest(self, log: io.StringIO) -> None:
        flush_metrics()
        assert begin(REQUEST, remaining_ms=MINUTE_MS) is None
        finish(REQUEST, REPLY)
        assert begin(REQUEST, remaining_ms=MINUTE_MS) is None  # it rests: nobody waits for it again
        forget(REQUEST)
        with redirect_stdout(log):
            flush_metrics()
        assert '"IdempotencyStoreUnavailable":[1.0]' in log.getvalue().replace(" ", "")

    def test_it_is_asked_again_after_its_rest(self, table: Any, log: io.StringIO) -> None:
        begin(REQUEST, remaining_ms=MINUTE_MS)
        store = idempotency._store()
        assert 0 < store.rests_until - time.monotonic() <= REST_SECONDS
        store.rests_until -= REST_SECONDS
        store.layer.client = table
        begin(REQUEST, remaining_ms=MINUTE_MS)
        assert len(items(table)) == 1


def test_nothing_of_boto3_is_imported_before_a_key_is_seen() -> None:
    program = (
        "import sys, auspex.platform.idempotency; print([m for m in sys.modules if 'boto3' in m or 'idempo' in m])"
    )
    environment = {"PYTHONPATH": str(ROOT / "layers" / "auspex")}
    command = [sys.executable, "-c", program]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert shown.strip() == "['auspex.platform.idempotency']"
