"""What the routes of the gateway show."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field

from auspex.core.limits import PROVIDER_REASON_CHARACTERS_MAX
from auspex.platform.replies import Representation
from auspex.providers.contract import Capability, ProviderName
from auspex.providers.status import LeaseState, ProviderStatus, Standing

MICRO = Decimal(1_000_000)
Reason = Annotated[
    str,
    Field(min_length=1, max_length=PROVIDER_REASON_CHARACTERS_MAX, pattern=r"^[^\x00-\x1f\x7f]+$",
          examples=["rate limits all morning"], description="Why; kept in the audit"),
]  # fmt: skip
EventType = Literal[
    "acquire", "release", "switch", "failure", "recovered", "pin", "unpin", "returned", "stale_result", "health",
    "budget", "none_left",
]  # fmt: skip


class PinOut(Representation):
    """A provider is kept until an instant."""

    until: datetime
    strict: Annotated[bool, Field(description="No failover, and no model is asked while it fails")]
    by: str | None


class LeaseOut(Representation):
    """Who is asked. Every change of the holder raises the epoch by one."""

    state: Literal["held", "none"]
    provider: ProviderName | None
    model: str | None
    epoch: int
    held_since: datetime | None
    acquired_by: str | None
    reason: str | None
    pinned: PinOut | None
    next_provider: Annotated[ProviderName | None, Field(description="Who would follow, if it failed now")]

    @classmethod
    def of(cls, lease: LeaseState) -> Self:
        """Show a lease."""
        pinned = None
        if lease.pinned_until is not None:
            pinned = PinOut(until=lease.pinned_until, strict=bool(lease.pin_strict), by=lease.pinned_by)
        return cls.model_validate(
            {
                "state": lease.state, "provider": lease.provider, "model": lease.model, "epoch": lease.epoch,
                "held_since": lease.held_since, "acquired_by": lease.acquired_by, "reason": lease.reason,
                "pinned": pinned, "next_provider": lease.next_provider,
            }
        )  # fmt: skip


class BudgetOut(Representation):
    """Money of this month (UTC). Without both prices no cost is known, so that a budget cannot be enforced."""

    limit: Annotated[str | None, Field(examples=["25.00"])]
    used: Annotated[str | None, Field(examples=["3.141593"], description="Null where no price is configured")]
    currency: Literal["USD"] = "USD"
    enforced: bool


class ProviderOut(Representation):
    """One provider."""

    provider: ProviderName
    priority: int
    configured: bool
    model: str | None
    capabilities: list[Capability]
    state: Standing
    reason: str | None
    consecutive_failures: int
    consecutive_bad: int
    trips_24h: Annotated[int, Field(description="How often it was left in the day before it was last left")]
    total_failures: int
    cooldown_until: datetime | None
    last_ok_at: datetime | None
    last_error_at: datetime | None
    budget: Annotated[BudgetOut | None, Field(description="For operators alone")]

    @classmethod
    def of(cls, one: ProviderStatus, *, with_costs: bool) -> Self:
        """Show a provider; costs are the operator's."""
        counts, settings = one.counts, one.settings
        shown = ("provider", "priority", "consecutive_failures", "consecutive_bad", "trips_24h", "total_failures",
                 "last_ok_at", "last_error_at")  # fmt: skip
        return cls.model_validate(
            {name: counts[name] for name in shown}
            | {
                "configured": settings is not None,
                "model": settings.model if settings else None,
                "capabilities": sorted(settings.capabilities) if settings else [],
                "state": one.standing,
                "reason": one.reason,
                "cooldown_until": counts["cooldown_until"] if counts["cooling"] else None,
                "budget": _budget(one) if with_costs and settings is not None else None,
            }
        )


class StatusOut(Representation):
    """The gateway at this instant."""

    lease: LeaseOut
    llm_available: Annotated[bool, Field(description="Whether a question asked now would be sent to anybody")]
    providers: list[ProviderOut]
    audit_count: int


def _budget(one: ProviderStatus) -> BudgetOut:
    settings = one.settings
    assert settings is not None
    priced = settings.price_in is not None and settings.price_out is not None
    limit = settings.budget_micro_usd
    return BudgetOut(
        limit=None if limit is None else f"{limit / MICRO:.2f}",
        used=f"{one.counts['spent_micro_usd'] / MICRO:.6f}" if priced else None,
        enforced=settings.enforced_budget_micro_usd is not None,
    )
