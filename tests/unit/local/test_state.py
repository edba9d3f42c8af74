"""The stack remembers what it must, in files that nobody else reads."""

import os
import stat
import threading
from pathlib import Path

import pytest
from infra.local.processes import ProcessRecord
from infra.local.state import BusyError, DeployedStack, StackState, StateDirectory, state_directory


@pytest.fixture
def directory(tmp_path: Path) -> StateDirectory:
    made = StateDirectory(tmp_path / "state")
    made.create()
    return made


def test_what_is_written_is_read(directory: StateDirectory) -> None:
    state = StackState(
        front_port=8400,
        processes={"emulator": ProcessRecord(7, 1.5)},
        stacks={"auspex": DeployedStack("digest", {"ApiUrl": "u"}, {"Layer": "arn"})},
        keys={"demo": "k"},
    )
    directory.write(state)
    assert directory.read() == state


def test_nothing_is_remembered_at_first(directory: StateDirectory) -> None:
    assert directory.read() == StackState()


def test_nobody_else_reads_it(directory: StateDirectory) -> None:
    directory.write(StackState(keys={"admin": "secret"}))
    assert stat.S_IMODE(directory.state_file.stat().st_mode) == 0o600
    passable = 0o710 if os.geteuid() == 0 else 0o700
    assert stat.S_IMODE(directory.root.stat().st_mode) == passable


def test_two_commands_do_not_work_at_once(directory: StateDirectory) -> None:
    with directory.exclusively(), pytest.raises(BusyError, match="another command"), directory.exclusively():
        pass
    with directory.exclusively():
        pass


def test_a_reader_never_sees_half_a_file(directory: StateDirectory) -> None:
    directory.write(StackState())
    ended = threading.Event()

    def write_on() -> None:
        while not ended.is_set():
            directory.write(StackState(keys={str(number): "x" * 100 for number in range(100)}))

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for _ in range(200):
            assert len(directory.read().keys) in {0, 100}
    finally:
        ended.set()
        writer.join()


def test_forgetting_keeps_the_model(directory: StateDirectory) -> None:
    (directory.root / "model").mkdir()
    (directory.root / "model" / "model.onnx").touch()
    (directory.emulator / "state").mkdir(parents=True)
    directory.write(StackState(front_port=1))
    with directory.exclusively():
        directory.forget()
    assert sorted(path.name for path in directory.root.iterdir()) == ["lock", "model"]


def test_another_directory_makes_another_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUSPEX_STATE_DIR", str(tmp_path / "second"))
    assert state_directory().root == tmp_path / "second"
    monkeypatch.delenv("AUSPEX_STATE_DIR")
    assert state_directory().root.name == ".auspex"
