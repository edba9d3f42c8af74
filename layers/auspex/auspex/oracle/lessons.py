"""Micro-lessons: what the numbers of an answer mean, each with a request that can be sent as it stands (ORACLE 3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from auspex.core.problems import NotFound

LESSONS = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of some minutes. `request` is {method, path, body}; `terms` are keys of the glossary."""

    slug: str
    title: str
    minutes: int
    summary: str
    paragraphs: tuple[str, ...]
    request: dict[str, Any]
    look_at: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LessonBook:
    """All lessons in their order, and what their words mean."""

    lessons: tuple[Lesson, ...]
    glossary: dict[str, str]

    def load(self, slug: str) -> Lesson:
        """Return a lesson by its slug. Raises NotFound."""
        for lesson in self.lessons:
            if lesson.slug == slug:
                return lesson
        raise NotFound(detail=f"There is no lesson {slug}.")


@lru_cache(maxsize=1)
def lesson_book() -> LessonBook:
    """Return the book; it is read once per environment."""
    content = json.loads(LESSONS.read_text(encoding="utf-8"))
    lessons = [
        Lesson(**(entry | {name: tuple(entry[name]) for name in ("paragraphs", "look_at", "terms")}))
        for entry in content["lessons"]
    ]
    return LessonBook(tuple(lessons), content["glossary"])
