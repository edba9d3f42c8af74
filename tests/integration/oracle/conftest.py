"""Oracle's tests: recorded seasons on loopback, and few competitions so that refreshes stay short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from tests.conftest import Database
from tests.factories.season_files import SeasonReplay, season_replay
from tests.harness.harness import Harness

MakeOracle = Callable[..., Harness]
SEASONS = ("1718", "1819")
DIVISIONS = ("E0", "D1", "SP1")


def season_folder(
    shared_data: Path, folder: Path, *, divisions: tuple[str, ...] = DIVISIONS, seasons: tuple[str, ...] = SEASONS
) -> Path:
    """Link some recorded seasons, two of three divisions by default, into a folder of their own."""
    for division in divisions:
        for season in seasons:
            name = f"{division}_{season}.csv"
            (folder / name).symlink_to(shared_data / "oracle" / "raw" / name)
    return folder


def harness_on(
    database: Database, replay: SeasonReplay, day: date, *, competitions: tuple[str, ...] = ("E0",), odds_key: str = ""
) -> Harness:
    """Make a harness on a morning of the recorded past, with some of the competitions."""
    replay.travel(day)
    now = datetime.combine(day, time(6, 30), UTC)
    harness = Harness(database, parameters=replay.parameters, now=now, secrets={"odds": {"api_key": odds_key}})
    harness.rows("DELETE FROM oracle.competitions WHERE NOT code = ANY (%(kept)s)", {"kept": list(competitions)})
    return harness


@pytest.fixture
def seasons(shared_data: Path, tmp_path: Path) -> Iterator[SeasonReplay]:
    """A replay of recorded seasons; skips where they are absent."""
    with season_replay(season_folder(shared_data, tmp_path)) as replay:
        yield replay


@pytest.fixture
def make_oracle(database: Database, seasons: SeasonReplay) -> Iterator[MakeOracle]:
    """Make the test's harness on a morning of the recorded past."""
    with ExitStack() as stack:

        def make(day: date, **options: object) -> Harness:
            return stack.enter_context(harness_on(database, seasons, day, **options))  # type: ignore[arg-type]  # a test's own

        yield make
