"""Start function files in fresh processes and collect what they measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROCESS = Path(__file__).with_name("function_process.py")
OWN_FUNCTIONS = Path(__file__).with_name("functions")
TIMEOUT_SECONDS = 300
ENVIRONMENT = {
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AUSPEX_STAGE": "local",
    "AUSPEX_NAME_PREFIX": "auspex",
    "AUSPEX_QUEUE_URL_PREFIX": "https://sqs.us-east-1.amazonaws.com/123456789012/auspex-",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What the import of a function file cost: CPU in seconds (user and system), modules loaded when it ended."""

    cpu_seconds: float
    modules: int


@dataclass(frozen=True, slots=True)
class Called:
    """What calls of a handler cost, without those that warmed it up; replies are of all calls."""

    wall_seconds: list[float]
    elapsed_seconds: float
    cpu_seconds: float
    replies: list[Any]


def import_function(path: Path) -> Imported:
    """Import a function file in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        found = _run(path, [], {}, report=Path(folder) / "report.json")
    return Imported(found["import_cpu_seconds"], found["modules"])


def call_function(
    path: Path,
    events: Sequence[Mapping[str, Any]],
    *,
    warm_up: int,
    environment: Mapping[str, str],
) -> Called:
    """Call a handler with each event in turn, in a fresh process; the first `warm_up` calls are not counted."""
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "events.jsonl"
        lines.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
        found = _run(path, [str(lines), str(warm_up)], environment, report=Path(folder) / "report.json")
    return Called(found["wall_seconds"], found["elapsed_seconds"], found["cpu_seconds"], found["replies"])


def _run(path: Path, arguments: list[str], environment: Mapping[str, str], *, report: Path) -> dict[str, Any]:
    folders = [str(path.parent), str(ROOT / "layers" / "auspex"), str(ROOT / "infra" / "migrations")]
    variables = ENVIRONMENT | {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(folders)}
    done = subprocess.run(
        [sys.executable, "-P", str(PROCESS), path.stem, str(report), *arguments],
        env={**variables, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{path.name} ended with {done.returncode}:\n{done.stderr.decode()[-2_000:]}")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found
