"""Zip code the same way every time, with byte code for this interpreter: equal content gives equal bytes."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import py_compile
import sys
import zipfile
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o644 << 16
IGNORED_DIRECTORIES = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".aws-sam", "node_modules"}
IGNORED_NAMES = {"Makefile", "requirements.txt", "requirements.in"}
CACHE_TAG = sys.implementation.cache_tag or "python"


class PackageError(ValueError):
    """Code that was to be packed is missing or does not compile."""


def zip_directory(directory: Path, *, prefix: str, cache: Path) -> bytes:
    """Zip a directory's files under a prefix (``""`` or ``"python/"``), each Python file with its byte code.

    The emulator unpacks for every worker and a fresh file has no byte code, which would cost each cold start the
    compilation. ``cache`` keeps compiled files by the hash of their source. Raises PackageError.
    """
    if not directory.is_dir():
        raise PackageError(f"{directory} does not exist")
    entries: dict[str, bytes] = {}
    for path in sorted(directory.rglob("*")):
        inside = path.relative_to(directory)
        if not path.is_file() or IGNORED_DIRECTORIES & set(inside.parts) or _ignored(path):
            continue
        source = path.read_bytes()
        entries[f"{prefix}{inside.as_posix()}"] = source
        if path.suffix == ".py":
            compiled = inside.parent / "__pycache__" / f"{path.stem}.{CACHE_TAG}.pyc"
            entries[f"{prefix}{compiled.as_posix()}"] = _byte_code(path, source, f"{prefix}{inside.as_posix()}", cache)
    return _zip(entries)


def empty_zip() -> bytes:
    """Return a zip without entries: what stands for a layer whose packages the environment already has."""
    return _zip({})


def content_key(content: bytes) -> str:
    """Name content by its hash."""
    return hashlib.sha256(content).hexdigest()


def _ignored(path: Path) -> bool:
    return path.name in IGNORED_NAMES or path.suffix == ".pyc" or path.name.startswith(".")


def _byte_code(path: Path, source: bytes, shown_as: str, cache: Path) -> bytes:
    key = content_key(b"\0".join([CACHE_TAG.encode(), importlib.util.MAGIC_NUMBER, shown_as.encode(), source]))
    compiled = cache / f"{key}.pyc"
    if not compiled.exists():
        cache.mkdir(parents=True, exist_ok=True)
        try:
            py_compile.compile(
                str(path),
                cfile=str(compiled),
                dfile=shown_as,
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except py_compile.PyCompileError as error:
            raise PackageError(f"{path} does not compile: {error.msg}") from error
    return compiled.read_bytes()


def _zip(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(entries.items()):
            information = zipfile.ZipInfo(name, date_time=EPOCH)
            information.compress_type = zipfile.ZIP_DEFLATED
            information.external_attr = FILE_MODE
            archive.writestr(information, content)
    return buffer.getvalue()
