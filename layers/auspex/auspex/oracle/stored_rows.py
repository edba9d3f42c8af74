"""A row of a batch as it is kept, read back into what the engine takes; it was validated when it was accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from auspex.oracle.model import (
    MARKET_WEIGHT,
    RHO_DEFAULT,
    Competitor,
    Devig,
    FixtureRequest,
    GoalRates,
    Lever,
    LeverKind,
    ModelFamily,
    Odds,
    Side,
    Sport,
)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """The JSON of a row: the fields of `batch_rows.BatchFixture` that its caller set."""

    value: Mapping[str, Any]

    @property
    def competition(self) -> str | None:
        """The competition that the row names."""
        return self.value.get("competition")

    @property
    def sport(self) -> Sport:
        """What is played."""
        return Sport(self.value.get("sport", Sport.FOOTBALL))

    @property
    def devig(self) -> Devig:
        """How the margin is taken out of the row's odds."""
        return Devig(self.value.get("devig", Devig.POWER))

    @property
    def kickoff(self) -> datetime | None:
        """The kick-off in UTC, None where only the day is known."""
        stated = self.value.get("kickoff")
        return None if stated is None else datetime.fromisoformat(stated)

    @property
    def day(self) -> date | None:
        """The day of the match, in UTC where only the kick-off is given."""
        stated = self.value.get("match_date")
        if stated is not None:
            return date.fromisoformat(stated)
        return None if self.kickoff is None else self.kickoff.date()

    @property
    def result(self) -> tuple[int, int] | None:
        """Home and away goals, None before they are known."""
        stated = self.value.get("result")
        return None if stated is None else (int(stated["home_goals"]), int(stated["away_goals"]))

    @property
    def market(self) -> Odds | None:
        """The odds that the forecast is held against."""
        return _odds(self.value.get("market"))

    def has_strengths(self, model: ModelFamily) -> bool:
        """Tell whether the row brings what a model computes from, so that nothing of ours is looked up."""
        if model is ModelFamily.ELO:
            return all(self.value[side].get("rating") is not None for side in ("home", "away"))
        return self.value.get("goals") is not None

    def to_request(self, model: ModelFamily, *, as_of: date, use_market: bool) -> FixtureRequest:
        """Return the row as a question; `as_of` is the day before which everything used of our data must lie."""
        value, goals = self.value, self.value.get("goals")
        own = _odds(value.get("odds"))
        return FixtureRequest(
            home=_competitor(value["home"]), away=_competitor(value["away"]), model=model, sport=self.sport,
            competition=self.competition, kickoff=self.kickoff, match_date=self.day, as_of=as_of,
            neutral=bool(value.get("neutral", False)), home_advantage=value.get("home_advantage"),
            goals=None if goals is None else GoalRates(goals["lambda"], goals["mu"], goals.get("rho", RHO_DEFAULT)),
            odds=self.market if own is None and use_market else own, devig=self.devig,
            market_weight=float(value.get("market_weight", MARKET_WEIGHT)),
            levers=tuple(_lever(lever) for lever in value.get("levers", ())),
        )  # fmt: skip


def _competitor(stated: Mapping[str, Any]) -> Competitor:
    return Competitor(stated["name"], stated.get("team_id"), stated.get("rating"), stated.get("rating_sd"))


def _odds(stated: Mapping[str, Any] | None) -> Odds | None:
    if stated is None:
        return None
    seen_at = stated.get("seen_at")
    return Odds(
        home=stated["home"], away=stated["away"], draw=stated.get("draw"), over_2_5=stated.get("over_2_5"),
        under_2_5=stated.get("under_2_5"), seen_at=None if seen_at is None else datetime.fromisoformat(seen_at),
    )  # fmt: skip


def _lever(stated: Mapping[str, Any]) -> Lever:
    sizes = (stated.get(name) for name in ("attack_factor", "defence_factor", "rating_shift"))
    return Lever(LeverKind(stated["kind"]), Side(stated["side"]), *sizes)
