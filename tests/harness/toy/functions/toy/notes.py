"""Take, list and show notes that nobody keeps.
Route: POST, GET /v1/toy/notes[/{note}] · Sends: DoWork · Fails: every way an endpoint can"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field
from tests.harness.toy.contracts import DoWork

from auspex.core.clock import current_clock
from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import transaction
from auspex.core.messages import wrap
from auspex.core.outbox import enqueue
from auspex.core.problems import Conflict, NotFound
from auspex.platform.endpoint import Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Page, PageLimit, Representation, Request

BODY_BYTES_MAX = 2_000
NOTES = [f"note-{number:02d}" for number in range(60)]


class NewNote(Request):
    """One note."""

    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    stars: Annotated[int, Field(ge=1, le=5)] = 3
    tags: list[Annotated[str, Field(max_length=10)]] = Field(default_factory=list)
    unit_key: str = ""


class NoteOut(Representation):
    """One note."""

    note: str
    idempotency_key: str | None = None


api = endpoint(__name__, scope="toy:read", body_bytes_max=BODY_BYTES_MAX)


@api.post("/v1/toy/notes", scope="toy:write", status_code=202, response_model=NoteOut)
async def create_note(body: NewNote, caller: Caller, cause: RequestCause, key: IdempotencyKey) -> NoteOut:
    """Take a note and have the stage leave an effect."""
    with transaction() as connection:
        work = DoWork(key=body.text, unit_key=body.unit_key)
        enqueue(connection, wrap(work, dedup_key=body.text, cause=cause), at=current_clock().now())
        if body.text == "roll back":
            raise Conflict(detail="The transaction rolls back.", retry_after_seconds=7)
    return NoteOut(note=body.text, idempotency_key=key)


@api.get("/v1/toy/notes", page_of=NoteOut)
async def list_notes(
    caller: Caller,
    kind: Literal["short", "long"] = "short",
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Annotated[str | None, Query()] = None,
) -> Page[NoteOut]:
    """List notes in a stable order."""
    filters = {"kind": kind}
    first = int(decode_cursor(cursor, filters=filters)[0]) if cursor else 0
    rows = [NoteOut(note=note) for note in NOTES[first : first + limit]]
    after = first + limit
    return Page(rows=rows, next_cursor=encode_cursor([after], filters=filters) if after < len(NOTES) else None)


@api.get("/v1/toy/notes/{note}", response_model=NoteOut)
async def show_note(note: str) -> NoteOut:
    """Show one note, or fail in the way its name says."""
    if note == "broken":
        raise RuntimeError("the secret detail of a fault")
    if note not in NOTES:
        raise NotFound(detail=f"There is no note {note}.")
    return NoteOut(note=note)


@api.get("/v1/toy/audits", scope="admin", response_model=NoteOut)
async def read_audit() -> NoteOut:
    """Show what only operators see."""
    return NoteOut(note="audit")


handler = api.handler
