"""Deploy the templates through CloudFormation as they are, one stack per product, and only what has changed."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from infra.local import aws, packages, templates
from infra.local.state import DeployedStack, StackState, StateDirectory
from infra.local.templates import APPLICATION, NestedApplication, Resolver

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
ARTIFACTS_BUCKET = "auspex-local-artifacts"
DEPENDENCY_LAYERS = "dependencies"
LAYER_SUFFIX = "[0-9a-f]{10}"
STACK_TIMEOUT_SECONDS = 300.0
POLL_SECONDS = 0.05


class DeployError(RuntimeError):
    """A stack was refused or failed; the message carries the emulator's reasons."""


@dataclass(slots=True)
class ProductStack:
    """State one template that was deployed: its source and what the emulator made of it."""

    name: str
    logical_id: str
    template: dict[str, Any]
    parameters: dict[str, str]
    deployed: DeployedStack
    changed: bool


@dataclass(slots=True)
class Deployment:
    """Deploy a root template and what it nests to one endpoint."""

    directory: StateDirectory
    state: StackState
    root_path: Path
    prefix: str
    endpoint: str
    trust_previous: bool
    built: bool = False
    """Whether the template comes out of ``sam build``: its layers are whole, and laid out as Lambda wants them."""
    _zips: dict[str, bytes] = field(default_factory=dict)

    def run(self, given: Mapping[str, str]) -> list[ProductStack]:
        """Deploy the root's own resources, then each application after what it needs. Raises DeployError."""
        root = templates.load_template(self.root_path)
        parameters = templates.stack_parameters(root, given)
        resolver = Resolver(root, parameters)
        stacks = [self._deploy_root(root, parameters)]
        resolver.resources = physical_ids(root, stacks[0].deployed.resources)
        attributes: dict[str, str] = {}
        resolver.attributes = attributes
        for application in templates.nested_applications(root, self.root_path.parent):
            if application.condition is not None and not resolver.condition(application.condition):
                continue
            stack = self._deploy_application(application, resolver)
            stacks.append(stack)
            outputs = stack.deployed.outputs
            attributes |= {f"{application.logical_id}.Outputs.{name}": value for name, value in outputs.items()}
        self._delete_others({stack.name for stack in stacks})
        return stacks

    def _deploy_root(self, root: dict[str, Any], parameters: dict[str, str]) -> ProductStack:
        own = {name: resource for name, resource in root["Resources"].items() if resource["Type"] != APPLICATION}
        template = {**root, "Resources": own}
        template.pop("Outputs", None)  # they speak of the applications
        return self._deploy(self.prefix, "", template, parameters, self.root_path.parent)

    def _deploy_application(self, application: NestedApplication, resolver: Resolver) -> ProductStack:
        template = templates.load_template(application.location)
        given = {name: resolver.text(expression) for name, expression in application.parameters.items()}
        unknown = given.keys() - template.get("Parameters", {}).keys()
        if unknown:
            raise DeployError(f"{application.location} has no parameter {', '.join(sorted(unknown))}")
        name = f"{self.prefix}-{application.logical_id.lower()}"
        parameters = templates.stack_parameters(template, given)
        return self._deploy(name, application.logical_id, template, parameters, application.location.parent)

    def _deploy(
        self, name: str, logical_id: str, source: dict[str, Any], parameters: dict[str, str], folder: Path
    ) -> ProductStack:
        body = json.dumps(self._with_code(source, folder), sort_keys=True)
        digest = hashlib.sha256(json.dumps([body, sorted(parameters.items())]).encode()).hexdigest()
        known = self.state.stacks.get(name)
        changed = not (self.trust_previous and known is not None and known.digest == digest)
        if changed:
            self.state.stacks.pop(name, None)
            self.directory.write(self.state)
            self._upload(body)
            outputs, resources = self._apply(name, body, parameters)
            known = DeployedStack(digest, outputs, resources)
            self.state.stacks[name] = known
            self.directory.write(self.state)
        assert known is not None
        return ProductStack(name, logical_id, source, parameters, known, changed)

    def _with_code(self, source: dict[str, Any], folder: Path) -> dict[str, Any]:
        """Return the template with every local code path replaced by the S3 object that holds its zip."""
        template = copy.deepcopy(source)
        if self.built:  # every function has its own code path then, and the shared one leads nowhere
            template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
        for holder, key in _code_holders(template):
            location = (folder / holder[key]).resolve()
            if key == "CodeUri" or self.built:
                content = self._zip(location, prefix="")
            elif DEPENDENCY_LAYERS in location.parts:
                content = packages.empty_zip()  # the environment that runs the functions has these packages
            else:
                content = self._zip(location, prefix="python/")
            holder[key] = {"Bucket": ARTIFACTS_BUCKET, "Key": self._keep(content)}
        return template

    def _zip(self, location: Path, *, prefix: str) -> bytes:
        return packages.zip_directory(location, prefix=prefix, cache=self.directory.build / "bytecode")

    def _keep(self, content: bytes) -> str:
        key = f"{packages.content_key(content)}.zip"
        self._zips[key] = content
        return key

    def _upload(self, body: str) -> None:
        """Put every zip that a template body names into the artifacts bucket."""
        s3 = aws.client("s3", self.endpoint)
        s3.create_bucket(Bucket=ARTIFACTS_BUCKET)
        for key, content in self._zips.items():
            if key in body:
                s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=content)

    def _apply(self, name: str, body: str, parameters: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        cloudformation = aws.client("cloudformation", self.endpoint)
        request = {
            "StackName": name,
            "TemplateBody": body,
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            "Capabilities": CAPABILITIES,
        }
        present = _status(cloudformation, name)
        if present is not None and present.startswith(("ROLLBACK", "CREATE_FAILED", "DELETE")):
            cloudformation.delete_stack(StackName=name)
            _wait(cloudformation, name)
            present = None
        try:
            if present is None:
                cloudformation.create_stack(**request, DisableRollback=True)
            else:
                cloudformation.update_stack(**request)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise DeployError(f"stack {name} was refused: {error}") from error
        status = _wait(cloudformation, name)
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise DeployError(f"stack {name} ended as {status}:\n{_reasons(cloudformation, name)}")
        return _outputs(cloudformation, name), _resources(cloudformation, name)

    def _delete_others(self, wanted: set[str]) -> None:
        cloudformation = None
        for name in [name for name in self.state.stacks if name not in wanted]:
            cloudformation = cloudformation or aws.client("cloudformation", self.endpoint)
            cloudformation.delete_stack(StackName=name)
            _wait(cloudformation, name)
            del self.state.stacks[name]


def find_output(stacks: list[ProductStack], name: str) -> str:
    """Return the value of an output that one of the stacks has. Raises DeployError."""
    for stack in stacks:
        if name in stack.deployed.outputs:
            return stack.deployed.outputs[name]
    raise DeployError(f"no template has the output {name}")


def physical_ids(template: Mapping[str, Any], deployed: Mapping[str, str]) -> dict[str, str]:
    """Map a source template's logical ids to physical ones; SAM adds a hash to the name of a layer."""
    found = {}
    for name in template["Resources"]:
        renamed = re.compile(re.escape(name) + LAYER_SUFFIX)
        matches = [physical for logical, physical in deployed.items() if logical == name or renamed.fullmatch(logical)]
        if len(matches) == 1:
            found[name] = matches[0]
    return found


def _code_holders(template: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    globals_function = template.get("Globals", {}).get("Function", {})
    if isinstance(globals_function.get("CodeUri"), str):
        yield globals_function, "CodeUri"
    keys = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
    for resource in template["Resources"].values():
        key = keys.get(resource["Type"])
        if key is not None and isinstance(resource["Properties"].get(key), str):
            yield resource["Properties"], key


def _status(cloudformation: Any, name: str) -> str | None:
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return str(found[0]["StackStatus"]) if found else None


def _wait(cloudformation: Any, name: str) -> str | None:
    deadline = time.monotonic() + STACK_TIMEOUT_SECONDS
    while True:
        status = _status(cloudformation, name)
        if status is None or not status.endswith("_IN_PROGRESS"):
            return status
        if time.monotonic() > deadline:
            raise DeployError(f"stack {name} is still {status} after {STACK_TIMEOUT_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


def _outputs(cloudformation: Any, name: str) -> dict[str, str]:
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _resources(cloudformation: Any, name: str) -> dict[str, str]:
    found = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}


def _reasons(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return "\n".join(f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed)
