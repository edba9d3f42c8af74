"""The one way to a provider: its OpenAI-compatible endpoint through the `openai` SDK, without the SDK's own retries.

The SDK is imported on first use: it costs most of a second, and a function that asks no model never pays it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from auspex.core.limits import LLM_REPLY_BYTES_MAX
from auspex.providers.contract import Message, ProviderReply
from auspex.providers.settings import Provider

if TYPE_CHECKING:
    from openai import OpenAI

TEMPERATURE = 0
TOKENS_PARAMETER = {"openai": "max_completion_tokens"}
"""OpenAI's newer models refuse `max_tokens`; the others know only that."""


def call_parameters(provider: Provider, *, max_output_tokens: int, json: bool) -> dict[str, Any]:
    """Return a call's parameters apart from its messages, as they are sent and kept.

    JSON is asked for as `json_object`, the one form that all five accept; the schema stands in the prompt, and the
    answer is checked here.
    """
    parameters: dict[str, Any] = {
        "model": provider.model,
        "temperature": TEMPERATURE,
        TOKENS_PARAMETER.get(provider.name, "max_tokens"): max_output_tokens,
    }
    return parameters | ({"response_format": {"type": "json_object"}} if json else {})


def request_completion(
    provider: Provider, messages: Sequence[Message], parameters: Mapping[str, Any], *, deadline: float
) -> ProviderReply:
    """Ask for one completion and return what came back by `deadline` (of `time.monotonic()`), whatever it was."""

    def ask(client: OpenAI) -> Any:
        given: Any = [*messages]  # the SDK's own types say per role what ours leave open
        return client.chat.completions.with_raw_response.create(messages=given, **parameters)

    return _exchange(provider, ask, deadline=deadline)


def request_models(provider: Provider, *, deadline: float) -> ProviderReply:
    """Ask for the list of models: whether a provider answers and knows the key, without inference."""

    def ask(client: OpenAI) -> Any:
        return client.models.with_raw_response.list()

    return _exchange(provider, ask, deadline=deadline)


def _exchange(provider: Provider, ask: Any, *, deadline: float) -> ProviderReply:
    import httpx  # noqa: PLC0415 - see the module's docstring
    from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAI  # noqa: PLC0415 - as above

    from auspex.providers.transport import open_client  # noqa: PLC0415 - as above

    started = time.monotonic()
    with open_client(deadline=deadline, bytes_max=LLM_REPLY_BYTES_MAX) as http:
        client = OpenAI(
            base_url=provider.base_url, api_key=provider.key.get_secret_value(), max_retries=0,
            timeout=http.timeout, http_client=http,
        )  # fmt: skip
        try:
            response = ask(client).http_response
        except APIStatusError as error:
            response = error.response
        except APITimeoutError:
            return ProviderReply(fault="timeout", latency_ms=_since(started))
        except (APIConnectionError, httpx.HTTPError) as error:
            return ProviderReply(fault=_fault_of(error), latency_ms=_since(started))
        return ProviderReply(
            http_status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            latency_ms=_since(started),
        )


def _fault_of(error: BaseException) -> Any:
    """Tell a body that ended early from a connection that was never there, by what the transport raised."""
    from httpx import DecodingError, RemoteProtocolError, TimeoutException  # noqa: PLC0415 - loaded already

    from auspex.providers.transport import ReplyTooLargeError  # noqa: PLC0415 - loaded already

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ReplyTooLargeError):
            return "too_large"
        if isinstance(cause, TimeoutException):
            return "timeout"
        if isinstance(cause, RemoteProtocolError | DecodingError):
            return "truncated"
        cause = cause.__cause__
    return "connection"


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
