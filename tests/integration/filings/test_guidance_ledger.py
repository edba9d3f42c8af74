"""The guidance ledger on rows: chains of statements, outcomes, two times, what is expected, what is scored."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from tests.factories.ledgers import CIK, Ledger

from auspex.core.messages import Cause
from auspex.filings import guidance_store, ledger_store
from auspex.filings.extraction.guidance import read_quoted_guidance
from auspex.filings.extraction.guidance_periods import horizon_of
from auspex.filings.filing_store import header_of, load_filing
from auspex.filings.model import Span
from auspex.filings.record_guidance import GuidanceFound, record_guidance
from auspex.filings.tell_guidance import tell_changed

APRIL, JULY, AUGUST = (datetime(2024, month, 25, 20, 0, tzinfo=UTC) for month in (4, 7, 8))
OCTOBER = datetime(2024, 10, 25, 20, 0, tzinfo=UTC)
NOVEMBER = datetime(2024, 11, 1, 20, 0, tzinfo=UTC)


def record(ledger: Ledger, accession: str, quote: str, *, run: int = 1) -> list[dict[str, Any]]:
    """Store what a quote promises as the analysis of a filing does."""
    with ledger.harness.database.connect() as connection, connection.transaction():
        header = header_of(load_filing(connection, accession))
        horizon = horizon_of(header.filing_date, "1231", ())
        read = read_quoted_guidance(quote, Span(1, 0, 0, len(quote)), horizon)
        items = [replace(item, method="rule") for item in read]
        found = GuidanceFound(header, run, items, (), {(1, 0): ledger.filings[accession]})
        return record_guidance(connection, found, at=ledger.harness.clock.now())


def test_actions_follow_the_order_of_the_statements_in_whatever_order_they_were_read(ledger: Ledger, key: str) -> None:
    spring, summer, autumn = (ledger.filing(at) for at in (APRIL, JULY, AUGUST))
    ledger.promise(autumn, "95", "115")
    ledger.promise(spring, "90", "100")
    ledger.promise(summer, "95", "105")
    rows = ledger.listed(key)
    assert [(row["accession"], row["action"], row["superseded"]) for row in rows] == [
        (autumn, "raise", False), (summer, "raise", True), (spring, "initiate", True),
    ]  # fmt: skip
    assert rows[0]["previous_id"] == rows[1]["guidance_id"]
    then = ledger.listed(key, f"&as_of={(JULY + timedelta(days=1)).isoformat().replace('+00:00', 'Z')}")
    assert [(row["accession"], row["superseded"]) for row in then] == [(summer, False), (spring, True)]


def test_an_amendment_is_held_against_what_stood_before_the_filing_it_corrects(ledger: Ledger, key: str) -> None:
    spring, summer = ledger.filing(APRIL), ledger.filing(JULY)
    corrected = ledger.filing(JULY + timedelta(days=1), form="8-K/A", amends=summer)
    for accession, high in ((spring, "100"), (summer, "110"), (corrected, "111")):
        ledger.promise(accession, "90", high)
    newest = ledger.listed(key)[0]
    assert (newest["action"], newest["previous_high"]) == ("raise", "100")


def test_the_first_report_is_the_outcome_and_a_later_one_adds_a_row(ledger: Ledger, key: str) -> None:
    ledger.promise(ledger.filing(JULY), "90", "100")
    first = ledger.report(ledger.filing(OCTOBER), "104", preliminary=True)
    assert ledger.score()["resolved"] == 1
    (row,) = ledger.listed(key)
    assert (row["outcome"], row["position"], row["actual"], row["kpi_id"]) == ("beat", "above", "104", first)
    assert Decimal(row["surprise"]) == Decimal(9) / 95
    assert row["record"]["n"] == 1
    assert row["restated"] is None
    ledger.report(ledger.filing(NOVEMBER, form="10-Q"), "98")
    assert (ledger.score()["resolved"], ledger.score()["restated"]) == (0, 0)
    (row,) = ledger.listed(key)
    assert (row["outcome"], row["actual"]) == ("beat", "104")
    assert (row["restated"]["actual"], row["restated"]["verdict"]) == ("98", "in_range")
    stored = ledger.harness.rows("SELECT actual, restated FROM filings.guidance_outcomes ORDER BY restated")
    assert [(str(o["actual"]), o["restated"]) for o in stored] == [("104", False), ("98", True)]
    before = ledger.listed(key, "&as_of=2024-10-26T00:00:00Z")[0]
    assert before["restated"] is None
    assert ledger.listed(key, "&as_of=2024-10-01T00:00:00Z")[0]["outcome"] == "open"


def test_scoring_that_dies_anywhere_is_done_again_once(ledger: Ledger) -> None:
    ledger.promise(ledger.filing(JULY), "90", "100")
    ledger.report(ledger.filing(OCTOBER), "104")
    for point in ("filings-score-guidance.uncommitted", "filings-score-guidance.resolved"):
        ledger.queue()
        ledger.harness.clock.advance(timedelta(seconds=1))
        with ledger.harness.crash_at(point) as crash:
            ledger.harness.fire("schedule_score_guidance")
        assert crash.fired
        assert ledger.harness.rows("SELECT 1 FROM filings.companies_to_score")
    ledger.harness.clock.advance(timedelta(seconds=1))
    assert ledger.harness.fire("schedule_score_guidance")["waiting"] == 0
    assert len(ledger.harness.rows("SELECT 1 FROM filings.guidance_outcomes")) == 1
    assert len(ledger.harness.rows("SELECT 1 FROM platform.outcomes WHERE product = 'filings'")) == 1


def test_a_run_takes_the_longest_waiting_up_to_its_bound_and_what_comes_meanwhile_waits(ledger: Ledger) -> None:
    for cik in (3, 1, 2):
        company = Ledger(ledger.harness, cik=cik)
        company.filing(JULY)
        ledger.harness.clock.advance(timedelta(seconds=1))
        company.queue()
    with ledger.harness.database.connect() as connection:
        claimed = ledger_store.claim_companies(connection, rows_max=2)
        assert [row["cik"] for row in claimed] == [3, 1]
        guidance_store.queue_company(connection, cik=3, at=claimed[0]["queued_at"])
        for row in claimed:
            ledger_store.release_company(connection, cik=row["cik"], queued_at=row["queued_at"])
        assert [row["cik"] for row in ledger_store.claim_companies(connection, rows_max=9)] == [3, 2]


def test_a_company_that_cannot_be_scored_waits_behind_the_others_and_is_heard_of(ledger: Ledger) -> None:
    other = Ledger(ledger.harness, cik=CIK + 1)
    for company, actual in ((ledger, "104"), (other, "105")):
        company.promise(company.filing(JULY), "90", "100")
        company.report(company.filing(OCTOBER), actual)
        ledger.harness.clock.advance(timedelta(seconds=1))
        company.queue()
    ledger.harness.clock.advance(timedelta(seconds=1))
    ledger.harness.rows("ALTER TABLE filings.guidance_outcomes ADD CONSTRAINT broken CHECK (actual <> 104)")
    ledger.harness.fire("schedule_score_guidance")
    assert "broken" in (ledger.harness.calls[-1].error or "")
    assert [str(row["actual"]) for row in ledger.harness.rows("SELECT actual FROM filings.guidance_outcomes")] == [
        "105"
    ]
    waiting = ledger.harness.rows("SELECT cik, queued_at FROM filings.companies_to_score")
    assert [tuple(row.values()) for row in waiting] == [(CIK, ledger.harness.clock.now())]
    ledger.harness.rows("ALTER TABLE filings.guidance_outcomes DROP CONSTRAINT broken")
    assert ledger.harness.fire("schedule_score_guidance")["resolved"] == 1
    assert ledger.harness.rows("SELECT 1 FROM filings.companies_to_score") == []


def test_guidance_of_a_period_that_had_ended_or_has_no_end_is_never_scored(ledger: Ledger, key: str) -> None:
    ledger.promise(ledger.filing(datetime(2024, 10, 1, 0, 0, tzinfo=UTC)), "90", "100")
    ledger.promise(ledger.filing(datetime(2024, 9, 30, 23, 59, tzinfo=UTC)), "90", "110")
    ledger.promise(ledger.filing(AUGUST), "400", "440", period="in the long run", end=None, period_type="other")
    ledger.report(ledger.filing(OCTOBER), "80")
    ledger.score()
    shown = {(row["fiscal_period"], row["high"]): row["outcome"] for row in ledger.listed(key)}
    assert shown == {
        ("Q3 FY2024", "100"): "not_scored", ("Q3 FY2024", "110"): "miss", ("in the long run", "440"): "not_scored",
    }  # fmt: skip
    assert len(ledger.listed(key, "&outcome=not_scored")) == 2
    assert ledger.listed(key, "&outcome=open") == []


def test_a_company_with_more_statements_than_are_looked_at_loses_the_oldest(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_store, "LEDGER_PROMISES_MAX", 2)
    _, july, august = (ledger.promise(ledger.filing(at), "90", "100") for at in (APRIL, JULY, AUGUST))
    with ledger.harness.database.connect() as connection:
        found = ledger_store.list_promises(connection, cik=CIK, at=NOVEMBER)
    assert [stated.guidance_id for stated in found] == [july, august]


def test_lists_filter_by_outcome_and_page(ledger: Ledger, key: str) -> None:
    ledger.promise(ledger.filing(JULY), "90", "100")
    ledger.promise(ledger.filing(AUGUST), "400", "440", period="FY2024", end=date(2024, 12, 31), period_type="year")
    ledger.report(ledger.filing(OCTOBER), "80")
    ledger.score()
    assert [row["fiscal_period"] for row in ledger.listed(key, "&outcome=miss")] == ["Q3 FY2024"]
    assert [row["fiscal_period"] for row in ledger.listed(key, "&outcome=open")] == ["FY2024"]
    reply = ledger.harness.request("GET", "/v1/filings/guidance?ticker=LDGR&limit=1", key=key)
    following = ledger.harness.request(
        "GET", f"/v1/filings/guidance?ticker=LDGR&limit=1&cursor={reply.json()['next_cursor']}", key=key
    )
    assert [row["fiscal_period"] for row in (*reply.data, *following.data)] == ["FY2024", "Q3 FY2024"]
    assert ledger.harness.request("GET", "/v1/filings/guidance?ticker=NOPE", key=key).status == 422


def test_a_changed_promise_is_an_event_and_a_withdrawal_of_all_withdraws_each(ledger: Ledger, key: str) -> None:
    first = "For fiscal 2024 we expect revenue of $400 million to $420 million and EPS of $1.00 to $1.10."
    assert record(ledger, ledger.filing(APRIL), first) == []
    second = ledger.filing(JULY)
    changes = record(ledger, second, "For fiscal 2024 we now expect revenue of $410 million to $430 million.")
    assert [(c["metric"], c["action"], c["previous_low"], c["low"]) for c in changes] == [
        ("revenue", "raise", "400000000", "410000000")
    ]
    (event,) = ledger.harness.rows("SELECT accession, payload FROM filings.events WHERE topic = 'guidance_changed'")
    assert (event["accession"], event["payload"]["count"]) == (second, 1)
    gone = record(ledger, ledger.filing(AUGUST), "We are withdrawing our guidance for fiscal 2024.")
    assert sorted((c["metric"], c["action"]) for c in gone) == [("eps_diluted", "withdraw"), ("revenue", "withdraw")]
    assert {row["metric"]: row["outcome"] for row in ledger.listed(key) if row["action"] == "withdraw"} == {
        "eps_diluted": "not_scored", "revenue": "not_scored",
    }  # fmt: skip


def test_a_new_run_is_read_alone_and_archives_nothing_twice(ledger: Ledger, key: str) -> None:
    accession = ledger.filing(JULY)
    quote = "For the fourth quarter of 2024 we expect revenue of $400 million to $420 million."
    record(ledger, accession, quote)
    ledger.harness.rows("UPDATE filings.filings SET run = 2")
    record(ledger, accession, quote.replace("420", "425"), run=2)
    assert [(row["high"], row["action"]) for row in ledger.listed(key)] == [("425000000", "initiate")]
    assert len(ledger.harness.rows("SELECT 1 FROM filings.guidance")) == 2
    assert len(ledger.harness.rows("SELECT 1 FROM platform.predictions")) == 1


def test_what_a_provider_quoted_is_kept_where_the_rules_found_nothing(ledger: Ledger, key: str) -> None:
    accession = ledger.filing(JULY)
    said = "For the fourth quarter of 2024 we expect revenue of $90 million to $100 million."
    quoted = "For the fourth quarter of 2024 we expect EPS of $1.00 to $1.10."
    items = [
        {"kind": kind, "section_id": ledger.filings[accession], "start": 0, "end": len(quote), "quote": quote}
        for kind, quote in (("guidance", said), ("guidance", quoted), ("bullet", quoted.replace("EPS", "sales")))
    ]
    ledger.harness.rows(
        "INSERT INTO filings.summaries (accession, run, kind, bullets) VALUES (%(accession)s, 1, 'llm', %(items)s)",
        {"accession": accession, "items": Jsonb(items)},
    )
    record(ledger, accession, said)
    assert sorted((row["metric"], row["method"], row["high"]) for row in ledger.listed(key)) == [
        ("eps_diluted", "llm", "1.10"), ("revenue", "rule", "100000000"),
    ]  # fmt: skip


def test_what_was_read_after_its_period_is_scored_as_a_backtest(ledger: Ledger) -> None:
    record(
        ledger, ledger.filing(JULY), "For the third quarter of 2024 we expect revenue of $90 million to $100 million."
    )
    record(
        ledger, ledger.filing(AUGUST), "For the fourth quarter of 2024 we expect revenue of $90 million to $99 million."
    )
    origins = ledger.harness.rows("SELECT payload ->> 'high' AS high, origin FROM platform.predictions ORDER BY 1")
    assert [(row["high"], row["origin"]) for row in origins] == [("100000000", "backtest"), ("99000000", "live")]


def test_watchers_are_told_once_what_changed_and_how_it_came_out(ledger: Ledger) -> None:
    for name in ("wishing", "other"):
        ledger.harness.create_key("filings", name=name)
    first, second, third = (ledger.filing(at) for at in (APRIL, JULY, OCTOBER))
    watch(ledger, "wishing", notify=["guidance"])
    watch(ledger, "other", notify=["analyzed"])
    for accession in (second, third):
        ledger.harness.rows(
            "INSERT INTO filings.sightings VALUES (%(accession)s, %(cik)s, 'feed', %(at)s)",
            {"accession": accession, "cik": CIK, "at": JULY},
        )
    record(ledger, first, "For the third quarter of 2024 we expect revenue of $90 million to $100 million.")
    raised = record(ledger, second, "For the third quarter of 2024 we expect revenue of $95 million to $105 million.")
    for _ in range(2):
        with ledger.harness.database.connect() as connection, connection.transaction():
            at = ledger.harness.clock.now()
            tell_changed(connection, accession=second, changes=raised, cause=Cause(), at=at)
    ledger.report(third, "107000000")
    ledger.score()
    ledger.score()
    told = ledger.harness.rows(
        "SELECT a.name, n.kind, n.subject, n.title FROM platform.notifications AS n JOIN platform.accounts AS a "
        "USING (account_id) ORDER BY n.kind"
    )
    assert [tuple(row.values()) for row in told] == [
        (
            "wishing", "guidance.changed", second,
            "LDGR: guidance raised: revenue Q3 FY2024 95.00 m USD to 105.00 m USD, before 90.00 m USD to 100.00 m USD",
        ),
        (
            "wishing", "guidance.resolved", third,
            "LDGR: guidance beat: revenue Q3 FY2024 107.00 m USD, guided 90.00 m USD to 100.00 m USD",
        ),
    ]  # fmt: skip


def watch(ledger: Ledger, name: str, *, notify: list[str]) -> None:
    """Have an account watch the company since the year began."""
    ledger.harness.rows(
        "INSERT INTO filings.watchlist (account_id, cik, forms, notify, created_at) "
        "SELECT account_id, %(cik)s, ARRAY['8-K', '10-Q'], %(notify)s, '2024-01-01Z' FROM platform.accounts "
        "WHERE name = %(name)s",
        {"cik": CIK, "notify": notify, "name": name},
    )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 80), st.integers(90, 94), st.integers(100, 104)), min_size=1, max_size=4),
    st.integers(0, 200), st.integers(0, 120),
)  # fmt: skip
def test_no_read_knows_more_than_was_known_then(
    ledger: Ledger, key: str, statements: list[tuple[int, int, int]], asked_on: int, reported_on: int
) -> None:
    begin = datetime(2024, 7, 1, tzinfo=UTC)
    mine = Ledger(ledger.harness, cik=next(_ciks))
    for place, (day, low, high) in enumerate(statements):
        mine.promise(mine.filing(begin + timedelta(days=day, minutes=place)), str(low), str(high), place=place)
    mine.report(mine.filing(begin + timedelta(days=92 + reported_on // 4, minutes=30)), "99")
    mine.score()
    at = begin + timedelta(days=asked_on, minutes=10)
    reply = mine.harness.request(
        "GET", f"/v1/filings/guidance?ticker={mine.cik}&as_of={at.isoformat().replace('+00:00', 'Z')}", key=key
    )
    known = sorted(
        ((begin + timedelta(days=day, minutes=place), low, high) for place, (day, low, high) in enumerate(statements)),
        reverse=True,
    )
    known = [each for each in known if each[0] <= at]
    assert [(row["low"], row["high"]) for row in reply.data] == [(str(low), str(high)) for _, low, high in known]
    resolved = at >= begin + timedelta(days=92 + reported_on // 4, minutes=30)
    assert {row["outcome"] == "open" for row in reply.data} <= {not resolved}


_ciks = itertools.count(CIK + 1)
