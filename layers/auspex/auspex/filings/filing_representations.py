"""What a filing is shown with: documents, history, lags, a provider's enrichment and what that took."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from auspex.platform.replies import Representation


class DocumentOut(Representation):
    """A document of a filing."""

    sequence: int
    type: str
    filename: str
    source_url: str
    bytes: int
    degraded: bool
    reasons: list[str]


class EventOut(Representation):
    """A step in a filing's history."""

    topic: str
    at: datetime
    payload: dict[str, Any]


class Lags(Representation):
    """Seconds from acceptance to each step; null where acceptance or the step is unknown."""

    detect_s: float | None
    analyze_s: float | None
    index_s: float | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Compute the lags of a filing's row."""

        def since(name: str) -> float | None:
            accepted, step = row["accepted_at"], row[name]
            return round((step - accepted).total_seconds(), 3) if accepted and step else None

        return cls(detect_s=since("detected_at"), analyze_s=since("analyzed_at"), index_s=since("indexed_at"))


class FilingCostOut(Representation):
    """What a provider took for what is kept as enrichment; the core takes nothing, an account pays its job's `cost`."""

    tokens: Annotated[int, Field(description="Tokens the provider read and wrote")]
    usd: Annotated[str, Field(description="0 where its prices are not set", examples=["0.000000"])]

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Show what a filing's row has counted."""
        return cls(tokens=row["cost_tokens"], usd=f"{Decimal(row['cost_usd_micros']) / 1_000_000:.6f}")


class EnrichmentItemOut(Representation):
    """One sentence of a provider with the quote that proves it."""

    kind: Literal["bullet", "guidance", "kpi"]
    text: str
    section_key: str
    section_id: str
    start: int
    end: int
    quote: str


class EnrichmentOut(Representation):
    """What a provider (`source`) said of the filing, as far as it is proven."""

    source: str
    items: list[EnrichmentItemOut]
