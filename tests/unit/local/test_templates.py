"""The launcher reads templates as CloudFormation would, and refuses by name what it cannot work out."""

from pathlib import Path

import pytest
from infra.local.templates import (
    Resolver,
    TemplateError,
    load_template,
    nested_applications,
    stack_parameters,
)

ROOT = Path(__file__).resolve().parents[3] / "template.yaml"


def write(folder: Path, text: str) -> Path:
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_short_tags_become_long_functions_and_dates_stay_text(tmp_path: Path) -> None:
    template = load_template(
        write(
            tmp_path,
            """
            AWSTemplateFormatVersion: 2010-09-09
            Resources:
              A:
                Type: X
                Properties: {P: !GetAtt B.Outputs.C.D, Q: !Sub "${B}-x", R: !If [C, 1, !Ref B]}
            """,
        )
    )
    assert template["AWSTemplateFormatVersion"] == "2010-09-09"
    assert template["Resources"]["A"]["Properties"] == {
        "P": {"Fn::GetAtt": ["B", "Outputs.C.D"]},
        "Q": {"Fn::Sub": "${B}-x"},
        "R": {"Fn::If": ["C", 1, {"Ref": "B"}]},
    }


def test_a_file_without_resources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no Resources"):
        load_template(write(tmp_path, "Parameters: {}"))


def resolver() -> Resolver:
    template = {
        "Parameters": {"Name": {"Type": "String"}, "Subnets": {"Type": "CommaDelimitedList"}},
        "Conditions": {
            "Local": {"Fn::Equals": [{"Ref": "Name"}, "local"]},
            "Away": {"Fn::Not": [{"Condition": "Local"}]},
            "Both": {"Fn::And": [{"Condition": "Local"}, {"Condition": "Away"}]},
            "Either": {"Fn::Or": [{"Condition": "Local"}, {"Condition": "Away"}]},
        },
        "Mappings": {"M": {"a": {"b": "mapped"}}},
    }
    return Resolver(
        template,
        {"Name": "local", "Subnets": "s-1,s-2"},
        resources={"Layer": "arn:layer"},
        attributes={"Data.Outputs.Table": "table-1"},
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("plain", "plain"),
        (True, "true"),
        (7, "7"),
        ({"Ref": "Name"}, "local"),
        ({"Ref": "Layer"}, "arn:layer"),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "Subnets"}, "s-1,s-2"),
        ({"Fn::Join": ["|", {"Ref": "Subnets"}]}, "s-1|s-2"),
        ({"Fn::GetAtt": ["Data", "Outputs.Table"]}, "table-1"),
        ({"Fn::Sub": "${Name}/${Data.Outputs.Table}/${AWS::AccountId}/${!Kept}"}, "local/table-1/000000000000/${Kept}"),
        ({"Fn::Sub": ["${Own}-${Name}", {"Own": {"Ref": "Layer"}}]}, "arn:layer-local"),
        ({"Fn::Select": [1, {"Fn::Split": [":", "a:b:c"]}]}, "b"),
        ({"Fn::If": ["Local", "here", {"Ref": "Missing"}]}, "here"),
        ({"Fn::FindInMap": ["M", "a", "b"]}, "mapped"),
    ],
)
def test_an_expression_becomes_the_text_of_a_stack_parameter(expression: object, expected: str) -> None:
    assert resolver().text(expression) == expected


@pytest.mark.parametrize(("name", "holds"), [("Local", True), ("Away", False), ("Both", False), ("Either", True)])
def test_conditions_combine(name: str, holds: bool) -> None:
    assert resolver().condition(name) is holds


@pytest.mark.parametrize(
    "expression",
    [
        {"Ref": "Missing"},
        {"Fn::GetAtt": ["Data", "Outputs.Missing"]},
        {"Fn::ImportValue": "x"},
        {"Fn::If": ["No", 1, 2]},
    ],
)
def test_what_is_not_known_is_refused_by_name(expression: object) -> None:
    with pytest.raises(TemplateError):
        resolver().value(expression)


def applications(text: str, folder: Path) -> list[str]:
    return [app.logical_id for app in nested_applications(load_template(write(folder, text)), folder)]


APPLICATION = "Type: AWS::Serverless::Application"


def test_an_application_stands_after_what_it_reads_or_depends_on(tmp_path: Path) -> None:
    text = f"""
    Resources:
      Edge: {{{APPLICATION}, Properties: {{Location: e.yaml, Parameters: {{A: !Sub "${{Api.Outputs.Domain}}"}}}}}}
      Api: {{{APPLICATION}, Properties: {{Location: a.yaml, Parameters: {{T: !GetAtt Data.Outputs.Table}}}}}}
      Board: {{{APPLICATION}, DependsOn: Edge, Properties: {{Location: b.yaml}}}}
      Data: {{{APPLICATION}, Properties: {{Location: d.yaml}}}}
      Layer: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: x}}}}
    """
    order = applications(text, tmp_path)
    assert sorted(order) == ["Api", "Board", "Data", "Edge"]
    assert order.index("Data") < order.index("Api") < order.index("Edge") < order.index("Board")


def test_applications_that_need_each_other_are_refused(tmp_path: Path) -> None:
    text = f"""
    Resources:
      A: {{{APPLICATION}, Properties: {{Location: a.yaml, Parameters: {{P: !GetAtt B.Outputs.X}}}}}}
      B: {{{APPLICATION}, Properties: {{Location: b.yaml, Parameters: {{P: !GetAtt A.Outputs.X}}}}}}
    """
    with pytest.raises(TemplateError, match="A, B"):
        applications(text, tmp_path)


def test_given_parameters_are_completed_with_defaults_and_strangers_left_out() -> None:
    template = {"Parameters": {"A": {}, "B": {"Default": 5432}, "C": {"Default": True}}}
    assert stack_parameters(template, {"A": "1", "Z": "9"}) == {"A": "1", "B": "5432", "C": "true"}


def test_a_parameter_without_a_value_is_named() -> None:
    with pytest.raises(TemplateError, match="parameter A"):
        stack_parameters({"Parameters": {"A": {}}}, {})


def test_every_nested_template_of_the_repository_declares_what_the_root_passes() -> None:
    root = load_template(ROOT)
    for application in nested_applications(root, ROOT.parent):
        declared = load_template(application.location).get("Parameters", {})
        assert application.parameters.keys() <= declared.keys(), application.logical_id
        missing = {name for name, parameter in declared.items() if "Default" not in parameter}
        assert missing <= application.parameters.keys(), application.logical_id
