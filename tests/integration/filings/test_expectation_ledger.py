"""What is expected of figures not yet reported: issued, archived, held against the first report, and scored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.factories.ledgers import CIK, Ledger, quarter_end

from auspex.core.ids import new_id

JULY, AUGUST = (datetime(2024, month, 25, 20, 0, tzinfo=UTC) for month in (7, 8))
OCTOBER = datetime(2024, 10, 25, 20, 0, tzinfo=UTC)


def expected(ledger: Ledger, metric: str, period: str, end: date, *, issued: datetime) -> None:
    """State an expectation of 50 to 54 % for a quarter."""
    ledger.harness.rows(
        """INSERT INTO filings.expectations (expectation_id, cik, metric, basis, fiscal_period, period_type, period_end,
             unit, q10, q50, q90, method, inputs, issued_at)
           VALUES (%(id)s, %(cik)s, %(metric)s, 'gaap', %(period)s, 'quarter', %(end)s, 'pure', 0.50, 0.52, 0.54,
             'guidance_surprises', '{}', %(issued)s)""",
        {"id": new_id("exp"), "cik": CIK, "metric": metric, "period": period, "end": end, "issued": issued},
    )


def test_an_expected_margin_is_held_against_what_one_filing_reports(ledger: Ledger, key: str) -> None:
    for metric in ("gross_margin", "operating_margin"):
        ledger.promise(
            ledger.filing(AUGUST),
            "0.51",
            "0.53",
            metric=metric,
            period="Q4 FY2024",
            end=quarter_end(2024, 4),
            unit="pure",
        )
        expected(ledger, metric, "Q1 FY2024", quarter_end(2024, 1), issued=datetime(2024, 2, 1, tzinfo=UTC))
        expected(ledger, metric, "Q3 FY2024", quarter_end(2024, 3), issued=JULY)
        expected(ledger, metric, "Q4 FY2024", quarter_end(2024, 4), issued=AUGUST)
    report = ledger.filing(OCTOBER, form="10-Q")
    ledger.report(report, "1000")
    ledger.report(report, "530", metric="gross_profit")

    shown = {row["metric"]: (row["expectation"], row["expectation_record"]) for row in ledger.listed(key)}
    following, record_ = shown["gross_margin"]
    assert (following["fiscal_period"], record_) == ("Q4 FY2024", {"n": 1, "inside": 1, "coverage_80": 1.0})
    nearest, record_ = shown["operating_margin"]  # of the third quarter it may still come, of the first no more
    assert (nearest["fiscal_period"], record_) == ("Q3 FY2024", {"n": 0, "inside": 0, "coverage_80": None})
    then = ledger.listed(key, "&as_of=2024-09-01T00:00:00Z")[0]
    assert (then["expectation"]["fiscal_period"], then["expectation_record"]["n"]) == ("Q3 FY2024", 0)


def test_the_fixture_of_the_specification_is_issued_archived_and_scored(ledger: Ledger, key: str) -> None:
    surprises = (("Q4 FY2023", 2023, 4, "104"), ("Q1 FY2024", 2024, 1, "102"), ("Q2 FY2024", 2024, 2, "103"),
                 ("Q3 FY2024", 2024, 3, "101"))  # fmt: skip
    for label, year, quarter, actual in surprises:
        end = quarter_end(year, quarter)
        ledger.promise(ledger.filing(_noon(end) - timedelta(days=60)), "90", "110", period=label, end=end)
        ledger.report(ledger.filing(_noon(end) + timedelta(days=30)), actual, end=end)
    end = quarter_end(2024, 4)
    ledger.promise(ledger.filing(OCTOBER), "4.75", "4.78", period="Q4 FY2024", end=end)
    assert ledger.score()["expectations"] == 1
    newest = ledger.listed(key)[0]
    expected = newest["expectation"]
    assert [f"{float(expected[name]):.3f}" for name in ("q10", "q50", "q90")] == ["4.794", "4.884", "4.975"]
    assert (expected["method"], expected["fiscal_period"]) == ("guidance_surprises", "Q4 FY2024")
    assert (newest["record"]["n"], newest["record"]["in_range"]) == (4, 4)
    assert ledger.score()["expectations"] == 0, "nothing new is known, so nothing is expected anew"
    (archived,) = ledger.harness.rows(
        "SELECT issued_at, outcome_due_at, payload, origin FROM platform.predictions WHERE prediction_id = %(id)s",
        {"id": expected["prediction_id"]},
    )
    assert archived["issued_at"] < archived["outcome_due_at"] == datetime(2025, 1, 1, tzinfo=UTC)
    assert archived["payload"]["baselines"] == {"guidance_midpoint": "4.765", "last_year": "104"}

    ledger.harness.clock.advance(datetime(2025, 2, 1, tzinfo=UTC) - ledger.harness.clock.now())
    ledger.report(ledger.filing(datetime(2025, 1, 30, tzinfo=UTC)), "4.90", end=end)
    assert ledger.score()["resolved"] == 1
    ledger.harness.fire("schedule_score_expectations")
    (score,) = ledger.harness.rows(
        "SELECT scores, indicators, baselines FROM platform.scores WHERE prediction_id = %(id)s",
        {"id": expected["prediction_id"]},
    )
    assert score["indicators"]["coverage_80"] == 1
    assert score["baselines"].keys() == {"guidance_midpoint", "last_year"}
    newest = ledger.listed(key)[0]
    assert newest["expectation"] is None
    assert newest["expectation_record"] == {"n": 1, "inside": 1, "coverage_80": 1.0}
    book = ledger.harness.request("GET", "/v1/scorebook/filings").data
    assert {model["target"]: model["n"] for model in book["models"]} == {"revenue": 1}


def test_eight_quarters_make_an_expectation_of_the_next_and_seven_none(ledger: Ledger) -> None:
    ledger.quarters(2022, ["100", "110", "120", "130", "110", "121", "132"])
    ledger.score()
    assert ledger.harness.rows("SELECT 1 FROM filings.expectations") == []
    rest = ["143", "121", "133.1", "145.2"]
    for number, value in enumerate(rest):
        end = quarter_end(2023 + (number + 3) // 4, (number + 3) % 4 + 1)
        ledger.report(ledger.filing(_noon(end) + timedelta(days=30), form="10-Q"), value, end=end)
    assert ledger.score()["expectations"] == 1
    (row,) = ledger.harness.rows("SELECT fiscal_period, period_end, q50, method FROM filings.expectations")
    assert (row["fiscal_period"], row["period_end"], row["method"]) == (
        "Q4 FY2024", quarter_end(2024, 4), "yearly_growth",
    )  # fmt: skip
    assert row["q50"] == Decimal("157.3")


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
