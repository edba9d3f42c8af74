"""No vocabulary of gambling anywhere a user of oracle can see it: paths, schemas, problems, limits, notifications."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.architecture.checkout import PACKAGE, ROOT

from auspex.oracle.words import find_forbidden

DOCUMENT = PACKAGE / "openapi.json"
PREFIX = "/v1/oracle/"
SHARED = {"ProblemOut", "Meta", "Problem"}
DOCS = sorted((ROOT / "docs").glob("oracle.md"))


def strings(value: Any) -> Iterator[str]:
    """Yield every key and text of a JSON value."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield name
            yield from strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from strings(child)
    elif isinstance(value, str):
        yield value


def own_part(document: dict[str, Any]) -> dict[str, Any]:
    """Return oracle's paths and every component that they lead to."""
    paths = {path: item for path, item in document["paths"].items() if path.startswith(PREFIX)}
    components, wanted, found = document["components"]["schemas"], list(strings(paths)), {}
    while wanted:
        name = wanted.pop().rpartition("/")[2]
        if name in components and name not in found and name not in SHARED:
            found[name] = components[name]
            wanted += strings(components[name])
    return {"paths": paths, "components": found}


def test_oracle_s_document_holds_no_forbidden_word() -> None:
    own = own_part(json.loads(DOCUMENT.read_text(encoding="utf-8")))
    assert len(own["paths"]) >= 7
    assert len(own["components"]) >= 10
    assert {word: text for text in strings(own) if (word := find_forbidden(text))} == {}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_the_guide_of_oracle_holds_no_forbidden_word(path: Any) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert {line: word for line in lines if (word := find_forbidden(line))} == {}


def test_every_refusal_and_notification_of_oracle_is_clean() -> None:
    """Every text that oracle's own code says: strings of its modules that reach users are among them."""
    from auspex.oracle import problems

    said = [
        text
        for kind in vars(problems).values()
        if isinstance(kind, type)
        for text in (kind.__doc__ or "", getattr(kind, "title", ""), getattr(kind, "remedy", ""))
    ]
    assert len(said) > 30
    assert [text for text in said if find_forbidden(text)] == []
