"""What a batch accepts: rows by themselves, CSV of both kinds, options that do not contradict each other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from auspex.core.limits import BATCH_ROWS_MAX
from auspex.core.problems import BodyTooLarge, ValidationFailed
from auspex.oracle.batch_requests import CSV_EXAMPLE, EXAMPLE, CreateBatch
from auspex.oracle.job_problems import BatchUnreadable
from auspex.oracle.model import Depth, Lever, LeverKind, ModelFamily, Side, Sport
from auspex.oracle.stored_rows import StoredRow

GOOD = {"home": {"name": "Alpha", "rating": 1600}, "away": {"name": "Beta", "rating": 1500}}
FOOTBALL_DATA = (
    b"Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR,AvgH,AvgD,AvgA,AvgCH,AvgCD,AvgCA\r\n"
    b"E0,10/08/2018,Man United,Leicester,2,1,H,1.56,3.92,7.06,1.5,4.0,8.0\r\n"
    b"E0,11/08/18,Bournemouth,Cardiff,2,0,A,1.88,3.53,4.37,,,\r\n"
    b"E0,31/02/2018,Fulham,Watford,1,1,D,,,,,,\r\n"
)


def read(*fixtures: Any, **options: Any) -> CreateBatch:
    return CreateBatch.model_validate({"fixtures": list(fixtures), **options})


def codes(batch: CreateBatch) -> list[tuple[int, str, str]]:
    return [(r.row, r.code, r.pointer) for r in batch.rejected()]


def test_a_bad_row_is_rejected_alone_with_a_pointer_to_what_is_wrong() -> None:
    batch = read(
        {"home": {"name": "A"}, "away": {"name": "Beta"}},
        GOOD,
        {"home": {"name": "Beta"}, "away": {"name": "BETA"}},
        GOOD | {"tip": 1},
        GOOD | {"odds": {"home": 1.9, "away": 2.0}},
        GOOD | {"home": {"name": "Alpha", "rating": 3001}},
        GOOD | {"levers": [{"kind": "rest", "side": "home"}]},
        "no row",
        {"home": {"name": "Alpha"}},
    )
    assert [number for number, _ in batch.accepted()] == [2]
    assert codes(batch) == [
        (1, "value-invalid", "/fixtures/0/home/name"),
        (3, "same-team", "/fixtures/2"),
        (4, "unknown-field", "/fixtures/3/tip"),
        (5, "market-mismatch", "/fixtures/4"),
        (6, "value-invalid", "/fixtures/5/home/rating"),
        (7, "value-invalid", "/fixtures/6/levers/0"),
        (8, "value-invalid", "/fixtures/7"),
        (9, "value-missing", "/fixtures/8/away"),
    ]


def test_a_batch_without_a_good_row_is_refused_with_every_pointer() -> None:
    with pytest.raises(ValidationFailed) as refused:
        read({"home": {"name": "A"}, "away": {"name": "Beta"}}, 5)
    assert [error["pointer"] for error in refused.value.errors] == ["/fixtures/0/home/name", "/fixtures/1"]


def test_more_rows_than_a_batch_holds_are_too_large() -> None:
    with pytest.raises(BodyTooLarge):
        read(*[GOOD] * (BATCH_ROWS_MAX + 1))
    lines = CSV_EXAMPLE.splitlines()
    with pytest.raises(BodyTooLarge):
        CreateBatch.model_validate("\n".join([lines[0], *[lines[1]] * (BATCH_ROWS_MAX + 1)]).encode())


def test_comparative_analysis_has_no_place_in_a_row() -> None:
    with pytest.raises(ValidationError):
        read(GOOD, depth="comparative_analysis")


def test_our_own_columns_make_the_rows_that_json_would() -> None:
    header = "home,away,home_rating,away_rating,home_rating_sd,kickoff,neutral,lambda,mu,odds_home,odds_draw,odds_away"
    line = "Alpha,Beta,1600,1500,40,2024-08-17T14:00:00Z,true,1.6,1.1,1.8,3.6,4.75"
    (row,) = CreateBatch.model_validate(f"{header}\n{line}\n".encode()).accepted()
    assert row[0] == 1
    assert row[1].model_dump(mode="json", exclude_unset=True) == {
        "home": {"name": "Alpha", "rating": 1600.0, "rating_sd": 40.0}, "away": {"name": "Beta", "rating": 1500.0},
        "kickoff": "2024-08-17T14:00:00Z", "neutral": True, "goals": {"lambda": 1.6, "mu": 1.1},
        "odds": {"home": 1.8, "draw": 3.6, "away": 4.75},
    }  # fmt: skip


def test_a_bad_cell_is_named_by_its_column() -> None:
    text = "\ufeffhome,away,home_rating,lambda,mu\nAlpha,Beta,1600,,\nAlpha,Beta,high,,\n\nAlpha,Beta,,9,1\nAl,B,,,,x\n"
    batch = CreateBatch.model_validate(text.encode())
    assert [number for number, _ in batch.accepted()] == [1]
    assert codes(batch) == [
        (2, "value-invalid", "/2/home_rating"), (3, "value-invalid", "/3/lambda"), (4, "too-many-cells", "/4/mu")
    ]  # fmt: skip


def test_football_data_columns_become_rows_with_their_result_and_early_odds_as_the_market() -> None:
    batch = CreateBatch.model_validate(FOOTBALL_DATA)
    ((number, row),) = batch.accepted()
    assert number == 1
    assert (row.home.name, row.competition, row.match_date) == ("Man United", "E0", date(2018, 8, 10))
    assert row.result is not None
    assert (row.result.home_goals, row.result.away_goals) == (2, 1)
    assert row.market is not None
    assert (row.market.home, row.market.draw, row.market.away) == (1.56, 3.92, 7.06)
    assert codes(batch) == [(2, "result-contradicts", "/2/FTR"), (3, "date-invalid", "/3/Date")]


def test_the_market_enters_a_forecast_only_where_the_batch_says_so() -> None:
    ((_, value),) = CreateBatch.model_validate(FOOTBALL_DATA).rows()
    row, day = StoredRow(value), date(2018, 8, 10)
    assert row.day == day
    assert row.result == (2, 1)
    assert row.to_request(ModelFamily.GOALS, as_of=day, use_market=False).odds is None
    pooled = row.to_request(ModelFamily.GOALS, as_of=day, use_market=True).odds
    assert pooled is not None
    assert pooled.home == 1.56


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (b"x,y\n1,2\n", ["/0/home", "/0/away"]),
        (b"home,away,stake\nAlpha,Beta,5\n", ["/0/stake"]),
        (b"Div,Date,HomeTeam\nE0,10/08/2018,Alpha\n", ["/0/AwayTeam"]),
        (b"home,away,home\nAlpha,Beta,Alpha\n", [""]),
        (b"<!doctype html><html></html>", ["/0/home", "/0/away"]),
        (b"\n\n", [""]),
    ],
)
def test_a_header_that_lacks_columns_is_refused_by_their_names(content: bytes, columns: list[str]) -> None:
    with pytest.raises(BatchUnreadable) as refused:
        CreateBatch.model_validate(content)
    assert [error["pointer"] for error in refused.value.errors] == columns


def test_the_query_may_repeat_the_body_and_add_to_a_csv_but_not_contradict() -> None:
    body = CreateBatch.model_validate(EXAMPLE)
    assert body.with_options(depth=Depth.HEADLINE, model=None) == body
    with pytest.raises(ValidationFailed) as refused:
        body.with_options(model=ModelFamily.GOALS)
    assert refused.value.errors[0]["pointer"] == "/model"
    csv = CreateBatch.model_validate(CSV_EXAMPLE.encode())
    assert csv.with_options(depth=Depth.DISTRIBUTION).options()["depth"] == "full_distribution"


def test_a_row_is_read_back_as_it_was_stated() -> None:
    stated = {
        "home": {"name": "Alpha", "rating": 1600, "rating_sd": 40}, "away": {"name": "Beta", "team_id": "beta"},
        "sport": "basketball", "kickoff": "2024-08-17T23:30:00Z", "neutral": True, "home_advantage": 20,
        "odds": {"home": 1.5, "away": 2.9, "seen_at": "2024-08-16T12:00:00Z"}, "devig": "shin", "market_weight": 0.5,
        "levers": [{"kind": "rest", "side": "both", "rating_shift": -20}],
    }  # fmt: skip
    ((_, value),) = read(stated).rows()
    request = StoredRow(value).to_request(ModelFamily.ELO, as_of=date(2024, 8, 17), use_market=False)
    assert (request.sport, request.neutral, request.home_advantage) == (Sport.BASKETBALL, True, 20)
    assert (request.home.rating, request.home.rating_sd, request.away.team_id) == (1600, 40, "beta")
    assert (request.match_date, request.devig.value, request.market_weight) == (date(2024, 8, 17), "shin", 0.5)
    assert request.kickoff is not None
    assert request.kickoff.isoformat() == "2024-08-17T23:30:00+00:00"
    assert request.odds is not None
    assert (request.odds.home, request.odds.draw, request.odds.away) == (1.5, None, 2.9)
    assert request.levers == (Lever(LeverKind.REST, Side.BOTH, rating_shift=-20),)
