"""Sources as this deployment reaches them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from auspex.core.config import Settings, Stage, read_secret, read_settings
from auspex.core.database import connect
from auspex.core.limits import REFRESH_SECONDS_MAX
from auspex.oracle.sources.budget import SourceBudget, SourceName
from auspex.oracle.sources.football_data import FootballData
from auspex.oracle.sources.odds import OddsSource
from auspex.oracle.sources.transport import SourceTransport

SPACING_SECONDS = 1.0


class SourceSettings(Settings):
    """Where sources are and who asks. Spacing below a second counts with stage local alone: there it is our replay."""

    stage: Stage = "local"
    football_data_url: str = ""
    odds_url: str = ""
    odds_secret_arn: str = ""
    source_user_agent: str = ""
    source_spacing_seconds: float = SPACING_SECONDS
    refresh_seconds: float = REFRESH_SECONDS_MAX

    @property
    def spacing_seconds(self) -> float:
        """Seconds between two requests to one source."""
        return (
            self.source_spacing_seconds if self.stage == "local" else max(SPACING_SECONDS, self.source_spacing_seconds)
        )


class Countdown:
    """How much of the time that a refresh may take is left."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, at least 0."""
        return max(0.0, self._until - time.monotonic())


@dataclass(frozen=True, slots=True)
class Sources:
    """Both sources with the time that asking them may take."""

    football_data: FootballData
    odds: OddsSource
    countdown: Countdown

    def close(self) -> None:
        """Close the connections."""
        self.football_data.close()
        self.odds.close()


def open_sources() -> Sources:
    """Return the sources of this deployment; the time to ask them begins now."""
    settings = read_settings(SourceSettings)
    countdown = Countdown(settings.refresh_seconds)

    def transport(source: SourceName, url: str) -> SourceTransport:
        budget = SourceBudget(source, connect, spacing_seconds=settings.spacing_seconds)
        return SourceTransport(url, settings.source_user_agent, budget, deadline=countdown.left)

    key = str(read_secret(settings.odds_secret_arn).get("api_key", "")) if settings.odds_secret_arn else ""
    return Sources(
        football_data=FootballData(transport("football-data", settings.football_data_url)),
        odds=OddsSource(transport("odds", settings.odds_url), key),
        countdown=countdown,
    )
