"""Search the index of filings.
Route: POST /v1/filings/searches · Reads: filings.chunks, postings, terms · Fails: unknown-ticker, validation-failed"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import (
    CACHE_SECONDS_DEFAULT,
    FORMS_NAMED_MAX,
    INGESTION_ITEMS_MAX,
    QUESTION_CHARACTERS_MAX,
    QUESTION_CHARACTERS_MIN,
    SEARCH_CANDIDATES_MAX,
    SEARCH_TOP_MAX,
)
from auspex.filings.index.search_chunks import CANDIDATES_DEFAULT, TOP_DEFAULT
from auspex.filings.ports.embedding import embedder
from auspex.filings.prices import SEARCH_PRICE
from auspex.filings.representations import CompanyName, Form
from auspex.filings.search_filings import MODEL_VERSION, SearchCommand, read_index_version, search_filings
from auspex.platform.call import Versions
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Representation, Request

api = endpoint(__name__, scope="filings:read")
Weight = Annotated[float, Field(ge=0, le=10)]


def read_versions(_: Mapping[str, Any]) -> Versions:
    """Say which model ranks, and which state of the index: with a filing more, an equal search is another request."""
    return Versions(model=MODEL_VERSION, data=read_index_version(connect()))


class Weights(Request):
    """How much each leg counts in the fusion."""

    lexical: Weight = 1.0
    vector: Weight = 1.0


class CreateSearch(Request):
    """What to search for, and where."""

    query: Annotated[
        str,
        Field(min_length=QUESTION_CHARACTERS_MIN, max_length=QUESTION_CHARACTERS_MAX, examples=["supply chain risk"]),
    ]
    tickers: Annotated[list[CompanyName], Field(default_factory=list, max_length=INGESTION_ITEMS_MAX)]
    forms: Annotated[list[Form], Field(default_factory=list, max_length=FORMS_NAMED_MAX)]
    period_from: date | None = None
    period_to: date | None = None
    as_of: AwareDatetime | None = None
    kinds: Annotated[list[Literal["text", "table", "kpi", "guidance", "summary"]], Field(default_factory=list)]
    include_superseded: bool = False
    top_k: Annotated[int, Field(ge=1, le=SEARCH_TOP_MAX)] = TOP_DEFAULT
    candidates: Annotated[int, Field(ge=1, le=SEARCH_CANDIDATES_MAX)] = CANDIDATES_DEFAULT
    weights: Weights = Weights()


class HitOut(Representation):
    """A chunk found, with its place and what each leg thought of it."""

    chunk_id: int
    accession: str
    form: str
    period_end: date | None
    known_at: datetime
    kind: str
    section_key: str
    start: int
    end: int
    text: str
    rrf: float
    lexical_rank: int | None
    lexical_score: float | None
    vector_rank: int | None
    cosine: float | None


class SearchOut(Representation):
    """Hits, best first; `filter_size` counts chunks that pass the filters up to 5,000, 5,001 means more."""

    hits: list[HitOut]
    filter_size: int


@api.post(
    "/v1/filings/searches", response_model=SearchOut, price=SEARCH_PRICE, cache_seconds=CACHE_SECONDS_DEFAULT,
    versions=read_versions,
)  # fmt: skip
async def search_filing_chunks(body: CreateSearch, _: Caller) -> SearchOut:
    """Find passages by words and by meaning, fused by reciprocal rank."""
    command = SearchCommand(
        query=body.query,
        tickers=tuple(body.tickers),
        forms=tuple(body.forms),
        period_from=body.period_from,
        period_to=body.period_to,
        as_of=body.as_of,
        kinds=tuple(body.kinds),
        include_superseded=body.include_superseded,
        top_k=body.top_k,
        candidates=body.candidates,
        lexical_weight=body.weights.lexical,
        vector_weight=body.weights.vector,
    )
    result = search_filings(connect(), clock=current_clock(), embedder=embedder(), command=command)
    hits = [HitOut.model_validate(hit, from_attributes=True) for hit in result.hits]
    return SearchOut(hits=hits, filter_size=result.filter_size)


handler = api.handler
