"""A competition's season as of a day: what was played before it stands, everything else is left to play.

A result of that day or later never leaves the query here (ORACLE 7.4, no look-ahead).
"""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.problems import pointer_error
from auspex.oracle.job_problems import SeasonNotProjectable
from auspex.oracle.problems import LookAhead, NoParameters, TeamUnknown
from auspex.oracle.seasons import season_of

GOALS_MATCHES_MIN = 60
"""Fewer results than this are no fit (ORACLE 7.4)."""
SQL = load_sql(Path(__file__).with_suffix(".sql"))


def load_season(
    connection: Connection, *, competition: str, season: str | None, as_of: date | None, today: date,
    levers: list[dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """Return a season as a run keeps it: every team meets every other at home and away once.

    Raises LookAhead for an `as_of` after today, TeamUnknown for an unknown competition or a lever's unknown team,
    SeasonNotProjectable.
    """
    day = as_of or today
    if day > today:
        raise LookAhead(
            detail=f"as_of is {day}, and today is {today}.", errors=[pointer_error("/as_of", f"at most {today}")]
        )
    found = fetch_one(connection, SQL["find_competition"], {"competition": competition})
    if found is None:
        raise TeamUnknown(detail=f"No competition {competition} is stored.", nearest=[])
    _check_parameters(connection, competition, day, today)
    wanted = season or season_of(day)
    rows = fetch_all(connection, SQL["list_season"], {"competition": competition, "season": wanted, "as_of": day})
    names = {row[f"{side}_id"]: row[side] for row in rows for side in ("home", "away")}
    _check(found, names, wanted)
    teams = sorted(names)
    _check_levers(levers, teams)
    index = {team: number for number, team in enumerate(teams)}
    played = [
        [index[row["home_id"]], index[row["away_id"]], row["home_goals"], row["away_goals"]]
        for row in rows
        if row["home_goals"] is not None
    ]
    done = {(home, away) for home, away, *_ in played}
    return {
        "competition": competition, "season": wanted, "as_of": day.isoformat(),
        "teams": [{"id": team, "name": names[team]} for team in teams],
        "played": played,
        "remaining": [list(pair) for pair in permutations(range(len(teams)), 2) if pair not in done],
        "adjustments": [0] * len(teams), "tie_break": found["tie_break"], "zones": found["zones"],
    }  # fmt: skip


def _check_parameters(connection: Connection, competition: str, day: date, today: date) -> None:
    """Refuse what no shard could draw from: nothing was fitted before the day, and nothing can be."""
    asked = {"competition": competition, "as_of": day}
    found = fetch_one(connection, SQL["count_results"], asked)
    fits = day < today and found is not None and found["results"] >= GOALS_MATCHES_MIN
    if not fits and fetch_one(connection, SQL["find_goals_version"], asked) is None:
        raise NoParameters(detail=f"Nothing was fitted for {competition} before {day}.")


def _check(competition: dict[str, Any], names: dict[str, str], season: str) -> None:
    if competition["tie_break"] is None:
        raise SeasonNotProjectable(detail=f"The tie-breaks of {competition['code']} are not known for certain.")
    if len(names) < min(2, competition["n_teams"]) or len(names) < competition["n_teams"] - 2:
        raise SeasonNotProjectable(
            detail=f"{len(names)} of the {competition['n_teams']} teams of {season} are known.",
            errors=[pointer_error("/season", "its teams are not all known")],
        )


def _check_levers(levers: list[dict[str, Any]], teams: list[str]) -> None:
    unknown = [(n, lever["team"]) for n, lever in enumerate(levers) if lever["team"] not in teams]
    if unknown:
        raise TeamUnknown(
            detail=f"{unknown[0][1]} does not play in this season.", nearest=teams[:3],
            errors=[pointer_error(f"/levers/{number}/team", f"unknown team {team}") for number, team in unknown],
        )  # fmt: skip
