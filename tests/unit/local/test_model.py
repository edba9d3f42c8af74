"""The model's two files: left alone when intact, replaced when damaged, refused when they are not the pinned ones."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from infra.local import model
from infra.local.model import PARTS, ModelUnavailableError, obtain_model

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the model as `make up` obtained it."""
    source = Path(os.environ.get("AUSPEX_MODEL_DIRECTORY") or ROOT / ".auspex" / "model")
    if not all((source / part.filename).is_file() for part in PARTS):
        pytest.skip(f"needs the embedding model: python infra/local/model.py {source}")
    for part in PARTS:
        shutil.copyfile(source / part.filename, tmp_path / part.filename)
    return tmp_path


def test_intact_files_are_left_alone(directory: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in directory.iterdir()}

    assert obtain_model(directory) == ()
    assert {path.name: path.stat().st_mtime_ns for path in directory.iterdir()} == before


def test_a_damaged_file_is_replaced_by_the_installed_package_s(directory: Path) -> None:
    network = directory / "model.onnx"
    content = network.read_bytes()
    network.write_bytes(content[:-1] + b"?")

    assert obtain_model(directory) == ("model.onnx",)
    assert network.read_bytes() == content
    assert sorted(path.name for path in directory.iterdir()) == ["model.onnx", "tokenizer.json"]


def test_a_file_that_is_not_the_pinned_one_never_appears(tmp_path: Path) -> None:
    part = replace(PARTS[0], sha256="0" * 64)

    with pytest.raises(ModelUnavailableError, match="expected 0000"):
        model._write(tmp_path / part.filename, b"something else", part.sha256)
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_it_did(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert model.main([str(directory)]) == 0
    assert capsys.readouterr().out == f"model: {directory} (already there)\n"
