"""What is archived of a match, scored and shown as our record, is what an account is told of the same match."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.factories.oracle_days import run_schedule
from tests.harness.harness import Harness
from tests.integration.oracle.conftest import MakeOracle

from auspex.oracle.engine.calibrate import Layer
from auspex.oracle.model import ModelFamily
from auspex.oracle.parameter_store import params_for, store_parameters

FRIDAY = date(2018, 11, 9)
SATURDAY = FRIDAY + timedelta(days=1)
LEARNED = Layer(goals_weight=0.6, tau=1.12, thresholds=(80.0, 95.0), matches=1_000)
"""Two seasons of files teach no layer; this one differs from what stands in for it in everything that it holds."""
ROUNDING = 2e-9
"""Nine decimals, and what makes the answer's three add up to exactly one."""


def archived_on(harness: Harness, day: date) -> list[dict[str, Any]]:
    """Return what was archived on a day of matches that both models forecast."""
    rows = harness.rows(
        "SELECT payload FROM platform.predictions WHERE issued_at::date = %(day)s ORDER BY subject", {"day": day}
    )
    return [row["payload"] for row in rows if row["payload"]["model"] in {"elo", "goals"}]


def told(harness: Harness, key: str, payload: dict[str, Any], day: date) -> Any:
    """Ask for the match of an archived forecast, by the same model, as of the same day."""
    body = {
        "model": payload["model"], "competition": "E0", "as_of": day.isoformat(),
        "home": {"name": payload["home"]}, "away": {"name": payload["away"]}, "depth": "full_distribution",
    }  # fmt: skip
    reply = harness.request("POST", "/v1/oracle/simulations", key=key, json=body)
    assert reply.status == 200, reply.body
    return reply.data


def learn_layer(harness: Harness, layer: Layer) -> None:
    """Put versions in force that say what those in force say, with another layer after them."""
    with harness.database.connect("auspex_oracle") as connection, connection.transaction():
        for model in ModelFamily:
            found = params_for(connection, competition="E0", model=model, as_of=SATURDAY)
            assert found is not None
            fitted = found.elo if found.elo is not None else found.goals
            assert fitted is not None
            store_parameters(
                connection, competition="E0", fitted=fitted, layer=layer, status="active", at=harness.clock.now()
            )


def test_forecasts_and_their_risk_are_the_answers_of_the_api(make_oracle: MakeOracle) -> None:
    harness = make_oracle(FRIDAY)
    run_schedule(harness, "refresh", FRIDAY)
    run_schedule(harness, "refit", FRIDAY)
    key = harness.create_key("oracle")
    assert_record_agrees(harness, key, FRIDAY, Layer())
    harness.clock.advance(timedelta(minutes=1))  # of two versions of the same results the newer one serves
    learn_layer(harness, LEARNED)
    run_schedule(harness, "refit", SATURDAY)  # no result came in: what was learned stays in force
    assert_record_agrees(harness, key, SATURDAY, LEARNED)


def assert_record_agrees(harness: Harness, key: str, day: date, layer: Layer) -> None:
    """Compare what was archived on a day, some matches by each model, with what is answered as of that day."""
    archived = archived_on(harness, day)
    for model in ModelFamily:
        some = [payload for payload in archived if payload["model"] == model][:3]
        assert some
        for payload in some:
            assert_agree(told(harness, key, payload, day), payload)
            assert payload["risk"]["thresholds"] == dict(zip(("medium", "high"), layer.thresholds, strict=True))


def assert_agree(said: Any, payload: dict[str, Any]) -> None:
    """Compare an answer with an archived forecast."""
    assert said["run"]["params_version"] == payload["params_version"]
    assert said["probabilities"] == pytest.approx(payload["probabilities"], abs=ROUNDING)
    assert said["risk"]["score"] == pytest.approx(payload["risk"]["score"], abs=1e-6)
    assert said["risk"]["band"] == payload["risk"]["band"]
    assert said["risk"]["thresholds"] == payload["risk"]["thresholds"]
    if payload["model"] == "goals":
        assert said["markets"]["totals"]["2.5"]["over"] == pytest.approx(payload["over_2_5"], abs=ROUNDING)
