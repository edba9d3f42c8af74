"""The public record can be computed again from the scorebook alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Server, cloned
from tests.harness.harness import Harness

from auspex.oracle.forecast_scores import RULE, SUBJECT, TARGET
from auspex.platform.scorebook.archive import archive_predictions, record_outcomes
from auspex.platform.scorebook.model import Outcome, Prediction

FIRST = date(2018, 8, 10)
MATCHES = 80
BASE = {"probabilities": {"home": 0.46, "draw": 0.25, "away": 0.29}, "over_2_5": 0.52}


@pytest.fixture(scope="module")
def scored(postgres_server: Server) -> Iterator[Harness]:
    """Forecasts of eighty matches, live and as a backtest, and their scores."""
    with cloned(postgres_server) as database, Harness(database, now=datetime(2018, 8, 1, tzinfo=UTC)) as harness:
        rng = random.Random(5)
        for origin, count in (("live", MATCHES), ("backtest", 60)):
            archive(harness, rng, origin=origin, count=count)
        harness.clock.advance(timedelta(days=200))
        harness.invoke("oracle", "schedule_score", {"schedule": "oracle-score", "scheduled_at": "2019-02-17T07:30:00Z"})
        yield harness


def archive(harness: Harness, rng: random.Random, *, origin: Any, count: int) -> None:
    at = harness.clock.now()
    predictions, outcomes = [], []
    for number in range(count):
        day = FIRST + timedelta(days=number)
        subject = f"{SUBJECT}{origin}-{number}"
        due = datetime(day.year, day.month, day.day, 14, tzinfo=UTC)
        home = round(rng.uniform(0.2, 0.7), 6)
        payload = {
            "probabilities": {"home": home, "draw": 0.25, "away": round(0.75 - home, 6)}, "over_2_5": 0.55,
            "model": "goals", "competition": "E0", "season": "2018/19", "match_date": day.isoformat(),
            "baselines": {"base_rate": BASE, "market": None},
            "risk": {"score": 90.0 + number % 10, "band": "MEDIUM", "thresholds": {"medium": 92.0, "high": 96.0}},
        }  # fmt: skip
        predictions.append(Prediction(subject, TARGET, at, due, payload, "goals-1.0.0", origin))
        value = {"home_goals": rng.randint(0, 4), "away_goals": rng.randint(0, 3)}
        outcomes.append(Outcome(subject, TARGET, due, value))
    with harness.database.connect("auspex_oracle") as connection, connection.transaction():
        archive_predictions(connection, product="oracle", predictions=predictions, at=at)
        record_outcomes(connection, product="oracle", outcomes=outcomes, at=at + timedelta(days=120))


def read(harness: Harness, query: str) -> list[dict[str, Any]]:
    reply = harness.request("GET", f"/v1/oracle/calibration?{query}", key=harness.create_key("oracle:read"))
    assert reply.status == 200
    rows: list[dict[str, Any]] = reply.data
    return rows


def test_the_published_means_are_the_means_of_the_scorebooks_scores(scored: Harness) -> None:
    (record,) = read(scored, "competition=E0&season=2018/19&model=goals")
    rows = scored.rows(
        "SELECT p.payload, o.value, s.scores, s.baselines FROM platform.scores AS s JOIN platform.predictions AS p "
        "USING (prediction_id) JOIN platform.outcomes AS o USING (outcome_id) "
        "WHERE p.product = 'oracle' AND p.origin = 'live' AND p.issuer = 'schedule'"
    )
    assert record["n"] == len(rows) == MATCHES
    for name in ("rps", "brier", "log_loss"):
        mean = sum(row["scores"][name] for row in rows) / len(rows)
        assert record["metrics"][name]["value"] == pytest.approx(mean, abs=1e-9)
    reference = sum(row["baselines"]["base_rate"]["rps"] for row in rows)
    skill = 1 - sum(row["scores"]["rps"] for row in rows) / reference
    assert record["metrics"]["skill"]["base_rate"]["value"] == pytest.approx(skill, abs=1e-9)
    assert record["metrics"]["skill"]["market"] is None
    over = sum(row["scores"]["over_2_5_brier"] for row in rows) / len(rows)
    assert record["metrics"]["over_2_5_brier"] == pytest.approx(over, abs=1e-9)
    said = [(p, name, row) for row in rows for name, p in row["payload"]["probabilities"].items()]
    assert sum(b["n"] for b in record["bins"]) == len(said)
    first = record["bins"][0]
    inside = [p for p, _, _ in said if first["low"] <= p < first["high"]]
    assert first["mean_forecast"] == pytest.approx(sum(inside) / len(inside), abs=1e-9)
    shares = {band["band"]: band["n"] for band in record["metrics"]["bands"]}
    assert shares == {"LOW": 16, "MEDIUM": 32, "HIGH": 32}


def test_live_and_backtest_are_never_mixed(scored: Harness) -> None:
    assert [row["n"] for row in read(scored, "model=goals")] == [MATCHES]
    assert [row["n"] for row in read(scored, "model=goals&origin=backtest")] == [60]


def test_all_competitions_together_have_neither_competition_nor_season(scored: Harness) -> None:
    (record,) = read(scored, "model=goals")
    assert (record["competition"], record["season"], record["insufficient"]) == (None, None, False)
    assert record["metrics"] == read(scored, "model=goals&competition=E0")[0]["metrics"]


def test_the_rule_scores_what_the_specification_scores() -> None:
    """ORACLE 7.10: the grid of 7.3 after a draw."""
    from auspex.platform.scorebook.model import ArchivedPrediction

    at = datetime(2018, 8, 1, tzinfo=UTC)
    said = {"home": 0.480111, "draw": 0.26783605, "away": 0.25205295}
    payload = {"probabilities": said, "over_2_5": 0.506375509, "baselines": {}}
    prediction = ArchivedPrediction("pred_x", "oracle:x", TARGET, at, at, payload, "goals-1.0.0", "live", "schedule")
    card = RULE.score(prediction, {"home_goals": 1, "away_goals": 1})
    assert card is not None
    wanted = {"rps": 0.147019, "brier": 0.830101, "log_loss": 1.317380, "over_2_5_brier": 0.506375509**2}
    assert dict(card.scores) == pytest.approx(wanted, abs=1e-6)
