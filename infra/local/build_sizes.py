"""Refuse a build whose functions, with their layers, would not fit into a Lambda.

``python -m infra.local.build_sizes .aws-sam/build`` prints one line per function and fails above the limit.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from infra.local.templates import APPLICATION, Resolver, load_template

UNZIPPED_BYTES_MAX = 250 * 1024 * 1024
LAYERS_MAX = 5
FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
MEGABYTE = 1024 * 1024


def main() -> int:
    """Check one build folder and return the exit status."""
    build = Path(sys.argv[1])
    root = load_template(build / "template.yaml")
    layers = {
        name: directory_bytes(build / resource["Properties"]["ContentUri"])
        for name, resource in root["Resources"].items()
        if resource["Type"] == LAYER
    }
    refused = False
    for application_name, application in root["Resources"].items():
        if application["Type"] != APPLICATION:
            continue
        path = build / application["Properties"]["Location"]
        template = load_template(path)
        parameters = application["Properties"].get("Parameters", {})
        passed = {
            name: value["Ref"] for name, value in parameters.items() if isinstance(value, dict) and "Ref" in value
        }
        for name, size, count in function_sizes(template, path.parent, passed, layers):
            fits = size <= UNZIPPED_BYTES_MAX and count <= LAYERS_MAX
            refused = refused or not fits
            print(f"{'ok ' if fits else 'BIG'} {application_name}/{name}: {size / MEGABYTE:.1f} MB, {count} layers")
    return 1 if refused else 0


def function_sizes(
    template: dict[str, Any], folder: Path, passed: dict[str, str], layers: dict[str, int]
) -> list[tuple[str, int, int]]:
    """List name, unzipped bytes with layers, and number of layers of each function of a built template.

    ``passed`` maps a parameter of the template to the layer of the root that it receives.
    """
    resolver = Resolver(template, passed)
    shared = template.get("Globals", {}).get("Function", {})
    sizes = []
    for name, resource in template["Resources"].items():
        if resource["Type"] != FUNCTION:
            continue
        properties = {**shared, **resource["Properties"]}
        added = resource["Properties"].get("Layers", [])  # SAM appends a function's list to the global one
        used = [resolver.text(layer) for layer in [*shared.get("Layers", []), *added]]
        code = directory_bytes(folder / properties["CodeUri"])
        sizes.append((name, code + sum(layers.get(layer, 0) for layer in used), len(used)))
    return sizes


def directory_bytes(directory: Path) -> int:
    """Sum the sizes of a directory's files."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
