"""Write the typed client's models, resources and problems from the OpenAPI document and the catalogue of problems.

`python -m infra.local.generate_client` writes, `--check` compares and names what is stale. The document has to
be current: `make openapi` writes both.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local.build_openapi import DOCUMENT
from infra.local.client_code.models import model_modules, place_models
from infra.local.client_code.naming import name_operations
from infra.local.client_code.problems import problems_module
from infra.local.client_code.resources import FOLDERS, methods_of, resource_modules
from infra.local.client_code.schemas import Vocabulary
from infra.local.contracts import import_package
from infra.local.function_files import ROOT

from auspex.core.problems import Problem, catalogue

PACKAGE = ROOT / "layers" / "client" / "auspex_client"
GENERATED_FOLDERS = ("models", *FOLDERS.values())


def main() -> int:
    """Write or check every generated module; return 1 when one is stale."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.generate_client", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a module is stale")
    arguments = parser.parse_args()
    wanted = generated_modules()
    orphans = present_modules() - set(wanted)
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if arguments.check:
        for path in sorted([*stale, *orphans]):
            print(f"{path.relative_to(ROOT)} is stale: run `make openapi`", file=sys.stderr)
        return 1 if stale or orphans else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
        print(path.relative_to(ROOT))
    for path in orphans:
        path.unlink()
        print(f"{path.relative_to(ROOT)} removed")
    return 0


def present_modules() -> set[Path]:
    """Return the generated modules that are there."""
    return {path for folder in GENERATED_FOLDERS for path in (PACKAGE / folder).glob("*.py")}


def generated_modules() -> dict[Path, str]:
    """Return every generated module with the text it should have."""
    import_package()
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    paths = document["paths"]
    vocabulary = Vocabulary(document["components"]["schemas"])
    names = name_operations(paths)
    places, in_requests = place_models(paths, names, vocabulary)
    methods = methods_of(paths, names, vocabulary)
    texts = {f"models/{name}.py": text for name, text in model_modules(places, in_requests, vocabulary).items()}
    texts |= resource_modules(methods, places, vocabulary)
    for folder in FOLDERS.values():
        texts[f"{folder}/__init__.py"] = '"""Operations by resource; written by `make openapi`."""\n'
    texts["problems.py"] = problems_module(_problems())
    return _formatted(texts)


def _problems() -> dict[str, type[Problem]]:
    found: dict[str, type[Problem]] = {}
    for problem in catalogue():
        if problem.__module__.startswith("auspex."):
            found.setdefault(problem.code, problem)
    return dict(sorted(found.items()))


def _formatted(texts: dict[str, str]) -> dict[Path, str]:
    """Return modules as the checkout's own formatter leaves them."""
    ruff = Path(sys.executable).with_name("ruff")
    configuration = ["--config", str(ROOT / "pyproject.toml"), "--no-cache", "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / PACKAGE.relative_to(ROOT)
        for name, text in texts.items():
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(text, encoding="utf-8")
        select = ["--select", "I", "--fix", "--config", "lint.isort.known-first-party = ['auspex_client']"]
        subprocess.run([ruff, "check", *select, *configuration, "."], cwd=folder, check=True)
        subprocess.run([ruff, "format", *configuration, "."], cwd=folder, check=True)
        return {PACKAGE / name: (package / name).read_text(encoding="utf-8") for name in texts}


if __name__ == "__main__":
    sys.exit(main())
