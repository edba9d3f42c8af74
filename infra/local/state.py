"""What the stack must remember between commands: one directory, 0700, one JSON file written whole."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra.local import unprivileged
from infra.local.postgres_cluster import write_private
from infra.local.processes import ProcessRecord

REPOSITORY = Path(__file__).resolve().parents[2]


class BusyError(RuntimeError):
    """Another command works on the same stack."""


@dataclass(slots=True)
class DeployedStack:
    """Remember one CloudFormation stack: what it was made of and what it answered."""

    digest: str
    outputs: dict[str, str]
    resources: dict[str, str]


@dataclass(slots=True)
class StackState:
    """Remember the running stack; ports stay the same from one start to the next."""

    emulator: str = "ministack"
    source: str = "replay"
    corpus: str = "auto"
    front_port: int = 0
    emulator_port: int = 0
    replay_port: int = 0
    catcher_port: int = 0
    smtp_port: int = 0
    provider_port: int = 0
    processes: dict[str, ProcessRecord] = field(default_factory=dict)
    stacks: dict[str, DeployedStack] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    migrated_digest: str = ""
    companies_from: str = ""


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """Name every path below the state directory."""

    root: Path

    @property
    def state_file(self) -> Path:
        """Processes, ports and stacks, for the launcher itself."""
        return self.root / "state.json"

    @property
    def result_file(self) -> Path:
        """The last line of ``make up``, for people, tests and the demo."""
        return self.root / "stack.json"

    @property
    def postgres(self) -> Path:
        """The cluster with its password and log."""
        return self.root / "postgres"

    @property
    def emulator(self) -> Path:
        """What the emulator persists, and its temporary files."""
        return self.root / "emulator"

    @property
    def routes(self) -> Path:
        """The front door's routes: path patterns with API ids."""
        return self.emulator / "routes.json"

    @property
    def replay(self) -> Path:
        """What the replay server keeps."""
        return self.root / "replay"

    @property
    def catcher(self) -> Path:
        """Where the catcher says it listens."""
        return self.root / "catcher"

    @property
    def build(self) -> Path:
        """Compiled byte code between deployments."""
        return self.root / "build"

    def log(self, name: str) -> Path:
        """Return the log file of a process or step."""
        return self.root / "logs" / f"{name}.log"

    def create(self) -> None:
        """Make the directory, for us alone (and passable by the account that runs Postgres for root)."""
        unprivileged.make_private(self.root, unprivileged.server_user(self.postgres / "data"))
        (self.root / "logs").mkdir(exist_ok=True, mode=0o700)

    def read(self) -> StackState:
        """Read what is remembered; an empty state when nothing is."""
        try:
            raw: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return StackState()
        raw["processes"] = {name: ProcessRecord(**record) for name, record in raw["processes"].items()}
        raw["stacks"] = {name: DeployedStack(**stack) for name, stack in raw["stacks"].items()}
        return StackState(**raw)

    def write(self, state: StackState) -> None:
        """Replace what is remembered."""
        write_private(self.state_file, json.dumps(asdict(state), indent=1))

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Keep other commands away from this stack. Raises BusyError."""
        with (self.root / "lock").open("ab") as lock:
            try:
                fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BusyError(f"another command works on {self.root}; wait for it to end") from error
            yield

    def forget(self) -> None:
        """Delete everything except the model files, which no run changes."""
        for entry in self.root.iterdir():
            if entry.name in {"model", "lock"}:
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def state_directory() -> StateDirectory:
    """Return the state directory: ``AUSPEX_STATE_DIR``, else ``.auspex`` in the checkout."""
    return StateDirectory(Path(os.environ.get("AUSPEX_STATE_DIR") or REPOSITORY / ".auspex").absolute())
