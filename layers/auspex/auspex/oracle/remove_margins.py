"""Take the margin out of many quotes at once, each with every method asked for, and say what goals they imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auspex.core.problems import pointer_error
from auspex.oracle.engine.margins import OddsBelowOneError, margin, remove_margin
from auspex.oracle.engine.rates import OddsNotRepresentableError, rates_from_outcomes
from auspex.oracle.model import RHO_DEFAULT
from auspex.oracle.problems import OddsSumBelowOne
from auspex.oracle.rounding import published

OUTCOMES = {"home", "draw", "away"}


def remove_margins(
    markets: Sequence[Mapping[str, float]], *, methods: Sequence[str], allow_negative_margin: bool = False
) -> list[dict[str, Any]]:
    """Return overround and probabilities by method of each market; outcomes are keyed by name, never by position.

    A market of home, draw and away also gets the λ and μ that its first method implies, null where none do. Raises
    OddsSumBelowOne, pointing at the market.
    """
    return [
        _remove(index, market, methods, allow_negative_margin=allow_negative_margin)
        for index, market in enumerate(markets)
    ]


def _remove(
    index: int, market: Mapping[str, float], methods: Sequence[str], *, allow_negative_margin: bool
) -> dict[str, Any]:
    names = list(market)
    odds = [market[name] for name in names]
    try:
        found = {
            method: remove_margin(odds, method=method, allow_negative_margin=allow_negative_margin)
            for method in methods
        }
    except OddsBelowOneError as error:
        raise OddsSumBelowOne(detail=str(error), errors=[pointer_error(f"/odds/{index}", str(error))]) from error
    probabilities = {method: dict(zip(names, values.tolist(), strict=True)) for method, values in found.items()}
    implied = _implied(probabilities[methods[0]], methods[0]) if set(names) == OUTCOMES else None
    shown: dict[str, Any] = published(
        {"overround": margin(odds), "probabilities": probabilities, "implied_rates": implied}
    )
    return shown


def _implied(probabilities: Mapping[str, float], method: str) -> dict[str, Any] | None:
    try:
        solved = rates_from_outcomes(probabilities["home"], probabilities["away"], rho=RHO_DEFAULT)
    except OddsNotRepresentableError:
        return None
    return {"method": method, "lambda": solved.home, "mu": solved.away, "rho": solved.rho}
