"""The stack comes up from any state, keeps what it must, and leaves nothing behind; as its user would drive it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from infra.local.postgres import find_postgres, free_port
from infra.local.postgres_cluster import lives
from infra.local.processes import is_alive
from infra.local.state import StateDirectory

pytestmark = pytest.mark.stack
REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND_SECONDS_MAX = 300


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack of its own, driven through the command that ``make`` calls."""

    directory: StateDirectory
    port: int

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "AUSPEX_STATE_DIR": str(self.directory.root),
            "PYTHONPATH": str(REPOSITORY / "layers" / "auspex"),
        }
        return subprocess.run(
            [sys.executable, "-m", "infra.local.cli", *arguments],
            cwd=REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS_MAX,
            check=False,
        )

    def up(self) -> dict[str, Any]:
        done = self.run("up", "--port", str(self.port))
        assert done.returncode == 0, done.stderr
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result

    def down(self) -> None:
        done = self.run("down")
        assert done.returncode == 0, done.stderr

    def pids(self) -> dict[str, int]:
        """Return the stack's own processes by name."""
        found = {name: record.pid for name, record in self.directory.read().processes.items()}
        postgres = find_postgres(self.directory.postgres)
        return found | ({"postgres": postgres.pid} if postgres is not None else {})

    def knows_key(self, key: str) -> bool:
        reply = httpx.get(
            f"http://127.0.0.1:{self.port}/v1/jobs/job_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            headers={"authorization": f"Bearer {key}"},
            timeout=60,
        )
        assert reply.status_code in {401, 404}, reply.text
        return reply.status_code == 404


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(StateDirectory(tmp_path_factory.mktemp("stack") / "state"), free_port())
    yield made
    done = made.run("reset")
    assert done.returncode == 0, done.stderr


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_last_line_says_all_that_a_user_needs(stack: Stack) -> None:
    result = stack.up()
    assert result.keys() == {"api_url", "api_key", "admin_key", "console_url", "database_url", "seconds"}
    assert result["console_url"] is None
    assert json.loads(stack.directory.result_file.read_text()) == result
    assert httpx.get(f"{result['api_url']}/ready", timeout=60).json()["status"] == "ready"
    with psycopg.connect(result["database_url"]) as connection:
        extension = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone()
    assert extension == (1,)
    assert stack.knows_key(result["api_key"])
    assert stack.knows_key(result["admin_key"])
    assert not stack.knows_key("apx_test_" + "A" * 43)


def test_every_process_listens_on_loopback_alone(stack: Stack) -> None:
    stack.up()
    for name, pid in stack.pids().items():
        listening = [item for item in psutil.Process(pid).net_connections("inet") if item.status == "LISTEN"]
        assert listening, name
        assert {item.laddr.ip for item in listening} == {"127.0.0.1"}, name


def test_up_again_changes_nothing(stack: Stack) -> None:
    first = stack.up()
    pids = stack.pids()
    second = stack.up()
    assert {**second, "seconds": 0} == {**first, "seconds": 0}
    assert stack.pids() == pids
    assert set(pids) == {"postgres", "emulator", "replay", "catcher", "providers"}


def test_up_mends_whatever_was_killed(stack: Stack) -> None:
    first = stack.up()
    killed = stack.pids()
    for pid in killed.values():
        os.kill(pid, 9)
    second = stack.up()
    assert {**second, "seconds": 0} == {**first, "seconds": 0}
    assert not set(stack.pids().values()) & set(killed.values())
    assert stack.knows_key(first["api_key"])


def test_down_ends_every_process_and_keeps_the_data(stack: Stack) -> None:
    first = stack.up()
    state = stack.directory.read()
    workers = psutil.Process(state.processes["emulator"].pid).children(recursive=True)
    stack.down()
    assert not any(is_alive(record) for record in state.processes.values())
    assert workers
    assert not any(lives(worker.pid) for worker in workers)
    assert find_postgres(stack.directory.postgres) is None
    ports = (state.front_port, state.emulator_port, state.replay_port, state.catcher_port, state.smtp_port)
    assert not any(is_open(port) for port in ports)
    assert not stack.directory.result_file.exists()
    assert stack.up()["api_key"] == first["api_key"]
    assert stack.knows_key(first["api_key"])


def test_down_twice_is_down(stack: Stack) -> None:
    stack.down()
    stack.down()


def test_two_stacks_do_not_see_each_other(stack: Stack, tmp_path: Path) -> None:
    first = stack.up()
    other = Stack(StateDirectory(tmp_path / "other"), free_port())
    second = other.up()
    assert not stack.knows_key(second["api_key"])
    assert not other.knows_key(first["api_key"])
    done = other.run("reset")
    assert done.returncode == 0, done.stderr
    assert stack.knows_key(first["api_key"])
    assert sorted(path.name for path in other.directory.root.iterdir()) == ["lock"]


def test_a_taken_port_is_told_with_the_step_and_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        refused = Stack(StateDirectory(tmp_path / "refused"), occupant.getsockname()[1])
        done = refused.run("up", "--port", str(refused.port))
        refused.run("reset")
    assert done.returncode == 1
    assert "step emulator failed" in done.stderr
    assert f"port {refused.port} is in use" in done.stderr
    assert "remedy: choose another: make up PORT=" in done.stderr


def test_a_second_command_waits_for_nobody(stack: Stack) -> None:
    with stack.directory.exclusively():
        done = stack.run("up", "--port", str(stack.port))
    assert done.returncode == 1
    assert "another command works on" in done.stderr
