"""`client.oracle.lessons`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation
from auspex_client.models.oracle_lessons import Lesson
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_ORACLE_LESSONS = Operation("list_oracle_lessons", "GET", "/v1/oracle/lessons")
SHOW_ORACLE_LESSON = Operation("show_oracle_lesson", "GET", "/v1/oracle/lessons/{slug}")


class OracleLessons(Resource):
    """Operations of `oracle.lessons`."""

    def list(self, *, options: CallOptions | None = None) -> Page[Lesson]:
        """List the lessons in the order they are best read in.

        GET /v1/oracle/lessons, no key.
        """
        return self._auspex.page(LIST_ORACLE_LESSONS, Lesson, options=options)

    def show(self, slug: str, *, options: CallOptions | None = None) -> Reply[Lesson]:
        """Show one lesson.

        GET /v1/oracle/lessons/{slug}, no key.
        """
        return self._auspex.call(SHOW_ORACLE_LESSON, Lesson, path={"slug": slug}, options=options)
