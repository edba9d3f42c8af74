"""Names of teams: identifiers, likeness, nearest names; and names of seasons."""

from __future__ import annotations

from datetime import date

import pytest

from auspex.oracle.seasons import season_of, seasons_before, source_season
from auspex.oracle.team_names import SPELLINGS, nearest_names, normal_form, resembling, team_identifier


@pytest.mark.parametrize(
    ("country", "name", "identifier"),
    [
        ("England", "Nott'm Forest", "england-nottm-forest"), ("Germany", "M'gladbach", "germany-mgladbach"),
        ("Germany", "Schalke 04", "germany-schalke-04"), ("Spain", "Deportivo La Coruña", "spain-deportivo-la-coruna"),
    ],
)  # fmt: skip
def test_an_identifier_is_the_country_and_the_plain_name(country: str, name: str, identifier: str) -> None:
    assert team_identifier(country, name) == identifier


def test_a_misspelling_resembles_and_another_team_does_not() -> None:
    known = ["Middlesbrough", "Arsenal", "Man City", "Man United"]
    assert resembling("Middlesboro", known) == ["Middlesbrough"]
    assert resembling("Leeds", known) == []


def test_real_neighbours_of_one_league_are_kept_apart() -> None:
    """What a season introduces must not be taken for a misspelling of a neighbour."""
    for spellings in SPELLINGS.values():
        for name in spellings:
            assert resembling(name, set(spellings) - {name}) == [], name


def test_the_nearest_names_begin_alike_or_look_alike() -> None:
    known = ["Man City", "Man United", "Manisa", "Newcastle", "Norwich"]
    assert nearest_names("Man Utd", known)[0] == "Man United"
    assert len(nearest_names("x", known)) == 3
    assert normal_form("  Bayern   MÜNCHEN ") == "bayern munchen"


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2018, 8, 10), "2018/19"), (date(2019, 5, 12), "2018/19"), (date(2019, 7, 1), "2019/20"),
        (date(1999, 9, 1), "1999/00"),
    ],
)  # fmt: skip
def test_a_day_belongs_to_the_season_that_begins_in_july(day: date, season: str) -> None:
    assert season_of(day) == season


def test_seasons_before_and_their_names_at_the_source() -> None:
    assert seasons_before("2000/01", 3) == ["1999/00", "1998/99", "1997/98"]
    assert [source_season(season) for season in ("1999/00", "2018/19")] == ["9900", "1819"]
