"""What the templates declare, worked out: functions, routes, queues, mappings, schedules and the edge's table.

Read with the launcher's own reader: the harness and the embedded stack cannot understand a template differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from infra.local.templates import Resolver, load_template, nested_applications, stack_parameters

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"  # moto's
PSEUDO = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT_ID,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
DEFAULT_ROUTE = "$default"
Kind = Literal["endpoint", "worker", "schedule", "task"]


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """One Lambda function with its environment resolved."""

    product: str
    logical_id: str
    name: str
    arn: str
    stem: str
    path: Path
    kind: Kind
    environment: Mapping[str, str]
    timeout_seconds: int
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path of an HTTP API."""

    api_id: str
    method: str
    path: str
    function: FunctionDefinition

    def match(self, path: str) -> dict[str, str] | None:
        """Return the path parameters when a request path fits, else None."""
        pattern, given = self.path.strip("/").split("/"), path.strip("/").split("/")
        if len(pattern) != len(given) or path.endswith("/") != self.path.endswith("/"):
            return None
        parameters: dict[str, str] = {}
        for expected, actual in zip(pattern, given, strict=True):
            if expected.startswith("{"):
                if not actual:
                    return None
                parameters[expected.strip("{}")] = actual
            elif expected != actual:
                return None
        return parameters


@dataclass(frozen=True, slots=True)
class QueueDefinition:
    """One queue; `dead_letter_arn` is where a message goes after `receive_count_max` receives."""

    logical_id: str
    name: str
    arn: str
    visibility_seconds: int
    delay_seconds: int = 0
    receive_count_max: int | None = None
    dead_letter_arn: str | None = None


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """Which function serves a queue, and how many records a call carries at most."""

    queue_arn: str
    function_arn: str
    batch_size: int
    partial_batches: bool


@dataclass(frozen=True, slots=True)
class ScheduleDefinition:
    """One EventBridge schedule."""

    name: str
    expression: str
    timezone: str
    input: str
    function: FunctionDefinition


@dataclass(slots=True)
class Application:
    """Everything the root template and the templates it nests declare."""

    functions: list[FunctionDefinition] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    queues: list[QueueDefinition] = field(default_factory=list)
    mappings: list[SourceMapping] = field(default_factory=list)
    schedules: list[ScheduleDefinition] = field(default_factory=list)
    behaviours: list[tuple[str, str]] = field(default_factory=list)
    api_domains: dict[str, str] = field(default_factory=dict)
    resources: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    defaults: dict[str, FunctionDefinition] = field(default_factory=dict)

    def function(self, product: str, stem: str) -> FunctionDefinition:
        """Return one function. Raises LookupError when no template declares it."""
        for candidate in self.functions:
            if (candidate.product, candidate.stem) == (product, stem):
                return candidate
        raise LookupError(f"no template declares {product}/{stem}")

    def function_by_arn(self, arn: str) -> FunctionDefinition:
        """Return the function an event source mapping or a schedule names."""
        return next(function for function in self.functions if function.arn == arn)

    def find_route(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route the edge and the product's API choose: the fewest path parameters win."""
        api_id = self._api_of(path)
        found: list[tuple[int, Route, dict[str, str]]] = []
        for route in self.routes:
            parameters = route.match(path)
            if route.api_id == api_id and route.method == method and parameters is not None:
                found.append((len(parameters), route, parameters))
        if not found:
            return None
        _, route, parameters = min(found, key=lambda entry: entry[0])
        return route, parameters

    def default_route(self, method: str, path: str) -> Route | None:
        """Return the route of what no other one serves, None where the edge's choice of API declares none."""
        api_id = self._api_of(path)
        function = self.defaults.get(api_id)
        return None if function is None else Route(api_id, method, DEFAULT_ROUTE, function)

    def _api_of(self, path: str) -> str:
        for pattern, domain in self.behaviours:
            if pattern == "*" or path.startswith(pattern.removesuffix("*")):
                return self.api_domains[domain]
        raise LookupError("the edge has no default behaviour")


def read_application(
    root: Path, parameters: Mapping[str, str], *, secret_arn: Callable[[str], str], only: frozenset[str] | None = None
) -> Application:
    """Read a root template and what it nests. `secret_arn` maps a secret's name to its ARN; `only` names stacks."""
    template = _read_once(root)
    own = {name: _physical(name, resource, "root", {}) for name, resource in template["Resources"].items()}
    resolver = Resolver(template, stack_parameters(template, parameters), {**PSEUDO, **own}, {})
    application = Application()
    outputs: dict[str, str] = {}
    for nested in nested_applications(template, root.parent):
        if only is not None and nested.logical_id not in only:
            continue
        passing = Resolver(template, resolver.parameters, resolver.resources, outputs)
        child = _read_once(nested.location)
        given = {name: passing.text(value) for name, value in nested.parameters.items()}
        stack = _Stack(nested.logical_id, nested.location, child, stack_parameters(child, given), secret_arn)
        stack.collect(application)
        for name, output in child.get("Outputs", {}).items():
            outputs[f"{nested.logical_id}.Outputs.{name}"] = stack.resolver.text(output["Value"])
    return application


@cache
def _read_once(path: Path) -> dict[str, Any]:
    return load_template(path)


def _physical(logical_id: str, resource: Mapping[str, Any], stack: str, names: Mapping[str, str]) -> str:
    match resource["Type"]:
        case "AWS::Serverless::LayerVersion":
            return f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:layer:{logical_id}:1"
        case "AWS::Serverless::HttpApi":
            return f"{stack}-{logical_id}".lower()
        case "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT_ID}/{names[logical_id]}"
        case _:
            return names.get(logical_id, f"{stack}-{logical_id}")


class _Stack:
    """One nested template while it is read."""

    NAME_PROPERTY: ClassVar = {
        "AWS::SQS::Queue": "QueueName",
        "AWS::DynamoDB::Table": "TableName",
        "AWS::S3::Bucket": "BucketName",
        "AWS::SecretsManager::Secret": "Name",
    }

    def __init__(
        self,
        name: str,
        location: Path,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        secret_arn: Callable[[str], str],
    ) -> None:
        self.product = name.lower()
        self.location = location
        self.template = template
        base = Resolver(template, parameters, {**PSEUDO, "AWS::StackName": self.product}, {})
        names: dict[str, str] = {}
        for logical_id, resource in template["Resources"].items():
            key = self.NAME_PROPERTY.get(resource["Type"])
            if key is not None:
                names[logical_id] = base.text(resource["Properties"][key])
        ids = {
            logical_id: secret_arn(names[logical_id])
            if resource["Type"] == "AWS::SecretsManager::Secret"
            else _physical(logical_id, resource, self.product, names)
            for logical_id, resource in template["Resources"].items()
        }
        attributes: dict[str, str] = {}
        for logical_id, resource in template["Resources"].items():
            attributes |= _attributes(logical_id, resource["Type"], ids[logical_id], names.get(logical_id, ""))
        self.resolver = Resolver(template, parameters, {**base.resources, **ids}, attributes)
        self.globals: dict[str, Any] = template.get("Globals", {}).get("Function", {})

    def collect(self, application: Application) -> None:
        """Add what this template declares."""
        for logical_id, resource in self.template["Resources"].items():
            properties = resource.get("Properties", {})
            application.resources.append((resource["Type"], logical_id, self._named(resource)))
            match resource["Type"]:
                case "AWS::SQS::Queue":
                    application.queues.append(self._queue(logical_id, properties))
                case "AWS::Serverless::Function":
                    self._collect_function(application, logical_id, properties)
                case "AWS::Lambda::EventSourceMapping":
                    application.mappings.append(
                        self._mapping(properties["EventSourceArn"], properties["FunctionName"], properties)
                    )
                case "AWS::Serverless::HttpApi":
                    api_id = self.resolver.text({"Ref": logical_id})
                    application.api_domains[f"{api_id}.execute-api.{REGION}.amazonaws.com"] = api_id
                case "AWS::CloudFront::Distribution":
                    application.behaviours.extend(self._behaviours(properties["DistributionConfig"]))

    def _named(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        key = self.NAME_PROPERTY.get(resource["Type"])
        return {} if key is None else self.resolver.value(resource["Properties"])

    def _queue(self, logical_id: str, properties: Mapping[str, Any]) -> QueueDefinition:
        resolved = self.resolver.value(
            {
                key: value
                for key, value in properties.items()
                if key in {"VisibilityTimeout", "DelaySeconds", "RedrivePolicy"}
            }
        )
        redrive = resolved.get("RedrivePolicy") or {}
        return QueueDefinition(
            logical_id=logical_id,
            name=self.resolver.attributes[f"{logical_id}.QueueName"],
            arn=self.resolver.attributes[f"{logical_id}.Arn"],
            visibility_seconds=int(resolved.get("VisibilityTimeout", 30)),
            delay_seconds=int(resolved.get("DelaySeconds", 0)),
            receive_count_max=int(redrive["maxReceiveCount"]) if redrive else None,
            dead_letter_arn=redrive.get("deadLetterTargetArn"),
        )

    def _collect_function(self, application: Application, logical_id: str, properties: Mapping[str, Any]) -> None:
        stem = str(properties["Handler"]).removesuffix(".handler")
        events: dict[str, Any] = properties.get("Events", {})
        variables = {
            **self.globals.get("Environment", {}).get("Variables", {}),
            **properties.get("Environment", {}).get("Variables", {}),
        }
        function = FunctionDefinition(
            product=self.product,
            logical_id=logical_id,
            name=self.resolver.resources[logical_id],
            arn=self.resolver.attributes[f"{logical_id}.Arn"],
            stem=stem,
            path=(
                self.location.parent / str(properties.get("CodeUri", self.globals.get("CodeUri"))) / f"{stem}.py"
            ).resolve(),
            kind=_kind(stem, events),
            environment={key: self.resolver.text(value) for key, value in variables.items()},
            timeout_seconds=int(self.resolver.text(properties.get("Timeout", self.globals.get("Timeout", 3)))),
            layers=tuple(
                self.resolver.text(layer) for layer in (*self.globals.get("Layers", ()), *properties.get("Layers", ()))
            ),
        )
        application.functions.append(function)
        for event in events.values():
            detail = event["Properties"]
            match event["Type"]:
                case "HttpApi":
                    api_id = self.resolver.text(detail["ApiId"])
                    if "Path" not in detail:
                        application.defaults[api_id] = function
                        continue
                    application.routes.append(Route(api_id, str(detail["Method"]).upper(), detail["Path"], function))
                case "SQS":
                    application.mappings.append(self._mapping(detail["Queue"], function.arn, detail))
                case "ScheduleV2":
                    application.schedules.append(self._schedule(detail, function))
                case other:
                    raise ValueError(f"{logical_id}: the harness knows no event of type {other}")

    def _mapping(self, queue: Any, function: Any, properties: Mapping[str, Any]) -> SourceMapping:
        return SourceMapping(
            queue_arn=self.resolver.text(queue),
            function_arn=self.resolver.text(function),
            batch_size=int(self.resolver.text(properties.get("BatchSize", 10))),
            partial_batches="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", ()),
        )

    def _schedule(self, properties: Mapping[str, Any], function: FunctionDefinition) -> ScheduleDefinition:
        return ScheduleDefinition(
            name=self.resolver.text(properties["Name"]),
            expression=self.resolver.text(properties["ScheduleExpression"]),
            timezone=self.resolver.text(properties.get("ScheduleExpressionTimezone", "UTC")),
            input=self.resolver.text(properties.get("Input", "{}")),
            function=function,
        )

    def _behaviours(self, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        domains = {origin["Id"]: self.resolver.text(origin["DomainName"]) for origin in config["Origins"]}
        for behaviour in config.get("CacheBehaviors", ()):
            yield behaviour["PathPattern"], domains[behaviour["TargetOriginId"]]
        yield "*", domains[config["DefaultCacheBehavior"]["TargetOriginId"]]


def _attributes(logical_id: str, kind: str, physical_id: str, name: str) -> dict[str, str]:
    match kind:
        case "AWS::SQS::Queue":
            return {
                f"{logical_id}.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}",
                f"{logical_id}.QueueName": name,
                f"{logical_id}.QueueUrl": physical_id,
            }
        case "AWS::Serverless::Function":
            return {f"{logical_id}.Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{physical_id}"}
        case "AWS::DynamoDB::Table":
            return {f"{logical_id}.Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{name}"}
        case "AWS::S3::Bucket":
            return {f"{logical_id}.Arn": f"arn:aws:s3:::{name}"}
        case "AWS::CloudFront::Distribution":
            return {f"{logical_id}.DomainName": "edge.example.org"}
        case _:
            return {}


def _kind(stem: str, events: Mapping[str, Any]) -> Kind:
    if stem.startswith("stage_"):
        return "worker"
    if stem.startswith("schedule_"):
        return "schedule"
    return "endpoint" if any(event["Type"] == "HttpApi" for event in events.values()) else "task"
