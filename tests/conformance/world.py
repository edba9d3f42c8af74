"""One deployment with a filing in it, callers as each check needs them, and valid requests made of documented examples.

Whatever is sent goes through `send`, which holds every reply against the document: its status and its body's schema.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from infra.local.provider_server.server import provider_settings
from tests.conformance.makers import (
    HEADERS,
    MAKERS,
    MAKERS_OF_OPERATIONS,
    PATH_VALUES,
    PRESENT_VALUES,
    SITUATIONS,
    free_lease,
    hold_lease,
)
from tests.conformance.operations import (
    ULID_EXAMPLE,
    Operation,
    documented_codes,
    example_of,
    operations,
)
from tests.conformance.stored_examples import store_examples
from tests.conftest import Server, cloned
from tests.factories.key_holders import Holder
from tests.harness import aws_resources
from tests.harness.events import Response
from tests.harness.harness import Harness

from auspex.core.database import Connection
from auspex.core.problems import TYPE_BASE
from auspex.platform.accounts import create_account, create_key

TOKENS = 1_000
PROVIDER_CHANGES = 4  # each is an entry of the audit
SCOPE_NOBODY_ASKS_FOR = "unrelated:read"
SCOPES_OF_NO_PRODUCT = {None, "any", "any:write", "admin"}

dynamodb = partial(aws_resources._client, "dynamodb")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that is valid as it stands."""

    operation: Operation
    target: str
    body: Any = None

    def with_query(self, **parameters: Any) -> Prepared:
        """Return the request with query parameters added."""
        joint = "&" if "?" in self.target else "?"
        return replace(self, target=self.target + joint + urlencode(parameters))


class World:
    """The deployment and its callers."""

    def __init__(self, harness: Harness, platform: Connection) -> None:
        self.harness = harness
        self._platform = platform
        self._addresses = itertools.count(1)
        self._replies: dict[tuple[str, ...], Response] = {}

    # ── Callers: each check has an account of its own, so that no other check uses up its rate ──────────────────────

    def holder(self, *scopes: str, tokens: int = TOKENS, plan: str = "premium") -> Holder:
        """Return the holder of a new account's only key."""
        at = self.harness.clock.now()
        account_id = create_account(self._platform, name="Conformance Ltd", plan=plan, at=at)
        key = create_key(self._platform, account_id=account_id, scopes=list(scopes), name="only", at=at)
        if tokens:
            self.grant(account_id, tokens)
        return Holder(self.harness, account_id, key.key_id, key.secret)

    def operator(self) -> Holder:
        """Return the holder of an administrator's key."""
        return self.holder("admin", *self.products(), tokens=0)

    def caller(self, operation: Operation, *, tokens: int = TOKENS) -> Holder:
        """Return somebody new who may send an operation, in a deployment where it is valid."""
        if operation.name in SITUATIONS:
            SITUATIONS[operation.name](self)
        scopes = ("admin",) if operation.scope == "admin" else ()
        return self.holder(*scopes, *self.products(), tokens=tokens)

    def products(self) -> list[str]:
        """Return the scope of each product whose routes ask for one."""
        named = {str(o.scope).partition(":")[0] for o in operations() if o.scope not in SCOPES_OF_NO_PRODUCT}
        return sorted(named)

    def grant(self, account_id: str, tokens: int) -> None:
        """Give an account tokens, as an operator's grant does."""
        self.harness.rows(
            "SELECT * FROM platform.grant_tokens(%(account_id)s, 'grant', 'conformance', %(tokens)s, 'for tests', "
            "%(account_id)s, NULL, NULL, %(at)s)",
            {"account_id": account_id, "tokens": tokens, "at": self.harness.clock.now()},
        )

    def made(self, prefix: str, owner: Holder, operation: Operation | None = None) -> str:
        """Make something that an account owns, fit for an operation, and return its id."""
        own = MAKERS_OF_OPERATIONS.get((operation.name, prefix)) if operation is not None else None
        return (own or MAKERS[prefix])(self, owner)

    def created(self, owner: Holder, path: str, body: Any) -> Any:
        """Create something over HTTP and return what the reply shows."""
        reply = owner.request("POST", path, body, headers={"x-forwarded-for": self.address()})
        assert 200 <= reply.status < 300, (path, reply.body)
        return reply.data

    def address(self) -> str:
        """Return an address that nobody has called from."""
        number = next(self._addresses)
        return f"198.51.{number // 256 % 256}.{number % 256}"

    # ── Requests ────────────────────────────────────────────────────────────────────────────────────────────────────

    def prepare(
        self, operation: Operation, owner: Holder | None = None, *, ids: Callable[[str], str] | None = None
    ) -> Prepared:
        """Return a request as the document's examples say it, about things that `owner` has, or that `ids` names."""
        if owner is not None:
            ids = partial(self.made, owner=owner, operation=operation)
        path = operation.path
        for name, example in operation.path_examples().items():
            value = _named(example, ids) if example is not None else PATH_VALUES[name]
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        query = {p["name"]: example_of(p) for p in operation.parameters("query") if p.get("required")}
        query |= {name: PRESENT_VALUES[name](self) for name in query.keys() & PRESENT_VALUES.keys()}
        target = path + (f"?{urlencode(query)}" if query else "")
        body = _named(operation.body_example, ids)
        if isinstance(body, dict):
            body |= {name: PRESENT_VALUES[name](self) for name in body.keys() & PRESENT_VALUES.keys()}
        return Prepared(operation, target, body)

    def send(
        self,
        prepared: Prepared,
        holder: Holder | None = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request from an address of its own; `body` replaces the prepared one byte by byte."""
        sent = {"x-forwarded-for": self.address(), **(headers or {})}
        if body is None and prepared.body is not None:
            body = json.dumps(prepared.body).encode()
        if body is not None:
            sent.setdefault("content-type", "application/json")
            sent |= self._signature(prepared.operation, body)
        key = holder.secret if holder is not None and prepared.operation.scope is not None else None
        reply = self.harness.request(prepared.operation.method, prepared.target, key=key, body=body, headers=sent)
        check_against_document(prepared.operation, reply)
        return reply

    def _signature(self, operation: Operation, body: bytes) -> dict[str, str]:
        return HEADERS[operation.name](self, body) if operation.name in HEADERS else {}

    def serve(self, operation: Operation, **options: Any) -> tuple[Prepared, Holder, Response]:
        """Send an operation's example by somebody who may, and return what was sent, by whom, and the reply."""
        caller = self.caller(operation)
        prepared = self.prepare(operation, caller)
        reply = self.send(prepared, caller, **options)
        assert 200 <= reply.status < 300, reply.body
        return prepared, caller, reply

    def once(self, name: tuple[str, ...], ask: Callable[[], Response]) -> Response:
        """Return the reply of this name, asking for it the first time."""
        if name not in self._replies:
            self._replies[name] = ask()
        return self._replies[name]

    # ── What is stored ──────────────────────────────────────────────────────────────────────────────────────────────

    def row_counts(self, *, but: Collection[str] = ()) -> dict[str, int]:
        """Count the rows of every table, but those that count requests and those named."""
        tables = self.harness.rows(
            "SELECT format('%%I.%%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> ALL (%(but)s)",
            {"but": ["rate_buckets", *but]},
        )
        counted = " UNION ALL ".join(
            f"SELECT '{row['name']}' AS name, count(*) AS n FROM {row['name']}" for row in tables
        )
        return {row["name"]: row["n"] for row in self.harness.rows(counted)}

    def kept_replies(self) -> set[str]:
        """Return the keys of every reply that is kept for replay."""
        return {item["id"]["S"] for item in self._kept_items()}

    def lose_kept_replies(self) -> None:
        """Forget every kept reply, as a lost table would."""
        for item in self._kept_items():
            dynamodb().delete_item(TableName=self._table(), Key={"id": item["id"]})

    def put_kept_replies_in_progress(self) -> None:
        """Have the store say that every request it knows is still being served."""
        until_ms = int((time.time() + 60) * 1000)
        for item in self._kept_items():
            item |= {"status": {"S": "INPROGRESS"}, "in_progress_expiration": {"N": str(until_ms)}}
            dynamodb().put_item(TableName=self._table(), Item=item)

    def _kept_items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = dynamodb().scan(TableName=self._table())["Items"]
        return found

    def _table(self) -> str:
        (name,) = dynamodb().list_tables()["TableNames"]
        return str(name)


def _named(example: Any, ids: Callable[[str], str] | None) -> Any:
    """Put other ids in the place of invented ones, wherever in an example they stand."""
    if isinstance(example, dict):
        return {name: _named(value, ids) for name, value in example.items()}
    if isinstance(example, list):
        return [_named(value, ids) for value in example]
    match = ULID_EXAMPLE.match(example) if isinstance(example, str) else None
    return example if match is None or ids is None else ids(match["prefix"])


def check_against_document(operation: Operation, reply: Response) -> None:
    """Hold a reply against the document, and a refusal against RFC 9457."""
    if reply.status >= 400:
        check_problem(reply)
    if not operation.document:
        return
    assert str(reply.status) in operation.document["responses"], f"{operation}: {reply.status} is not documented"
    validator = operation.reply_validator(reply.status)
    if validator is not None:
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(reply.json())]
        assert errors == [], f"{operation} {reply.status}"


def check_problem(reply: Response) -> None:
    """A refusal is a problem document of the catalogue, with the headers that its status asks for."""
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["type"] == TYPE_BASE + problem["code"]
    assert problem["code"] in documented_codes()
    assert problem["status"] == reply.status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    assert problem["request_id"] == reply.headers["x-request-id"]
    for error in problem.get("errors", ()):
        assert error["pointer"] == "" or error["pointer"].startswith("/")
        assert error["message"]
    if reply.status in {429, 503}:
        assert int(reply.headers["retry-after"]) >= 1
    if reply.status == 401:
        assert reply.headers["www-authenticate"].startswith("Bearer")


def problem_of(reply: Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return reply.status, reply.json().get("code", "") if reply.status >= 400 else ""


@contextmanager
def build_world(server: Server, parameters: Mapping[str, str]) -> Iterator[World]:
    """Bring up a deployment that knows the filing of the document's examples."""
    secrets = {"providers": provider_settings("http://127.0.0.1:9")}  # configured, and nobody answers there
    with cloned(server) as database, Harness(database, parameters=parameters, secrets=secrets) as harness:
        harness.fire("schedule_refresh_companies")
        with database.connect(None) as connection:
            store_examples(connection)
        harness.request("GET", "/ready")  # its clients are built on first use, and its deadlines are short
        with database.connect("auspex_platform") as platform:
            world = World(harness, platform)
            for _ in range(PROVIDER_CHANGES):
                hold_lease(world)
                free_lease(world)
            yield world
