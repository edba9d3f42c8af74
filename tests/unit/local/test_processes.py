"""A process of the stack is known by pid and birth time, and its whole group ends with it."""

import os
import sys
import time
from pathlib import Path

import psutil
import pytest
from infra.local.processes import ProcessError, ProcessRecord, is_alive, start, stop, wait_until

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def run(script: str, folder: Path) -> ProcessRecord:
    return start([sys.executable, "-c", script], environment=ENVIRONMENT, log=folder / "log", directory=folder)


def test_a_process_that_ends_on_request_ended_cleanly(tmp_path: Path) -> None:
    record = run("import time; time.sleep(60)", tmp_path)
    assert is_alive(record)
    assert stop(record) is True
    assert not is_alive(record)


def test_a_process_that_ignores_the_request_is_ended_all_the_same(tmp_path: Path) -> None:
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    record = run(script, tmp_path)
    wait_until(lambda: "deaf" in (tmp_path / "log").read_text(), record, timeout_seconds=10, what="it")
    assert stop(record, timeout_seconds=0.2) is False
    time.sleep(0.1)
    assert not is_alive(record)


def test_children_end_with_their_leader_even_when_it_was_killed(tmp_path: Path) -> None:
    script = "import subprocess, time; c = subprocess.Popen(['sleep', '60']); print(c.pid, flush=True); time.sleep(60)"
    record = run(script, tmp_path)
    wait_until(lambda: (tmp_path / "log").read_text().endswith("\n"), record, timeout_seconds=10, what="it")
    child = psutil.Process(int((tmp_path / "log").read_text()))
    os.kill(record.pid, 9)
    while is_alive(record):
        time.sleep(0.01)
    assert stop(record) is False
    child.wait(timeout=5)
    assert not child.is_running()


def test_a_stranger_with_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = run("import time; time.sleep(60)", tmp_path)
    forgotten = ProcessRecord(stranger.pid, stranger.born_at - 3600)
    assert not is_alive(forgotten)
    assert stop(forgotten) is False
    assert is_alive(stranger)
    stop(stranger)


def test_waiting_ends_when_the_process_does(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="it ended before it was ready"):
        wait_until(lambda: False, run("pass", tmp_path), timeout_seconds=10, what="it")


def test_waiting_has_a_limit(tmp_path: Path) -> None:
    record = run("import time; time.sleep(60)", tmp_path)
    with pytest.raises(ProcessError, match="not ready after 0 s"):
        wait_until(lambda: False, record, timeout_seconds=0.1, what="it")
    stop(record)


def test_a_process_knows_nothing_of_the_callers_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "private")
    record = run("import os, time; print(sorted(os.environ), flush=True); time.sleep(60)", tmp_path)
    wait_until(lambda: "]" in (tmp_path / "log").read_text(), record, timeout_seconds=10, what="it")
    stop(record)
    assert "AWS_SECRET_ACCESS_KEY" not in (tmp_path / "log").read_text()
