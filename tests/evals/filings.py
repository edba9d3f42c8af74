"""Measure the filings engine: `python -m tests.evals.filings --data <folder>` (layout of ../shared/data/filings).

Prints a table of every figure with the bar it has to clear, then one JSON object as the last line. Offline, no key; the
first run embeds the FinanceBench pages (about a quarter of an hour on one core), later runs read the vectors from
`.auspex/cache`. Ends with 1 when a group could not be measured; a bar not reached is shown, not an error.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
import traceback
from pathlib import Path

from tests.evals import recorded

GROUPS = {
    "sections": "tests.evals.filings_sections",
    "figures": "tests.evals.filings_figures",
    "evidence": "tests.evals.filings_evidence",
    "answers": "tests.evals.filings_answers",
    "hostile": "tests.evals.filings_hostile",
    "formulas": "tests.evals.filings_formulas",
    "guidance": "tests.evals.filings_guidance",
    "expectations": "tests.evals.filings_expectations",
    "bm25": "tests.evals.filings_bm25",
}
AT_LEAST = {
    "evidence_recall_at_5": 0.45,
    "evidence_recall_at_10": 0.65,
    "section_recall": 0.995,
    "section_precision": 0.98,
    "section_large_with_body": 0.99,
    "figures_accuracy": 0.98,
    "eps_revenue_accuracy": 0.98,
    "numeric_correct": 0.30,
    "citations_verified": 1.0,
    "spoiled_drafts_caught": 0.99,
    "spoiled_claims_caught": 0.99,
    "spoiled_figure_claims_caught": 0.99,
    "spoiled_items_caught": 0.99,
    "guidance_accuracy": 0.95,
    "expectation_skill": 0.0,
    "bm25_top10_parity": 1.0,
    "bm25_ndcg_at_10": 0.69,
}
AT_MOST = {"numeric_wrong": 0.05}
BETWEEN = {"expectation_coverage_80": (0.74, 0.86)}


def main(arguments: list[str] | None = None) -> int:
    """Run the groups, print table and JSON line; 0 when every group was measured."""
    parser = argparse.ArgumentParser(prog="eval-filings", description="Measure the filings engine.")
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="layout of ../shared/data/filings")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the same, by name")
    parser.add_argument("--only", choices=sorted(GROUPS), nargs="+", default=list(GROUPS), metavar="GROUP")
    parser.add_argument("--record", action="store_true", help="write the figures beside the code, for the API to show")
    options = parser.parse_args(arguments)
    data_folder = options.data or options.folder
    if data_folder is None or not data_folder.is_dir():
        print(f"eval-filings: {data_folder} is no folder; make eval-filings DATA=<folder>", file=sys.stderr)
        return 2
    measured: dict[str, float | int] = {}
    failed: list[str] = []
    for group in options.only:
        began = time.monotonic()
        try:
            measured |= importlib.import_module(GROUPS[group]).evaluate(data_folder)
        except Exception:  # noqa: BLE001 - one broken group must not hide what the others measured
            traceback.print_exc()
            failed.append(group)
        print(f"{group}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    _print_table(measured)
    if options.record:
        print(f"recorded: {', '.join(recorded.record(measured))}", file=sys.stderr)
    print(json.dumps({**measured, "failed": failed}, separators=(",", ":")))
    return 1 if failed else 0


def _print_table(measured: dict[str, float | int]) -> None:
    width = max((len(name) for name in measured), default=0)
    for name, value in measured.items():
        shown = f"{value:d}" if isinstance(value, int) else f"{value:.4f}"
        print(f"{name:<{width}}  {shown:>10}  {_bar(name, value)}".rstrip())


def _bar(name: str, value: float) -> str:
    if name in AT_LEAST:
        return f">= {AT_LEAST[name]:g} {'yes' if value >= AT_LEAST[name] else 'NO'}"
    if name in AT_MOST:
        return f"<= {AT_MOST[name]:g} {'yes' if value <= AT_MOST[name] else 'NO'}"
    if name in BETWEEN:
        low, high = BETWEEN[name]
        return f"{low:g} to {high:g} {'yes' if low <= value <= high else 'NO'}"
    return ""


if __name__ == "__main__":
    raise SystemExit(main())
