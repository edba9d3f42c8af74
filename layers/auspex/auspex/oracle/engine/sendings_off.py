"""How often a league's sides are sent off, out of its cards: what a match under way still has to fear (ORACLE 7.6)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from auspex.oracle.engine.history import Floats, History

SENDINGS_OFF = (0.10, 0.10)
"""New sendings-off of the home and of the away side in a whole match, where no cards are known."""
WINDOW_DAYS = 1461
PRIOR_MATCHES = 200
"""How many matches the prior counts for: a season of cards says more than it does, ten matches do not."""


def sendings_off_of(history: History, as_of: date) -> tuple[float, float]:
    """Return sendings-off a match of home and away sides, drawn towards SENDINGS_OFF by the prior's weight.

    The last four years before `as_of` count; matches whose cards the source does not count have no part.
    """
    window = history.since(as_of - timedelta(days=WINDOW_DAYS))
    home, away = (
        _rate(red, prior) for red, prior in zip((window.home_red, window.away_red), SENDINGS_OFF, strict=True)
    )
    return home, away


def _rate(red: Floats, prior: float) -> float:
    known = red[np.isfinite(red)]
    return float((known.sum() + prior * PRIOR_MATCHES) / (len(known) + PRIOR_MATCHES))
