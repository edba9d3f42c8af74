"""What `oracle.lessons` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Any, Literal

from auspex_client.model import Model


class LessonRequest(Model):
    """A request to send; `body` is null for one without."""

    body: dict[str, Any] | None
    method: Literal["GET", "POST"] | str
    path: str


class Lesson(Model):
    """A lesson; `look_at` are JSON Pointers into the reply of its request, `glossary` explains its terms."""

    glossary: dict[str, str]
    look_at: list[str]
    minutes: int
    paragraphs: list[str]
    request: LessonRequest
    slug: str
    summary: str
    title: str
