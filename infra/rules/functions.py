"""Rules for functions: least privilege, API Gateway's patience, names of their own, Lambda's layers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # cfn-lint loads a rule by its file, outside any package
from infra.rules._source import Source, statements_in

API_TIMEOUT_SECONDS_MAX = 29
LAYERS_MAX = 5
PLATFORM_TEMPLATE = "platform.yaml"
RESOURCELESS_ACTIONS = frozenset({"sqs:ListQueues"})
"""Actions that IAM accepts with the resource * alone, and that only read names."""
PLATFORM_QUEUES = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${NamePrefix}-*"


def _resource(logical_id: str, message: str) -> RuleMatch:
    return RuleMatch(["Resources", logical_id], message)


class NoWildcardInPolicies(CloudFormationLintRule):
    """A function may do what it does, to what it does it to."""

    id = "E9106"
    shortdesc = "No policy statement holds a wildcard"
    description = "No * in Action or Resource, but for the platform's rights on ${NamePrefix}-* and to list queues"
    tags = ("iam",)

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the resources whose statements fail."""
        source = Source(cfn)
        found = []
        for logical_id, resource in source.template.get("Resources", {}).items():
            for statement in statements_in(resource.get("Properties", {})):
                for name in ("Action", "NotAction", "Resource", "NotResource"):
                    found += [
                        _resource(logical_id, f"{logical_id}: {name} {text} holds a wildcard")
                        for text in _texts(statement.get(name, []))
                        if "*" in text and not _is_allowed(source, statement, name, text)
                    ]
            named = _managed_policies(resource)
            found += [
                _resource(logical_id, f"{logical_id}: managed policy {p}; state the rights instead") for p in named
            ]
        return found


class ApiFunctionAnswersInTime(CloudFormationLintRule):
    """API Gateway gives up after 29 s; a longer timeout pays for answers nobody receives."""

    id = "E9107"
    shortdesc = "A function behind an HTTP API times out after at most 29 s"
    description = "Timeout of functions with HttpApi events, Globals included"
    tags = ("lambda", "apigateway")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the functions that fail."""
        source = Source(cfn)
        found = []
        for logical_id, properties in source.resources("AWS::Serverless::Function"):
            if any(event.get("Type") == "HttpApi" for event in properties.get("Events", {}).values()):
                timeout = source.setting(properties, "Timeout", 3)
                if timeout is None or timeout > API_TIMEOUT_SECONDS_MAX:
                    found.append(_resource(logical_id, f"{logical_id}: timeout {timeout} s exceeds 29 s"))
        return found


class ScheduleBearsItsStack(CloudFormationLintRule):
    """SAM's default name lacks the stack: a second stack takes the schedule over, and deleting it deletes ours."""

    id = "E9108"
    shortdesc = "Every schedule states a Name with the stack's name"
    description = "Name of a ScheduleV2 event is a Sub that holds ${AWS::StackName}"
    tags = ("scheduler",)

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the functions whose schedules fail."""
        found = []
        for logical_id, properties in Source(cfn).resources("AWS::Serverless::Function"):
            for event_id, event in properties.get("Events", {}).items():
                if event.get("Type") == "ScheduleV2" and "${AWS::StackName}" not in _sub(
                    event["Properties"].get("Name")
                ):
                    found.append(
                        _resource(logical_id, f"{logical_id}: schedule {event_id} needs a Name with the stack's")
                    )
        return found


class AtMostFiveLayers(CloudFormationLintRule):
    """Lambda takes five; SAM adds those of Globals to a function's own."""

    id = "E9109"
    shortdesc = "A function has at most five layers"
    description = "Layers of Globals and of the function together"
    tags = ("lambda",)

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the functions that fail."""
        source = Source(cfn)
        common = len(source.defaults.get("Layers", []))
        found = []
        for logical_id, properties in source.resources("AWS::Serverless::Function"):
            layers = common + len(properties.get("Layers", []))
            if layers > LAYERS_MAX:
                found.append(_resource(logical_id, f"{logical_id} has {layers} layers, Lambda takes {LAYERS_MAX}"))
        return found


def _is_allowed(source: Source, statement: dict[str, Any], name: str, text: str) -> bool:
    """Tell whether a wildcard is one of the platform's two."""
    if source.filename != PLATFORM_TEMPLATE or name != "Resource":
        return False
    return text == PLATFORM_QUEUES or (text == "*" and set(_texts(statement.get("Action", []))) <= RESOURCELESS_ACTIONS)


def _texts(value: Any) -> list[str]:
    """Return the literal text of one or several expressions; of a Sub its pattern."""
    values = value if isinstance(value, list) else [value]
    return [_sub(item) if isinstance(item, dict) else str(item) for item in values]


def _sub(expression: Any) -> str:
    if isinstance(expression, dict) and "Fn::Sub" in expression:
        pattern = expression["Fn::Sub"]
        return str(pattern[0] if isinstance(pattern, list) else pattern)
    return ""


def _managed_policies(resource: dict[str, Any]) -> list[str]:
    """Return policies by name: AWS's own are wider than any function needs."""
    properties = resource.get("Properties", {})
    policies = properties.get("Policies", [])
    named = [policy for policy in (policies if isinstance(policies, list) else [policies]) if isinstance(policy, str)]
    return named + [str(arn) for arn in properties.get("ManagedPolicyArns", [])]
