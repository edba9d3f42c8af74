"""An embedded stack of the benchmark's own, forgotten afterwards, and the CPU that its processes take."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from infra.local.demo_caller import RunningStack
from infra.local.postgres import find_postgres, free_port
from infra.local.state import REPOSITORY, StateDirectory

COMMAND_SECONDS_MAX = 600
TIMED_OUT = re.compile(r" timed out after \d+s — killing worker$", re.MULTILINE)
"""What the emulator logs once of a worker that it ends at its time-out; other lines repeat it."""

ProcessKey = tuple[int, float]


@dataclass(frozen=True, slots=True)
class OwnStack:
    """A stack that nobody else uses."""

    running: RunningStack
    directory: StateDirectory

    def workers_timed_out(self) -> int:
        """Count the workers that were ended at their time-out so far; their messages come again."""
        log = self.directory.log("emulator").read_text(encoding="utf-8", errors="replace")
        return len(TIMED_OUT.findall(log))


@contextmanager
def own_stack() -> Iterator[OwnStack]:
    """Bring a stack up for the block, with ports and a Postgres of its own; stop and delete it however that ends."""
    with tempfile.TemporaryDirectory(prefix="auspex-bench-", ignore_cleanup_errors=True) as folder:
        directory = StateDirectory(Path(folder) / "state")
        try:
            printed = _command(directory, "up", "--port", str(free_port()))
            yield OwnStack(RunningStack(json.loads(printed.splitlines()[-1]), directory.read()), directory)
        finally:
            _command(directory, "reset")


def _command(directory: StateDirectory, *arguments: str) -> str:
    """Run what `make up` and `make reset` run; never on a Postgres that somebody named for another stack."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"AUSPEX_STATE_DIR": str(directory.root), "PYTHONPATH": str(REPOSITORY / "layers" / "auspex")}
    done = subprocess.run(
        [sys.executable, "-m", "infra.local.cli", *arguments], cwd=REPOSITORY, env=environment, capture_output=True,
        text=True, timeout=COMMAND_SECONDS_MAX, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2_000:]}")
    return done.stdout


@dataclass(slots=True)
class StackCpu:
    """CPU seconds (user + system) of a stack's processes since this was made, by what they are.

    Workers end while nobody looks, so `sample` is called now and then: of each, what was seen last counts as its
    function's; the rest stands as the emulator's, so that the sum is right however many end.
    """

    stack: OwnStack
    functions: tuple[str, ...]
    """Logical ids to tell apart; the others are `other functions`."""
    _workers: dict[ProcessKey, tuple[str, float]] = field(default_factory=dict)
    _workers_before: dict[str, float] = field(default_factory=dict)
    _before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember what everything had taken before."""
        self.sample()
        self._workers_before, self._before = self._by_function(), self._by_server()

    def sample(self) -> None:
        """Look at every worker once."""
        emulator = psutil.Process(self.stack.running.state.processes["emulator"].pid)
        for process in emulator.children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # it ended meanwhile
                deployed = process.environ().get("AWS_LAMBDA_FUNCTION_NAME", "")
                name = next((name for name in self.functions if name in deployed), "other functions")
                self._workers[process.pid, process.create_time()] = (name, _own_seconds(process))

    def seconds(self) -> dict[str, float]:
        """Return the seconds taken since the beginning, most first."""
        self.sample()
        servers = {name: now - self._before[name] for name, now in self._by_server().items()}
        workers = {name: now - self._workers_before.get(name, 0.0) for name, now in self._by_function().items()}
        servers["emulator"] -= sum(workers.values())
        return dict(sorted((workers | servers).items(), key=lambda item: -item[1]))

    def _by_function(self) -> dict[str, float]:
        taken: defaultdict[str, float] = defaultdict(float)
        for name, seconds in self._workers.values():
            taken[name] += seconds
        return dict(taken)

    def _by_server(self) -> dict[str, float]:
        pids = {name: record.pid for name, record in self.stack.running.state.processes.items()}
        postgres = find_postgres(self.stack.directory.postgres)
        assert postgres is not None
        return {name: _tree_seconds(pid) for name, pid in (pids | {"postgres": postgres.pid}).items()}


def _own_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _tree_seconds(pid: int) -> float:
    """Return what a process and its descendants took, those that ended included."""
    root, total = psutil.Process(pid), 0.0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
