"""Equal code gives equal bytes, and what is packed runs without being compiled again."""

import io
import marshal
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from infra.local.packages import CACHE_TAG, PackageError, empty_zip, zip_directory


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    (folder / "package" / "__pycache__").mkdir(parents=True)
    (folder / "package" / "__init__.py").write_text("VALUE = 1\n")
    (folder / "package" / "query.sql").write_text("-- name: one\nSELECT 1\n")
    (folder / "package" / "__pycache__" / "stale.pyc").write_bytes(b"stale")
    (folder / "Makefile").write_text("build:\n")
    return folder


def names(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_the_zip_holds_sources_data_and_byte_code_but_no_leftovers(code: Path, tmp_path: Path) -> None:
    assert names(zip_directory(code, prefix="python/", cache=tmp_path / "cache")) == [
        "python/package/__init__.py",
        f"python/package/__pycache__/__init__.{CACHE_TAG}.pyc",
        "python/package/query.sql",
    ]


def test_neither_time_nor_place_nor_cache_changes_a_byte(code: Path, tmp_path: Path) -> None:
    first = zip_directory(code, prefix="", cache=tmp_path / "cache")
    os.utime(code / "package" / "__init__.py", (1, 1))
    elsewhere = tmp_path / "elsewhere"
    code.rename(elsewhere)
    assert zip_directory(elsewhere, prefix="", cache=tmp_path / "other cache") == first


def test_a_changed_file_changes_the_zip(code: Path, tmp_path: Path) -> None:
    first = zip_directory(code, prefix="", cache=tmp_path / "cache")
    (code / "package" / "__init__.py").write_text("VALUE = 2\n")
    assert zip_directory(code, prefix="", cache=tmp_path / "cache") != first


def test_the_byte_code_is_used_whatever_time_the_files_carry(code: Path, tmp_path: Path) -> None:
    target = tmp_path / "unpacked"
    with zipfile.ZipFile(io.BytesIO(zip_directory(code, prefix="", cache=tmp_path / "cache"))) as archive:
        archive.extractall(target)
    compiled = target / "package" / "__pycache__" / f"__init__.{CACHE_TAG}.pyc"
    replaced = marshal.dumps(compile("VALUE = 'from byte code'", "x", "exec"))
    compiled.write_bytes(compiled.read_bytes()[:16] + replaced)
    seen = subprocess.run(
        [sys.executable, "-c", "import package; print(package.VALUE)"],
        cwd=target,
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "from byte code"


def test_code_that_does_not_compile_is_named(code: Path, tmp_path: Path) -> None:
    (code / "package" / "broken.py").write_text("def")
    with pytest.raises(PackageError, match=r"broken\.py does not compile"):
        zip_directory(code, prefix="", cache=tmp_path / "cache")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="nowhere does not exist"):
        zip_directory(tmp_path / "nowhere", prefix="", cache=tmp_path)


def test_an_empty_zip_is_a_zip() -> None:
    assert names(empty_zip()) == []
