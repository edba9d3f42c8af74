"""The checkout as the architecture tests see it: function files, templates, packages."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from infra.local.application import Application, read_application

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"
PACKAGE = ROOT / "layers" / "auspex" / "auspex"
ROOT_PARAMETERS = {"Stage": "local", "DatabaseHost": "127.0.0.1", "DatabaseOwnerSecretArn": "arn:owner"}


@cache
def application() -> Application:
    """Return what the templates declare."""
    return read_application(ROOT / "template.yaml", ROOT_PARAMETERS, secret_arn=lambda name: f"arn:secret:{name}")


def function_files() -> list[Path]:
    """Return every function file, relative to the checkout."""
    return sorted(path.relative_to(ROOT) for path in FUNCTIONS.glob("*/*.py"))


def package_files() -> list[Path]:
    """Return every module of the code layer, relative to the package."""
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    """Return every module that a file imports anywhere, absolute names; `from a import b` counts as `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found
