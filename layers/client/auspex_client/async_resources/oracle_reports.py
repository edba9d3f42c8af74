"""`client.oracle.reports`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.oracle_reports import PublicReport, ReportVerification, SharedReport
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle_reports import (
    REVOKE_ORACLE_REPORT,
    SHARE_ORACLE_REPORT,
    SHOW_ORACLE_REPORT,
    VERIFY_ORACLE_REPORT,
)


class AsyncOracleReports(AsyncResource):
    """Operations of `oracle.reports`."""

    async def create(self, simulation_id: str, *, options: CallOptions | None = None) -> Reply[SharedReport]:
        """Share one of the caller's answers; an answer that is shared already keeps its report.

        POST /v1/oracle/reports, scope `oracle:write`.
        """
        return await self._auspex.call(
            SHARE_ORACLE_REPORT, SharedReport, body=given({"simulation_id": simulation_id}), options=options
        )

    async def delete(self, report_id: str, *, options: CallOptions | None = None) -> Reply[SharedReport]:
        """End the sharing of a report, which cannot be read or verified any more; returns it as it was.

        DELETE /v1/oracle/reports/{report_id}, scope `oracle:write`.
        """
        return await self._auspex.call(
            REVOKE_ORACLE_REPORT, SharedReport, path={"report_id": report_id}, options=options
        )

    async def show(self, report_id: str, *, options: CallOptions | None = None) -> Reply[PublicReport]:
        """Show a shared report to anybody.

        GET /v1/oracle/reports/{report_id}, no key.
        """
        return await self._auspex.call(SHOW_ORACLE_REPORT, PublicReport, path={"report_id": report_id}, options=options)

    async def verify(self, report_id: str, *, options: CallOptions | None = None) -> Reply[ReportVerification]:
        """Compute the hash of a report's body anew and compare it with the one stated when it was shared.

        GET /v1/oracle/reports/{report_id}/verify, no key.
        """
        return await self._auspex.call(
            VERIFY_ORACLE_REPORT, ReportVerification, path={"report_id": report_id}, options=options
        )
