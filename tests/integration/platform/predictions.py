"""What tests of the scorebook share: predictions of the toy, what became of them, and what is read of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.harness.harness import Harness

from auspex.core.database import Connection
from auspex.platform.scorebook.archive import archive_predictions, record_outcomes
from auspex.platform.scorebook.model import Outcome, Prediction

DAY = timedelta(days=1)
ROUTE = "/v1/scorebook/toy"


def issue(
    toy: Harness, connection: Connection, subject: str = "oslo", chance: float = 0.8, **changes: Any
) -> Prediction:
    """Archive one live prediction of a schedule, due in a day."""
    now = toy.clock.now()
    prediction = replace(
        Prediction(
            subject=subject, target="rain", issued_at=now, outcome_due_at=now + DAY, payload={"chance": chance},
            model_version="m1",
        ),
        **changes,
    )  # fmt: skip
    with connection.transaction():
        archive_predictions(connection, product="toy", predictions=[prediction], at=now)
    return prediction


def tell(
    toy: Harness, connection: Connection, subject: str = "oslo", *, rain: bool | None, at: datetime | None = None
) -> None:
    now = toy.clock.now()
    outcome = Outcome(subject=subject, target="rain", occurred_at=at or now, value={"rain": rain}, source="gauge")
    with connection.transaction():
        record_outcomes(connection, product="toy", outcomes=[outcome], at=now)


def score(toy: Harness) -> dict[str, Any]:
    toy.clock.advance(timedelta(seconds=1))  # one run per firing
    reply = toy.fire("schedule_score")
    assert reply["outcome"] == "succeeded"
    return {name: reply[name] for name in ("scored", "void", "failed")}


def read(toy: Harness, query: str = "") -> Any:
    reply = toy.request("GET", ROUTE + query)
    assert reply.status == 200, reply.body
    return reply.data


def history(toy: Harness, connection: Connection, days: int, *, version: str = "m1", rival: bool = False) -> None:
    """Issue a prediction a day, and know each outcome a day later: it rains every fourth day."""
    for number in range(days):
        subject = f"{version}-{number}"
        payload = {"chance": 0.6 if number % 4 == 0 else 0.2} | ({"rival": 0.25} if rival and number % 2 else {})
        issue(toy, connection, subject, payload=payload, model_version=version)
        toy.clock.advance(DAY + timedelta(seconds=1))
        tell(toy, connection, subject, rain=number % 4 == 0)
    score(toy)


def blocks(toy: Harness) -> list[dict[str, Any]]:
    rows = toy.rows("SELECT * FROM platform.score_blocks WHERE n <> 0 OR total <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8")
    return rows + toy.rows("SELECT * FROM platform.score_bins WHERE n <> 0 ORDER BY 1, 2, 3, 4, 5, 6")
