"""Jobs with a meter pay for the items their units delivered, rounded down once, whatever ends them."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from psycopg.types.json import Jsonb
from tests.factories.ended_jobs import KIND, fail
from tests.factories.money import Customer, customer
from tests.harness.harness import Harness

from auspex.core.messages import Cause
from auspex.platform.jobs import CreatedJob, Meter, NewJob, create_job, succeed_unit

TENTHS = Meter(base=1, tokens=3, per=10)


@pytest.fixture
def mine(harness: Harness) -> Customer:
    return customer(harness, tokens=100)


def start(mine: Customer, *units: str, quote: int = 40, meter: Meter = TENTHS) -> CreatedJob:
    new = NewJob(
        account_id=mine.account_id, kind=KIND, route="/v1/filings/ingestions", request={}, units=list(units),
        quote=quote, meter=meter,
    )  # fmt: skip
    with mine.harness.database.connect("auspex_filings") as connection, connection.transaction():
        return create_job(connection, new, cause=Cause(account_id=mine.account_id), at=mine.harness.clock.now())


def deliver(harness: Harness, unit: str, items: int) -> None:
    with harness.database.connect("auspex_filings") as connection, connection.transaction():
        succeed_unit(connection, kind=KIND, unit_key=unit, result={}, at=harness.clock.now(), items=items)


def test_items_of_all_units_are_rounded_down_once(harness: Harness, mine: Customer) -> None:
    job = start(mine, "a", "b")
    assert mine.balance == (60, 40)
    deliver(harness, "a", 17)
    assert mine.balance == (60, 40)
    deliver(harness, "b", 16)
    assert mine.balance == (100 - 10, 0)  # 1 + floor(33 x 3 / 10); unit by unit it would be 1 + 5 + 4 or more
    assert mine.request("GET", f"/v1/jobs/{job.job_id}").data["cost"] == 10


def test_without_an_item_nothing_is_paid_not_even_the_base(harness: Harness, mine: Customer) -> None:
    start(mine, "a")
    deliver(harness, "a", 0)
    assert mine.balance == (100, 0)


def test_the_quote_is_the_most(harness: Harness, mine: Customer) -> None:
    start(mine, "a", quote=4)
    deliver(harness, "a", 1_000)
    assert mine.balance == (96, 0)


def test_what_a_cancelled_job_delivered_is_paid(harness: Harness, mine: Customer) -> None:
    job = start(mine, "a", "b")
    deliver(harness, "a", 10)
    assert mine.request("POST", f"/v1/jobs/{job.job_id}/cancel").status == 202
    deliver(harness, "b", 10)
    assert mine.balance == (96, 0)


def test_a_failed_unit_counts_no_items_and_an_operators_redrive_costs_nobody(harness: Harness, mine: Customer) -> None:
    start(mine, "a", "b")
    deliver(harness, "a", 10)
    fail(harness, "b")
    assert mine.balance == (96, 0)
    at = harness.clock.now()
    harness.rows(
        "SELECT platform.reopen_unit(%(kind)s, 'b', %(at)s, %(at)s + interval '1 day')", {"kind": KIND, "at": at}
    )
    deliver(harness, "b", 10)
    assert mine.balance == (96, 0)


def test_the_owner_pays_only_the_difference_for_units_done_again(harness: Harness, mine: Customer) -> None:
    job = start(mine, "a", "b")
    deliver(harness, "a", 5)
    fail(harness, "b")
    assert mine.balance == (98, 0)  # 1 + floor(1.5)
    at = harness.clock.now()
    harness.rows(
        "SELECT platform.reopen_units_of_job(%(job)s, ARRAY['b'], %(at)s, %(at)s + interval '1 day'),"
        " platform.reserve_again(%(job)s, ARRAY['b'], 'again', %(at)s)", {"job": job.job_id, "at": at},
    )  # fmt: skip
    assert mine.balance == (60, 38)
    deliver(harness, "b", 5)
    assert mine.balance == (96, 0)  # 1 + floor(3.0) in all


def test_python_and_sql_count_alike(harness: Harness) -> None:
    meters = [Meter(base, tokens, per) for base in (0, 1) for tokens in (0, 1, 5, 7) for per in (1, 3, 10)]
    for meter in meters:
        for items in (0, 1, 2, 9, 10, 11, 4_999):
            counted = harness.rows(
                "SELECT platform.metered_tokens(%(meter)s, %(items)s) AS tokens",
                {"meter": Jsonb(asdict(meter)), "items": items},
            )
            assert counted == [{"tokens": meter.tokens_for(items)}]


def test_a_meter_takes_no_negative_tokens() -> None:
    for wrong in ((-1, 1, 1), (0, -1, 1), (0, 0, 0)):
        with pytest.raises(ValueError, match="meter"):
            Meter(*wrong)
