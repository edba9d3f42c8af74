"""Which class a failed exchange belongs to (OUTBREAK 7.6), and until when its provider rests. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from auspex.providers.budget import next_midnight, next_month
from auspex.providers.contract import FailureClass, ProviderReply

SHORT_WAIT_SECONDS_MAX = 60
AUTH_HOURS = 24
RESET_DAYS_MAX = 35
ERROR_TEXT_CHARACTERS_MAX = 4_000
ERROR_DEPTH_MAX = 12
QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_SPENT = re.compile(
    r"(usage|spend(ing)?|credit|monthly|billing)[\w ]{0,24}limit[\w ]{0,16}(reached|exceeded)"
    r"|(reached|exceeded)[\w ]{0,24}(usage|spend(ing)?|credit|monthly|billing)[\w ]{0,16}(limit|credits?)"
    r"|insufficient (credit|balance|funds)|credits?[\w ]{0,24}(insufficient|too low|exhausted)"
    r"|credit balance is too low",
    re.IGNORECASE,
)
_DAILY = re.compile(r"per ?day|daily", re.IGNORECASE)
_KEY_INVALID = re.compile(r"API_KEY_INVALID|api key not valid|invalid_api_key", re.IGNORECASE)
_FILTERED = re.compile(r"content[_ ]?(filter|policy)|safety|moderation", re.IGNORECASE)
_DURATION = re.compile(r"(?P<seconds>\d+(\.\d+)?)s")


@dataclass(frozen=True, slots=True)
class Failure:
    """The verdict: a class, the rule that decided, and (where the evidence states it) when to come back."""

    failure_class: FailureClass
    rule: str
    cooldown_until: datetime | None = None
    retry_after_seconds: float | None = None


def classify(reply: ProviderReply, *, at: datetime) -> Failure:
    """Return the class of an exchange that brought no answer. A reply of status 200 is for `output.read_answer`."""
    if reply.fault is not None or reply.http_status is None:
        return Failure(FailureClass.UNAVAILABLE, reply.fault or "connection")
    error = _read_error(reply.body)
    match reply.http_status:
        case 401 | 403:
            verdict = _auth(str(reply.http_status), at)
        case 402:
            verdict = _quota("402", reply, error, at, otherwise=next_month(at))
        case 404:
            verdict = _auth("404 model not found", at)
        case 429:
            verdict = _too_many(reply, error, at)
        case 400 | 413 | 422:
            verdict = _refused_request(reply, error, at)
        case status:
            wait = _wait_seconds(reply, error, at)
            verdict = Failure(FailureClass.UNAVAILABLE, str(status), retry_after_seconds=wait)
    return verdict


def not_configured(at: datetime) -> Failure:
    """Return the verdict on a holder that this deployment has no key or model for any more."""
    return _auth("not configured", at)


def budget_spent(at: datetime) -> Failure:
    """Return the verdict on a holder whose monthly budget is spent."""
    return Failure(FailureClass.BUDGET, "own monthly budget", next_month(at))


@dataclass(frozen=True, slots=True)
class _Error:
    """What an error body says: its codes, its words, the wait it names."""

    codes: frozenset[str]
    text: str
    retry_seconds: float | None


def _auth(rule: str, at: datetime) -> Failure:
    return Failure(FailureClass.AUTH, rule, at + timedelta(hours=AUTH_HOURS))


def _refused_request(reply: ProviderReply, error: _Error, at: datetime) -> Failure:
    """Read a 400: some providers say with it that the key is wrong or the money gone; the rest is our request."""
    if reply.http_status == 400 and _KEY_INVALID.search(error.text):
        return _auth("400 key invalid", at)
    if reply.http_status == 400 and (_SPENT.search(error.text) or error.codes & QUOTA_CODES):
        return _quota("400 limit reached", reply, error, at, otherwise=next_midnight(at))
    filtered = reply.http_status == 400 and _FILTERED.search(" ".join(sorted(error.codes)))
    return Failure(FailureClass.REQUEST, "content filter" if filtered else str(reply.http_status))


def _too_many(reply: ProviderReply, error: _Error, at: datetime) -> Failure:
    if error.codes & QUOTA_CODES or _SPENT.search(error.text):
        return _quota("429 insufficient quota", reply, error, at, otherwise=next_midnight(at))
    if _DAILY.search(error.text):
        return _quota("429 daily", reply, error, at, otherwise=next_midnight(at))
    wait = _wait_seconds(reply, error, at)
    if wait is not None and wait > SHORT_WAIT_SECONDS_MAX:
        return _quota("429 long wait", reply, error, at, otherwise=next_midnight(at))
    return Failure(FailureClass.UNAVAILABLE, "429 short", retry_after_seconds=wait)


def _quota(rule: str, reply: ProviderReply, error: _Error, at: datetime, *, otherwise: datetime) -> Failure:
    wait = _wait_seconds(reply, error, at)
    stated = wait is not None and wait > SHORT_WAIT_SECONDS_MAX
    until = at + timedelta(seconds=min(wait or 0, RESET_DAYS_MAX * 86_400)) if stated else otherwise
    return Failure(FailureClass.QUOTA, rule, until)


def _wait_seconds(reply: ProviderReply, error: _Error, at: datetime) -> float | None:
    """Return the wait that the header states, as seconds or a date, else the one in the body."""
    value = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value).astimezone(UTC) - at).total_seconds())
    except (TypeError, ValueError):
        return error.retry_seconds


def _read_error(body: bytes) -> _Error:
    """Read the fields in which providers put codes and words; the rest may quote the prompt and is not looked at."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return _Error(frozenset(), "", None)
    codes, words, waits = set(), [], []
    for name, value in _fields(document, depth=ERROR_DEPTH_MAX):
        if name in {"code", "type", "status", "reason"}:
            codes.add(value)
        if name in {"code", "type", "status", "reason", "message", "error", "quotaId", "quotaMetric"}:
            words.append(value)
        if name == "retryDelay" and (match := _DURATION.fullmatch(value)):
            waits.append(float(match["seconds"]))
    text = " ".join(words)[:ERROR_TEXT_CHARACTERS_MAX]
    return _Error(frozenset(codes), text, max(waits, default=None))


def _fields(value: Any, *, depth: int) -> Iterator[tuple[str, str]]:
    """Yield every text field anywhere in an error document."""
    if depth == 0:
        return
    if isinstance(value, dict):
        for name, child in value.items():
            if isinstance(child, str):
                yield name, child
            else:
                yield from _fields(child, depth=depth - 1)
    elif isinstance(value, list):
        for child in value:
            yield from _fields(child, depth=depth - 1)
