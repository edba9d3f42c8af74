"""Teach what the numbers mean: micro-lessons with a glossary, each with a request that runs as it stands.
Route: GET /v1/oracle/lessons, GET /v1/oracle/lessons/{slug} · Reads: nothing · Fails: not-found"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from fastapi import Path

from auspex.oracle.lessons import Lesson, lesson_book
from auspex.platform.endpoint import endpoint
from auspex.platform.replies import Page, Representation

api = endpoint(__name__, scope=None)


class LessonRequestOut(Representation):
    """A request to send; `body` is null for one without."""

    method: Literal["GET", "POST"]
    path: str
    body: dict[str, Any] | None


class LessonOut(Representation):
    """A lesson; `look_at` are JSON Pointers into the reply of its request, `glossary` explains its terms."""

    slug: str
    title: str
    minutes: int
    summary: str
    paragraphs: list[str]
    request: LessonRequestOut
    look_at: list[str]
    glossary: dict[str, str]

    @classmethod
    def of(cls, lesson: Lesson) -> Self:
        """Show a lesson with the words it uses."""
        words = lesson_book().glossary
        return cls(
            slug=lesson.slug, title=lesson.title, minutes=lesson.minutes, summary=lesson.summary,
            paragraphs=list(lesson.paragraphs), request=LessonRequestOut.model_validate(lesson.request),
            look_at=list(lesson.look_at), glossary={term: words[term] for term in lesson.terms},
        )  # fmt: skip


@api.get("/v1/oracle/lessons", page_of=LessonOut, stateless=True)
async def list_oracle_lessons() -> Page[LessonOut]:
    """List the lessons in the order they are best read in."""
    return Page(rows=[LessonOut.of(lesson) for lesson in lesson_book().lessons])


@api.get("/v1/oracle/lessons/{slug}", response_model=LessonOut, stateless=True)
async def show_oracle_lesson(
    slug: Annotated[str, Path(pattern=r"^[a-z][a-z-]{1,60}$", examples=["draw-zone"])],
) -> LessonOut:
    """Show one lesson."""
    return LessonOut.of(lesson_book().load(slug))


handler = api.handler
