"""How an account wants to be told: how often, at what local time, when not, and which kinds stay in the application."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.limits import NOTIFICATION_KINDS_MAX, NOTIFICATIONS_PER_DAY_DEFAULT
from auspex.core.problems import ValidationFailed, pointer_error
from auspex.platform.notification_timing import Frequency, Rules, next_digest

SQL = load_sql(Path(__file__).with_suffix(".sql"))
KindFrequency = Literal["immediate", "daily", "weekly", "muted"]
QUIET_BY_DEFAULT: dict[str, KindFrequency] = {"job.finished": "muted"}
"""Who started a job waits for it anyway; its end goes out over channels only to those who ask for it."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """An account's wishes; `kinds` says what differs from `frequency`, `muted` means in the application only."""

    frequency: Frequency = "immediate"
    kinds: dict[str, KindFrequency] = field(default_factory=lambda: dict(QUIET_BY_DEFAULT))
    digest_time: time = time(9)
    digest_weekday: int = 1
    time_zone: str = "UTC"
    quiet_start: time | None = None
    quiet_end: time | None = None
    max_per_day: int = NOTIFICATIONS_PER_DAY_DEFAULT
    updated_at: datetime | None = None

    def frequency_of(self, kind: str) -> KindFrequency:
        """Return how a kind is told."""
        return self.kinds.get(kind, self.frequency)

    @property
    def rules(self) -> Rules:
        """Return what decides about instants."""
        return Rules(
            zone=ZoneInfo(self.time_zone), digest_time=self.digest_time, digest_weekday=self.digest_weekday,
            quiet_start=self.quiet_start, quiet_end=self.quiet_end,
        )  # fmt: skip


def load_preferences(connection: Connection, *, account_id: str) -> Preferences:
    """Return an account's preferences; those of an account that never said any are the defaults."""
    row = fetch_one(connection, SQL["find_preferences"], {"account_id": account_id})
    return Preferences() if row is None else Preferences(**row)


def change_preferences(
    connection: Connection, changes: dict[str, Any], *, account_id: str, at: datetime
) -> Preferences:
    """Change what is given; a kind that is given as None loses its exception. What waits for a digest follows.

    Raises ValidationFailed for an unknown time zone, half of a pair of quiet hours, too many kinds.
    """
    first = _parameters(Preferences(), account_id, at)
    connection.execute(SQL["ensure_preferences"], first)
    row = fetch_one(connection, SQL["lock_preferences"], {"account_id": account_id})
    assert row is not None
    before = Preferences(**row)
    merged = {**before.kinds, **changes.get("kinds", {})}
    kinds = {kind: frequency for kind, frequency in merged.items() if frequency is not None}
    after = replace(before, **(changes | {"kinds": kinds}), updated_at=at)
    _validate(after)
    connection.execute(SQL["write_preferences"], _parameters(after, account_id, at))
    _replan_waiting(connection, after, account_id=account_id, at=at)
    return after


def _validate(preferences: Preferences) -> None:
    if preferences.time_zone not in _zones():
        raise _invalid("/time_zone", "name a time zone of the IANA database, such as Europe/Berlin")
    if (preferences.quiet_start is None) != (preferences.quiet_end is None):
        missing = "/quiet_end" if preferences.quiet_end is None else "/quiet_start"
        raise _invalid(missing, "quiet hours have a start and an end")
    if len(preferences.kinds) > NOTIFICATION_KINDS_MAX:
        raise _invalid("/kinds", f"at most {NOTIFICATION_KINDS_MAX} kinds may differ")


def _replan_waiting(connection: Connection, preferences: Preferences, *, account_id: str, at: datetime) -> None:
    """Move what waits for a digest to where the new wishes put it; a kind that is now immediate still comes in one."""
    waiting = [row["kind"] for row in fetch_all(connection, SQL["list_kinds_waiting"], {"account_id": account_id})]
    by_frequency: dict[KindFrequency, list[str]] = {}
    for kind in waiting:
        by_frequency.setdefault(preferences.frequency_of(kind), []).append(kind)
    for frequency, kinds in by_frequency.items():
        muted = frequency == "muted"
        connection.execute(
            SQL["put_off_waiting"],
            {
                "account_id": account_id, "kinds": kinds, "route": "in_app" if muted else "digest",
                "deliver_at": None if muted else next_digest(preferences.rules, digest_of(frequency), after=at),
            },
        )  # fmt: skip


def digest_of(frequency: KindFrequency) -> Literal["daily", "weekly"]:
    """Return which digest takes what cannot go out at once; the day's, unless the week's is wanted."""
    return "weekly" if frequency == "weekly" else "daily"


def _parameters(preferences: Preferences, account_id: str, at: datetime) -> dict[str, Any]:
    return asdict(preferences) | {"account_id": account_id, "at": at, "kinds": Jsonb(preferences.kinds)}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _invalid(pointer: str, message: str) -> ValidationFailed:
    return ValidationFailed(detail=message, errors=[pointer_error(pointer, message)])
