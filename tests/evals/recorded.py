"""Writes measured figures beside the code: `layers/auspex/auspex/filings/evaluations.json`, what the API shows.

A figure replaces the one of its name and keeps its own date and commit; what was not measured this time stays. Every
share has a bootstrap interval: the one its group drew, else one over its hits and misses.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.evals.ground import ROOT, bootstrap_interval

from auspex.filings.evaluations import FILE

FINANCEBENCH = "FinanceBench, development half, one index of 35 filings"
REPORTS = "recorded 10-K and 10-Q with their reference sections"
FACTS = "recorded 10-K and 10-Q against companyfacts"
TATQA = "TAT-QA, development half, arithmetic questions"
SCIFACT = "SciFact, development half"
SAMPLES = "sample guidance, labelled by hand"
DRAFTS = "drafts spoiled at random"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of the JSON line that is recorded, the figure that counts its cases, and what it was measured on."""

    metric: str
    n: str
    dataset: str
    unit: str = "share"


MEASURES = (
    Measure("evidence_recall_at_5", "evidence_n", FINANCEBENCH),
    Measure("evidence_recall_at_10", "evidence_n", FINANCEBENCH),
    Measure("numeric_correct", "numeric_n", FINANCEBENCH),
    Measure("numeric_wrong", "numeric_n", FINANCEBENCH),
    Measure("numeric_refused", "numeric_n", FINANCEBENCH),
    Measure("precision_kpi", "precision_kpi_n", FINANCEBENCH),
    Measure("precision_formula", "precision_formula_n", FINANCEBENCH),
    Measure("answers_given", "answers_n", FINANCEBENCH),
    Measure("answers_proven", "answers_n", FINANCEBENCH),
    Measure("citations_verified", "citations_n", FINANCEBENCH),
    Measure("ask_p50_ms", "answers_n", FINANCEBENCH, "ms"),
    Measure("ask_p95_ms", "answers_n", FINANCEBENCH, "ms"),
    Measure("spoiled_drafts_caught", "spoiled_drafts_n", DRAFTS),
    Measure("section_recall", "section_expected", REPORTS),
    Measure("section_precision", "section_judged", REPORTS),
    Measure("section_large_with_body", "section_large", REPORTS),
    Measure("figures_accuracy", "figures_n", FACTS),
    Measure("eps_revenue_accuracy", "eps_revenue_n", FACTS),
    Measure("formula_accuracy", "formula_n", TATQA),
    Measure("bm25_top10_parity", "bm25_parity_n", SCIFACT),
    Measure("bm25_ndcg_at_10", "bm25_ndcg_n", SCIFACT),
    Measure("guidance_accuracy", "guidance_items", SAMPLES),
    Measure("expectation_coverage_80", "expectation_n", FACTS),
)


def record(measured: Mapping[str, float | int]) -> list[str]:
    """Write the figures that are among the measures and return their names. Raises LookupError for one without n."""
    uncounted = [m.metric for m in MEASURES if m.metric in measured and m.n not in measured]
    if uncounted:
        raise LookupError(f"measured, but the number of cases has another name than stated here: {uncounted}")
    kept = {row["metric"]: row for row in json.loads(FILE.read_text(encoding="utf-8"))}
    new = rows_of(measured, code_version=_commit(), at=datetime.now(UTC))
    kept |= {row["metric"]: row for row in new}
    text = json.dumps([kept[name] for name in sorted(kept)], indent=1)
    FILE.write_text(text + "\n", encoding="utf-8")
    return [row["metric"] for row in new]


def rows_of(measured: Mapping[str, float | int], *, code_version: str, at: datetime) -> list[dict[str, Any]]:
    """Return a row for each measure whose value and number of cases were measured."""
    rows = []
    for measure in MEASURES:
        if measure.metric not in measured or not measured.get(measure.n):
            continue
        value, n = float(measured[measure.metric]), int(measured[measure.n])
        low, high = _interval(measure, measured, value, n)
        rows.append(
            {
                "metric": measure.metric, "value": round(value, 6), "unit": measure.unit, "n": n, "low": low,
                "high": high, "dataset": measure.dataset, "code_version": code_version,
                "measured_at": at.isoformat(timespec="seconds"),
            }
        )  # fmt: skip
    return rows


def _interval(
    measure: Measure, measured: Mapping[str, float | int], value: float, n: int
) -> tuple[float | None, float | None]:
    if measure.unit != "share":
        return None, None
    drawn = measured.get(f"{measure.metric}_low"), measured.get(f"{measure.metric}_high")
    if drawn[0] is not None and drawn[1] is not None:
        return round(float(drawn[0]), 6), round(float(drawn[1]), 6)
    hits = round(value * n)
    low, high = bootstrap_interval([1.0] * hits + [0.0] * (n - hits))
    return round(low, 6), round(high, 6)


def _commit() -> str:
    """Return the commit that was measured; files that were edited since then are told of."""
    shown = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    return subprocess.run(shown, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
