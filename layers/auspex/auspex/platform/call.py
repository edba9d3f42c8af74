"""One request on its way through the shell: replayed, taken from the cache, quoted, or run, charged and remembered.

Order (API, admission): validated → fingerprint → cache → dry run → charge. What was refused leaves no trace.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.fingerprints import fingerprint, sha256_of_json
from auspex.core.http import RequestContext
from auspex.core.ids import new_ulid
from auspex.core.messages import Cause
from auspex.core.problems import Problem
from auspex.core.telemetry import logger
from auspex.platform import idempotency
from auspex.platform.accounts import Authenticated
from auspex.platform.charging import Charge, Price
from auspex.platform.ledger import ChargedRequest
from auspex.platform.rates import RateName
from auspex.platform.replies import Meta, QuoteOut
from auspex.platform.reply_cache import find_cached_reply, keep_reply
from auspex.platform.responses import JSON_MEDIA_TYPE, json_response

Arguments = Mapping[str, Any]
CACHE_NAME = "auspex"
IDEMPOTENCY_KEY_ARGUMENT = "idempotency_key"


@dataclass(frozen=True, slots=True)
class Versions:
    """What an answer depends on beside its input: equal requests under other versions are other requests."""

    model: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks of a request, and what it offers. `scope` None is public, ANY_SCOPE any valid key."""

    method: str
    path: str
    scope: str | None
    rate: RateName
    body_bytes_max: int
    media_types: frozenset[str]
    price: Price | None = None
    cache_seconds: int | None = None
    replayable: bool = False
    stateless: bool = False
    versions: Callable[[Arguments], Versions] | None = None

    @property
    def route(self) -> str:
        """The route's name in keys and logs."""
        return f"{self.method} {self.path}"


class Call:
    """One admitted request; made before its body is read. `is_dry_run`: the caller only asks for the price."""

    def __init__(self, rule: Rule, request: Request, context: RequestContext, caller: Authenticated | None) -> None:
        self.rule = rule
        self.charge = Charge()
        self.meta = Meta(request_id=context.request_id)
        self.is_dry_run = False
        self._request = request
        self._context = context
        self._caller = caller
        self._fingerprint: str | None = None
        self._kept: idempotency.IdempotentRequest | None = None
        self._is_finished_reply = False
        self._at = current_clock().now()

    async def begin(self, arguments: Arguments, *, idempotency_key: str | None) -> Response | None:
        """Return a finished reply (replayed, cached), or arrange the charge and return None: the work is to be done."""
        if self._caller is None:
            return None
        rule, at = self.rule, self._at
        versions = rule.versions(arguments) if rule.versions else Versions()
        self.meta = self.meta.model_copy(update={"model_version": versions.model})
        if rule.price is not None or rule.cache_seconds is not None:
            self._fingerprint = self._make_fingerprint(arguments, versions)
            self.meta = self.meta.model_copy(update={"fingerprint": self._fingerprint})
        if rule.replayable and idempotency_key is not None and not self.is_dry_run:
            replayed = await self._replay(arguments, idempotency_key)
            if replayed is not None:
                return replayed
        if rule.cache_seconds is not None and not self.is_dry_run:
            hit = self._cached()
            if hit is not None:
                return hit
        if rule.price is not None and not self.is_dry_run:
            request = ChargedRequest(
                account_id=self._caller.account_id, route=rule.route, request_id=self._context.request_id,
                request_key=self._request_key(idempotency_key), is_analysis=rule.price.is_analysis,
            )  # fmt: skip
            self.charge.begin(request, rule.price, tokens=rule.price.quote(arguments), at=at)
        return None

    def quote(self, arguments: Arguments) -> Response:
        """Return what the call would cost at most."""
        assert self.rule.price is not None
        tokens = self.rule.price.quote(arguments)
        shown = QuoteOut(token_cost=tokens, balance=self.charge.balance, affordable=tokens <= self.charge.balance)
        return json_response({"data": shown.model_dump(mode="json"), "meta": self.meta.model_dump(mode="json")})

    def finish_charge(self) -> None:
        """Pay what no transaction of the use case paid, and say in `meta` what it cost."""
        self.charge.finish(at=self._at)
        self.meta = self.meta.model_copy(update={"token_cost": self.charge.cost})

    def complete(self, response: Response) -> Response:
        """Add what every reply says, and remember a reply that was computed."""
        if self._caller is not None:
            self._context.headers["token-cost"] = str(self.charge.cost)
            self._context.headers["token-balance"] = str(self.charge.balance)
        if self._is_finished_reply or self.is_dry_run:
            return response
        computed_here = response.headers.get("content-type", "").startswith(JSON_MEDIA_TYPE)
        if computed_here and response.status_code == 200:
            self._tag(response)
        if self._kept is not None:
            stored = idempotency.StoredReply(response.status_code, _own_headers(response), bytes(response.body))
            idempotency.finish(self._kept, stored)
            self._kept = None
        if self.rule.cache_seconds is not None and self._fingerprint and computed_here and response.status_code < 300:
            self._keep_in_cache(response)
        if self.rule.method == "GET" and response.headers.get("etag") and self._matches(response.headers["etag"]):
            return Response(status_code=304, headers={"etag": response.headers["etag"]})
        return response

    def abandon(self) -> None:
        """Leave no trace of a call that was refused or failed."""
        kept, self._kept = self._kept, None
        try:
            self.charge.abandon(at=self._at)
        finally:
            if kept is not None:
                idempotency.forget(kept)

    def _request_key(self, idempotency_key: str | None) -> str:
        """Return what makes a repeated request the same charge: the caller's key, or what a GET reads."""
        if self.rule.method == "GET":
            return f"{self.rule.route}#{self._fingerprint}"
        return f"{self.rule.route}#{idempotency_key or 'call_' + new_ulid()}"

    async def _replay(self, arguments: Arguments, key: str) -> Response | None:
        assert self._caller is not None
        kept = idempotency.IdempotentRequest(
            account_id=self._caller.account_id,
            route=self.rule.route,
            key=key,
            request_sha256=await self._request_hash(arguments),
        )
        stored = idempotency.begin(kept, remaining_ms=_remaining_ms(self._request))
        if stored is None:
            self._kept = kept
            return None
        self._is_finished_reply = True
        return Response(
            stored.body, status_code=stored.status, headers=stored.headers | {"idempotent-replayed": "true"}
        )

    async def _request_hash(self, arguments: Arguments) -> str:
        """Hash what was asked, normalised: a default that was written out makes no other request."""
        asked: dict[str, Any] = {"path": self._request.url.path, "input": _input_of(arguments)}
        if not self._request.headers.get("content-type", "").startswith(JSON_MEDIA_TYPE):
            asked["body_sha256"] = hashlib.sha256(await self._request.body()).hexdigest()
        return sha256_of_json(asked)

    def _cached(self) -> Response | None:
        assert self._caller is not None
        assert self._fingerprint is not None
        found = find_cached_reply(
            connect(), account_id=self._caller.account_id, fingerprint=self._fingerprint, at=self._at
        )
        if found is None:
            self._context.headers["cache-status"] = f"{CACHE_NAME}; fwd=miss"
            return None
        shown = json.loads(found.body)
        shown["meta"] |= {"cache_hit": True, "token_cost": 0, "request_id": self._context.request_id}
        self._context.headers["cache-status"] = f"{CACHE_NAME}; hit"
        self._context.headers["age"] = str(max(0, int(found.age_seconds)))
        response = json_response(shown, status=found.status)
        self._tag(response)
        if self._kept is not None:
            idempotency.finish(
                self._kept, idempotency.StoredReply(found.status, _own_headers(response), bytes(response.body))
            )
            self._kept = None
        self._is_finished_reply = True
        return response

    def _keep_in_cache(self, response: Response) -> None:
        assert self._caller is not None
        assert self._fingerprint is not None
        assert self.rule.cache_seconds is not None
        try:
            keep_reply(
                connect(), account_id=self._caller.account_id, fingerprint=self._fingerprint, at=self._at,
                status=response.status_code, body=bytes(response.body).decode(), seconds=self.rule.cache_seconds,
            )  # fmt: skip
        except (psycopg.Error, Problem):  # the answer is paid and committed: it is given, cached or not
            logger().warning("reply could not be cached", exc_info=True)

    def _make_fingerprint(self, arguments: Arguments, versions: Versions) -> str:
        return fingerprint(
            route=self.rule.route,
            model_version=versions.model or "",
            data_version=versions.data or "",
            input=_input_of(arguments),
        )

    def _tag(self, response: Response) -> None:
        """Give a reply the hash of its `data`: `meta` changes from call to call."""
        data = json.dumps(json.loads(bytes(response.body)).get("data"), separators=(",", ":"))
        response.headers["etag"] = f'"{hashlib.sha256(data.encode()).hexdigest()}"'

    def _matches(self, etag: str) -> bool:
        asked = self._request.headers.get("if-none-match", "")
        return asked.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in asked.split(",")]


_NOT_INPUT = (Authenticated, Cause, Charge, Request)


def _input_of(arguments: Arguments) -> dict[str, Any]:
    """Return what the caller gave, without who calls and how."""
    return {
        name: _plain(value)
        for name, value in arguments.items()
        if name != IDEMPOTENCY_KEY_ARGUMENT and not isinstance(value, _NOT_INPUT)
    }


def _plain(value: Any) -> Any:
    """Return a validated argument as JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)


def _own_headers(response: Response) -> dict[str, str]:
    """Return the headers that belong to the stored bytes; the rest is said anew by every call."""
    return {name: response.headers[name] for name in ("content-type", "etag", "location") if name in response.headers}


def _remaining_ms(request: Request) -> int:
    """Return how long this invocation may still run."""
    return int(request.scope["aws.context"].get_remaining_time_in_millis())
