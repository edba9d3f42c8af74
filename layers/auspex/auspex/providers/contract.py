"""What callers and the gateway say to each other: an answer, or why there is none; a caller then uses its own core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

ProviderName = Literal["openai", "gemini", "groq", "cloudflare", "huggingface"]
PROVIDERS: tuple[ProviderName, ...] = ("openai", "gemini", "groq", "cloudflare", "huggingface")
"""By priority; `providers.state` holds the same order."""
Capability = Literal["json", "vision"]
Message = Mapping[str, Any]
"""A chat message: `role` and `content` (text, or parts with `image_url` for a request that needs vision)."""


class FailureClass(StrEnum):
    """What went wrong with a call, as far as it decides what follows."""

    QUOTA = "quota"
    BUDGET = "budget"
    AUTH = "auth"
    UNAVAILABLE = "unavailable"
    BAD_OUTPUT = "bad_output"
    REQUEST = "request"


COUNTED = frozenset(
    {
        FailureClass.QUOTA,
        FailureClass.BUDGET,
        FailureClass.AUTH,
        FailureClass.UNAVAILABLE,
        FailureClass.BAD_OUTPUT,
    }
)
"""Classes that speak of the provider. A bad request is ours: it never moves the lease."""

UnavailableReason = Literal[
    "quota", "budget", "auth", "unavailable", "bad_output", "request",
    "not_configured", "no_provider", "capability_missing", "stale_epoch", "deadline",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LlmRequest:
    """One question.

    `purpose` names the caller and its step (`filings-enrich`), `ref_id` what it works on. `deadline` is an instant of
    `time.monotonic()`. With `json_schema` the answer is JSON that fits it. The further calls of one run carry the
    `epoch` of its first: a run is answered by one provider or begun anew.
    """

    purpose: str
    messages: Sequence[Message]
    max_output_tokens: int
    deadline: float
    ref_id: str
    json_schema: Mapping[str, Any] | None = None
    needs: frozenset[Capability] = frozenset()
    epoch: int | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the provider must be able to do; a schema needs JSON."""
        return self.needs | ({"json"} if self.json_schema is not None else set())


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counts them."""

    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True, slots=True)
class LlmResult:
    """An answer. Store nothing of it without `accept_result(epoch, call_id)` in the same transaction.

    `parsed` is the JSON when a schema was given; `repairs` lists what had to be done to read it. `cost_micro_usd` is
    None where no price is configured.
    """

    text: str
    parsed: Any
    provider: str
    model: str
    epoch: int
    call_id: str
    usage: Usage
    cost_micro_usd: int | None
    repairs: tuple[str, ...] = ()


class LlmUnavailable(Exception):  # noqa: N818 - an outcome callers expect, not an error
    """No answer; the caller's own core serves.

    `redo` says that another provider is active now, so that the whole run may be done again under its epoch (at most
    twice); `retry_after_seconds` is the provider's own wish.
    """

    def __init__(
        self,
        reason: UnavailableReason,
        *,
        redo: bool = False,
        epoch: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason: UnavailableReason = reason
        self.redo = redo
        self.epoch = epoch
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class ProviderReply:
    """What came back from one HTTP exchange: a whole reply, or the fault that ended it."""

    http_status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: Literal["timeout", "connection", "truncated", "too_large"] | None = None
    latency_ms: int = 0
