"""Two times: what is asked as of a day is answered with what was known then, in whatever order filings arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.conftest import Database, Server
from tests.factories.filed_histories import (
    CIK,
    METRICS,
    NAME,
    YEARS,
    Filed,
    arrive,
    axes,
    expected_amends,
    expected_figures,
    expected_sections,
    histories,
)
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import ANNUAL, ingest, library_of, read_filing

from auspex.core import cursors
from auspex.filings.answer_question import find_answer
from auspex.filings.index.search_chunks import SearchFilter, search_chunks
from auspex.filings.kpi_reads import KpiQuery, list_kpis

AMENDED = "9999999001-25-000009"
BETWEEN = "2025-04-01T00:00:00Z"
AFTER = "2025-06-01T00:00:00Z"
CAPEX = "What was Larkspur's capex in FY2024?"
QUESTIONS = {"revenue": "What was {} revenue in FY{}?", "net_income": "What was {} net income in FY{}?"}


class Silent:
    """An embedder that tells nothing apart."""

    def embed(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        return axes(len(texts))


class TestRandomHistories:
    # Every example stores filings: shrinking one that fails would take minutes and say little more.
    @settings(
        max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )  # fmt: skip
    @given(filed=histories(), shift=st.integers(-1, 0))
    def test_never_leak_later_knowledge_through_any_reader(
        self, database: Database, monkeypatch: pytest.MonkeyPatch, filed: list[Filed], shift: int
    ) -> None:
        monkeypatch.setattr(cursors, "read_secret", lambda _arn: {"key": "k" * 32})
        with database.connect() as connection, connection.transaction(force_rollback=True):
            opened: Any = connection
            for each in filed:
                arrive(opened, each)
            stored = opened.execute("SELECT accession, amends FROM filings.filings").fetchall()
            assert {row["accession"]: row["amends"] for row in stored} == expected_amends(filed)
            for at in [each.known_at + timedelta(days=shift) for each in filed]:
                figures = expected_figures(filed, at)
                assert read_kpis(opened, at) == figures
                assert search(opened, at) == expected_sections(filed, at)
                assert {key: ask(opened, *key, at) for key in figures} == figures
                hidden = {(m, y) for m in METRICS for y in YEARS} - set(figures)
                assert {ask(opened, *key, at) for key in hidden} <= {None}


def read_kpis(connection: Any, at: datetime) -> dict[tuple[str, date], int]:
    rows = list_kpis(connection, KpiQuery(CIK, as_of=at), now=at + timedelta(days=9_999), limit=100, cursor=None).rows
    assert not any(row["superseded"] for row in rows)
    return {(row["metric"], row["period_end"]): int(row["value"] / 1_000_000) for row in rows}


def search(connection: Any, at: datetime) -> set[tuple[str, str]]:
    found = search_chunks(
        connection, terms=[("business of the company", 1.0)], embedding=axes(1)[0], top_k=50, candidates=50,
        filter=SearchFilter(as_of=at, ciks=(CIK,)),
    )  # fmt: skip
    return {(hit.accession, hit.section_key) for hit in found.hits}


def ask(connection: Any, metric: str, year: date, at: datetime) -> int | None:
    question = QUESTIONS[metric].format(f"{NAME}'s", year.year)
    answer = find_answer(connection, embedder=Silent(), question=question, tickers=(str(CIK),), as_of=at).answer
    return None if answer.refused else int(answer.figures[0].value / 1_000_000)


@pytest.fixture(scope="module")
def reversed_arrival(postgres_server: Server) -> Iterator[tuple[Harness, str]]:
    """The amendment is read, analysed and indexed before the report that it amends."""
    with library_of(postgres_server, AMENDED) as (harness, key):
        ingest(harness, key, ANNUAL)
        harness.drain()
        yield harness, key


class TestAnAmendmentThatCameFirst:
    def test_is_linked_with_the_report_and_both_tell_of_it(self, reversed_arrival: tuple[Harness, str]) -> None:
        harness, key = reversed_arrival
        amended, annual = read_filing(harness, key, AMENDED), read_filing(harness, key, ANNUAL)
        assert (amended["amends"], annual["amends"]) == (ANNUAL, None)
        assert (amended["amended_by"], annual["amended_by"]) == ([], [AMENDED])
        told = [event["payload"] for event in annual["events"] if event["topic"] == "superseded"]
        assert {event["by"] for event in told} == {AMENDED}
        assert ["capex" in event["changed"] for event in told if "changed" in event] == [True]
        assert ["item8" in event["sections"] for event in told if "sections" in event] == [True]

    def test_leaves_two_right_answers(self, reversed_arrival: tuple[Harness, str]) -> None:
        harness, key = reversed_arrival
        before, after = (answer(harness, key, CAPEX, at) for at in (BETWEEN, AFTER))
        assert (before["figures"][0]["value"], after["figures"][0]["value"]) == ("106000000", "102000000")
        assert {c["accession"] for c in before["citations"]} == {ANNUAL}
        assert {c["accession"] for c in after["citations"]} == {AMENDED}
        assert answer(harness, key, CAPEX, "2025-02-01T00:00:00Z")["reason"] == "not_ingested"

    def test_supersedes_nothing_that_it_does_not_restate(self, reversed_arrival: tuple[Harness, str]) -> None:
        harness, key = reversed_arrival
        rows = harness.rows(
            "SELECT s.section_key, bool_or(c.superseded_at IS NOT NULL) AS superseded FROM filings.chunks AS c "
            "JOIN filings.sections AS s USING (section_id) WHERE c.accession = %(accession)s GROUP BY s.section_key",
            {"accession": ANNUAL},
        )
        superseded = {row["section_key"] for row in rows if row["superseded"]}
        assert "item8" in superseded
        assert superseded < {row["section_key"] for row in rows}
        kpis = harness.request(
            "GET", f"/v1/filings/kpis?ticker=FLRK&metric=revenue&period_type=year&as_of={AFTER}", key=key
        )
        assert kpis.data
        assert not any(row["superseded"] for row in kpis.data)


def answer(harness: Harness, key: str, question: str, at: str) -> Any:
    reply = harness.request("POST", "/v1/filings/asks", key=key, json={"question": question, "as_of": at})
    assert reply.status == 200, reply.body
    return reply.data
