"""The typed Python client of Auspex. It knows the API by its OpenAPI document alone and imports no server code."""

from __future__ import annotations

from auspex_client.async_client import AsyncAuspex
from auspex_client.calls import OMIT, CallOptions
from auspex_client.client import Auspex
from auspex_client.errors import (
    ApiProblem,
    AuspexError,
    ConnectionFailedError,
    DeadlineExceededError,
    JobNotFinishedError,
    UnreadableReplyError,
    WebhookRefusedError,
)
from auspex_client.replies import AsyncPage, Page, Reply
from auspex_client.retries import RetryPolicy
from auspex_client.webhooks import WebhookMessage, verify_webhook

__all__ = [
    "OMIT",
    "ApiProblem",
    "AsyncAuspex",
    "AsyncPage",
    "Auspex",
    "AuspexError",
    "CallOptions",
    "ConnectionFailedError",
    "DeadlineExceededError",
    "JobNotFinishedError",
    "Page",
    "Reply",
    "RetryPolicy",
    "UnreadableReplyError",
    "WebhookMessage",
    "WebhookRefusedError",
    "verify_webhook",
]
