"""`client.oracle.lessons`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions
from auspex_client.models.oracle_lessons import Lesson
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle_lessons import LIST_ORACLE_LESSONS, SHOW_ORACLE_LESSON


class AsyncOracleLessons(AsyncResource):
    """Operations of `oracle.lessons`."""

    async def list(self, *, options: CallOptions | None = None) -> AsyncPage[Lesson]:
        """List the lessons in the order they are best read in.

        GET /v1/oracle/lessons, no key.
        """
        return await self._auspex.page(LIST_ORACLE_LESSONS, Lesson, options=options)

    async def show(self, slug: str, *, options: CallOptions | None = None) -> Reply[Lesson]:
        """Show one lesson.

        GET /v1/oracle/lessons/{slug}, no key.
        """
        return await self._auspex.call(SHOW_ORACLE_LESSON, Lesson, path={"slug": slug}, options=options)
