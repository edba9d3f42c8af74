"""What oracle costs, in tokens (ORACLE 3): tokens buy depth of analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auspex.oracle.model import Depth
from auspex.platform.charging import Price, fixed_price, job_price

DEPTH_TOKENS: Final[Mapping[Depth, int]] = {
    Depth.HEADLINE: 0,
    Depth.DISTRIBUTION: 2,
    Depth.SCENARIOS: 3,
    Depth.COMPARISON: 3,
    Depth.DEEP_DIVE: 5,
}
INPLAY_TOKENS: Final = 2
BATCH_BASE_TOKENS: Final = 1
BATCH_ROWS_PER_PRICE: Final = 10
"""Ten rows of a batch cost what one answer of the same depth does."""
PROJECTION_TOKENS: Final = 5
PROJECTION_STEP_TOKENS: Final = 1
PROJECTION_STEP_SEASONS: Final = 10_000
"""Every further started ten thousand seasons cost one step more."""


def batch_row_tokens(depth: Depth) -> int:
    """Return the price of ten rows of a batch; a headline counts as 1."""
    return max(1, DEPTH_TOKENS[depth])


def batch_tokens(depth: Depth, *, rows: int) -> int:
    """Return what a batch of so many answered rows costs; nothing when no row was answered."""
    return BATCH_BASE_TOKENS + rows * batch_row_tokens(depth) // BATCH_ROWS_PER_PRICE if rows else 0


def projection_tokens(n: int) -> int:
    """Return what `n` simulated seasons cost: 5, and 1 for every further started 10,000."""
    return PROJECTION_TOKENS + PROJECTION_STEP_TOKENS * (max(0, n - 1) // PROJECTION_STEP_SEASONS)


def simulation_quote(arguments: Mapping[str, Any]) -> int:
    """Return what a simulation of the asked depth costs."""
    return DEPTH_TOKENS[Depth(arguments["body"].depth)]


SIMULATION_PRICE = Price("known", simulation_quote, is_analysis=True)
INPLAY_PRICE = fixed_price(INPLAY_TOKENS, is_analysis=True)


def batch_quote(arguments: Mapping[str, Any]) -> int:
    """Return the most a batch can cost: every row that was accepted is answered."""
    body: Any = arguments["body"]
    asked = body.with_options(depth=arguments.get("depth"))
    return batch_tokens(asked.depth, rows=len(asked.accepted()))


def projection_quote(arguments: Mapping[str, Any]) -> int:
    """Return what a projection of so many seasons costs."""
    return projection_tokens(int(arguments["body"].n))


BATCH_PRICE = job_price(batch_quote, is_analysis=True)
PROJECTION_PRICE = job_price(projection_quote, is_analysis=True)
