"""Bodies as providers send them, written for this project: completions, errors of every kind, answers gone wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def _openai(message: str, kind: str, code: str | None) -> Json:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _google(code: int, status: str, message: str, details: list[Json]) -> list[Json]:
    return [{"error": {"code": code, "message": message, "status": status, "details": details}}]


_QUOTA_PER_DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
_KEY_INVALID = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}

ERRORS: dict[str, tuple[int, Any, dict[str, str]]] = {
    # quota
    "insufficient_quota": (429, _openai("Your quota is used up.", "insufficient_quota", "insufficient_quota"), {}),
    "billing_hard_limit": (429, _openai("The hard limit is reached.", "billing", "billing_hard_limit_reached"), {}),
    "daily_exhausted": (429, _google(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", [_QUOTA_PER_DAY]), {}),
    "daily_allocation": (429, {"errors": [{"code": 4006, "message": "The daily free allocation is used up."}]}, {}),
    "long_retry_after": (429, _openai("Slow down.", "rate_limit", "rate_limit_exceeded"), {"retry-after": "3600"}),
    "payment_required": (402, _openai("Included credits are used up.", "payment", None), {}),
    "usage_limit_400": (400, _openai("Your usage limit is reached.", "invalid_request_error", None), {}),
    "credits_insufficient_400": (400, _openai("Insufficient credits for this request.", "billing", None), {}),
    # auth
    "unauthorized": (401, _openai("Incorrect key.", "invalid_request_error", "invalid_api_key"), {}),
    "forbidden": (403, _openai("Not allowed in this country.", "forbidden", "unsupported_country"), {}),
    "key_invalid_400": (400, _google(400, "INVALID_ARGUMENT", "API key not valid.", [_KEY_INVALID]), {}),
    "model_not_found": (404, _openai("There is no such model.", "invalid_request_error", "model_not_found"), {}),
    # unavailable
    "server_error": (500, _openai("The server had an error.", "server_error", None), {}),
    "bad_gateway": (502, "<html><body>502 Bad Gateway</body></html>", {}),
    "unavailable": (503, _openai("Overloaded.", "server_error", "overloaded"), {}),
    "gateway_timeout": (504, "", {}),
    "request_timeout": (408, _openai("Timed out.", "timeout", None), {}),
    "short_429": (429, _openai("Slow down.", "rate_limit", "rate_limit_exceeded"), {"retry-after": "7"}),
    # request
    "bad_request": (400, _openai("Unknown parameter.", "invalid_request_error", "unknown_parameter"), {}),
    "too_large": (413, _openai("Request too large.", "invalid_request_error", "request_too_large"), {}),
    "unprocessable": (422, _openai("Unprocessable.", "invalid_request_error", None), {}),
    "content_filter_400": (400, _openai("Filtered.", "invalid_request_error", "content_filter"), {}),
}
"""Kind → status, body, headers."""
WIRE_KINDS = ("timeout", "reset", "slow_drip", "truncated", "corrupt_json", "html")
ANSWER_KINDS = (
    "prose", "fenced", "wrong_schema", "empty", "cut_off", "content_filter", "invented_figures", "altered_quotes",
)  # fmt: skip
PROSE = "Certainly! Here is what I found in the text, summed up in a few friendly words."
_SENTENCE = re.compile(r"[^.!?\n]*\d[^.!?\n]*[.!?]|[^.!?\n]{20,}[.!?]")
_SCHEMA = re.compile(r"JSON Schema:\n(?P<schema>\{.*\})", re.DOTALL)


def prompt_of(request: Mapping[str, Any]) -> str:
    """Return everything that a chat request says, as one text."""
    texts = []
    for message in request.get("messages", ()):
        content = message.get("content")
        parts = content if isinstance(content, list) else [{"text": content}]
        texts += [str(part.get("text") or "") for part in parts]
    return "\n".join(texts)


def compose_answer(request: Mapping[str, Any]) -> str:
    """Return an answer that fits: JSON by the prompt's schema with a sentence of the prompt as text, or a sentence."""
    prompt = prompt_of(request)
    stated = _SCHEMA.search(prompt)
    if stated is None:
        return _sentence(prompt) or "There is nothing to say."
    schema, end = json.JSONDecoder().raw_decode(stated["schema"])
    rest = prompt[stated.start("schema") + end :]
    return json.dumps(_instance(schema, schema, _sentence(rest) or "nothing"), ensure_ascii=False)


def completion(content: str | None, request: Mapping[str, Any], *, finish: str = "stop") -> Json:
    """Return a chat completion around a content, with tokens counted by rule of thumb."""
    return {
        "id": "chatcmpl-local", "object": "chat.completion", "created": 0, "model": request.get("model", ""),
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}],
        "usage": {
            "prompt_tokens": len(prompt_of(request)) // 4 + 1, "completion_tokens": len(content or "") // 4 + 1,
            "total_tokens": 0,
        },
    }  # fmt: skip


def spoiled(kind: str, answer: str, request: Mapping[str, Any]) -> Json:
    """Return a completion whose content went wrong in one way."""
    contents = {
        "prose": PROSE,
        "fenced": f"```json\n{answer}\n```",
        "wrong_schema": '{"unexpected": true}',
        "empty": "",
        "cut_off": answer[: len(answer) // 2],
        "content_filter": None,
        "invented_figures": _with_other_figures(answer),
        "altered_quotes": _with_other_quotes(answer),
    }
    finish = {"cut_off": "length", "content_filter": "content_filter"}.get(kind, "stop")
    return completion(contents[kind], request, finish=finish)


def _sentence(text: str) -> str | None:
    found = _SENTENCE.search(text)
    return found[0].strip() if found else None


def _instance(schema: Any, root: Mapping[str, Any], text: str) -> Any:
    """Return a small value that fits a schema."""
    if not isinstance(schema, dict):
        return None
    if "$ref" in schema:
        return _instance(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root, text)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    options = schema.get("anyOf") or schema.get("oneOf")
    return _instance(options[0], root, text) if options else _instance_of_type(schema, root, text)


def _instance_of_type(schema: Mapping[str, Any], root: Mapping[str, Any], text: str) -> Any:
    kind = schema.get("type")
    value: Any = None
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            members = schema.get("properties", {})
            value = {name: _instance(members.get(name), root, text) for name in schema.get("required", list(members))}
        case "array":
            value = [_instance(schema.get("items"), root, text)] * max(1, schema.get("minItems", 1))
        case "string":
            value = text[: schema.get("maxLength", len(text))]
        case "integer" | "number":
            value = schema.get("minimum", 0)
        case "boolean":
            value = True
    return value


def _with_other_figures(answer: str) -> str:
    """Replace every figure by another one, as a model that invents does: 1 becomes 2, 9 becomes 0."""
    return re.sub(r"(?<=[ $\"(])\d[\d,.]*", lambda m: m[0].translate(str.maketrans("0123456789", "1234567890")), answer)


def _with_other_quotes(answer: str) -> str:
    """Slip a word into every text, so that it stands nowhere in the source."""
    return re.sub(r"(?<=[a-z]) (?=[a-z])", " reportedly ", answer)
