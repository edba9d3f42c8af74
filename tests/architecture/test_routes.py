"""Templates and code declare the same routes; edge and APIs lead every request to its function."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from cfnlint.decode import cfn_yaml
from infra.local.application import FunctionDefinition
from infra.local.function_files import load_function_file
from tests.architecture.checkout import PACKAGE, ROOT, application

PRODUCT_PREFIX = "/v1/{product}/"
PLATFORM_ROOTS = ("/health", "/ready", "/version", "/openapi.json", "/docs", "/v1/")


@cache
def routes_in(path: Path) -> frozenset[tuple[str, str]]:
    app = load_function_file(path).api.app
    return frozenset((method, route.path) for route in app.routes for method in route.methods)


def endpoints() -> list[FunctionDefinition]:
    return [function for function in application().functions if function.kind == "endpoint"]


@pytest.mark.parametrize("function", endpoints(), ids=lambda function: function.logical_id)
class TestEveryEndpoint:
    def test_registers_exactly_the_routes_its_template_sends_to_it(self, function: FunctionDefinition) -> None:
        declared = {(r.method, r.path) for r in application().routes if r.function.logical_id == function.logical_id}
        assert routes_in(function.path) == declared

    def test_serves_paths_of_its_product(self, function: FunctionDefinition) -> None:
        for _, path in routes_in(function.path):
            if function.product == "platform":
                assert path.startswith(PLATFORM_ROOTS)
            else:
                assert path.startswith(PRODUCT_PREFIX.format(product=function.product))

    def test_is_what_the_edge_and_the_api_choose_for_its_paths(self, function: FunctionDefinition) -> None:
        for method, path in routes_in(function.path):
            found = application().find_route(method, path.replace("{", "a").replace("}", "z"))
            assert found is not None
            assert found[0].function.logical_id == function.logical_id


def test_every_api_answers_what_no_route_serves() -> None:
    apis = set(application().api_domains.values())
    assert {api_id: function.stem for api_id, function in application().defaults.items()} == dict.fromkeys(
        apis, "unmatched"
    )


def apis() -> dict[str, dict[str, list[str]]]:
    """Return what each API lets browsers do, by its template."""
    found = {}
    for path in sorted((ROOT / "infra").glob("*.yaml")):
        loaded = cfn_yaml.load(str(path))
        template = loaded[0] if isinstance(loaded, tuple) else loaded
        for resource in template.get("Resources", {}).values():
            if resource["Type"] == "AWS::Serverless::HttpApi":
                found[path.stem] = resource["Properties"]["CorsConfiguration"]
    return found


def test_browsers_may_send_and_see_the_same_headers_under_every_api() -> None:
    asked, shown = ({frozenset(cors[name]) for cors in apis().values()} for name in ("AllowHeaders", "ExposeHeaders"))
    assert len(asked) == len(shown) == 1
    assert asked.pop() >= {"authorization", "idempotency-key", "if-none-match", "x-request-id"}
    assert shown.pop() >= {"etag", "retry-after", "token-cost", "token-balance", "x-request-id"}


@pytest.mark.parametrize("product", apis())
def test_browsers_may_use_every_method_that_an_api_offers(product: str) -> None:
    offered = {route.method for route in application().routes if route.function.product == product}
    assert set(apis()[product]["AllowMethods"]) >= {method for method in offered if method.isalpha()} | {"OPTIONS"}


def test_no_two_functions_share_a_route() -> None:
    routes = [(route.api_id, route.method, route.path) for route in application().routes]
    assert len(set(routes)) == len(routes)


def test_the_merged_document_has_every_route_and_no_other() -> None:
    document = json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))
    documented = {(m.upper(), path) for path, operations in document["paths"].items() for m in operations}
    shown = {(r.method, r.path) for r in application().routes if not r.path.startswith("/docs")}
    assert documented == shown


def test_every_operation_says_what_it_needs_and_how_it_refuses() -> None:
    document = json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))
    ids = []
    for operations in document["paths"].values():
        for operation in operations.values():
            ids.append(operation["operationId"])
            assert operation["summary"].endswith(".")
            assert ("security" in operation) == (operation.get("x-scope") is not None)
            assert "401" in operation["responses"] or "security" not in operation
    assert len(set(ids)) == len(ids)


def test_every_body_has_an_example_that_can_be_sent() -> None:
    """Give the model `json_schema_extra={"examples": [{…}]}`, or each required field `examples=[…]`."""
    document = json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))
    lacking = [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if not {"example", "examples"} & set(content)
    ]
    assert lacking == []


@pytest.mark.parametrize("function", endpoints(), ids=lambda function: function.logical_id)
def test_a_function_that_keeps_replies_may_write_their_table_and_no_other_may(function: FunctionDefinition) -> None:
    document = json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))
    keeps = any(
        document["paths"].get(route.path, {}).get(route.method.lower(), {}).get("x-idempotent", False)
        for route in application().routes
        if route.function.logical_id == function.logical_id
    )
    template = (ROOT / "infra" / f"{function.product}.yaml").read_text(encoding="utf-8")
    declared = template.split(f"\n  {function.logical_id}:\n", 1)[1]
    block = re.split(r"\n  [A-Z]|\n# ──", declared, maxsplit=1)[0]
    assert ("DynamoDBCrudPolicy: { TableName: !Ref IdempotencyTable }" in block) == keeps
    assert bool(function.environment.get("AUSPEX_IDEMPOTENCY_TABLE")) >= keeps
