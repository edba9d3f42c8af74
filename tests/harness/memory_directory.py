"""A directory in memory for the tests' Postgres: on a disk the files of cloned databases cost more than most tests."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.unprivileged import make_private, server_user

SHARED_MEMORY = Path("/dev/shm")
FREE_BYTES_MIN = 4 * 1024**3
PREFIX = "auspex-test-"


@contextmanager
def memory_directory(otherwise: Path) -> Iterator[Path]:
    """Make a directory in shared memory for the block; where there is none, or not 4 GB of it, use the one given."""
    if not os.access(SHARED_MEMORY, os.W_OK) or shutil.disk_usage(SHARED_MEMORY).free < FREE_BYTES_MIN:
        yield otherwise
        return
    _remove_abandoned()
    made = SHARED_MEMORY / f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    make_private(made, server_user(made / "data"))  # a server that root starts runs as nobody, who must get in
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _remove_abandoned() -> None:
    """Give back the memory of test runs that were killed."""
    for directory in SHARED_MEMORY.glob(f"{PREFIX}*-*"):
        pid = directory.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(directory, ignore_errors=True)
