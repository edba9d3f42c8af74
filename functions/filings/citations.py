"""Verify a quote against stored text.
Route: POST /v1/filings/citations/verifications · Reads: filings.sections · Fails: not-found, span-invalid"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from auspex.core.database import connect
from auspex.core.limits import SECTION_SLICE_CHARACTERS_MAX
from auspex.filings.representations import Accession
from auspex.filings.verify_citation import CitationClaim, verify_citation
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Representation, Request

api = endpoint(__name__, scope="filings:read")


class VerifyCitation(Request):
    """A quote and where it is said to stand: [start, end) in code points of a section's text."""

    model_config = Request.model_config | {"str_strip_whitespace": False}

    accession: Accession
    section_key: Annotated[str, Field(min_length=1, max_length=100, examples=["item7"])]
    document: Annotated[str | None, Field(max_length=200)] = None
    start: Annotated[int, Field(ge=0, examples=[0])]
    end: Annotated[int, Field(ge=1, examples=[44])]
    quote: Annotated[
        str,
        Field(
            min_length=1,
            max_length=SECTION_SLICE_CHARACTERS_MAX,
            examples=["Item 7. Management's Discussion and Analysis"],
        ),
    ]
    text_sha256: Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$")] = None


class VerificationOut(Representation):
    """Whether the quote is the stored text, byte for byte; else why not, and what really stands there."""

    valid: bool
    reason: Literal["text_changed", "quote_differs"] | None
    actual_text: str | None


@api.post("/v1/filings/citations/verifications", response_model=VerificationOut)
async def verify_filing_citation(body: VerifyCitation, _: Caller) -> VerificationOut:
    """Compare a quote with the stored text at its offsets."""
    verdict = verify_citation(connect(), claim=CitationClaim(**body.model_dump()))
    return VerificationOut.model_validate(verdict, from_attributes=True)


handler = api.handler
