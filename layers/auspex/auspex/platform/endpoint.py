"""The shell of every endpoint function: FastAPI behind Mangum, with admission before anything else is read.

Order of one request (API, admission): key, rate, scope → body cap and media type → validation → replay, cache, quote or
charge (`call`) → use case → envelope.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

import psycopg
from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from mangum import Mangum
from starlette.exceptions import HTTPException
from starlette.responses import Response

from auspex.core import problems
from auspex.core.clock import current_clock
from auspex.core.database import Connection, close_connection, connect, join_next_commit
from auspex.core.faults import fault_point
from auspex.core.http import HttpEdge, RequestContext, context_of, problem_response
from auspex.core.limits import BODY_BYTES_MAX, IDEMPOTENCY_KEY_CHARACTERS_MAX
from auspex.core.messages import Cause
from auspex.core.outbox import forget_pending, send_committed
from auspex.core.problems import Problem, pointer_error
from auspex.platform.accounts import Authenticated, require_scope
from auspex.platform.admission import address_of, admit, refuse_unknown
from auspex.platform.call import Call, Rule, Versions
from auspex.platform.charging import Charge, Price
from auspex.platform.ledger import BalanceTooSmall, CooldownActive, DailyAllowanceUsed
from auspex.platform.rates import LocalCounter, RateName, rate_class
from auspex.platform.replies import ListReply, Page, Reply
from auspex.platform.request_checks import (
    check_body,
    escaped,
    refuse_unknown_parameters,
    refuse_unstorable_body,
    refuse_unstorable_parameters,
)

Function = Callable[..., Awaitable[Any]]
ANY_SCOPE = "any"
"""Scope of routes about the caller's own account (jobs): every valid key may read what its account owns."""
STATUS_PROBLEMS: dict[int, type[Problem]] = {404: problems.NotFound, 405: problems.MethodNotAllowed}
MALFORMED_ERROR_TYPES = {"json_invalid"}
JSON_ONLY = frozenset({"application/json"})
DRY_RUN = "dry_run"
_local_counter = LocalCounter()


class RolledBack(Exception):  # noqa: N818 - no error: how a dry run leaves the transaction it must not commit
    """A dry run reached its end."""


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """What a route declares beside its path; None takes the endpoint's or the method's default."""

    scope: str | None = None
    rate: RateName | None = None
    price: Price | None = None
    cache_seconds: int | None = None
    replayable: bool = True
    versions: Callable[[Mapping[str, Any]], Versions] | None = None
    media_types: frozenset[str] = JSON_ONLY
    stateless: bool = False
    """The route answers without a database, so its rate is counted in this environment alone."""


async def _caller(request: Request) -> Authenticated:
    caller = request.state.caller
    if not isinstance(caller, Authenticated):
        raise TypeError("a public route has no caller")
    return caller


async def _cause(request: Request) -> Cause:
    context = context_of(request)
    return Cause(request_id=context.request_id, traceparent=context.traceparent, account_id=context.account_id)


async def _charge(request: Request) -> Charge:
    call: Call = request.state.call
    return call.charge


async def _idempotency_key(request: Request) -> str | None:
    return read_idempotency_key(request)


def read_idempotency_key(request: Request) -> str | None:
    """Return the Idempotency-Key header. Raises MalformedRequest for one that is too long or not printable."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= IDEMPOTENCY_KEY_CHARACTERS_MAX or not (key.isascii() and key.isprintable()):
        raise problems.MalformedRequest(
            detail=f"Idempotency-Key must be 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} printable ASCII characters."
        )
    return key


Caller = Annotated[Authenticated, Depends(_caller)]
RequestCause = Annotated[Cause, Depends(_cause)]
CallCharge = Annotated[Charge, Depends(_charge)]
IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]


class Endpoint:
    """One resource: register its methods with `get`, `post`, `patch` and `delete`, export `handler`."""

    def __init__(self, name: str, *, scope: str | None, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        self._default_scope = scope
        self._body_bytes_max = body_bytes_max
        self._rules: dict[Function, Rule] = {}
        self.name = name
        self.app = FastAPI(
            title="Auspex", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
            separate_input_output_schemas=False,
        )  # fmt: skip
        self.app.router.route_class = _admitted_route(self._rules)
        self.app.add_exception_handler(Problem, _on_problem)
        self.app.add_exception_handler(RequestValidationError, _on_invalid)
        self.app.add_exception_handler(HTTPException, _on_http_exception)
        self.app.add_exception_handler(psycopg.OperationalError, _on_database_lost)
        self.app.add_exception_handler(Exception, _on_fault)
        self.asgi = HttpEdge(self.app)
        self._mangum = Mangum(self.asgi, lifespan="off")

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Serve one API Gateway event (HTTP API, payload 2.0)."""
        reply: dict[str, Any] = self._mangum(event, context)
        return reply

    def get(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """Register a reading method; options are those of RouteOptions, and FastAPI's."""
        return self._method("GET", path, options)

    def post(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """Register a creating or computing method. `replayable=False` for replies that show a secret."""
        return self._method("POST", path, options)

    def put(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """Register a method that replaces what is there."""
        return self._method("PUT", path, options)

    def patch(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """Register a method that changes the fields it is given."""
        return self._method("PATCH", path, options)

    def delete(self, path: str, **options: Any) -> Callable[[Function], Function]:
        """Register a method that ends something; a second call changes nothing."""
        return self._method("DELETE", path, options)

    def _method(self, method: str, path: str, options: dict[str, Any]) -> Callable[[Function], Function]:
        own = RouteOptions(**{f.name: options.pop(f.name) for f in fields(RouteOptions) if f.name in options})
        scope = own.scope or self._default_scope
        rule = Rule(
            method=method, path=path, scope=scope, rate=own.rate or _default_rate(method, scope),
            body_bytes_max=self._body_bytes_max, media_types=own.media_types, price=own.price,
            cache_seconds=own.cache_seconds, versions=own.versions, stateless=own.stateless,
            replayable=own.replayable and method == "POST" and scope is not None,
        )  # fmt: skip

        def register(function: Function) -> Function:
            enveloped = _enveloped(function, rule)
            self._rules[enveloped] = rule
            options["response_model"] = _envelope_of(options.pop("response_model", None), options.pop("page_of", None))
            extra = {"x-scope": rule.scope, "x-rate": rule.rate, **options.pop("openapi_extra", {})}
            if rule.replayable:
                extra["x-idempotent"] = True
            if rule.price is not None:
                extra["x-paid"] = True
            if rule.cache_seconds is not None:
                extra["x-cache-seconds"] = rule.cache_seconds
            if rule.stateless:
                extra["x-stateless"] = True
            if rule.scope is not None:
                extra["security"] = [{"bearer": []}]
            self.app.add_api_route(
                path, enveloped, methods=[method], operation_id=function.__name__,
                summary=(function.__doc__ or function.__name__).strip().splitlines()[0],
                openapi_extra=extra, **options,
            )  # fmt: skip
            return function

        return register


def _default_rate(method: str, scope: str | None) -> RateName:
    if scope is None:
        return "public"
    if scope == "admin":
        return "admin"
    return "read" if method == "GET" else "write"


def endpoint(name: str, *, scope: str | None, body_bytes_max: int = BODY_BYTES_MAX) -> Endpoint:
    """Make the endpoint of a function file; `scope` is what a method needs unless it says otherwise, None is public."""
    return Endpoint(name, scope=scope, body_bytes_max=body_bytes_max)


def _envelope_of(model: Any, page_of: Any) -> Any:
    """Return the documented shape of a reply: a page, one object, or None for finished responses."""
    if page_of is not None:
        return ListReply.__class_getitem__(page_of)
    return None if model is None else Reply.__class_getitem__(model)


def _enveloped(function: Function, rule: Rule) -> Function:
    """Wrap a method: its result stands in `data` (or is a finished Response), is paid for, and its outbox is sent."""

    @functools.wraps(function)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        request: Request = kwargs.pop("auspex_request")
        call: Call = request.state.call
        call.is_dry_run = bool(kwargs.pop(DRY_RUN, False))
        ready = await call.begin(kwargs, idempotency_key=read_idempotency_key(request) if rule.replayable else None)
        if ready is not None:
            return ready
        if call.is_dry_run:
            await _rehearse(function, args, kwargs, rule)
            return call.quote(kwargs)
        fault_point("call.begun")
        result = await function(*args, **kwargs)
        call.finish_charge()
        fault_point("call.committed")
        send_committed()
        if isinstance(result, Response):
            return result
        if isinstance(result, Page):
            return {"data": result.rows, "has_more": result.next_cursor is not None,
                    "next_cursor": result.next_cursor, "meta": call.meta}  # fmt: skip
        return {"data": result, "meta": call.meta}

    signature = inspect.signature(function, eval_str=True)
    added = [inspect.Parameter("auspex_request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)]
    if rule.price is not None:
        asked = Annotated[bool, Query(description="Only say what it would cost at most; nothing is stored or charged")]
        added.append(inspect.Parameter(DRY_RUN, inspect.Parameter.KEYWORD_ONLY, annotation=asked, default=False))
    shown = signature.replace(
        parameters=[*signature.parameters.values(), *added], return_annotation=inspect.Signature.empty
    )
    wrapped.__dict__["__signature__"] = shown  # how FastAPI learns of the parameters
    return wrapped


async def _rehearse(function: Function, args: Any, kwargs: dict[str, Any], rule: Rule) -> None:
    """Have a job's use case check the request and roll back; other routes were checked when their arguments were.

    A balance or an allowance that is too small is no reason against a quote.
    """
    if rule.price is None or rule.price.mode != "job":
        return

    def roll_back(_: Connection) -> None:
        raise RolledBack

    join_next_commit(roll_back)
    try:
        await function(*args, **kwargs)
    except (RolledBack, BalanceTooSmall, DailyAllowanceUsed, CooldownActive):
        return
    finally:
        join_next_commit(None)
        forget_pending()


def _admitted_route(rules: dict[Function, Rule]) -> type[APIRoute]:
    """Make the route class that admits a request before FastAPI reads its body."""

    class AdmittedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            serve = super().get_route_handler()
            known = {p.alias for p in self.dependant.query_params}
            for dependency in self.dependant.dependencies:
                known |= {p.alias for p in dependency.query_params}

            async def admit_and_serve(request: Request) -> Response:
                context = context_of(request)
                context.route = self.path
                rule = rules[self.endpoint]
                call = _admit(request, context, rule)
                request.state.call = call
                refuse_unknown_parameters(request, known)
                refuse_unstorable_parameters(request)
                await check_body(request, bytes_max=rule.body_bytes_max, media_types=rule.media_types)
                await refuse_unstorable_body(request)
                try:
                    response: Response = await serve(request)
                except Exception:
                    call.abandon()
                    raise
                return call.complete(response)

            return admit_and_serve

    return AdmittedRoute


def _admit(request: Request, context: RequestContext, rule: Rule) -> Call:
    """Count the request, and refuse it when its key, its rate or its scope does not allow it."""
    address = address_of(request.headers.get("x-forwarded-for"), request.client.host if request.client else None)
    if rule.stateless:
        state = _local_counter.take(address, rate_class(rule.rate), at_seconds=time.monotonic())
        context.headers |= state.headers()
        state.refuse()
        return Call(rule, request, context, None)
    admission = admit(
        connect(), authorization=request.headers.get("authorization") if rule.scope is not None else None,
        address=address, rate=rate_class(rule.rate), at=current_clock().now(),
    )  # fmt: skip
    context.headers |= admission.rate.headers()
    admission.rate.refuse()
    if rule.scope is None:
        return Call(rule, request, context, None)
    caller = refuse_unknown(admission)
    context.account_id = caller.account_id
    request.state.caller = caller
    if rule.scope != ANY_SCOPE:
        require_scope(caller, rule.scope)
    call = Call(rule, request, context, caller)
    call.charge.balance = admission.balance
    return call


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error, instance=request.url.path, request_id=context_of(request).request_id)


async def _on_invalid(request: Request, error: Exception) -> Response:
    """Map validation errors: 400 for what cannot be read (JSON, query), 422 for what cannot be accepted."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    errors = [pointer_error(_pointer(entry["loc"]), str(entry["msg"])) for entry in found]
    malformed = any(entry["type"] in MALFORMED_ERROR_TYPES for entry in found)
    kind = problems.MalformedRequest if malformed else problems.ValidationFailed
    return await _on_problem(request, kind(detail=errors[0]["message"] if errors else None, errors=errors))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = STATUS_PROBLEMS.get(error.status_code, problems.MalformedRequest)
    response = await _on_problem(request, kind())
    if error.status_code == 405 and error.headers:
        response.headers["allow"] = error.headers.get("Allow", "")
    return response


async def _on_database_lost(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    """Answer the loss of Postgres in the middle of a request: 503 with Retry-After, and a new connection next time."""
    close_connection()
    return await _on_problem(request, problems.DatabaseUnavailable(detail="The database stopped answering."))


async def _on_fault(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    """Answer a fault of ours; Starlette raises it again afterwards, and `HttpEdge` logs it with its trace."""
    return await _on_problem(request, problems.InternalError())


def _pointer(location: tuple[str | int, ...]) -> str:
    """Return a JSON Pointer; FastAPI's leading `body`, `query` or `path` says where, not what."""
    parts = location[1:] if location and location[0] in {"body", "query", "path", "header"} else location
    return "".join(f"/{escaped(part)}" for part in parts)
