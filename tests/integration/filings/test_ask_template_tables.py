"""Tables of risks, guidance and surprises over HTTP, on filings that are stated row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from infra.local.provider_server.server import ProviderServer
from tests.conftest import Database
from tests.factories.stored_filings import accession_number, store_filing
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.filings.prompted import answer, configure, sentences
from tests.integration.providers.conftest import serving

from auspex.core.ids import new_id

CIK = 77
KEPT = "We depend on a single supplier of diffraction gratings for all of our instruments."
FRESH = "A flood closed the plant in Cork that makes our detectors and may do so again."
RESTATED = "A new tariff on optical glass raises what our instruments cost to make."
SPOILT = "Our audited statements of 2022 can no longer be relied upon by anybody."
LAST_AUTUMN, LATER = "2024-11-01T00:00:00Z", "2025-06-01T00:00:00Z"
MAY = "For fiscal 2024 we expect revenue between $37.0 and $38.0 billion."
AUGUST = "For fiscal 2024 we now expect revenue of $38.5 billion, plus or minus 2%."


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T21:00:00+00:00")


class Books:
    """One company's filings, written as rows."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.number = 0

    def file(self, form: str, known: str, reported: str, section: tuple[str, str], *items: str) -> tuple[str, str]:
        """Store an indexed filing of one section and return its accession and section."""
        self.number += 1
        accession = accession_number(self.number, cik=CIK)
        with self.database.connect() as connection:
            opened: Any = connection
            ids = store_filing(
                opened, accession=accession, cik=CIK, form=form, report_date=date.fromisoformat(reported),
                detected_at=day(known), sections=[(section[0], section[0], section[1])],
            )  # fmt: skip
            opened.execute(
                "UPDATE filings.filings SET status = 'indexed', indexed_at = %s, accepted_at = %s, items = %s "
                "WHERE accession = %s",
                (day(known), day(known), list(items), accession),
            )
        return accession, ids[1, 0]

    def guide(self, known: str, text: str, low: int, high: int, action: str) -> str:
        """Store a release with one statement of guidance about revenue."""
        accession, section_id = self.file("8-K", known, known, ("ex99.1-1", text), "2.02", "9.01")
        with self.database.connect() as connection:
            connection.execute(
                """INSERT INTO filings.guidance (guidance_id, accession, run, cik, metric, basis, period_type,
                     period_end, fiscal_period, shape, low, high, unit, action, method, section_id, char_start,
                     char_end, quote, known_at)
                   VALUES (%s, %s, 1, %s, 'revenue', 'gaap', 'year', '2024-12-31', 'FY2024', 'range', %s, %s, 'USD', %s,
                     'rule', %s, 0, %s, %s, %s)""",
                (
                    new_id("gdn"),
                    accession,
                    CIK,
                    low * 10**6,
                    high * 10**6,
                    action,
                    section_id,
                    len(text),
                    text,
                    day(known),
                ),
            )
        return accession


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


def post(harness: Harness, template: str, **body: Any) -> Response:
    key = harness.create_key("filings:read")
    path = f"/v1/filings/ask-templates/{template}/runs"
    return harness.request("POST", path, key=key, json={"ticker": str(CIK)} | body)


def run(harness: Harness, template: str, **body: Any) -> Any:
    reply = post(harness, template, **body)
    assert reply.status == 200, reply.body
    return reply.data


class TestRisks:
    @pytest.fixture(autouse=True)
    def reports(self, books: Books) -> None:
        books.file("10-K", "2023-02-20", "2022-12-31", ("item1a", KEPT))
        books.file("10-K", "2024-02-20", "2023-12-31", ("item1a", f"{KEPT} {FRESH}"))
        books.file("8-K", "2023-07-03", "2023-06-30", ("item4.02", f"{SPOILT} See the exhibit."), "4.02")
        books.file(
            "8-K", "2022-07-03", "2022-06-30", ("item4.02", "An older affair that was settled long ago."), "4.02"
        )

    def test_are_what_no_earlier_report_said_and_what_was_grave_since(self, harness: Harness) -> None:
        found = run(harness, "risk_flags", period="FY2023")
        assert (found["period"], found["compare_to"], found["relevance"]["label"]) == ("FY2023", "FY2022", "high")
        event, sentence = found["table"]
        assert (event["kind"], event["item"], event["severity"]) == ("event", "4.02", "high")
        assert event["citations"][0]["quote"].startswith(SPOILT)
        assert (sentence["kind"], sentence["text"]) == ("new_sentence", FRESH)
        assert all(cited["verified"] for row in found["table"] for cited in row["citations"])
        assert f"> {FRESH}" in found["answer_markdown"]
        assert KEPT not in found["answer_markdown"]

    def test_of_an_amended_report_are_those_known_then(self, harness: Harness, books: Books) -> None:
        padding = " ".join(f"{KEPT[:-1]} of series {n}." for n in range(8))
        books.file("10-K/A", "2024-05-01", "2023-12-31", ("item1a", f"{KEPT} {padding} {RESTATED}"))

        def sentences(known: str) -> set[str]:
            table = run(harness, "risk_flags", period="FY2023", as_of=f"{known}T00:00:00Z")["table"]
            return {row["text"] for row in table if row["kind"] == "new_sentence"}

        assert sentences("2024-04-01") == {FRESH}
        assert RESTATED in sentences("2024-06-01")
        assert FRESH not in sentences("2024-06-01")

    def test_without_anything_new_say_so_and_are_paid(self, harness: Harness, books: Books) -> None:
        books.file("10-K", "2025-02-20", "2024-12-31", ("item1a", f"{FRESH} {KEPT}"))
        found = run(harness, "risk_flags", period="FY2024", as_of=LATER)
        assert (found["refused"], found["table"]) == (False, [])
        assert found["answer_markdown"].startswith("Nothing is new in the 10-K for 2024-12-31")


class TestProse:
    """A provider's words over the rows of a table."""

    @pytest.fixture
    def server(self, harness: Harness, books: Books) -> Iterator[ProviderServer]:
        books.file("10-K", "2023-02-20", "2022-12-31", ("item1a", KEPT))
        books.file("10-K", "2024-02-20", "2023-12-31", ("item1a", f"{KEPT} {FRESH}"))
        harness.rows("UPDATE filings.corpus SET n = 100, sum_dl = 1000 RETURNING 1")  # words weigh by an index
        with serving() as server:
            configure(harness, server)
            yield server
            configure(harness, None)

    def test_is_served_for_five_tokens_beside_the_same_table(self, harness: Harness, server: ProviderServer) -> None:
        core = run(harness, "risk_flags", provider="none")
        answer(server, sentences((FRESH, "c1", FRESH)))
        reply = post(harness, "risk_flags")
        assert (reply.data["source"], reply.headers["token-cost"]) == ("openai/local-openai-model", "5")
        assert reply.data["table"] == core["table"]
        assert (reply.data["evidence_class"], reply.data["fallback_from"]) == ("provider", None)

    def test_that_is_not_proven_gives_way_to_the_core(self, harness: Harness, server: ProviderServer) -> None:
        core = run(harness, "risk_flags", provider="none")
        answer(server, sentences(("Profits of Example Corp will double.", "c1", FRESH)), times=2)
        reply = post(harness, "risk_flags")
        assert (reply.data["source"], reply.headers["token-cost"]) == ("core", "2")
        assert reply.data["fallback_from"] == "openai/local-openai-model"
        assert reply.data["answer_markdown"] == core["answer_markdown"]


class TestGuidance:
    def test_of_two_quarters_is_compared_and_quoted(self, harness: Harness, books: Books) -> None:
        may = books.guide("2024-05-02", MAY, 37_000, 38_000, "initiate")
        august = books.guide("2024-08-01", AUGUST, 37_730, 39_270, "raise")
        found = run(harness, "guidance_shift", period="last quarter", compare_to="prior_quarter")
        assert (found["period"], found["compare_to"]) == ("Q2 FY2024", "Q1 FY2024")
        (row,) = found["table"]
        assert (row["action"], row["low"], row["compare_low"]) == ("raise", "37730000000", "37000000000")
        assert (row["change_low"], row["change_high"]) == ("730000000", "1270000000")
        assert [cited["accession"] for cited in (*row["citations"], *row["compare_citations"])] == [august, may]
        assert found["record"] == {"n": 0, "beat": 0, "in_range": 0, "miss": 0, "mean_surprise": None}
        before = run(harness, "guidance_shift", as_of="2024-06-01T00:00:00Z")
        assert [(r["action"], r["missing"]) for r in before["table"]] == [(None, "no_comparison")]

    def test_whose_bounds_its_quote_does_not_hold_is_left_out(self, harness: Harness, books: Books) -> None:
        books.guide("2024-05-02", MAY, 37_000, 39_000, "initiate")
        found = run(harness, "guidance_shift")
        assert (found["refused"], found["reason"], found["table"]) == (True, "no_evidence", [])


class TestSurprises:
    def test_hold_a_figure_against_what_was_expected_before(
        self, harness: Harness, books: Books, database: Database
    ) -> None:
        line = "Net sales | 900"
        accession, section_id = books.file("10-Q", "2024-10-31", "2024-09-30", ("part1item1", line))
        with database.connect() as connection:
            connection.execute(
                """INSERT INTO filings.kpis (kpi_id, accession, run, cik, metric, label, value, unit, scale_shown,
                     period_start, period_end, period_type, fiscal_period, basis, method, section_id, char_start,
                     char_end, quote, preliminary, known_at)
                   VALUES (%s, %s, 1, %s, 'revenue', 'Revenue', 900000000, 'USD', 6, '2024-07-01', '2024-09-30',
                     'quarter', 'Q3 FY2024', 'gaap', 'xbrl', %s, 0, %s, %s, false, %s)""",
                (new_id("kpi"), accession, CIK, section_id, len(line), line, day("2024-10-31")),
            )
            for issued, middle in (("2024-08-01", 800), ("2024-11-30", 900)):
                connection.execute(
                    """INSERT INTO filings.expectations (expectation_id, cik, metric, basis, fiscal_period, period_type,
                         period_end, unit, q10, q50, q90, method, inputs, issued_at)
                       VALUES (%s, %s, 'revenue', 'gaap', 'Q3 FY2024', 'quarter', '2024-09-30', 'USD', %s, %s, %s,
                         'yearly_growth', '{}', %s)""",
                    (new_id("exp"), CIK, (middle - 20) * 10**6, middle * 10**6, (middle + 20) * 10**6, day(issued)),
                )
        found = run(harness, "kpi_surprises", period="Q3 2024", as_of=LATER)
        row = next(row for row in found["table"] if row["metric"] == "revenue")
        assert (row["value"], row["flagged"], row["deviation"]) == ("900000000", True, "100000000")
        assert row["expectation"]["q50"] == "800000000"
        assert row["citations"][0]["quote"] == line
        missing = next(row for row in found["table"] if row["metric"] == "capex")
        assert (missing["missing"], missing["flagged"], missing["value"]) == ("no_figure", None, None)


class TestRelevance:
    @pytest.fixture(autouse=True)
    def thin(self, books: Books) -> None:
        books.file("8-K", "2024-07-03", "2024-06-30", ("item5.02", "A director resigned from our board today."), "5.02")

    def test_that_is_low_runs_and_costs_nothing(self, harness: Harness) -> None:
        found = run(harness, "risk_flags")
        assert (found["refused"], found["reason"], found["relevance"]["label"]) == (True, "low_relevance", "low")
        assert found["relevance"]["score"] == "0.4"
        assert "Filings that would fit: 10-K, 10-Q, 8-K item 1.03" in found["relevance"]["coverage_brief"]

    def test_that_is_low_gives_way_to_force(self, harness: Harness) -> None:
        assert run(harness, "risk_flags", force=True)["reason"] == "period_missing"

    def test_a_later_filing_serves_nobody_who_asks_as_of_before_it(self, harness: Harness, books: Books) -> None:
        books.file("10-K", "2025-02-20", "2024-12-31", ("item1a", KEPT))
        labels = [run(harness, "risk_flags", as_of=at)["relevance"]["label"] for at in (LAST_AUTUMN, LATER)]
        assert labels == ["low", "high"]


def test_an_own_template_hides_the_common_one_and_is_nobody_elses(harness: Harness, books: Books) -> None:
    books.file("10-Q", "2024-10-31", "2024-09-30", ("part1item1", "Nothing"))
    key, other = harness.create_key("filings:read"), harness.create_key("filings:read", name="another")
    (owner,) = harness.rows("SELECT account_id FROM platform.api_keys WHERE name = 'test'")
    for template, like in (("qoq_changes", None), ("cash_only", "qoq_changes")):
        params = {"table": "changes", "metrics": ["cash"]} | ({"like": like} if like else {})
        harness.rows(
            "INSERT INTO filings.ask_templates VALUES (%(key)s, %(owner)s, 'Cash', 'Cash of {company}?', %(params)s) "
            "RETURNING 1",
            {"key": template, "owner": owner["account_id"], "params": json.dumps(params)},
        )
    listed = harness.request("GET", "/v1/filings/ask-templates", key=key).data
    assert [(each["template_key"], each["own"]) for each in listed] == [
        ("cash_only", True), ("guidance_shift", False), ("kpi_surprises", False), ("qoq_changes", True),
        ("risk_flags", False),
    ]  # fmt: skip
    assert listed[0]["metrics"] == ["cash"]
    assert listed[0]["rules"] == listed[3]["rules"] != []
    path = "/v1/filings/ask-templates/cash_only/runs"
    codes = [harness.request("POST", path, key=k, json={"ticker": str(CIK)}).status for k in (key, other)]
    assert codes == [200, 404]
