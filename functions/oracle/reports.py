"""Share an answer as a public report, show it, let anybody verify it, and end the sharing.
Route: POST, GET, DELETE /v1/oracle/reports[/{report_id}[/verify]] · Reads: oracle.simulations
Writes: oracle.reports · Fails: not-found"""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import Path
from pydantic import AwareDatetime, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.oracle.key_order import in_order
from auspex.oracle.report_store import Report, load_report, revoke_report
from auspex.oracle.share_report import share_report, verify_report
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Representation, Request

ReportId = Annotated[str, Path(pattern=r"^rep_[0-9A-HJKMNP-TV-Z]{26}$", examples=["rep_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])]
WRITE = "oracle:write"
api = endpoint(__name__, scope=None)


class ShareReport(Request):
    """The answer to share."""

    simulation_id: Annotated[
        str, Field(pattern=r"^sim_[0-9A-HJKMNP-TV-Z]{26}$", examples=["sim_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])
    ]


class SharedReportOut(Representation):
    """Where a report can be read without a key, and the SHA-256 of the canonical JSON (RFC 8785) of its body."""

    id: str
    simulation_id: str
    url: Annotated[str, Field(description="Path under the address that this reply came from")]
    sha256: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, report: Report) -> Self:
        """Show a report to its owner."""
        return cls(
            id=report.id, simulation_id=report.simulation_id, url=f"/v1/oracle/reports/{report.id}",
            sha256=report.sha256, created_at=report.created_at,
        )  # fmt: skip


class PublicReportOut(Representation):
    """A report: `body` with the answer and its manifest, and the hash that `body` had when it was shared."""

    id: str
    sha256: str
    created_at: AwareDatetime
    body: dict[str, Any]


class ReportVerificationOut(Representation):
    """Whether the body still has the hash that it was shared with."""

    valid: bool
    expected: str
    actual: str


@api.post("/v1/oracle/reports", scope=WRITE, status_code=201, response_model=SharedReportOut)
async def share_oracle_report(body: ShareReport, caller: Caller) -> SharedReportOut:
    """Share one of the caller's answers; an answer that is shared already keeps its report."""
    with transaction() as connection:
        report = share_report(
            connection, clock=current_clock(), account_id=caller.account_id, simulation_id=body.simulation_id
        )  # fmt: skip
    return SharedReportOut.of(report)


@api.get("/v1/oracle/reports/{report_id}", response_model=PublicReportOut)
async def show_oracle_report(report_id: ReportId) -> PublicReportOut:
    """Show a shared report to anybody."""
    report = load_report(connect(), report_id)
    return PublicReportOut(
        id=report.id, sha256=report.sha256, created_at=report.created_at, body=in_order(report.body)
    )  # fmt: skip


@api.get("/v1/oracle/reports/{report_id}/verify", response_model=ReportVerificationOut)
async def verify_oracle_report(report_id: ReportId) -> ReportVerificationOut:
    """Compute the hash of a report's body anew and compare it with the one stated when it was shared."""
    found = verify_report(connect(), report_id)
    return ReportVerificationOut(valid=found.valid, expected=found.expected, actual=found.actual)


@api.delete("/v1/oracle/reports/{report_id}", scope=WRITE, rate="write", response_model=SharedReportOut)
async def revoke_oracle_report(report_id: ReportId, caller: Caller) -> SharedReportOut:
    """End the sharing of a report, which cannot be read or verified any more; returns it as it was."""
    at = current_clock().now()
    with transaction() as connection:
        revoked = revoke_report(connection, report_id, account_id=caller.account_id, at=at)
    return SharedReportOut.of(revoked)


handler = api.handler
