"""What a reader must know beside a number, chosen from the facts of this answer: two to six of them (ORACLE 7.8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auspex.oracle.data_quality import is_stale
from auspex.oracle.model import ResolvedFixture

CAVEATS_MAX = 6
FEW_MATCHES = 20


@dataclass(frozen=True, slots=True)
class Caveat:
    """A fact with its stable code."""

    code: str
    text: str


def caveats_of(fixture: ResolvedFixture, *, mc_standard_error: float | None = None) -> list[Caveat]:
    """Return the caveats that hold, the weightiest first."""
    found = [Caveat(code, text(fixture)) for code, holds, text in _CAVEATS if holds(fixture)]
    if mc_standard_error is not None:
        error = f"These shares were simulated; their standard error is at most {mc_standard_error:.4f}."
        found.insert(0, Caveat("simulation_error", error))
    return (found[: CAVEATS_MAX - 2] + _ALWAYS)[:CAVEATS_MAX]


def sigma_of(fixture: ResolvedFixture) -> float | None:
    """Return σ of δ: of ln(λ/μ), or of the rating difference in points; None where nobody stated one."""
    if fixture.rates is not None:
        return fixture.log_ratio_sd
    ratings = fixture.ratings
    if ratings is None or (ratings.home_sd is None and ratings.away_sd is None):
        return None
    return float(((ratings.home_sd or 0.0) ** 2 + (ratings.away_sd or 0.0) ** 2) ** 0.5)


def _is_market_alone(fixture: ResolvedFixture) -> bool:
    return fixture.odds is not None and fixture.rates is None and fixture.ratings is None


Holds = Callable[[ResolvedFixture], bool]
Text = Callable[[ResolvedFixture], str]
_CAVEATS: tuple[tuple[str, Holds, Text], ...] = (
    (
        "stale_data",
        lambda f: is_stale(f.data),
        lambda f: f"The newest result used is {f.data.age_days} days old although the season is under way.",
    ),
    (
        "own_numbers",
        lambda f: not f.data.is_fitted and not _is_market_alone(f),
        lambda _: "The strengths are the caller's own; nothing was compared with results.",
    ),
    (
        "market_alone",
        _is_market_alone,
        lambda _: "Odds alone speak here: the margin was removed, and no model of ours had a say.",
    ),
    (
        "promoted_team",
        lambda f: bool(f.data.promoted),
        lambda f: f"New in this division, so rated by what promoted teams usually do: {', '.join(f.data.promoted)}.",
    ),
    (
        "few_matches",
        lambda f: f.data.matches is not None and f.data.matches < FEW_MATCHES,
        lambda f: f"One of the sides has only {f.data.matches} matches behind its strength.",
    ),
    (
        "no_interval",
        lambda f: sigma_of(f) is None,
        lambda _: "No standard deviation was stated, so there is no probability interval.",
    ),
    (
        "levers_beside_market",
        lambda f: bool(f.levers) and f.odds is not None and not _is_market_alone(f),
        lambda f: f"Levers move the model alone, and the market keeps a weight of {f.market_weight:g}.",
    ),
    (
        "levers",
        lambda f: bool(f.levers),
        lambda _: "The size of every lever is an assumption of the caller.",
    ),
    (
        "odds_age",
        lambda f: f.odds is not None,
        lambda f: (
            f"The odds were seen at {f.odds.seen_at:%Y-%m-%d %H:%M} UTC and may have moved since."
            if f.odds is not None and f.odds.seen_at is not None
            else "Nothing says when the odds were seen; they may have moved since."
        ),
    ),
    (
        "no_market",
        lambda f: f.odds is None and f.data.is_fitted,
        lambda _: "No odds entered this forecast; those of a market usually know more than results alone.",
    ),
)
_ALWAYS = [
    Caveat("no_line_ups", "Line-ups, injuries and news of the day enter only through levers."),
    Caveat("one_match", "One match can go any way: the probabilities speak of many matches like this one."),
]
