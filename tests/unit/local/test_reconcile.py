"""What the emulator leaves out is read from the very templates that AWS gets."""

from pathlib import Path

import pytest
from infra.local.deploy import ProductStack, physical_ids
from infra.local.reconcile import ReconcileError, cors_configuration, declared_routes, front_routes
from infra.local.state import DeployedStack
from infra.local.templates import Resolver, load_template, nested_applications, stack_parameters

ROOT = Path(__file__).resolve().parents[3] / "template.yaml"


def function(*events: dict[str, object]) -> dict[str, object]:
    named = {f"E{number}": {"Type": "HttpApi", "Properties": event} for number, event in enumerate(events)}
    return {"Type": "AWS::Serverless::Function", "Properties": {"Events": named}}


def test_routes_are_those_of_the_functions_that_name_the_api() -> None:
    template = {
        "Resources": {
            "Api": {"Type": "AWS::Serverless::HttpApi"},
            "Things": function(
                {"ApiId": {"Ref": "Api"}, "Path": "/things", "Method": "get"},
                {"ApiId": {"Ref": "Api"}, "Path": "/things/{id}", "Method": "ANY"},
            ),
            "Rest": function({"ApiId": {"Ref": "Api"}, "Path": "$default"}),
            "Elsewhere": function({"ApiId": {"Ref": "Other"}, "Path": "/other", "Method": "GET"}),
            "Worker": {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"Q": {"Type": "SQS"}}}},
        }
    }
    assert declared_routes(template, "Api") == {
        "GET /things": "Things",
        "ANY /things/{id}": "Things",
        "$default": "Rest",
    }


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (None, None),
        (False, None),
        (True, {"AllowOrigins": ["*"]}),
        (
            {"AllowOrigins": [{"Ref": "Site"}], "MaxAge": 60, "Unknown": 1},
            {"AllowOrigins": ["https://a.example"], "MaxAge": 60},
        ),
    ],
)
def test_cors_is_what_the_api_declares(declared: object, expected: object) -> None:
    resolver = Resolver({}, {"Site": "https://a.example"})
    assert cors_configuration({"CorsConfiguration": declared}, resolver) == expected


def test_a_layer_is_found_under_the_name_that_sam_gives_it() -> None:
    template: dict[str, object] = {"Resources": {"Code": {}, "CodeExtra": {}, "Table": {}}}
    deployed = {"Code0123456789": "arn:code", "CodeExtra9876543210": "arn:extra", "Table": "table-1"}
    assert physical_ids(template, deployed) == {"Code": "arn:code", "CodeExtra": "arn:extra", "Table": "table-1"}


def stack(logical_id: str, outputs: dict[str, str]) -> ProductStack:
    return ProductStack(
        name=logical_id,
        logical_id=logical_id,
        template={},
        parameters={},
        deployed=DeployedStack("", outputs, {}),
        changed=False,
    )


def test_the_front_doors_routes_are_the_distributions_behaviours() -> None:
    root = load_template(ROOT)
    given = dict.fromkeys(root["Parameters"], "x") | {"Stage": "local"}
    root_stack = stack("", {})
    root_stack.parameters = stack_parameters(root, given)
    domain = "execute-api.us-east-1.amazonaws.com"
    stacks = [root_stack] + [
        stack(app.logical_id, {"ApiDomain": f"{app.logical_id.lower()}1.{domain}", "ApiUrl": "local"})
        for app in nested_applications(root, ROOT.parent)
    ]
    routes = front_routes(ROOT, stacks)
    assert ("/v1/filings/*", "filings1") in routes
    assert routes[-1] == ("*", "platform1")


def test_a_root_without_a_distribution_is_refused(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("Resources: {}")
    with pytest.raises(ReconcileError, match="no routes"):
        front_routes(tmp_path / "template.yaml", [stack("", {})])
