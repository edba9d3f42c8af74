"""What the own rules share: the template as written, before SAM's transform rewrites it, and its numbers resolved.

cfn-lint hands rules the transformed template, in which a function's events and policies are no longer to be seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml
from cfnlint.template import Template

Properties = dict[str, Any]


class Source:
    """One template file as its author wrote it."""

    def __init__(self, cfn: Template) -> None:
        self.filename = Path(str(cfn.filename)).name
        loaded = cfn_yaml.load(cfn.filename)
        template = loaded[0] if isinstance(loaded, tuple) else loaded
        self.template: dict[str, Any] = template
        self.defaults: Properties = template.get("Globals", {}).get("Function", {})

    def resources(self, kind: str) -> Iterator[tuple[str, Properties]]:
        """Yield logical id and properties of every resource of a type."""
        for logical_id, resource in self.template.get("Resources", {}).items():
            if resource.get("Type") == kind:
                yield str(logical_id), resource.get("Properties", {})

    def queue_sources(self) -> Iterator[tuple[str, Properties, Any]]:
        """Yield every event source that polls a queue: logical id, its properties, the queue's expression."""
        for logical_id, properties in self.resources("AWS::Lambda::EventSourceMapping"):
            if target_of(properties.get("EventSourceArn")) in self.queue_ids():
                yield logical_id, properties, properties["EventSourceArn"]
        for logical_id, properties in self.resources("AWS::Serverless::Function"):
            for event in properties.get("Events", {}).values():
                if event.get("Type") == "SQS":
                    yield logical_id, event["Properties"], event["Properties"].get("Queue")

    def queue_ids(self) -> set[str]:
        """Return the logical ids of the template's queues."""
        return {logical_id for logical_id, _ in self.resources("AWS::SQS::Queue")}

    def number(self, expression: Any) -> int | None:
        """Return a number, or a parameter's default; None when neither is there."""
        if isinstance(expression, dict) and "Ref" in expression:
            parameter = self.template.get("Parameters", {}).get(expression["Ref"], {})
            return self.number(parameter.get("Default"))
        try:
            return int(expression)
        except (TypeError, ValueError):
            return None

    def setting(self, properties: Properties, name: str, fallback: int) -> int | None:
        """Return a function's number, else the one of Globals, else what Lambda assumes."""
        return self.number(properties.get(name, self.defaults.get(name, fallback)))


def target_of(expression: Any) -> str | None:
    """Return the logical id that `!Ref X` or `!GetAtt X.Attribute` names."""
    if not isinstance(expression, dict):
        return None
    if "Ref" in expression:
        return str(expression["Ref"])
    attribute = expression.get("Fn::GetAtt")
    if isinstance(attribute, list):
        return str(attribute[0])
    return str(attribute).partition(".")[0] if isinstance(attribute, str) else None


def statements_in(value: Any) -> Iterator[Properties]:
    """Yield every policy statement anywhere below a value."""
    if isinstance(value, dict):
        if "Effect" in value and ("Action" in value or "Resource" in value):
            yield value
        for child in value.values():
            yield from statements_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from statements_in(child)
