"""Generated files are current, and a contract that is in use only ever widens."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from infra.local.build_openapi import DOCUMENT, render
from infra.local.contracts import contract_files, import_package, narrowings
from infra.local.generate_docs import generated_files
from tests.architecture.checkout import ROOT

from auspex.core.problems import catalogue


@pytest.mark.parametrize("path", sorted(generated_files()), ids=str)
def test_a_generated_page_says_what_the_code_says(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generated_files()[path], "run `make docs`"


def test_the_served_openapi_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(), "run `make openapi`"


def test_every_committed_contract_belongs_to_a_message() -> None:
    committed = {path.relative_to(ROOT) for path in (ROOT / "events" / "contracts").glob("*.json")}
    assert committed == set(contract_files())


def test_each_problem_code_means_one_thing() -> None:
    import_package()
    meanings: dict[str, set[tuple[int, str]]] = {}
    for problem in catalogue():
        if problem.__module__.startswith("auspex."):
            meanings.setdefault(problem.code, set()).add((problem.status, problem.title))
    assert {code: m for code, m in meanings.items() if len(m) > 1} == {}


OLD: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["cik", "mode", "body"],
    "properties": {
        "cik": {"type": "integer", "exclusiveMinimum": 0, "maximum": 10},
        "mode": {"enum": ["scan", "fetch"]},
        "note": {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
        "forms": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        "body": {"$ref": "#/$defs/Body"},
    },
    "$defs": {"Body": {"type": "object", "additionalProperties": False, "properties": {"key": {"type": "string"}}}},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the old schema with one place set, or removed with None."""
    schema = copy.deepcopy(OLD)
    *parents, last = path.split("/")
    place = schema
    for parent in parents:
        place = place[parent]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("required", ["cik", "mode", "body", "note"]),
        ("properties/note", None),
        ("properties/cik/type", "string"),
        ("properties/cik/exclusiveMinimum", 1),
        ("properties/cik/maximum", 9),
        ("properties/cik/multipleOf", 2),
        ("properties/mode/enum", ["scan"]),
        ("properties/note/anyOf", [{"type": "string", "maxLength": 5}]),
        ("properties/note/anyOf", [{"type": "string", "maxLength": 4}, {"type": "null"}]),
        ("properties/note", {"type": "string"}),
        ("properties/forms/items/type", "integer"),
        ("properties/forms/maxItems", 2),
        ("properties/forms/items/pattern", "^8-K$"),
        ("$defs/Body/properties/key", None),
        ("$defs/Body/required", ["key"]),
    ],
)
def test_a_change_that_refuses_old_messages_is_named(path: str, value: Any) -> None:
    assert narrowings(OLD, changed(path, value)) != []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("required", ["cik"]),
        ("properties/more", {"type": "string"}),
        ("properties/cik/maximum", 11),
        ("properties/cik/maximum", None),
        ("properties/cik/type", "number"),
        ("properties/mode/enum", ["scan", "fetch", "audit"]),
        ("properties/note/anyOf", [{"type": "string"}, {"type": "null"}, {"type": "integer"}]),
        ("properties/forms/items", {}),
        ("additionalProperties", True),
    ],
)
def test_a_change_that_accepts_more_is_allowed(path: str, value: Any) -> None:
    assert narrowings(OLD, changed(path, value)) == []


def test_a_contract_narrows_nothing_against_itself() -> None:
    for text in contract_files().values():
        assert narrowings(json.loads(text), json.loads(text)) == []
