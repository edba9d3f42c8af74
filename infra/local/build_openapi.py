"""Merge the OpenAPI of every endpoint function into auspex/openapi.json, which GET /openapi.json serves.

`python -m infra.local.build_openapi` writes, `--check` compares. Two functions that give one component name different
content are an error, and so are two that serve one operation.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra.local.contracts import import_package
from infra.local.function_files import ROOT, load_function_file
from infra.local.openapi_examples import NoExampleError, example_body
from infra.local.openapi_replies import add_idempotency_key, add_problems, add_quote, add_unchanged, problems_of

from auspex.core.problems import Problem, catalogue

DOCUMENT = ROOT / "layers" / "auspex" / "auspex" / "openapi.json"
FASTAPI_ERRORS = ("HTTPValidationError", "ValidationError")
DESCRIPTION = (
    "Accountable answers as a metered HTTPS API. Replies carry `data` and `meta`, lists also `has_more` and "
    "`next_cursor`; every refusal is an RFC 9457 problem whose `code` programs compare."
)
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A refusal (RFC 9457). Some codes carry further members.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The section of the errors page"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "What programs compare"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901)"},
                    "message": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}

Json = dict[str, Any]


class CollisionError(ValueError):
    """Two function files claim one name or one operation with different content."""


def main() -> int:
    """Write or check the merged document; return 1 when it is stale."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.build_openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the document is stale")
    arguments = parser.parse_args()
    text = render()
    current = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.is_file() else None
    if arguments.check:
        if current != text:
            print(f"{DOCUMENT.relative_to(ROOT)} is stale: run `make openapi`", file=sys.stderr)
        return int(current != text)
    if current != text:
        DOCUMENT.write_text(text, encoding="utf-8")
        print(DOCUMENT.relative_to(ROOT))
    return 0


def render() -> str:
    """Return the text that the document should have."""
    return json.dumps(build(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def build() -> Json:
    """Return the merged document of every endpoint file. Raises CollisionError."""
    import_package()
    merged: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Auspex", "version": _version(), "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {
            "schemas": {"Problem": PROBLEM_SCHEMA},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "apx_…"}},
        },
    }
    for path in sorted((ROOT / "functions").glob("*/*.py")):
        module = load_function_file(path)
        if hasattr(module, "api"):
            _merge(merged, module.api.app.openapi(), path)
    return merged


def _version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _merge(merged: Json, own: Json, path: Path) -> None:
    """Add one function's operations and components."""
    for name, schema in own.get("components", {}).get("schemas", {}).items():
        if name in FASTAPI_ERRORS:
            continue
        known = merged["components"]["schemas"].setdefault(name, schema)
        if known != schema:
            raise CollisionError(f"{path.relative_to(ROOT)}: component {name} means something else in another function")
    codes = _codes_of(path)
    for route, operations in own["paths"].items():
        for method, operation in operations.items():
            present = merged["paths"].setdefault(route, {})
            if method in present:
                raise CollisionError(
                    f"{path.relative_to(ROOT)}: {method.upper()} {route} is served by another function"
                )
            present[method] = _documented(operation, method, path, codes, merged["components"])
            _add_body_example(present[method], merged["components"])


def _documented(operation: Json, method: str, path: Path, codes: dict[str, type[Problem]], components: Json) -> Json:
    """Complete an operation: its tag, and everything that the shell answers or reads beside it."""
    operation = {**operation, "tags": [path.parent.name]}
    operation["responses"].pop("422", None)
    problems = problems_of(operation, method, codes, _catalogue())
    add_unchanged(operation, method, components)
    add_quote(operation, components)
    add_problems(operation["responses"], problems)
    add_idempotency_key(operation, problems)
    return operation


def _add_body_example(operation: Json, components: Json) -> None:
    """Show one whole request; a body that has none is told of by tests/architecture."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if not {"example", "examples"} & set(content):
            with suppress(NoExampleError):
                content["example"] = example_body(content["schema"], components)


def _codes_of(path: Path) -> dict[str, type[Problem]]:
    """Return the problems that a function's docstring names under `Fails:`."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    named = re.findall(r"[a-z]+(?:-[a-z]+)+", docstring.partition("Fails:")[2])
    known = _catalogue()
    return {name: known[name] for name in named if name in known}


def _catalogue() -> dict[str, type[Problem]]:
    found: dict[str, type[Problem]] = {}
    for problem in catalogue():
        if problem.__module__.startswith("auspex."):
            found.setdefault(problem.code, problem)
    return found


if __name__ == "__main__":
    sys.exit(main())
