"""Which class a reply belongs to: the providers' documented forms, and what must not mislead."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from auspex.providers.budget import cost_micro_usd, next_midnight, next_month
from auspex.providers.classify import classify
from auspex.providers.contract import ProviderReply, Usage

AT = datetime(2024, 12, 31, 23, 59, 30, tzinfo=UTC)


def reply(status: int, body: object = None, **headers: str) -> ProviderReply:
    return ProviderReply(
        http_status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=b"" if body is None else json.dumps(body).encode(),
    )


@pytest.mark.parametrize(
    ("given", "failure_class", "rule"),
    [
        (reply(429, {"error": {"code": "insufficient_quota"}}), "quota", "429 insufficient quota"),
        (reply(429, {"error": {"type": "insufficient_quota", "code": None}}), "quota", "429 insufficient quota"),
        (reply(429, [{"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"violations": [
            {"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}]}}]), "quota", "429 daily"),
        (reply(429, [{"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"violations": [
            {"quotaId": "GenerateRequestsPerMinutePerProject"}]}, {"retryDelay": "31s"}]}}]),
         "unavailable", "429 short"),
        (reply(429, retry_after="60"), "unavailable", "429 short"),
        (reply(429, retry_after="61"), "quota", "429 long wait"),
        (reply(429, retry_after="Wed, 01 Jan 2025 01:00:00 GMT"), "quota", "429 long wait"),
        (reply(429), "unavailable", "429 short"),
        (reply(402), "quota", "402"),
        (reply(400, {"error": {"message": "You have reached your usage limits."}}), "quota", "400 limit reached"),
        (reply(400, {"error": {"message": "Monthly spend limit reached."}}), "quota", "400 limit reached"),
        (reply(400, {"error": {"message": "Your credit balance is too low."}}), "quota", "400 limit reached"),
        (reply(400, {"error": {"details": [{"reason": "API_KEY_INVALID"}]}}), "auth", "400 key invalid"),
        (reply(400, {"error": {"code": "content_filter"}}), "request", "content filter"),
        (reply(400, {"error": {"message": "bad"}}), "request", "400"),
        (reply(400), "request", "400"),
        (reply(401), "auth", "401"),
        (reply(403, {"error": {"message": "no"}}), "auth", "403"),
        (reply(404), "auth", "404 model not found"),
        (reply(413), "request", "413"),
        (reply(422), "request", "422"),
        (reply(408), "unavailable", "408"),
        (reply(500), "unavailable", "500"),
        (reply(529), "unavailable", "529"),
        (reply(302), "unavailable", "302"),
        (ProviderReply(fault="truncated"), "unavailable", "truncated"),
        (ProviderReply(), "unavailable", "connection"),
    ],
)  # fmt: skip
def test_a_reply_is_of_one_class(given: ProviderReply, failure_class: str, rule: str) -> None:
    failure = classify(given, at=AT)
    assert (failure.failure_class.value, failure.rule) == (failure_class, rule)


def test_a_prompt_that_is_quoted_back_decides_nothing() -> None:
    echoed = {"error": {"message": "cannot parse"}, "input": {"text": "insufficient_quota, monthly limit reached"}}
    assert classify(reply(400, echoed), at=AT).failure_class.value == "request"


@pytest.mark.parametrize("body", [b"", b"[", b"null", b"[[[[[[[[[[]]]]]]]]]]", b"\xff\xfe", b'"insufficient_quota"'])
def test_an_unreadable_error_body_is_no_obstacle(body: bytes) -> None:
    assert classify(ProviderReply(http_status=400, body=body), at=AT).failure_class.value == "request"


def test_a_stated_reset_is_believed_up_to_a_limit() -> None:
    hour = classify(reply(429, {"error": {"code": "insufficient_quota"}}, retry_after="3600"), at=AT)
    assert hour.cooldown_until == AT + timedelta(hours=1)
    absurd = classify(reply(402, retry_after="999999999"), at=AT)
    assert absurd.cooldown_until == AT + timedelta(days=35)


def test_months_and_days_end_in_utc() -> None:
    assert next_month(AT) == datetime(2025, 1, 1, tzinfo=UTC)
    assert next_month(datetime(2024, 1, 31, tzinfo=UTC)) == datetime(2024, 2, 1, tzinfo=UTC)
    assert next_midnight(AT) == datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("usage", "cost"), [(Usage(1, 1), 3), (Usage(1_000_000, 0), 250_000), (Usage(0, 0), 0), (Usage(None, 1), None)]
)
def test_a_cost_is_rounded_up_to_a_millionth_of_a_dollar(usage: Usage, cost: int | None) -> None:
    assert cost_micro_usd(usage, price_in=Decimal("0.25"), price_out=Decimal("2")) == cost
    assert cost_micro_usd(usage, price_in=None, price_out=Decimal("2")) is None
