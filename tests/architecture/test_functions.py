"""One file is one Lambda: file, logical id, template, event and runbook carry the same stem."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from infra.local.application import FunctionDefinition
from tests.architecture.checkout import FUNCTIONS, ROOT, application, function_files, imports_of

FILE_LINES_MAX = 400
CATALOGUES = {"layers/client/auspex_client/problems.py"}  # generated, one class per problem
ENDPOINT_LINES_MAX, WORKER_LINES_MAX, SCHEDULE_LINES_MAX = 150, 60, 40
HEADERS = ("Route:", "Queue:", "Schedule:", "Invoked by:")


def camel_case(stem: str) -> str:
    return "".join(part.capitalize() for part in stem.split("_"))


def declared(path: Path) -> FunctionDefinition:
    return application().function(path.parent.name, path.stem)


@pytest.mark.parametrize("path", function_files(), ids=str)
class TestEveryFunction:
    def test_stands_in_its_template_under_its_name(self, path: Path) -> None:
        function = declared(path)
        assert function.logical_id == camel_case(path.parent.name) + camel_case(path.stem)
        assert function.path == ROOT / path

    def test_has_an_event_file(self, path: Path) -> None:
        assert (ROOT / "events" / path.parent.name / f"{path.stem}.json").is_file()

    def test_opens_with_what_it_does_and_what_invokes_it(self, path: Path) -> None:
        docstring = ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8"))) or ""
        assert docstring.split("\n")[0].endswith(".")
        assert any(header in docstring for header in HEADERS)

    def test_bears_no_standard_library_name(self, path: Path) -> None:
        assert path.stem not in sys.stdlib_module_names

    def test_stays_small_and_free_of_what_use_cases_do(self, path: Path) -> None:
        text = (ROOT / path).read_text(encoding="utf-8")
        kind = declared(path).kind
        limit = {"worker": WORKER_LINES_MAX, "schedule": SCHEDULE_LINES_MAX}.get(kind, ENDPOINT_LINES_MAX)
        assert len(text.splitlines()) <= limit
        nodes = list(ast.walk(ast.parse(text)))
        assert not any(isinstance(node, ast.Try) for node in nodes)
        assert "os" not in imports_of(ROOT / path)
        assert ".execute(" not in text

    def test_imports_its_own_product_and_the_platform_alone(self, path: Path) -> None:
        allowed = {"core", "platform", path.parent.name}
        products = {name.split(".")[1] for name in imports_of(ROOT / path) if name.startswith("auspex.")}
        assert products <= allowed
        assert not any(name.startswith(("functions", "tests", "infra")) for name in imports_of(ROOT / path))


def test_every_function_of_a_template_has_its_file() -> None:
    missing = [f"{f.logical_id}: {f.path.relative_to(ROOT)}" for f in application().functions if not f.path.is_file()]
    assert missing == []


def test_a_workers_kind_and_prefix_say_the_same() -> None:
    served = {mapping.function_arn for mapping in application().mappings}
    fired = {schedule.function.arn for schedule in application().schedules}
    routed = {route.function.arn for route in application().routes}
    routed |= {function.arn for function in application().defaults.values()}
    for function in application().functions:
        assert (function.arn in served) == function.stem.startswith("stage_"), function.logical_id
        assert (function.arn in fired) == function.stem.startswith("schedule_"), function.logical_id
        assert (function.arn in routed) == (function.kind == "endpoint"), function.logical_id


def test_every_event_file_belongs_to_a_function() -> None:
    stems = {f"{path.parent.name}/{path.stem}" for path in function_files()}
    events = {f"{p.parent.name}/{p.stem}" for p in (ROOT / "events").glob("*/*.json") if p.parent.name != "contracts"}
    assert events <= stems


def test_no_module_of_the_checkout_is_longer_than_a_reader_bears() -> None:
    folders = ("functions", "layers/auspex", "layers/client", "infra", "tests")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    written = {path: path.read_text("utf-8") for path in files}
    long = {
        str(path.relative_to(ROOT)): lines
        for path, text in written.items()
        if (lines := len(text.splitlines())) > FILE_LINES_MAX and "Written by `make openapi`" not in text
    }
    assert {path: lines for path, lines in long.items() if path not in CATALOGUES} == {}


def test_no_folder_of_functions_hides_a_module_of_the_standard_library() -> None:
    """`CodeUri: functions/<product>/` puts exactly these names first on the path."""
    names = {path.stem for path in FUNCTIONS.glob("*/*.py")} | {
        path.name for path in FUNCTIONS.glob("*/*/") if path.is_dir()
    }
    assert names & set(sys.stdlib_module_names) == set()
