"""What is archived of a match, scored and shown as our record, is what an account is told of the same match."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.factories.oracle_days import run_schedule
from tests.harness.harness import Harness
from tests.integration.oracle.conftest import MakeOracle

FRIDAY = date(2018, 11, 9)


def told(harness: Harness, key: str, payload: dict[str, Any]) -> Any:
    """Ask for the match of an archived forecast, by the same model, as of the same day."""
    body = {
        "model": payload["model"], "competition": "E0", "as_of": FRIDAY.isoformat(),
        "home": {"name": payload["home"]}, "away": {"name": payload["away"]}, "depth": "full_distribution",
    }  # fmt: skip
    reply = harness.request("POST", "/v1/oracle/simulations", key=key, json=body)
    assert reply.status == 200, reply.body
    return reply.data


def test_forecasts_and_their_risk_are_the_answers_of_the_api(make_oracle: MakeOracle) -> None:
    harness = make_oracle(FRIDAY)
    run_schedule(harness, "refresh", FRIDAY)
    run_schedule(harness, "refit", FRIDAY)
    archived = [row["payload"] for row in harness.rows("SELECT payload FROM platform.predictions")]
    key = harness.create_key("oracle")
    for model in ("elo", "goals"):
        for payload in [payload for payload in archived if payload["model"] == model][:4]:
            said = told(harness, key, payload)
            assert said["run"]["params_version"] == payload["params_version"]
            assert said["probabilities"] == pytest.approx(payload["probabilities"], abs=1e-8)
            assert said["risk"]["score"] == pytest.approx(payload["risk"]["score"], abs=1e-6)
            assert said["risk"]["band"] == payload["risk"]["band"]
            if model == "goals":
                assert said["markets"]["totals"]["2.5"]["over"] == pytest.approx(payload["over_2_5"], abs=1e-8)
