"""The harness's events have the shape of recorded ones; skips where the recordings are absent."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.harness.events import http_event, queue_event, response_of, schedule_event
from tests.harness.harness import START
from tests.harness.queues import QueueService

OPTIONAL_IN_HTTP = {"cookies", "stageVariables", "pathParameters", "queryStringParameters", "body"}
OPTIONAL_IN_CONTEXT = {"authentication", "authorizer"}


@pytest.fixture
def recorded(shared_data: Path) -> Any:
    def read(name: str) -> Any:
        return json.loads((shared_data / "infra" / "aws_events" / name).read_text(encoding="utf-8"))

    return read


def toy_route() -> Any:
    from infra.local.application import read_application
    from tests.harness.fixtures import TOY

    given = {
        "Stage": "local",
        "DatabaseHost": "h",
        "DatabasePort": "1",
        "DatabaseName": "d",
        "DatabaseOwnerSecretArn": "a",
    }
    return read_application(TOY, given, secret_arn=lambda name: name).find_route("POST", "/v1/toy/notes")


def test_a_request_looks_like_api_gateways(recorded: Any) -> None:
    real = recorded("apiGatewayProxyV2Event.json")
    route, parameters = toy_route()
    target, body = "/v1/toy/notes?a=1&a=2&b=%20", b'{"text": "a"}'
    headers = {"Content-Type": "application/json"}
    ours = http_event(route, parameters, target=target, headers=headers, body=body, at=START)
    assert set(ours) <= set(real)
    assert set(real) - set(ours) <= OPTIONAL_IN_HTTP
    assert set(real["requestContext"]) - OPTIONAL_IN_CONTEXT == set(ours["requestContext"])
    assert set(real["requestContext"]["http"]) == set(ours["requestContext"]["http"])
    assert ours["queryStringParameters"] == {"a": "1,2", "b": " "}
    assert ours["rawQueryString"] == "a=1&a=2&b=%20"
    assert ours["body"] == body.decode()
    for name, value in ours["requestContext"].items():
        assert type(value) is type(real["requestContext"][name])


def test_bytes_that_are_no_text_travel_as_base64(recorded: Any) -> None:
    route, parameters = toy_route()
    headers = {"content-type": "application/octet-stream"}
    ours = http_event(route, parameters, target="/v1/toy/notes", headers=headers, body=b"\xff\x00", at=START)
    assert (ours["body"], ours["isBase64Encoded"]) == ("/wA=", True)
    assert response_of({"statusCode": 200, "body": "/wA=", "isBase64Encoded": True}).body == b"\xff\x00"


@pytest.mark.parametrize("name", ["sqsEvent.json", "sqsDlqTriggerEvent.json"])
def test_a_batch_looks_like_lambdas(recorded: Any, name: str) -> None:
    from infra.local.application import QueueDefinition

    from auspex.core.clock import FixedClock

    work = QueueDefinition(
        "W", "work", "arn:aws:sqs:us-east-1:1:work", 30, receive_count_max=1, dead_letter_arn="arn:dlq"
    )
    clock = FixedClock(START)
    queues = QueueService([work, replace(work, name="dlq", arn="arn:dlq", receive_count_max=None)], clock)
    queues.put("work", "hello")
    source = "work"
    taken = queues.receive("work", 10)
    if "Dlq" in name:
        queues.change_message_visibility(
            QueueUrl="https://sqs.x/1/work", ReceiptHandle=taken[0].receipt_handle, VisibilityTimeout=0
        )
        queues.bury_exhausted()
        source = "dlq"
        taken = queues.receive("dlq", 10)
    ours, real = queue_event(taken, f"arn:{source}")["Records"][0], recorded(name)["Records"][0]
    assert set(ours) == set(real)
    assert set(ours["attributes"]) == set(real["attributes"])
    assert {key: type(value) for key, value in ours.items()} == {key: type(value) for key, value in real.items()}


def test_a_schedules_input_is_filled_in() -> None:
    filled = schedule_event('{"at": "<aws.scheduler.scheduled-time>"}', at=START, arn="arn")
    assert filled == {"at": "2024-11-04T09:00:00Z"}
