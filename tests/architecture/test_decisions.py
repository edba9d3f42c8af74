"""Decision records name the check that keeps them, and that check exists; pages link to pages that are there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from tests.architecture.checkout import ROOT, application

from auspex.core.limits import JOB_IDLE_MINUTES_MAX

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
TEST_NAME = re.compile(r"`(test_\w+)`")
TEST_PATH = re.compile(r"`((?:tests|infra|functions|layers|events)/[\w./-]+)`")
LINT_RULE = re.compile(r"\bE9\d{3}\b")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
HEADINGS = ("**Context.**", "**Decision.**", "**Consequences.**", "**Checked by**")


@cache
def known_tests() -> frozenset[str]:
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found |= set(re.findall(r"^ *def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return frozenset(found)


@cache
def lint_rules() -> frozenset[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "infra" / "rules").glob("*.py"))
    return frozenset(LINT_RULE.findall(text))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
class TestEveryDecision:
    def test_says_context_decision_consequences_and_check(self, page: Path) -> None:
        text = page.read_text(encoding="utf-8")
        places = [text.find(heading) for heading in HEADINGS]
        assert -1 not in places
        assert places == sorted(places)

    def test_names_checks_that_exist(self, page: Path) -> None:
        checks = page.read_text(encoding="utf-8").partition("**Checked by**")[2]
        assert set(TEST_NAME.findall(checks)) - known_tests() == set()
        assert [name for name in TEST_PATH.findall(checks) if not (ROOT / name).exists()] == []
        assert set(LINT_RULE.findall(checks)) - lint_rules() == set()
        assert TEST_NAME.search(checks) or TEST_PATH.search(checks)

    def test_stands_in_the_list_under_its_title(self, page: Path) -> None:
        number, title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        assert page.stem.startswith(f"{int(number):04d}-")
        listed = (page.parent / "README.md").read_text(encoding="utf-8")
        assert f"| {number} | [{title}]({page.name}) |" in listed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_links_to_what_is_there(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert missing == []


def test_no_message_hides_longer_than_a_job_may_idle() -> None:
    for queue in application().queues:
        assert queue.visibility_seconds < JOB_IDLE_MINUTES_MAX * 60, queue.name
