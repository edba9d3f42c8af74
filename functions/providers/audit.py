"""List and verify every change of the active provider, for operators.
Route: GET /v1/providers/audit, /v1/providers/audit/chain · Reads: providers.events, lease · Fails: malformed-request"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import AwareDatetime, Field

from auspex.core.database import connect
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation
from auspex.providers.audit import AuditQuery, list_events, verify_chain
from auspex.providers.contract import ProviderName
from auspex.providers.representations import EventType

api = endpoint(__name__, scope="admin")


class AuditEntryOut(Representation):
    """One entry; `hash` is SHA-256 of `prev_hash` and the entry's canonical JSON (RFC 8785)."""

    id: int
    at: datetime
    type: EventType
    provider_from: ProviderName | None
    provider_to: ProviderName | None
    epoch_before: int
    epoch_after: int
    actor: Annotated[str, Field(description="A caller of the gateway, the monitor, or an operator's key")]
    reason: str
    evidence: Annotated[dict[str, Any], Field(description="The rule that decided, the body's hash, the cool-down")]
    prev_hash: str
    hash: str
    verified: Annotated[
        bool | None, Field(description="Whether it fits its hash and the entry before it; null unless asked for")
    ]


class ChainOut(Representation):
    """Whether the whole chain holds."""

    valid: bool
    entries: int
    entries_verified: Annotated[int, Field(description="Counted from the newest back, or up to where it breaks")]
    head_hash: str
    broken_at: Annotated[int | None, Field(description="The first entry that does not fit")]
    problem: str | None


@api.get("/v1/providers/audit", page_of=AuditEntryOut)
async def list_provider_audit(
    _: Caller,
    *,
    since: Annotated[AwareDatetime | None, Query(alias="from", description="Entries from this instant on")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to", description="Entries before this instant")] = None,
    provider: Annotated[ProviderName | None, Query(description="Left or reached by the change")] = None,
    event_type: Annotated[EventType | None, Query(alias="type")] = None,
    verify: Annotated[bool, Query(description="Recompute the hash of each entry shown")] = False,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[AuditEntryOut]:
    """List the audit, newest first."""
    query = AuditQuery(since=since, until=until, provider=provider, type=event_type)
    found = list_events(connect(), query, verify=verify, limit=limit, cursor=cursor)
    return Page(rows=[AuditEntryOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.get("/v1/providers/audit/chain", response_model=ChainOut)
async def verify_provider_audit(_: Caller) -> ChainOut:
    """Recompute the whole chain of hashes and say where it breaks, if it does."""
    return ChainOut.model_validate(verify_chain(connect()), from_attributes=True)


handler = api.handler
