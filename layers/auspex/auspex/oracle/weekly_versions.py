"""Parameters of past weeks, fitted when a row needs them and kept under their own version (ORACLE 7.4).

A match of the past is answered with the fit of the Friday on or before it. What is fitted depends on the stored results
of earlier days alone, so that it does not matter which shard came first: the same week gives the same version.
"""

from __future__ import annotations

from datetime import date, datetime

from auspex.core.database import Connection, transaction
from auspex.oracle.engine.calibrate import Layer
from auspex.oracle.engine.history import Floats, History
from auspex.oracle.engine.walk_forward import fit_versions, version_day
from auspex.oracle.match_store import results_before, season_field
from auspex.oracle.model import ModelFamily
from auspex.oracle.parameter_store import params_for, store_parameters
from auspex.oracle.played_matches import played_match
from auspex.oracle.seasons import season_of

BASE_RATE_MATCHES_MIN = 60
"""Fewer earlier results than this have no base rate."""


class PastWeeks:
    """What one shard knows of the weeks its rows lie in; every competition is read once."""

    def __init__(self, connection: Connection, *, at: datetime) -> None:
        """`at` is the instant of the work: nothing of its day or later is read."""
        self._connection = connection
        self._at = at
        self._histories: dict[str, History] = {}
        self._ensured: set[tuple[str, date]] = set()

    def boundary(self, day: date | None, *, fits: bool) -> date:
        """Return the day before which all data of a forecast must lie: at most the match's own and today."""
        today = self._at.date()
        if day is None or day > today:
            return today
        return version_day(day) if fits else day

    def ensure(self, competition: str, boundary: date) -> None:
        """Fit both models as of a boundary unless a version of the same results is stored."""
        if (competition, boundary) in self._ensured:
            return
        self._ensured.add((competition, boundary))
        past = self.history(competition).before(boundary)
        newest = past.trained_through
        if newest is None:
            return
        stored = params_for(self._connection, competition=competition, model=ModelFamily.ELO, as_of=boundary)
        if stored is None or stored.trained_through < newest:
            self._fit(competition, boundary, past)

    def base_rate(self, competition: str, boundary: date) -> Floats | None:
        """Return how often home, draw and away came before a boundary; None of a league with few results."""
        past = self.history(competition).before(boundary)
        if len(past) < BASE_RATE_MATCHES_MIN:
            return None
        outcomes = past.outcomes
        shares: Floats = (outcomes[:, None] == [0, 1, 2]).mean(axis=0)
        return shares

    def history(self, competition: str) -> History:
        """Return the results of a competition before today."""
        if competition not in self._histories:
            rows = results_before(self._connection, competition, self._at.date())
            self._histories[competition] = History.of(played_match(row) for row in rows)
        return self._histories[competition]

    def _fit(self, competition: str, boundary: date, past: History) -> None:
        season = season_of(boundary)
        field = season_field(self._connection, competition, season)
        fitted = fit_versions(past, as_of=boundary, season=season, field=field)
        layer = self._layer(competition, boundary)
        with transaction() as connection:
            for fit in (fitted.elo, fitted.goals):
                if fit is not None:
                    store_parameters(
                        connection, competition=competition, fitted=fit, layer=layer, status="superseded", at=self._at
                    )

    def _layer(self, competition: str, boundary: date) -> Layer:
        """Return what calibrated the newest version before the boundary; nothing before the first one."""
        earlier = params_for(self._connection, competition=competition, model=ModelFamily.GOALS, as_of=boundary)
        return Layer() if earlier is None else earlier.layer
