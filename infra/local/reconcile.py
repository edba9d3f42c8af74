"""Mend what the emulator leaves out of a deployed template; on AWS nothing of this is needed.

Left out are an HTTP API's routes and CORS, a table's time to live, a function's reserved concurrency. Everything here
makes the emulator say what the template says, and does nothing when it already does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local import aws
from infra.local.deploy import ProductStack, physical_ids
from infra.local.postgres_cluster import write_private
from infra.local.templates import Resolver, load_template, nested_applications

HTTP_API = "AWS::Serverless::HttpApi"
FUNCTION = "AWS::Serverless::Function"
TABLE = "AWS::DynamoDB::Table"
DISTRIBUTION = "AWS::CloudFront::Distribution"
IMPLICIT_API = "ServerlessHttpApi"
PAYLOAD_VERSION = "2.0"
CORS_FIELDS = ("AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders", "MaxAge", "AllowCredentials")


class ReconcileError(RuntimeError):
    """The emulator cannot be brought to what a template says."""


def reconcile(stack: ProductStack, endpoint: str) -> None:
    """Bring one deployed stack to what its template says."""
    resolver = Resolver(
        stack.template, stack.parameters, resources=physical_ids(stack.template, stack.deployed.resources)
    )
    for logical_id, resource in stack.template["Resources"].items():
        if "Condition" in resource and not resolver.condition(resource["Condition"]):
            continue
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::HttpApi":
                _mend_http_api(logical_id, properties, stack, resolver, endpoint)
            case "AWS::DynamoDB::Table" if "TimeToLiveSpecification" in properties:
                _mend_time_to_live(resolver.resources[logical_id], properties, resolver, endpoint)
            case "AWS::Serverless::Function" if "ReservedConcurrentExecutions" in properties:
                aws.client("lambda", endpoint).put_function_concurrency(
                    FunctionName=resolver.resources[logical_id],
                    ReservedConcurrentExecutions=int(resolver.text(properties["ReservedConcurrentExecutions"])),
                )


def _mend_http_api(
    logical_id: str, properties: Mapping[str, Any], stack: ProductStack, resolver: Resolver, endpoint: str
) -> None:
    api_id = resolver.resources[logical_id]
    gateway = aws.client("apigatewayv2", endpoint)
    wanted = declared_routes(stack.template, logical_id)
    present = {route["RouteKey"]: route for route in _pages(gateway.get_routes, ApiId=api_id)}
    for route_key in present.keys() - wanted.keys():
        gateway.delete_route(ApiId=api_id, RouteId=present[route_key]["RouteId"])
    integrations = {item.get("IntegrationUri"): item for item in _pages(gateway.get_integrations, ApiId=api_id)}
    for route_key, function_id in wanted.items():
        uri = _function_arn(resolver.resources[function_id], endpoint)
        if uri not in integrations:
            integrations[uri] = gateway.create_integration(
                ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion=PAYLOAD_VERSION
            )
        target = f"integrations/{integrations[uri]['IntegrationId']}"
        if route_key not in present:
            gateway.create_route(ApiId=api_id, RouteKey=route_key, Target=target)
        elif present[route_key].get("Target") != target:
            gateway.update_route(ApiId=api_id, RouteId=present[route_key]["RouteId"], Target=target)
    if not any(stage["StageName"] == "$default" for stage in _pages(gateway.get_stages, ApiId=api_id)):
        gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    cors = cors_configuration(properties, resolver)
    if cors is not None:
        gateway.update_api(ApiId=api_id, CorsConfiguration=cors)


def declared_routes(template: Mapping[str, Any], api_logical_id: str) -> dict[str, str]:
    """Map the route keys of one HTTP API to the logical ids of the functions that serve them."""
    routes = {}
    for function_id, resource in template["Resources"].items():
        if resource["Type"] != FUNCTION:
            continue
        for event in resource["Properties"].get("Events", {}).values():
            properties = event.get("Properties", {})
            served_by = properties.get("ApiId", {"Ref": IMPLICIT_API})
            if event["Type"] == "HttpApi" and served_by == {"Ref": api_logical_id}:
                routes[_route_key(properties)] = function_id
    return routes


def _route_key(properties: Mapping[str, Any]) -> str:
    path, method = properties.get("Path", "$default"), str(properties.get("Method", "ANY")).upper()
    if path == "$default":
        return "$default"
    return f"{'ANY' if method in {'X-AMAZON-APIGATEWAY-ANY-METHOD', '*'} else method} {path}"


def cors_configuration(properties: Mapping[str, Any], resolver: Resolver) -> dict[str, Any] | None:
    """Return an HttpApi's CORS in the form of the API Gateway call; None when it declares none."""
    declared = resolver.value(properties.get("CorsConfiguration"))
    if declared in (None, False):
        return None
    if declared is True:
        return {"AllowOrigins": ["*"]}
    return {name: declared[name] for name in CORS_FIELDS if name in declared}


def _mend_time_to_live(table: str, properties: Mapping[str, Any], resolver: Resolver, endpoint: str) -> None:
    dynamodb = aws.client("dynamodb", endpoint)
    wanted = resolver.value(properties["TimeToLiveSpecification"])
    present = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if wanted["Enabled"] and present.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}:
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def _function_arn(name: str, endpoint: str) -> str:
    arn: str = aws.client("lambda", endpoint).get_function_configuration(FunctionName=name)["FunctionArn"]
    return arn


def _pages(operation: Any, **request: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        reply = operation(**request)
        items += reply["Items"]
        if not reply.get("NextToken"):
            return items
        request["NextToken"] = reply["NextToken"]


def write_route_table(root_path: Path, stacks: list[ProductStack], destination: Path) -> None:
    """Write the front door's routes as the distribution's behaviours declare them. Raises ReconcileError."""
    write_private(destination, json.dumps(front_routes(root_path, stacks)))


def front_routes(root_path: Path, stacks: list[ProductStack]) -> list[tuple[str, str]]:
    """Return path patterns with API ids in order of precedence, from the template that declares the distribution.

    An origin's API is the first label of its domain name, as in ``<api id>.execute-api.<region>.amazonaws.com``.
    """
    root = load_template(root_path)
    attributes = {
        f"{stack.logical_id}.Outputs.{name}": value
        for stack in stacks
        for name, value in stack.deployed.outputs.items()
    }
    root_resolver = Resolver(root, stacks[0].parameters, stacks[0].deployed.resources, attributes)
    for application in nested_applications(root, root_path.parent):
        template = load_template(application.location)
        for resource in template["Resources"].values():
            if resource["Type"] == DISTRIBUTION:
                given = {name: root_resolver.text(value) for name, value in application.parameters.items()}
                return _behaviours(resource["Properties"]["DistributionConfig"], Resolver(template, given))
    raise ReconcileError(f"{root_path} nests no template with an {DISTRIBUTION}: the front door has no routes")


def _behaviours(distribution: Mapping[str, Any], resolver: Resolver) -> list[tuple[str, str]]:
    apis = {origin["Id"]: resolver.text(origin["DomainName"]).partition(".")[0] for origin in distribution["Origins"]}
    routes = [
        (behaviour["PathPattern"], apis[behaviour["TargetOriginId"]])
        for behaviour in distribution.get("CacheBehaviors", [])
    ]
    return [*routes, ("*", apis[distribution["DefaultCacheBehavior"]["TargetOriginId"]])]
