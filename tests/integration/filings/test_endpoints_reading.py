"""What can be read of stored filings over HTTP: lists, filters, cursors, details, sections, figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import Server
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import ANNUAL, CIK, DIRECTORS, QUARTERLY, RELEASE, UNRECORDED, library_of

STORED = [ANNUAL, QUARTERLY, RELEASE, DIRECTORS]
"""Newest first."""


class Reader:
    """One account that reads."""

    def __init__(self, harness: Harness, key: str) -> None:
        self.harness = harness
        self.key = key

    def get(self, target: str) -> Response:
        return self.harness.request("GET", target, key=self.key)

    def data(self, target: str) -> Any:
        reply = self.get(target)
        assert reply.status == 200, reply.body
        return reply.data

    def problem(self, target: str) -> tuple[int, str, list[str]]:
        """Return status, code and pointers of a refusal."""
        reply = self.get(target)
        assert reply.headers["content-type"] == "application/problem+json"
        problem = reply.json()
        assert problem["status"] == reply.status
        return reply.status, problem["code"], [error["pointer"] for error in problem.get("errors", ())]


@pytest.fixture(scope="module")
def reader(postgres_server: Server) -> Iterator[Reader]:
    with library_of(postgres_server, *STORED) as (harness, _):
        yield Reader(harness, harness.create_key("filings:read", name="another account"))


class TestAccessions:
    def test_come_newest_first_in_the_list_envelope(self, reader: Reader) -> None:
        reply = reader.get("/v1/filings/accessions")
        body = reply.json()
        assert [row["accession"] for row in body["data"]] == STORED
        assert (body["has_more"], body["next_cursor"]) == (False, None)
        assert body["meta"]["request_id"] == reply.headers["x-request-id"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ("ticker=FLRK", STORED),
            ("ticker=flrk&form=8-K", [RELEASE, DIRECTORS]),
            (f"cik={CIK}&form=10-Q", [QUARTERLY]),
            ("cik=1", []),
            ("ticker=NONE", []),
            ("item=2.02", [RELEASE]),
            ("status=indexed", STORED),
            ("status=dead_letter", []),
            ("filed_from=2024-10-30", [ANNUAL, QUARTERLY]),
            ("filed_to=2024-10-29", [RELEASE, DIRECTORS]),
            ("filed_from=2024-10-29&filed_to=2024-10-31", [QUARTERLY, RELEASE]),
        ],
    )
    def test_are_filtered(self, reader: Reader, filters: str, expected: list[str]) -> None:
        assert [row["accession"] for row in reader.data(f"/v1/filings/accessions?{filters}")] == expected

    def test_page_by_page_show_every_filing_once(self, reader: Reader) -> None:
        seen: list[str] = []
        target = "/v1/filings/accessions?ticker=FLRK&limit=3"
        cursor = ""
        while True:
            body = reader.get(f"{target}{cursor}").json()
            seen += [row["accession"] for row in body["data"]]
            assert body["has_more"] is (body["next_cursor"] is not None)
            if not body["has_more"]:
                break
            cursor = f"&cursor={body['next_cursor']}"
        assert seen == STORED

    def test_a_cursor_holds_for_its_own_filters_alone(self, reader: Reader) -> None:
        cursor = reader.get("/v1/filings/accessions?limit=1").json()["next_cursor"]
        assert reader.problem(f"/v1/filings/accessions?limit=1&form=8-K&cursor={cursor}") == (
            400, "malformed-request", ["/cursor"],
        )  # fmt: skip
        assert reader.problem(f"/v1/filings/kpis?ticker=FLRK&cursor={cursor}")[:2] == (400, "malformed-request")
        forged = ("A" if cursor[0] != "A" else "B") + cursor[1:]
        assert reader.problem(f"/v1/filings/accessions?limit=1&cursor={forged}")[:2] == (400, "malformed-request")

    @pytest.mark.parametrize("written", [QUARTERLY, QUARTERLY.replace("-", "")])
    def test_one_shows_documents_history_and_lags_however_it_is_written(self, reader: Reader, written: str) -> None:
        filing = reader.data(f"/v1/filings/accessions/{written}")
        assert (filing["accession"], filing["form"], filing["status"]) == (QUARTERLY, "10-Q", "indexed")
        assert (filing["ticker"], filing["company"]) == ("FLRK", "Larkspur Instruments, Inc. (fictional)")
        assert filing["sample"] is True
        (document,) = filing["documents"]
        assert (document["type"], document["degraded"], document["reasons"]) == ("10-Q", False, [])
        assert [event["topic"] for event in filing["events"]] == ["detected", "fetched", "analyzed", "indexed"]
        assert 0 <= filing["lags"]["detect_s"] <= filing["lags"]["analyze_s"] <= filing["lags"]["index_s"]
        assert filing["kpi_count"] > 0
        assert 1 <= len(filing["summary"]) <= 5
        assert filing["cost"] == {"tokens": 0, "usd": "0.000000"}  # no provider was asked

    def test_that_is_not_stored_is_nothing(self, reader: Reader) -> None:
        assert reader.problem(f"/v1/filings/accessions/{UNRECORDED}")[:2] == (404, "not-found")


class TestSections:
    def test_join_to_the_documents_in_reading_order(self, reader: Reader) -> None:
        sections = reader.data(f"/v1/filings/accessions/{RELEASE}/sections")
        by_document: dict[str, list[int]] = {}
        for section in sections:
            by_document.setdefault(section["document"], []).append(section["ordinal"])
        assert len(by_document) == 2
        assert all(ordinals == list(range(len(ordinals))) for ordinals in by_document.values())

    def test_come_in_pages_that_follow_one_another_without_gap_or_repeat(self, reader: Reader) -> None:
        target = f"/v1/filings/accessions/{RELEASE}/sections"
        whole, pages, cursor = reader.data(target), [], ""
        for _ in whole:
            reply = reader.harness.request("GET", f"{target}?limit=2{cursor}", key=reader.key).json()
            pages.append(reply["data"])
            if not reply["has_more"]:
                break
            cursor = f"&cursor={reply['next_cursor']}"
        assert len(pages) > 1
        assert {len(page) for page in pages[:-1]} == {2}
        assert [section for page in pages for section in page] == whole

    def test_refuse_a_cursor_of_another_filing(self, reader: Reader) -> None:
        first = f"/v1/filings/accessions/{RELEASE}/sections?limit=1"
        cursor = reader.harness.request("GET", first, key=reader.key).json()["next_cursor"]
        target = f"/v1/filings/accessions/{QUARTERLY}/sections?cursor={cursor}"
        assert reader.problem(target)[:2] == (400, "malformed-request")

    def test_of_an_exhibit_are_read_by_their_key(self, reader: Reader) -> None:
        sections = reader.data(f"/v1/filings/accessions/{RELEASE}/sections?document=flrk-q3x2024xex991.htm")
        keys = [section["section_key"] for section in sections]
        assert keys[0] == "ex99.1-1"
        assert not any("/" in key for key in keys)
        for section in sections:
            read = reader.data(f"/v1/filings/accessions/{RELEASE}/sections/{section['section_key']}")
            assert (read["start"], read["end"], len(read["text"])) == (0, section["chars"], section["chars"])
            assert read["text_sha256"] == section["text_sha256"]

    def test_are_sliced_by_code_points(self, reader: Reader) -> None:
        whole = reader.data(f"/v1/filings/accessions/{QUARTERLY}/sections/part1item2")
        slice_ = reader.data(f"/v1/filings/accessions/{QUARTERLY}/sections/part1item2?start=10&end=75")
        assert slice_["text"] == whole["text"][10:75]
        last = whole["chars"] - 1
        tail = reader.data(f"/v1/filings/accessions/{QUARTERLY}/sections/part1item2?start={last}")
        assert (tail["text"], tail["end"]) == (whole["text"][-1], whole["chars"])

    @pytest.mark.parametrize(
        ("span", "pointer"),
        [
            ("start=5&end=5", "/end"),
            ("start=9&end=5", "/end"),
            ("start=0&end=20001", "/end"),
            ("start=1000000", "/start"),
            ("start=0&end=19999", "/end"),
            ("start=1000000000&end=1000000000", "/end"),
        ],
    )
    def test_refuse_a_span_that_does_not_lie_in_the_text(self, reader: Reader, span: str, pointer: str) -> None:
        target = f"/v1/filings/accessions/{DIRECTORS}/sections/item5.02?{span}"
        assert reader.problem(target) == (422, "span-invalid", [pointer])

    @pytest.mark.parametrize("span", ["start=-1", "start=1000000001", "end=99999999999999999999", "start=x"])
    def test_refuse_an_offset_that_is_none(self, reader: Reader, span: str) -> None:
        target = f"/v1/filings/accessions/{DIRECTORS}/sections/item5.02?{span}"
        assert reader.problem(target) == (422, "validation-failed", ["/" + span.partition("=")[0]])

    @pytest.mark.parametrize(
        "target",
        [f"{DIRECTORS}/sections/item9.99", f"{UNRECORDED}/sections", f"{DIRECTORS}/sections?document=none.htm"],
    )
    def test_that_are_not_stored_are_nothing(self, reader: Reader, target: str) -> None:
        assert reader.problem(f"/v1/filings/accessions/{target}")[:2] == (404, "not-found")


class TestKpis:
    def test_carry_a_quote_that_stands_in_the_stored_text(self, reader: Reader) -> None:
        rows = reader.data("/v1/filings/kpis?ticker=FLRK&metric=revenue&limit=100")
        assert rows
        quoted = [row for row in rows if row["quote"] is not None]
        assert quoted
        for row in quoted:
            target = f"/v1/filings/accessions/{row['accession']}/sections/{row['section_key']}"
            span = f"document={row['document']}&start={row['char_start']}&end={row['char_end']}"
            assert reader.data(f"{target}?{span}")["text"] == row["quote"]

    def test_are_filtered_by_metric_period_and_basis(self, reader: Reader) -> None:
        target = "/v1/filings/kpis?ticker=9999999001&metric=revenue&period_type=quarter&basis=gaap"
        rows = reader.data(target)
        assert {(row["metric"], row["period_type"], row["basis"]) for row in rows} == {("revenue", "quarter", "gaap")}
        newest = next(row for row in rows if row["period_end"] == "2024-09-30")
        assert (newest["value"], newest["unit"]) == ("512000000", "USD")

    def test_compare_with_the_year_before(self, reader: Reader) -> None:
        target = "/v1/filings/kpis?ticker=FLRK&metric=revenue&period_type=quarter&compare=prior_year"
        row = next(row for row in reader.data(target) if row["period_end"] == "2024-09-30")
        assert (row["previous_value"], row["change_abs"]) == ("450000000", "62000000")
        assert float(row["change_pct"]) == pytest.approx(62 / 450, abs=1e-6)

    def test_are_those_known_at_the_time_asked_for(self, reader: Reader) -> None:
        assert reader.data("/v1/filings/kpis?ticker=FLRK&as_of=2024-10-01T00:00:00Z") == []
        before = reader.data("/v1/filings/kpis?ticker=FLRK&as_of=2024-10-30T00:00:00Z&limit=100")
        assert {row["accession"] for row in before} == {RELEASE}

    def test_page_by_page_show_every_figure_once(self, reader: Reader) -> None:
        everything = [row["kpi_id"] for row in reader.data("/v1/filings/kpis?ticker=FLRK&limit=100")]
        seen: list[str] = []
        cursor = ""
        while True:
            body = reader.get(f"/v1/filings/kpis?ticker=FLRK&limit=7{cursor}").json()
            seen += [row["kpi_id"] for row in body["data"]]
            if not body["has_more"]:
                break
            cursor = f"&cursor={body['next_cursor']}"
        assert seen[: len(everything)] == everything
        assert len(set(seen)) == len(seen)

    def test_of_nobody_name_the_nearest(self, reader: Reader) -> None:
        reply = reader.get("/v1/filings/kpis?ticker=FLRX")
        problem = reply.json()
        assert (reply.status, problem["code"]) == (422, "unknown-ticker")
        assert [error["pointer"] for error in problem["errors"]] == ["/ticker"]
        assert "FLRK" in {company["ticker"] for company in problem["nearest"]}

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("metric=revenue", "/ticker"),
            ("ticker=FLRK&basis=cash", "/basis"),
            ("ticker=FLRK&as_of=yesterday", "/as_of"),
            ("ticker=FLRK&as_of=2024-10-30T00:00:00", "/as_of"),
            ("ticker=FLRK&limit=101", "/limit"),
            ("ticker=FLRK&limit=0", "/limit"),
            ("ticker=12345678901", "/ticker"),
        ],
    )
    def test_refuse_a_filter_that_cannot_be(self, reader: Reader, query: str, pointer: str) -> None:
        assert reader.problem(f"/v1/filings/kpis?{query}") == (422, "validation-failed", [pointer])
