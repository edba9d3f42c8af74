"""Read what a provider answered: the completion's envelope, its text, and (with a schema) the JSON in it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auspex.providers.classify import Failure
from auspex.providers.contract import FailureClass, Usage
from auspex.providers.json_schema import schema_errors

ERRORS_TOLD_MAX = 10
ERROR_CHARACTERS_MAX = 200
TOKENS_MAX = 100_000_000
_FENCE = re.compile(r"\A\s*```[a-zA-Z]*[ \t]*\n(?P<inside>.*?)\n?[ \t]*```\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """A text that satisfies the request."""

    text: str
    parsed: Any
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer, or why it is none, and what it cost either way. `complaints` is what a re-ask tells the model."""

    answer: Answer | None
    failure: Failure | None
    usage: Usage
    text: str = ""
    complaints: tuple[str, ...] = ()


def read_answer(body: bytes, *, schema: Mapping[str, Any] | None) -> Reading:
    """Read the body of a reply of status 200."""
    try:
        document = json.loads(body)
        choice = document["choices"][0]
        message = choice["message"]
        text, finish, refusal = message.get("content"), choice.get("finish_reason"), message.get("refusal")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return _refused("no completion", Usage(), "", ("the reply was no chat completion",))
    usage = _usage(document)
    if finish == "content_filter" or refusal:
        return Reading(None, Failure(FailureClass.REQUEST, "content filter"), usage, str(refusal or ""))
    if not isinstance(text, str) or not text.strip():
        return _refused("empty", usage, "", ("the reply was empty",))
    if schema is None:
        return Reading(Answer(text, None, ()), None, usage, text)
    reading = _read_json(text, schema, usage)
    if reading.failure is not None and finish == "length":
        return _refused("cut off at max_output_tokens", usage, text, ("the reply was cut off; answer more briefly",))
    return reading


def _read_json(text: str, schema: Mapping[str, Any], usage: Usage) -> Reading:
    fenced = _FENCE.match(text)
    try:
        parsed = json.loads(fenced["inside"] if fenced else text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return _refused("no JSON", usage, text, ("the reply was not a JSON document and nothing else",))
    wrong = schema_errors(parsed, schema)
    if wrong:
        told = tuple(problem[:ERROR_CHARACTERS_MAX] for problem in wrong[:ERRORS_TOLD_MAX])
        return _refused("wrong schema", usage, text, told)
    return Reading(Answer(text, parsed, ("code_fence_stripped",) if fenced else ()), None, usage, text)


def _refused(rule: str, usage: Usage, text: str, complaints: tuple[str, ...]) -> Reading:
    return Reading(None, Failure(FailureClass.BAD_OUTPUT, rule), usage, text, complaints)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _usage(document: Any) -> Usage:
    usage = document.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    return Usage(_tokens(usage.get("prompt_tokens")), _tokens(usage.get("completion_tokens")))


def _tokens(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= TOKENS_MAX else None
