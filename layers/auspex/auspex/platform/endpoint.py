"""The shell of every endpoint function: FastAPI behind Mangum, with admission before anything else is read.

Order of one request (API, admission): key → scope → body cap and media type → validation → use case → envelope.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import psycopg
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from mangum import Mangum
from starlette.exceptions import HTTPException
from starlette.responses import Response

from auspex.core import problems
from auspex.core.clock import current_clock
from auspex.core.database import can_hold, close_connection, connect
from auspex.core.http import HttpEdge, RequestContext, context_of, problem_response
from auspex.core.limits import BODY_BYTES_MAX, IDEMPOTENCY_KEY_CHARACTERS_MAX
from auspex.core.messages import Cause
from auspex.core.outbox import send_committed
from auspex.core.problems import Problem, pointer_error
from auspex.platform.accounts import Authenticated, authenticate, require_scope
from auspex.platform.replies import ListReply, Meta, Page, Reply

Function = Callable[..., Awaitable[Any]]
ANY_SCOPE = "any"
"""Scope of routes about the caller's own account (jobs): every valid key may read what its account owns."""
STATUS_PROBLEMS: dict[int, type[Problem]] = {404: problems.NotFound, 405: problems.MethodNotAllowed}
MALFORMED_ERROR_TYPES = {"json_invalid"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks of a request before it is read; `scope` None means public, ANY_SCOPE any valid key."""

    scope: str | None
    body_bytes_max: int


async def _caller(request: Request) -> Authenticated:
    caller = request.state.caller
    if not isinstance(caller, Authenticated):
        raise TypeError("a public route has no caller")
    return caller


async def _cause(request: Request) -> Cause:
    context = context_of(request)
    return Cause(request_id=context.request_id, traceparent=context.traceparent, account_id=context.account_id)


async def _idempotency_key(request: Request) -> str | None:
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
IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]


class Endpoint:
    """One resource: register its methods with `get`, `post`, `patch` and `delete`, export `handler`."""

    def __init__(self, name: str, *, scope: str | None, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        self._default = Rule(scope=scope, body_bytes_max=body_bytes_max)
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

    def get(self, path: str, *, scope: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Register a reading method."""
        return self._method("GET", path, scope, options)

    def post(self, path: str, *, scope: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Register a creating or computing method."""
        return self._method("POST", path, scope, options)

    def patch(self, path: str, *, scope: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Register a method that changes the fields it is given."""
        return self._method("PATCH", path, scope, options)

    def delete(self, path: str, *, scope: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Register a method that ends something; a second call changes nothing."""
        return self._method("DELETE", path, scope, options)

    def _method(
        self, method: str, path: str, scope: str | None, options: dict[str, Any]
    ) -> Callable[[Function], Function]:
        rule = Rule(scope=scope or self._default.scope, body_bytes_max=self._default.body_bytes_max)

        def register(function: Function) -> Function:
            enveloped = _enveloped(function)
            self._rules[enveloped] = rule
            options["response_model"] = _envelope_of(options.pop("response_model", None), options.pop("page_of", None))
            extra = {"x-scope": rule.scope, **options.pop("openapi_extra", {})}
            if rule.scope is not None:
                extra["security"] = [{"bearer": []}]
            self.app.add_api_route(
                path, enveloped, methods=[method], operation_id=function.__name__,
                summary=(function.__doc__ or function.__name__).strip().splitlines()[0],
                openapi_extra=extra, **options,
            )  # fmt: skip
            return function

        return register


def endpoint(name: str, *, scope: str | None, body_bytes_max: int = BODY_BYTES_MAX) -> Endpoint:
    """Make the endpoint of a function file; `scope` is what a method needs unless it says otherwise, None is public."""
    return Endpoint(name, scope=scope, body_bytes_max=body_bytes_max)


def _envelope_of(model: Any, page_of: Any) -> Any:
    """Return the documented shape of a reply: a page, one object, or None for finished responses."""
    if page_of is not None:
        return ListReply.__class_getitem__(page_of)
    return None if model is None else Reply.__class_getitem__(model)


def _enveloped(function: Function) -> Function:
    """Wrap a method so that what it returns stands in `data` (or is a finished Response), and its outbox is sent."""

    @functools.wraps(function)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        request: Request = kwargs.pop("auspex_request")
        result = await function(*args, **kwargs)
        send_committed()
        if isinstance(result, Response):
            return result
        meta = Meta(request_id=context_of(request).request_id)
        if isinstance(result, Page):
            return {"data": result.rows, "has_more": result.next_cursor is not None,
                    "next_cursor": result.next_cursor, "meta": meta}  # fmt: skip
        return {"data": result, "meta": meta}

    signature = inspect.signature(function, eval_str=True)
    own = inspect.Parameter("auspex_request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    shown = signature.replace(
        parameters=[*signature.parameters.values(), own], return_annotation=inspect.Signature.empty
    )
    wrapped.__dict__["__signature__"] = shown  # how FastAPI learns of the parameter
    return wrapped


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
                _admit(request, context, rule)
                _refuse_unknown_parameters(request, known)
                _refuse_unstorable_parameters(request)
                await _check_body(request, rule)
                await _refuse_unstorable_body(request)
                response: Response = await serve(request)
                return response

            return admit_and_serve

    return AdmittedRoute


def _admit(request: Request, context: RequestContext, rule: Rule) -> None:
    if rule.scope is None:
        return
    caller = authenticate(connect(), authorization=request.headers.get("authorization"), at=current_clock().now())
    context.account_id = caller.account_id
    request.state.caller = caller
    if rule.scope != ANY_SCOPE:
        require_scope(caller, rule.scope)


def _refuse_unknown_parameters(request: Request, known: set[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise problems.MalformedRequest(
            detail=f"Unknown query parameter: {', '.join(unknown)}.",
            errors=[pointer_error(f"/{name}", "unknown parameter") for name in unknown],
        )


def _refuse_unstorable_parameters(request: Request) -> None:
    """Refuse what no stored text can equal: NUL and halves of surrogate pairs, which Postgres does not hold."""
    for name, value in (*request.path_params.items(), *request.query_params.items()):
        if not can_hold(value):
            raise problems.MalformedRequest(
                detail=f"The parameter {name} holds a character that no text can have.",
                errors=[pointer_error(f"/{name}", "a character that no text can have")],
            )


async def _refuse_unstorable_body(request: Request) -> None:
    """Point at the first string that cannot be stored; only an escape, or a surrogate's byte, can make one."""
    body = await request.body()
    if b"\\u" not in body and b"\xed" not in body:
        return
    try:
        pointer = _unstorable_at(json.loads(body), "")
    except (ValueError, RecursionError):
        return  # FastAPI finds the same, and says so
    if pointer is not None:
        raise problems.ValidationFailed(
            detail="The body holds a character that no text can have.",
            errors=[pointer_error(pointer, "NUL or half of a surrogate pair")],
        )


def _unstorable_at(value: Any, pointer: str) -> str | None:
    """Return where in a JSON value the first string stands that cannot be stored."""
    if isinstance(value, str):
        return None if can_hold(value) else pointer
    if isinstance(value, dict):
        if not all(can_hold(name) for name in value):
            return pointer
        children: Iterable[tuple[str | int, Any]] = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    else:
        return None
    found = (_unstorable_at(child, f"{pointer}/{_escaped(name)}") for name, child in children)
    return next((place for place in found if place is not None), None)


async def _check_body(request: Request, rule: Rule) -> None:
    if request.method not in {"POST", "PUT", "PATCH"}:
        return
    body = await request.body()
    if len(body) > rule.body_bytes_max:
        raise problems.BodyTooLarge(
            detail=f"The body has {len(body)} bytes; at most {rule.body_bytes_max} are accepted."
        )
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media_type != "application/json":
        raise problems.UnsupportedMediaType


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
    return "".join(f"/{_escaped(part)}" for part in parts)


def _escaped(part: str | int) -> str:
    """Return one reference token of a JSON Pointer (RFC 6901, section 3)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def json_response(payload: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a finished JSON reply for the few routes outside the envelope (health, OpenAPI)."""
    return Response(
        json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=str),
        status_code=status, headers=headers, media_type="application/json",
    )  # fmt: skip
