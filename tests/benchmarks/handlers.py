"""What handlers cost beside their work: CPU of the import, and milliseconds of a warm call, against bare frameworks."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tests.benchmarks import lambda_events
from tests.benchmarks.database import CIK, FILINGS, BenchmarkDatabase
from tests.benchmarks.measured_function import OWN_FUNCTIONS, ROOT, Called, call_function, import_function

REPEATS = 5
ROUNDS, CALLS_PER_ROUND, WARM_UP_CALLS = 3, 120, 20
"""Each subject is called in ROUNDS fresh processes, all subjects taking turns, so that a noisy minute hits them all."""
FUNCTIONS = ROOT / "functions"
BASELINES = ("bare_fastapi", "bare_powertools", "bare_batch")


def measure_imports(repeats: int = REPEATS) -> dict[str, Any]:
    """Return for every function file the median CPU of its import in milliseconds, and the modules it loads."""
    files = [OWN_FUNCTIONS / f"{name}.py" for name in BASELINES] + sorted(FUNCTIONS.glob("*/*.py"))
    for path in files:
        import_function(path)  # writes the byte code that a build ships
    found: dict[str, list[float]] = {_name(path): [] for path in files}
    modules: dict[str, int] = {}
    for _ in range(repeats):
        for path in files:
            imported = import_function(path)
            found[_name(path)].append(imported.cpu_seconds * 1000)
            modules[_name(path)] = imported.modules
    return {
        "repeats": repeats,
        "functions": {
            name: {"import_cpu_ms": _round(statistics.median(values)), "modules": modules[name]}
            for name, values in found.items()
        },
        "by_kind": _by_kind({name: statistics.median(values) for name, values in found.items()}),
    }


def kind_of(name: str) -> str:
    """Return what kind of function a file is."""
    product, _, stem = name.rpartition("/")
    if not product:
        return "baseline"
    if stem == "migrate_database":
        return "task"
    return {"stage": "worker", "schedule": "schedule"}.get(stem.partition("_")[0], "endpoint")


def _by_kind(medians: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    kinds: dict[str, list[tuple[float, str]]] = {}
    for name, value in medians.items():
        kinds.setdefault(kind_of(name), []).append((value, name))
    return {
        kind: {
            "n": len(values),
            "least_ms": _round(min(values)[0]),
            "median_ms": _round(statistics.median(value for value, _ in values)),
            "most_ms": _round(max(values)[0]),
            "most": max(values)[1],
        }
        for kind, values in kinds.items()
        if kind != "baseline"
    }


@dataclass(frozen=True, slots=True)
class Subject:
    """One function with the events it is called with; `check` raises when a reply is not the expected one."""

    name: str
    path: Path
    event: Callable[[int], dict[str, Any]]
    check: Callable[[Any], None]
    environment: Mapping[str, str]


def subjects(database: BenchmarkDatabase) -> list[Subject]:
    """Return the baselines and one function of every kind."""
    health = lambda_events.request("/health")
    one = lambda_events.request("/v1/filings/accessions", query=f"cik={CIK}&form=10-K", key=database.key)
    page = lambda_events.request("/v1/filings/accessions", query=f"cik={CIK}", key=database.key)
    own, filings, platform = OWN_FUNCTIONS, database.environment("filings"), database.environment("platform")
    return [
        Subject("bare_fastapi", own / "bare_fastapi.py", lambda _: health, _is_ok, {}),
        Subject("bare_powertools", own / "bare_powertools.py", lambda _: health, _is_ok, {}),
        Subject("bare_read", own / "bare_read.py", lambda _: {}, _is_none, filings),
        Subject("bare_commit", own / "bare_commit.py", lambda _: {}, _is_none, filings),
        Subject("bare_batch", own / "bare_batch.py", lambda _: lambda_events.batch(1), _is_done, {}),
        Subject("health", FUNCTIONS / "platform" / "health.py", lambda _: health, _is_ok, {}),
        Subject("accessions_1_row", FUNCTIONS / "filings" / "accessions.py", lambda _: one, _has_rows(1), filings),
        Subject(
            "accessions_25_rows", FUNCTIONS / "filings" / "accessions.py", lambda _: page, _has_rows(FILINGS), filings
        ),
        Subject("worker", own / "stage_trivial.py", lambda _: lambda_events.batch(1), _is_done, filings),
        Subject("schedule", FUNCTIONS / "platform" / "schedule_sweep.py", _firing, _is_swept, platform),
    ]  # fmt: skip


def measure_overhead(
    database: BenchmarkDatabase, *, rounds: int = ROUNDS, calls: int = CALLS_PER_ROUND
) -> dict[str, Any]:
    """Return median and 95th percentile of warm calls in milliseconds, and mean CPU of this process, per subject."""
    measured: dict[str, list[Called]] = {}
    for number in range(rounds):
        for subject in subjects(database):
            first = number * (calls + WARM_UP_CALLS)
            events = [subject.event(first + n) for n in range(calls + WARM_UP_CALLS)]
            called = call_function(subject.path, events, warm_up=WARM_UP_CALLS, environment=subject.environment)
            for reply in called.replies:
                subject.check(reply)
            measured.setdefault(subject.name, []).append(called)
    figures = {name: _figures(called) for name, called in measured.items()}
    floor = figures["bare_fastapi"]["median_ms"]
    endpoints = ("health", "accessions_1_row", "accessions_25_rows")
    return {
        "fsync": database.fsync,
        "subjects": figures,
        "over_bare_fastapi_ms": {name: _round(figures[name]["median_ms"] - floor, 3) for name in endpoints},
    }


def _figures(runs: Sequence[Called]) -> dict[str, Any]:
    wall = np.array([seconds for run in runs for seconds in run.wall_seconds]) * 1000
    return {
        "calls": len(wall),
        "median_ms": _round(float(np.median(wall)), 3),
        "p95_ms": _round(float(np.percentile(wall, 95)), 3),
        "cpu_ms": _round(sum(run.cpu_seconds for run in runs) * 1000 / len(wall), 3),
    }


def _firing(number: int) -> dict[str, Any]:
    return lambda_events.firing("platform-sweep", number)


def _is_ok(reply: Any) -> None:
    if reply["statusCode"] != 200:
        raise AssertionError(f"status {reply['statusCode']}: {reply['body'][:300]}")


def _has_rows(rows: int) -> Callable[[Any], None]:
    def check(reply: Any) -> None:
        _is_ok(reply)
        found = len(json.loads(reply["body"])["data"])
        if found != rows:
            raise AssertionError(f"{found} rows instead of {rows}")

    return check


def _is_none(reply: Any) -> None:
    if reply is not None:
        raise AssertionError(f"an answer that nobody expected: {reply}")


def _is_done(reply: Any) -> None:
    if reply != {"batchItemFailures": []}:
        raise AssertionError(f"records failed: {reply}")


def _is_swept(reply: Any) -> None:
    if reply["outcome"] != "succeeded":
        raise AssertionError(f"the sweep ended as {reply}")


def _name(path: Path) -> str:
    return path.stem if path.parent == OWN_FUNCTIONS else f"{path.parent.name}/{path.stem}"


def _round(value: float, digits: int = 1) -> float:
    return round(value, digits)
