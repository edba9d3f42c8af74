"""The client and the OpenAPI document say the same, and the client needs nothing of the server."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from infra.local.client_code.naming import is_page, name_operations
from infra.local.generate_client import generated_modules, present_modules
from tests.architecture.checkout import PACKAGE, ROOT

from auspex_client import ApiProblem, AsyncAuspex, Auspex
from auspex_client.model import Meta, Quote
from auspex_client.resource import AsyncResource, Resource

CLIENT = ROOT / "layers" / "client" / "auspex_client"
ALLOWED = {"auspex_client", "httpx", "pydantic"}
DOCUMENT = json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))
BESIDES = {"jobs.wait"}
"""What is written by hand and combines operations."""
OF_THE_CLIENT = {"call", "call_untyped", "page", "close"}
NAMES = {operation_id: name.dotted for operation_id, name in name_operations(DOCUMENT["paths"]).items()}
OPERATIONS = [
    (operation["operationId"], method.upper(), path)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def methods_below(resource: Any, prefix: str = "") -> Iterator[str]:
    """Yield the dotted name of every public method that a client offers."""
    for name, member in inspect.getmembers(resource):
        if name.startswith("_"):
            continue
        if isinstance(member, Resource | AsyncResource):
            yield from methods_below(member, f"{prefix}{name}.")
        elif inspect.ismethod(member) and not (prefix == "" and name in OF_THE_CLIENT):
            yield prefix + name


def method_of(client: Any, dotted: str) -> Any:
    found = client
    for part in dotted.split("."):
        found = getattr(found, part)
    return found


class Recorder(httpx.BaseTransport):
    """Remembers the one request and refuses it."""

    def __init__(self) -> None:
        self.request: httpx.Request | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.request = request
        return httpx.Response(418, json={"code": "recorded"})


@pytest.mark.parametrize(("operation_id", "verb", "path"), OPERATIONS, ids=lambda value: value)
def test_every_operation_has_a_method_that_calls_it(operation_id: str, verb: str, path: str) -> None:
    recorder = Recorder()
    with Auspex("http://localhost", "k", transport=recorder) as client:
        method = method_of(client, NAMES[operation_id])
        parameters = inspect.signature(method).parameters.values()
        needed = {p.name: "x" for p in parameters if p.default is inspect.Parameter.empty}
        with pytest.raises(ApiProblem):
            method(**needed)
    assert recorder.request is not None
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    assert (recorder.request.method, recorder.request.url.path) == (verb, path.format_map(dict.fromkeys(names, "x")))
    assert ("idempotency-key" in recorder.request.headers) == (verb == "POST")


@pytest.mark.parametrize("kind", [Auspex, AsyncAuspex])
def test_every_method_is_an_operation(kind: Any) -> None:
    assert set(methods_below(kind("http://localhost", "k"))) == set(NAMES.values()) | BESIDES


def test_both_clients_take_the_same_arguments() -> None:
    one, other = Auspex("http://localhost", "k"), AsyncAuspex("http://localhost", "k")
    for dotted in NAMES.values():
        mine, theirs = (inspect.signature(method_of(client, dotted)).parameters for client in (one, other))
        assert {n: str(p) for n, p in mine.items()} == {n: str(p) for n, p in theirs.items()}, dotted


def test_what_is_written_by_hand_knows_every_member() -> None:
    components = DOCUMENT["components"]["schemas"]
    assert set(components["Meta"]["properties"]) <= set(Meta.model_fields)
    if "QuoteOut" in components:
        assert set(components["QuoteOut"]["properties"]) <= set(Quote.model_fields)


QUOTABLE = [
    operation["operationId"]
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
    if any(parameter["name"] == "dry_run" for parameter in operation.get("parameters", ()))
    and not is_page(operation)  # pages of JSON are free; what costs is another form of the list
]


@pytest.mark.parametrize("operation_id", QUOTABLE)
def test_what_is_paid_can_be_quoted(operation_id: str) -> None:
    recorder = Recorder()
    with Auspex("http://localhost", "k", transport=recorder) as client:
        method = method_of(client, NAMES[operation_id])
        needed = {p.name: "x" for p in inspect.signature(method).parameters.values() if p.default is p.empty}
        with pytest.raises(ApiProblem):
            method(**needed, dry_run=True)
    assert recorder.request is not None
    assert recorder.request.url.params["dry_run"] == "true"


def test_generated_modules_are_current() -> None:
    wanted = generated_modules()
    stale = [
        str(path.relative_to(ROOT))
        for path, text in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make openapi`"
    assert present_modules() <= set(wanted)


def imported_tops(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            found.add(str(node.module).partition(".")[0])
    return found


@pytest.mark.parametrize("path", sorted(CLIENT.rglob("*.py")), ids=lambda path: str(path.relative_to(CLIENT)))
def test_a_module_of_the_client_stands_on_httpx_and_pydantic_alone(path: Path) -> None:
    allowed = ALLOWED | {"click"} if path.relative_to(CLIENT).parts[0] == "cli" else ALLOWED
    assert imported_tops(path) - set(sys.stdlib_module_names) - allowed == set()
