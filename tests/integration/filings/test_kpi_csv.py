"""A company's figures as CSV over HTTP: paid, compared, as known at a time."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.conftest import Database
from tests.factories.filed_histories import CIK, YEARS, Filed, arrive
from tests.harness.events import Response
from tests.harness.harness import Harness

ORIGINAL = Filed(1, "10-K", YEARS[1], 60, (("revenue", YEARS[1], 900), ("revenue", YEARS[0], 800)), ())
AMENDMENT = Filed(2, "10-K/A", YEARS[1], 90, (("revenue", YEARS[1], 880),), ())
TARGET = f"/v1/filings/kpis?ticker={CIK}&compare=prior_year"


def get(harness: Harness, key: str, target: str, accept: str = "text/csv") -> Response:
    return harness.request("GET", target, key=key, headers={"accept": accept})


def table(reply: Response) -> list[dict[str, str]]:
    assert (reply.status, reply.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(reply.body.decode(), newline="")))


def store(database: Database) -> None:
    with database.connect() as connection:
        opened: Any = connection
        for filed in (ORIGINAL, AMENDMENT):
            arrive(opened, filed)


def test_csv_costs_one_token_a_day_and_json_nothing(harness: Harness, database: Database) -> None:
    store(database)
    key = harness.create_key("filings:read")
    costs = [get(harness, key, TARGET, accept).headers["token-cost"] for accept in ("application/json", "text/csv")]
    again = get(harness, key, TARGET)
    assert (costs, again.headers["token-cost"]) == (["0", "1"], "0")
    assert again.headers["vary"] == "Accept"
    quote = get(harness, key, f"{TARGET}&dry_run=true")
    assert quote.data["token_cost"] == 1


def test_csv_holds_every_figure_with_its_change_as_known_then(harness: Harness, database: Database) -> None:
    store(database)
    key = harness.create_key("filings:read")
    rows = table(get(harness, key, f"{TARGET}&limit=1"))
    assert [(row["value"], row["change_abs"], row["change_pct"], row["change_reason"]) for row in rows] == [
        ("880000000", "80000000", "0.1", ""), ("800000000", "", "", "previous_missing"),
    ]  # fmt: skip
    before = table(get(harness, key, f"{TARGET}&as_of=2021-03-15T00:00:00Z"))
    assert [row["change_pct"] for row in before] == ["0.125", ""]
    both = table(get(harness, key, f"{TARGET}&include_superseded=true"))
    assert sorted(row["superseded"] for row in both) == ["false", "false", "true"]


def test_who_cannot_pay_and_who_asks_for_too_much_are_refused(
    harness: Harness, database: Database
) -> None:  # fmt: skip
    store(database)
    poor = harness.create_key("filings:read", tokens=0)
    assert get(harness, poor, TARGET).status == 402
    assert get(harness, poor, TARGET, "application/json").status == 200
    with database.connect(None) as connection:
        connection.execute(
            """INSERT INTO filings.kpis (kpi_id, accession, run, cik, metric, label, value, unit, scale_shown,
                 period_end, period_type, basis, method, preliminary, known_at)
               SELECT 'many-' || n, %s, 1, %s, 'cash', 'cash', n, 'USD', 0, date '1900-01-01' + n, 'instant', 'gaap',
                      'xbrl', false, %s FROM generate_series(1, 5001) AS n""",
            (ORIGINAL.accession, CIK, ORIGINAL.known_at),
        )
    rich = harness.create_key("filings:read")
    reply = get(harness, rich, f"/v1/filings/kpis?ticker={CIK}")
    assert (reply.status, reply.json()["code"]) == (422, "validation-failed")
    assert len(table(get(harness, rich, f"/v1/filings/kpis?ticker={CIK}&metric=revenue"))) == 2
