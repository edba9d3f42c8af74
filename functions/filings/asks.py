"""Answer a question about filings with quotes, by a provider or the core, or refuse it with the reason.
Route: POST, GET /v1/filings/asks, GET /v1/filings/asks/{ask_id} · Reads: filings.kpis, chunks, sections
Writes: filings.asks · Fails: unknown-ticker, validation-failed, idempotency-key-reused, not-found"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from fastapi import Depends, Path, Query
from pydantic import AwareDatetime, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.fingerprints import sha256_of_json
from auspex.core.limits import INGESTION_ITEMS_MAX, QUESTION_CHARACTERS_MAX, QUESTION_CHARACTERS_MIN
from auspex.filings.answer_question import AskQuestion
from auspex.filings.answer_representations import AnswerOut, EvidenceClass
from auspex.filings.ask_question import ask_question
from auspex.filings.ask_store import AskQuery, StoredAsk, list_asks, load_ask
from auspex.filings.ports.embedding import embedder
from auspex.filings.prices import ASK_PRICE
from auspex.filings.representations import CompanyName
from auspex.platform.endpoint import CallCharge, Caller, IdempotencyKey, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Request

api = endpoint(__name__, scope="filings:read")


class CreateAsk(Request):
    """A question; `tickers` narrow it, `as_of` answers as of that instant."""

    question: Annotated[
        str,
        Field(
            min_length=QUESTION_CHARACTERS_MIN,
            max_length=QUESTION_CHARACTERS_MAX,
            examples=["What was Apple's revenue in FY2024?"],
        ),
    ]
    tickers: Annotated[list[CompanyName], Field(default_factory=list, max_length=INGESTION_ITEMS_MAX)]
    as_of: AwareDatetime | None = None
    provider: Literal["auto", "none"] = "auto"


class AskOut(AnswerOut):
    """An answer with its evidence, or a refusal with its reason."""

    ask_id: str
    question: str

    @classmethod
    def of(cls, ask: StoredAsk) -> Self:
        """Show a stored ask."""
        own = {"ask_id": ask.ask_id, "question": ask.question, "created_at": ask.created_at}
        return cls.model_validate(ask.result | own)


@api.post("/v1/filings/asks", response_model=AskOut, price=ASK_PRICE)
async def ask_filings(
    body: CreateAsk, caller: Caller, charge: CallCharge, idempotency_key: IdempotencyKey
) -> AskOut:  # fmt: skip
    """Answer by stored figures, by a shown formula, or by verbatim sentences; refuse without evidence.

    With `provider: auto` a configured provider writes the answer over the same evidence. It is served only when each
    quote and figure is proven within 24 s; else the core's answer is, with `fallback_from`.
    """
    command = AskQuestion(
        account_id=caller.account_id,
        question=body.question,
        tickers=tuple(body.tickers),
        as_of=body.as_of,
        provider=body.provider,
        idempotency_key=idempotency_key,
        request_sha256=sha256_of_json(body.model_dump(mode="json")),
    )
    paid = ask_question(
        clock=current_clock(), embedder=embedder(), command=command, reservation_id=charge.reserved_id()
    )  # fmt: skip
    charge.note_settled(paid.tokens)
    return AskOut.of(paid.ask)


async def _query(
    *,
    ticker: Annotated[
        CompanyName | None, Query(description="Asks that named this ticker or CIK", examples=["AAPL"])
    ] = None,
    refused: Annotated[bool | None, Query()] = None,
    evidence_class: Annotated[EvidenceClass | None, Query()] = None,
    asked_from: Annotated[AwareDatetime | None, Query(description="RFC 3339")] = None,
    asked_to: Annotated[AwareDatetime | None, Query(description="RFC 3339, exclusive")] = None,
) -> AskQuery:
    return AskQuery(
        ticker=ticker, refused=refused, evidence_class=evidence_class, asked_from=asked_from, asked_to=asked_to
    )


@api.get("/v1/filings/asks", page_of=AskOut)
async def list_filing_asks(
    caller: Caller,
    query: Annotated[AskQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[AskOut]:
    """List this account's asks, newest first; runs of templates have a list of their own."""
    found = list_asks(connect(), account_id=caller.account_id, query=query, limit=limit, cursor=cursor)
    return Page(rows=[AskOut.of(ask) for ask in found.asks], next_cursor=found.next_cursor)


@api.get("/v1/filings/asks/{ask_id}", response_model=AskOut)
async def show_filing_ask(
    ask_id: Annotated[str, Path(pattern=r"^ask_[0-9A-HJKMNP-TV-Z]{26}$", examples=["ask_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])],
    caller: Caller,
) -> AskOut:
    """Show one of this account's asks as it was answered."""
    return AskOut.of(load_ask(connect(), account_id=caller.account_id, ask_id=ask_id))


handler = api.handler
