"""Seasons of leagues that play from summer to spring: `2018/19`, at football-data `1819`."""

from __future__ import annotations

from datetime import UTC, date, datetime

FIRST_MONTH = 7
"""A season's first matches are in July at the earliest, the last of the season before in June."""


def season_of(day: date) -> str:
    """Return the season that a day belongs to, such as `2018/19`."""
    first = day.year if day.month >= FIRST_MONTH else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def season_begins(season: str) -> datetime:
    """Return the first instant of a season, before any of its matches."""
    return datetime(int(season[:4]), FIRST_MONTH, 1, tzinfo=UTC)


def seasons_before(season: str, count: int) -> list[str]:
    """Return the seasons before one, the newest first."""
    first = int(season[:4])
    return [f"{year}/{(year + 1) % 100:02d}" for year in range(first - 1, first - 1 - count, -1)]


def source_season(season: str) -> str:
    """Return football-data's name of a season, such as `1819`."""
    return season[2:4] + season[5:7]
