"""Ask templates over HTTP: tables with cited figures, relevance, periods that select, history, money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import Server
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import ANNUAL, QUARTERLY, library_of

AMENDED = "9999999001-25-000009"
CITED = ("accession", "section_key", "document", "start", "end", "quote", "text_sha256")


@dataclass(frozen=True, slots=True)
class Runner:
    """An account that runs templates."""

    harness: Harness
    key: str

    def post(self, template: str, body: Any, **headers: str) -> Response:
        path = f"/v1/filings/ask-templates/{template}/runs"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.harness.request("POST", path, key=self.key, json={"ticker": "FLRK"} | body, headers=sent)

    def run(self, template: str, **body: Any) -> Any:
        reply = self.post(template, body)
        assert reply.status == 200, reply.body
        return reply.data

    def get(self, target: str) -> Any:
        reply = self.harness.request("GET", target, key=self.key)
        assert reply.status == 200, reply.body
        return reply.json()


@pytest.fixture(scope="module")
def runner(postgres_server: Server) -> Iterator[Runner]:
    with library_of(postgres_server, ANNUAL, AMENDED, QUARTERLY) as (harness, key):
        yield Runner(harness, key)


def row_of(run: Any, metric: str) -> Any:
    (row,) = [row for row in run["table"] if row["metric"] == metric]
    return row


class TestChanges:
    def test_compare_figures_of_two_periods_and_cite_both(self, runner: Runner) -> None:
        run = runner.run("qoq_changes", period="Q3 2024", compare_to="prior_year")
        assert (run["refused"], run["period"], run["compare_to"]) == (False, "Q3 FY2024", "Q3 FY2023")
        assert run["rendered_question"].endswith("for Q3 FY2024 change from Q3 FY2023?")
        row = row_of(run, "revenue")
        assert row["value"] == "512000000"
        change = Decimal(row["value"]) - Decimal(row["compare_value"])
        assert Decimal(row["change_abs"]) == change
        assert Decimal(row["change_pct"]) == pytest.approx(change / Decimal(row["compare_value"]), abs=Decimal("1e-6"))
        for cited in [*row["citations"], *row["compare_citations"]]:
            assert cited["verified"] is True
            claim = {name: cited[name] for name in CITED}
            path = "/v1/filings/citations/verifications"
            checked = runner.harness.request("POST", path, key=runner.key, json=claim)
            assert checked.data["valid"] is True
        assert "512" in run["answer_markdown"]
        assert run["evidence_class"] == "formula"

    def test_figures_as_known_before_and_after_the_amendment(self, runner: Runner) -> None:
        tables = [
            runner.run("qoq_changes", period="FY2024", as_of=day, force=True)
            for day in ("2025-04-01T00:00:00Z", "2025-06-01T00:00:00Z")
        ]
        assert [row_of(run, "capex")["value"] for run in tables] == ["106000000", "102000000"]
        assert {run["compare_to"] for run in tables} == {"FY2023"}
        cited = [{c["accession"] for c in row_of(run, "capex")["citations"]} for run in tables]
        assert cited == [{ANNUAL}, {AMENDED}]

    def test_what_is_missing_looks_missing(self, runner: Runner) -> None:
        run = runner.run("qoq_changes", period="Q3 2024", compare_to="Q3 2019")
        row = row_of(run, "revenue")
        assert (row["missing"], row["compare_value"], row["change_abs"]) == ("no_comparison", None, None)
        gone = runner.run("qoq_changes", period="Q2 2011")
        assert (gone["refused"], gone["reason"], gone["table"]) == (True, "period_missing", [])

    @pytest.mark.parametrize(
        ("body", "code", "pointer"),
        [
            ({"period": "soon"}, "validation-failed", "/period"),
            ({"period": "Q3"}, "validation-failed", "/period"),
            ({"compare_to": "Q1 2024 and Q2 2024"}, "validation-failed", "/compare_to"),
            ({"ticker": "NOBODY"}, "unknown-ticker", "/ticker"),
        ],
    )
    def test_what_names_nothing_is_refused(self, runner: Runner, body: Any, code: str, pointer: str) -> None:
        reply = runner.post("qoq_changes", body)
        assert (reply.status, reply.json()["code"]) == (422, code)
        assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]

    def test_a_template_nobody_wrote_is_not_found(self, runner: Runner) -> None:
        assert runner.post("no_such", {}).status == 404


class TestRisks:
    def test_say_that_nothing_earlier_is_stored(self, runner: Runner) -> None:
        run = runner.run("risk_flags", period="FY2024")
        assert (run["refused"], run["reason"]) == (True, "period_missing")
        assert run["relevance"]["label"] == "high"


class TestMoney:
    def test_a_table_costs_two_tokens_and_a_refusal_none(self, runner: Runner) -> None:
        paid = runner.post("qoq_changes", {"period": "Q3 2024"})
        refused = runner.post("qoq_changes", {"period": "Q2 2011"})
        assert (paid.headers["token-cost"], refused.headers["token-cost"]) == ("2", "0")

    def test_a_repeated_key_runs_once_and_an_ask_may_bear_the_same(self, runner: Runner) -> None:
        key = "the same twice"
        first, again = (runner.post("qoq_changes", {"period": "Q3 2024"}, idempotency_key=key) for _ in range(2))
        assert first.body == again.body
        assert again.headers["idempotent-replayed"] == "true"
        asked = runner.harness.request(
            "POST", "/v1/filings/asks", key=runner.key, json={"question": "What was FLRK revenue in Q3 2024?"},
            headers={"idempotency-key": key},
        )  # fmt: skip
        assert (asked.status, asked.headers["token-cost"]) == (200, "2")


class TestHistory:
    def test_runs_and_asks_have_lists_of_their_own(self, runner: Runner) -> None:
        run = runner.run("qoq_changes", period="Q3 2024")
        listed = runner.get("/v1/filings/ask-template-runs?limit=1&template_key=qoq_changes&ticker=FLRK")
        assert listed["data"] == [run]
        assert listed["has_more"] is True
        following = runner.get(
            f"/v1/filings/ask-template-runs?limit=1&template_key=qoq_changes&ticker=FLRK&cursor={listed['next_cursor']}"
        )
        assert following["data"][0]["run_id"] < run["run_id"]
        asks = runner.get("/v1/filings/asks?limit=100")["data"]
        assert run["run_id"] not in {ask["ask_id"] for ask in asks}
        other = Runner(runner.harness, runner.harness.create_key("filings:read", name="another account"))
        assert other.get("/v1/filings/ask-template-runs")["data"] == []
        assert other.harness.request("GET", f"/v1/filings/asks/{run['run_id']}", key=other.key).status == 404

    def test_asks_are_filtered(self, runner: Runner) -> None:
        def ask(question: str, **body: Any) -> str:
            reply = runner.harness.request(
                "POST", "/v1/filings/asks", key=runner.key, json={"question": question} | body
            )
            return str(reply.data["ask_id"])

        answered = ask("What was revenue in Q3 2024?", tickers=["flrk"])
        refused = ask("Should I buy Larkspur?")

        def found(query: str) -> set[str]:
            return {each["ask_id"] for each in runner.get(f"/v1/filings/asks?limit=100&{query}")["data"]}

        assert answered in found("ticker=FLRK")
        assert refused not in found("ticker=FLRK")
        assert refused in found("refused=true")
        assert answered not in found("refused=true")
        assert answered in found("evidence_class=kpi")
        assert refused not in found("evidence_class=kpi")
        assert found("asked_to=2020-01-01T00:00:00Z") == set()
        assert {answered, refused} <= found("asked_from=2020-01-01T00:00:00Z")


class TestTemplates:
    def test_the_common_four_say_what_serves_them(self, runner: Runner) -> None:
        listed = runner.get("/v1/filings/ask-templates")["data"]
        assert [each["template_key"] for each in listed] == [
            "guidance_shift", "kpi_surprises", "qoq_changes", "risk_flags",
        ]  # fmt: skip
        best = {each["template_key"]: each["rules"][0] for each in listed}
        assert best["qoq_changes"] == {"form": "10-Q", "item": None, "weight": "1.0"}
        assert best["kpi_surprises"] == {"form": "8-K", "item": "2.02", "weight": "1.0"}
        assert not any(each["own"] for each in listed)
