"""`make bench`: print tables, and as the last line one JSON object. Options: `--only imports,overhead,…`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks.database import BenchmarkDatabase, benchmark_database
from tests.benchmarks.handlers import kind_of, measure_imports, measure_overhead
from tests.benchmarks.hot_path import measure_hot_path
from tests.benchmarks.money_and_peers import measure_outbox_lag, measure_peers, measure_spends
from tests.benchmarks.oracle_answers import measure_oracle_answers
from tests.benchmarks.oracle_engines import measure_oracle_engines
from tests.benchmarks.oracle_goals_peer import measure_goals_beside_peer
from tests.benchmarks.scorebook import measure_scorebook
from tests.benchmarks.stage_throughput import measure_stage

PARTS = (
    "imports",
    "overhead",
    "search",
    "index",
    "pipeline",
    "stage",
    "scorebook",
    "hotpath",
    "spends",
    "outbox",
    "peers",
    "oracle",
    "answers",
    "goals",
)
WITH_DATABASE = {"overhead", "stage", "scorebook", "hotpath", "spends", "outbox", "peers", "answers"}


def main() -> int:
    """Run the chosen parts and return the exit status."""
    chosen = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, so that no Postgres is left behind
    results: dict[str, Any] = {"machine": describe_machine()}
    print(json.dumps(results["machine"]))
    if "imports" in chosen:
        results["imports"] = measure_imports()
        _print_imports(results["imports"])
    with ExitStack() as stack:
        if WITH_DATABASE & chosen:
            results |= _with_database(stack.enter_context(benchmark_database()), chosen)
    if {"search", "index"} & chosen:
        from tests.benchmarks.filings_search import SIZES, run  # a model and a corpus, only when wanted

        results["filings"] = run(SIZES if "search" in chosen else ())
        _print_filings(results["filings"])
    if "pipeline" in chosen:
        from tests.benchmarks.filings_pipeline import measure_pipeline  # what starts a stack, only when wanted

        results["pipeline"] = measure_pipeline()
        _print_figures("filings through the whole pipeline of a stack", results["pipeline"])
    if "oracle" in chosen:
        results["oracle"] = measure_oracle_engines()
        _print_figures("oracle (CPU of one core)", results["oracle"])
    if "goals" in chosen:
        results["goals"] = measure_goals_beside_peer()
        _print_figures("goals fit and grid beside a third-party library", results["goals"])
    results["machine"]["load_average_after"] = os.getloadavg()
    print(json.dumps(results))
    return 0


def describe_machine() -> dict[str, Any]:
    """Say what was measured on, and how busy it was before."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "python": platform.python_version(),
        "load_average_before": os.getloadavg(),
    }


def _cpu_model() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown"


def _with_database(database: BenchmarkDatabase, chosen: set[str]) -> dict[str, Any]:
    results: dict[str, Any] = {}
    if "overhead" in chosen:
        results["overhead"] = measure_overhead(database)
        _print_overhead(results["overhead"])
    if "stage" in chosen:
        results["stage"] = measure_stage(database)
        _print_stage(results["stage"])
    if "scorebook" in chosen:
        results["scorebook"] = measure_scorebook(database.urls["auspex_platform"], database.superuser_url)
        _print_scorebook(results["scorebook"])
    measures: dict[str, Callable[[BenchmarkDatabase], dict[str, Any]]] = {
        "hotpath": measure_hot_path, "spends": measure_spends, "outbox": measure_outbox_lag, "peers": measure_peers,
        "answers": measure_oracle_answers,
    }  # fmt: skip
    for part in [part for part in measures if part in chosen]:
        results[part] = measures[part](database)
        _print_figures(part, results[part])
    return results


def _arguments() -> set[str]:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"comma-separated parts of {', '.join(PARTS)}")
    chosen = set(parser.parse_args().only.split(","))
    unknown = chosen - set(PARTS)
    if unknown:
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    return chosen


def _print_imports(found: dict[str, Any]) -> None:
    print(f"\nImport of a function file, fresh process, CPU (user + system), median of {found['repeats']}")
    print(f"  {'function':<38} {'kind':<10} {'ms':>8} {'modules':>8}")
    for name, figures in found["functions"].items():
        print(f"  {name:<38} {kind_of(name):<10} {figures['import_cpu_ms']:>8.1f} {figures['modules']:>8}")


def _print_overhead(found: dict[str, Any]) -> None:
    print("\nWarm call of handler(event, context), in process")
    print(f"  {'subject':<22} {'calls':>6} {'median ms':>10} {'p95 ms':>8} {'CPU ms':>8}")
    for name, figures in found["subjects"].items():
        print(
            f"  {name:<22} {figures['calls']:>6} {figures['median_ms']:>10.3f} {figures['p95_ms']:>8.3f}"
            f" {figures['cpu_ms']:>8.3f}"
        )
    over = ", ".join(f"{name} {value:+.3f}" for name, value in found["over_bare_fastapi_ms"].items())
    print(f"  over bare FastAPI + Mangum (ms): {over}")


def _print_stage(found: dict[str, Any]) -> None:
    print(f"\nWorker stage, {found['messages']} messages, fsync {found['fsync']}")
    for name in ("batch_1", "batch_10"):
        figures = found[name]
        print(
            f"  {name:<9} {figures['messages_per_second']:>7.1f} messages/s"
            f"   {figures['worker_cpu_ms_per_message']:.3f} ms CPU a message"
            f"   ({figures['messages_per_second_and_core']:.0f}/s a core)"
        )


def _print_scorebook(found: dict[str, Any]) -> None:
    print("\nScorebook")
    for name, value in found.items():
        print(f"  {name:<44} {value:>10}")


def _print_figures(part: str, found: dict[str, Any]) -> None:
    print(f"\n{part}")
    for name, value in found.items():
        print(f"  {name:<44} {value}")


def _print_filings(found: dict[str, Any]) -> None:
    print("\nFilings: hybrid search and the indexing of one 10-K")
    for name, value in found.items():
        print(f"  {name:<44} {value:>10}")


if __name__ == "__main__":
    sys.exit(main())
