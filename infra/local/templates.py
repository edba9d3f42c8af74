"""Read the SAM templates as they are: nothing generated, nothing changed but where code lies.

The emulator nests no SAM application, so the launcher deploys each as a stack of its own and works out the parameters
that the root passes. What it cannot work out it refuses by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

APPLICATION = "AWS::Serverless::Application"
LIST_TYPES = {"CommaDelimitedList", "List<Number>", "List<String>"}
SUBSTITUTION = re.compile(r"\$\{(!?)([^}]+)\}")
PSEUDO_PARAMETERS = {
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "000000000000",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


class TemplateError(ValueError):
    """A template says something that the launcher cannot work out."""


class _Loader(yaml.SafeLoader):
    """Safe YAML with CloudFormation's short tags, and dates left as text."""


_Loader.yaml_implicit_resolvers = {
    character: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for character, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _construct_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TemplateError(f"unknown YAML node at {node.start_mark}")
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _construct_tag)


def load_template(path: Path) -> dict[str, Any]:
    """Read one template into plain data with intrinsic functions in their long form."""
    template = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise TemplateError(f"{path} has no Resources")
    return template


@dataclass(frozen=True, slots=True)
class NestedApplication:
    """State one ``AWS::Serverless::Application`` of the root: its template file and what the root passes."""

    logical_id: str
    location: Path
    parameters: dict[str, Any]
    condition: str | None
    depends_on: tuple[str, ...]


def nested_applications(root: Mapping[str, Any], directory: Path) -> list[NestedApplication]:
    """List the nested applications in an order in which each stands after what it needs. Raises TemplateError."""
    found = {
        name: _application(name, resource, directory)
        for name, resource in root["Resources"].items()
        if resource["Type"] == APPLICATION
    }
    ordered: list[NestedApplication] = []
    waiting = dict(found)
    while waiting:
        ready = [app for app in waiting.values() if not waiting.keys() & _needs(app)]
        if not ready:
            raise TemplateError(f"these applications need each other: {', '.join(sorted(waiting))}")
        for app in ready:
            ordered.append(app)
            del waiting[app.logical_id]
    return ordered


def _application(name: str, resource: Mapping[str, Any], directory: Path) -> NestedApplication:
    properties = resource["Properties"]
    if not isinstance(properties.get("Location"), str):
        raise TemplateError(f"{name}: Location must be a file of this repository")
    depends_on = resource.get("DependsOn", [])
    return NestedApplication(
        logical_id=name,
        location=directory / properties["Location"],
        parameters=dict(properties.get("Parameters", {})),
        condition=resource.get("Condition"),
        depends_on=(depends_on,) if isinstance(depends_on, str) else tuple(depends_on),
    )


def _needs(app: NestedApplication) -> set[str]:
    return {name.partition(".")[0] for name in _names_in(app.parameters)} | set(app.depends_on)


def _names_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_names_in(item) for item in value))
    if not isinstance(value, dict):
        return set()
    names = set().union(*(_names_in(item) for item in value.values()))
    if "Ref" in value:
        names.add(value["Ref"])
    if isinstance(value.get("Fn::GetAtt"), list):
        names.add(value["Fn::GetAtt"][0])
    if "Fn::Sub" in value:
        text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
        names |= {name for literal, name in SUBSTITUTION.findall(text) if not literal}
    return names


@dataclass(slots=True)
class Resolver:
    """Work out intrinsic functions from parameters, physical ids of resources, and attributes ``Id.Attribute``."""

    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    resources: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def value(self, expression: Any) -> Any:
        """Return what an expression stands for. Raises TemplateError for a name or function that is not known."""
        if isinstance(expression, list):
            return [self.value(item) for item in expression]
        if not isinstance(expression, dict):
            return expression
        if len(expression) == 1:
            ((function, argument),) = expression.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, argument)
        return {key: self.value(item) for key, item in expression.items()}

    def text(self, expression: Any) -> str:
        """Return an expression as the text that a stack parameter takes."""
        value = self.value(expression)
        if isinstance(value, list):
            return ",".join(str(item) for item in value)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value)

    def condition(self, name: str) -> bool:
        """Tell whether a named condition of the template holds."""
        conditions = self.template.get("Conditions", {})
        if name not in conditions:
            raise TemplateError(f"no condition {name}")
        return self._holds(conditions[name])

    def _call(self, function: str, argument: Any) -> Any:  # noqa: PLR0911 - one line per function
        match function:
            case "Ref":
                return self._reference(argument)
            case "Fn::GetAtt":
                return self._attribute(".".join(argument))
            case "Fn::Sub":
                return self._substitute(argument)
            case "Fn::Join":
                return str(argument[0]).join(self.text(item) for item in self.value(argument[1]))
            case "Fn::Select":
                return self.value(argument[1])[int(self.value(argument[0]))]
            case "Fn::Split":
                return self.text(argument[1]).split(argument[0])
            case "Fn::If":
                return self.value(argument[1] if self.condition(argument[0]) else argument[2])
            case "Fn::FindInMap":
                section, first, second = self.value(argument)
                return self.value(self.template["Mappings"][section][first][second])
            case _:
                raise TemplateError(f"the launcher does not work out {function}")

    def _reference(self, name: str) -> Any:
        declaration = self.template.get("Parameters", {}).get(name, {})
        if name in self.parameters and declaration.get("Type") in LIST_TYPES:
            return self.parameters[name].split(",")
        for known in (self.parameters, self.resources, PSEUDO_PARAMETERS):
            if name in known:
                return known[name]
        raise TemplateError(f"nothing is known by the name {name}")

    def _attribute(self, name: str) -> str:
        if name not in self.attributes:
            raise TemplateError(f"no attribute {name}")
        return self.attributes[name]

    def _substitute(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return self.text(own[name])
            return self._attribute(name) if "." in name else self.text({"Ref": name})

        return SUBSTITUTION.sub(replace, text)

    def _holds(self, rule: Mapping[str, Any]) -> bool:
        ((function, argument),) = rule.items()
        match function:
            case "Fn::Equals":
                return self.text(argument[0]) == self.text(argument[1])
            case "Fn::Not":
                return not self._holds(argument[0])
            case "Fn::And":
                return all(self._holds(item) for item in argument)
            case "Fn::Or":
                return any(self._holds(item) for item in argument)
            case "Condition":
                return self.condition(argument)
            case _:
                raise TemplateError(f"the launcher does not work out the condition {function}")


def stack_parameters(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Complete given parameters with the template's defaults; names that it does not declare are left out.

    Raises TemplateError for a parameter without a value.
    """
    values = {}
    for name, declaration in template.get("Parameters", {}).items():
        if name in given:
            values[name] = given[name]
        elif "Default" in declaration:
            default = declaration["Default"]
            values[name] = str(default).lower() if isinstance(default, bool) else str(default)
        else:
            raise TemplateError(f"parameter {name} has no value")
    return values
