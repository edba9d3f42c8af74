"""Oracle's tests: recorded seasons on loopback, and few competitions so that refreshes stay short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from tests.factories.season_files import SeasonReplay, season_replay
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness

MakeOracle = Callable[..., Harness]


SEASONS = ("1718", "1819")


@pytest.fixture
def seasons(shared_data: Path, tmp_path: Path) -> Iterator[SeasonReplay]:
    """A replay of two recorded seasons of three divisions; skips where they are absent."""
    folder = tmp_path / "seasons"
    folder.mkdir()
    for division in ("E0", "D1", "SP1"):
        for season in SEASONS:
            name = f"{division}_{season}.csv"
            (folder / name).symlink_to(shared_data / "oracle" / "raw" / name)
    with season_replay(folder) as replay:
        yield replay


@pytest.fixture
def make_oracle(make_harness: HarnessMaker, seasons: SeasonReplay) -> MakeOracle:
    """Make a harness on a morning of the recorded past, with some of the competitions."""

    def make(day: date, *, competitions: tuple[str, ...] = ("E0",), odds_key: str = "", **options: object) -> Harness:
        seasons.travel(day)
        harness = make_harness(
            parameters=seasons.parameters, now=datetime.combine(day, time(6, 30), UTC),
            secrets={"odds": {"api_key": odds_key}}, **options,
        )  # fmt: skip
        harness.rows("DELETE FROM oracle.competitions WHERE NOT code = ANY (%(kept)s)", {"kept": list(competitions)})
        return harness

    return make
