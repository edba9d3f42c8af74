"""Request field types and response models that several filings functions share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

UNDASHED_CHARACTERS = 18
# `[0-9]`, not `\d`: that would be every digit of Unicode.


def dash(accession: str) -> str:
    """Return an accession number in its dashed form; both forms are accepted everywhere."""
    if len(accession) == UNDASHED_CHARACTERS:
        return f"{accession[:10]}-{accession[10:12]}-{accession[12:]}"
    return accession


Accession = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9]{10}-[0-9]{2}-[0-9]{6}|[0-9]{18})$"),
    AfterValidator(dash),
    Field(description="Accession number, dashed or not", examples=["0000320193-24-000123"]),
]
Cik = Annotated[int, Field(gt=0, le=9_999_999_999, description="EDGAR's number of a company", examples=[320193])]
Ticker = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9.-]{0,9}$", to_upper=True),
    Field(description="Ticker symbol", examples=["AAPL"]),
]
Form = Annotated[
    str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9 /-]{0,19}$"), Field(description="EDGAR form", examples=["10-K"])
]
CompanyName = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Za-z][A-Za-z0-9.-]{0,9}|[0-9]{1,10})$", to_upper=True),
    Field(description="Ticker symbol or CIK", examples=["AAPL"]),
]
