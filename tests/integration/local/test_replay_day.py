"""The simulated day: filings appear with its clock, in feed, submissions and index alike."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from infra.local.replay import day_filings
from infra.local.replay.day import SimulatedDay
from infra.local.replay.store import Store, Stored

from auspex.filings.adapters.edgar_daily_index import daily_index_path, parse_daily_index
from auspex.filings.adapters.edgar_feed import parse_feed
from auspex.filings.adapters.edgar_index import parse_filing_index
from auspex.filings.adapters.edgar_submissions import parse_submissions

BEGINS = datetime(2024, 11, 4, 15, tzinfo=UTC)
FEED = "/www/cgi-bin/browse-edgar?action=getcurrent&count=100&start={}&owner=include&output=atom"
INDEX = f"/www{daily_index_path(BEGINS.date())}"


def begun(recordings: Path | None) -> SimulatedDay:
    day = SimulatedDay(Store(recordings))
    day.steer({"begins_at": BEGINS.isoformat(), "seconds": 600, "now": (BEGINS - timedelta(seconds=1)).isoformat()})
    return day


def stored(day: SimulatedDay, path: str) -> Stored:
    answer = day.answer(path)
    assert answer is not None
    assert answer.stored is not None, path
    return answer.stored


def move(day: SimulatedDay, seconds: float) -> dict[str, Any]:
    return day.steer({"now": (BEGINS + timedelta(seconds=seconds)).isoformat()})


def test_filings_appear_one_after_another_and_the_day_ends_complete() -> None:
    day = begun(None)
    assert parse_feed(stored(day, FEED.format(0)).body) == ()
    counts = []
    for seconds in (0, 150, 300, 600):
        released = move(day, seconds)["released"]
        entries = parse_feed(stored(day, FEED.format(0)).body)
        assert len(entries) == released == len(parse_daily_index(stored(day, INDEX).body))
        assert all(entry.accepted_at <= BEGINS + timedelta(seconds=seconds) for entry in entries)
        counts.append(released)
    assert counts == sorted(counts)
    assert counts[-1] == len(day.describe()["filings"])
    assert stored(day, FEED.format(500)).status == 503


def test_a_filing_s_page_and_row_state_the_day_s_times() -> None:
    day = begun(None)
    filing = next(f for f in day.describe()["filings"] if f["cik"] == day_filings.FIRST_CIK)
    path = f"/www/Archives/edgar/data/{filing['cik']}/{filing['accession'].replace('-', '')}"
    page = f"{path}/{filing['accession']}-index.html"
    assert stored(day, page).status == 404
    move(day, 600)
    index = parse_filing_index(stored(day, page).body, filing["accession"])
    header = index.header(filing["cik"])
    assert index.sample
    assert header.accepted_at == datetime.fromisoformat(filing["accepted_at"])
    assert (header.form, header.items) == ("8-K", ("2.02", "9.01"))
    (row,) = parse_submissions(stored(day, f"/data/submissions/CIK{filing['cik']:010d}.json").body).filings
    assert (row.accession, row.filing_date) == (filing["accession"], BEGINS.date())
    assert b"sample: true" in stored(day, f"{path}/zd01-ex991.htm").body


def test_unrecorded_bodies_are_not_recorded_and_poison_can_be_mended() -> None:
    day = begun(None)
    move(day, 600)
    for filing in day.describe()["filings"]:
        path = f"/www/Archives/edgar/data/{filing['cik']}/{filing['accession'].replace('-', '')}"
        if not filing["recorded"]:
            answer = day.answer(f"{path}/{filing['accession']}-index.html")
            assert answer is not None
            assert answer.stored is None
        if filing["poisoned"]:
            page = f"{path}/{filing['accession']}-index.html"
            assert stored(day, page).body == day_filings.MAINTENANCE
            day.steer({"mended": True})
            assert parse_filing_index(stored(day, page).body, filing["accession"]).primary is not None


def test_with_recordings_it_holds_more_than_sixty_filings_of_many_forms(shared_data: Path) -> None:
    day = begun(shared_data / "filings")
    filings = day.describe()["filings"]
    assert len(filings) >= 60
    assert len({filing["accession"] for filing in filings}) == len(filings)
    forms = Counter(filing["form"] for filing in filings)
    assert forms["8-K"] >= 45
    assert len(forms) >= 12
    move(day, 600)
    tickers = {row["ticker"] for row in json.loads(stored(day, "/www/files/company_tickers.json").body).values()}
    assert {"AAPL", "ZD01", "FLRK"} <= tickers
    assert len(parse_daily_index(stored(day, INDEX).body)) == len(filings)


@pytest.mark.parametrize("body", [[], {"begins_at": 5}, {"begins_at": "2024-11-04T10:00:00"}, {"begins_at": "x"},
                                  {"begins_at": BEGINS.isoformat(), "seconds": 0}])  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused(body: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        SimulatedDay(Store(None)).steer(body)


def test_an_amendment_is_filed_after_the_report_that_it_amends() -> None:
    places = {filing["accession"]: n for n, filing in enumerate(begun(None).describe()["filings"])}
    larkspur = sorted(accession for accession in places if accession.startswith("9999999001-"))
    assert len(larkspur) == 6
    assert [places[accession] for accession in larkspur] == sorted(places[accession] for accession in larkspur)


def test_without_a_day_the_recordings_answer() -> None:
    day = SimulatedDay(Store(None))
    assert day.answer(FEED.format(0)) is None
    store = Store(None)
    empty = store.answer(FEED.format(0))
    assert empty is not None
    assert parse_feed(empty.body) == ()
    past = store.answer(FEED.format(100))
    assert past is not None
    assert past.status == 503
    index = store.answer("/www/Archives/edgar/daily-index/2024/QTR4/master.20241029.idx")
    assert index is not None
    assert [row.accession for row in parse_daily_index(index.body)] == ["9999999001-24-000018"]
