"""Prices of matches to come from the odds source: by outcome's name, within its quota.

At 10 % of the quota left nothing more is asked until the next month begins, when the source counts anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from auspex.oracle.source_errors import SourceNotConfigured, SourceRefused, SourceUnreadable
from auspex.oracle.sources.transport import Fetched, SourceTransport

QUOTA_KEPT = 0.10
PRICE_MAX = 10_000.0
TOTALS_POINT = 2.5


@dataclass(frozen=True, slots=True)
class OfferedMatch:
    """A match to come with prices: (bookmaker, market, outcome) to decimal odds; markets 1x2 and over_2_5."""

    home: str
    away: str
    kickoff: datetime
    prices: dict[tuple[str, str, str], float]


@dataclass(frozen=True, slots=True)
class OddsReply:
    """A reply as it came and as it reads."""

    fetched: Fetched
    matches: tuple[OfferedMatch, ...]


class OddsSource:
    """Ask the odds source. Raises the exceptions of `source_errors`; without a key it is not asked."""

    def __init__(self, transport: SourceTransport, api_key: str) -> None:
        self.transport = transport
        self._api_key = api_key

    @property
    def is_configured(self) -> bool:
        """Whether a key opens the source."""
        return bool(self._api_key)

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def path(self, odds_key: str) -> str:
        """Return the path of a sport's prices, without the key."""
        return f"/v4/sports/{odds_key}/odds?regions=eu,uk&markets=h2h,totals&oddsFormat=decimal"

    def odds(self, odds_key: str, *, today: date) -> OddsReply:
        """Return the matches to come of a sport."""
        if not self._api_key:
            raise SourceNotConfigured("the odds source has no key")
        quota = self.transport.budget.quota()
        month = (today.year, today.month)
        if quota and quota.remaining <= QUOTA_KEPT * quota.total and (quota.read_on.year, quota.read_on.month) == month:
            raise SourceRefused("at most a tenth of the odds quota is left", retry_after_seconds=86_400.0)
        fetched = self.transport.fetch(self.path(odds_key), secret_query={"apiKey": self._api_key})
        remaining, used = (_count(fetched.headers.get(f"x-requests-{name}")) for name in ("remaining", "used"))
        if remaining is not None and used is not None:
            self.transport.budget.note_quota(remaining=remaining, total=remaining + used, day=today)
        return OddsReply(fetched, tuple(_matches(fetched)))


def _matches(fetched: Fetched) -> Iterator[OfferedMatch]:
    try:
        listed = json.loads(fetched.body)
        for event in listed:
            home, away = str(event["home_team"]), str(event["away_team"])
            kickoff = datetime.fromisoformat(event["commence_time"]).astimezone(UTC)
            yield OfferedMatch(home, away, kickoff, dict(_prices(event, home, away)))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SourceUnreadable(f"{fetched.path}: {type(error).__name__}", status=200) from error


def _prices(event: dict[str, Any], home: str, away: str) -> Iterator[tuple[tuple[str, str, str], float]]:
    """Yield whole markets only: a bookmaker that lacks an outcome says nothing."""
    three_way = {home: "home", away: "away", "Draw": "draw"}
    for bookmaker in event["bookmakers"]:
        for market in bookmaker["markets"]:
            offered = market["outcomes"]
            if market["key"] == "h2h":
                name, kinds = "1x2", {o["name"]: three_way.get(o["name"]) for o in offered}
            elif market["key"] == "totals" and {o.get("point") for o in offered} == {TOTALS_POINT}:
                name, kinds = "over_2_5", {o["name"]: str(o["name"]).lower() for o in offered}
            else:
                continue
            found = {kinds[o["name"]]: float(o["price"]) for o in offered}
            whole = {"home", "draw", "away"} if name == "1x2" else {"over", "under"}
            if found.keys() == whole and all(1 < price <= PRICE_MAX for price in found.values()):
                yield from (((str(bookmaker["key"]), name, str(kind)), price) for kind, price in found.items())


def _count(text: str | None) -> int | None:
    """Read a header that counts; some replies write 497.0."""
    whole = (text or "").partition(".")[0]
    return int(whole) if whole.isdecimal() else None
