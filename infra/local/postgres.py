"""Only this module starts and stops Postgres: the wheel's binaries under our own launcher.

The server inherits the locked file, so the lock is held exactly as long as any process of this cluster lives, whoever
started it: while it is held nobody else starts one, and when it is free a leftover ``postmaster.pid`` is stale.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from infra.local import postgres_cluster as cluster
from infra.local import unprivileged
from infra.local.postgres_cluster import SUPERUSER, PostgresError, PostgresInUseError

__all__ = ["Postgres", "PostgresError", "PostgresInUseError", "find_postgres", "forget_postgres", "start_postgres"]

START_TIMEOUT_SECONDS = 30.0
STOP_TIMEOUT_SECONDS = 15.0
POLL_SECONDS = 0.01
PORT_TRIES = 3
PROBE_TIMEOUT_SECONDS = 2.0
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
LOG_TAIL_BYTES = 2_000

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # no socket file: none goes stale, and no path is too long for one
    "max_connections": "300",
    "client_connection_check_interval": "1s",  # a killed worker's query ends with it
    "shared_buffers": "256MB",  # the index of 20,000 chunks stays in memory
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "checkpoint_timeout": "30min",
    "scram_iterations": "1",
}
"""For tests: a crash of the machine may lose the cluster, which nobody needs then, and its passwords guard nothing."""


@dataclass(slots=True)
class Postgres:
    """Hold one running cluster; as a context manager it stops it on leaving."""

    directory: Path
    data: Path
    port: int
    pid: int
    superuser_password: str
    fast: bool = False
    child: subprocess.Popen[bytes] | None = None
    guard: subprocess.Popen[bytes] | None = None

    def url(self, dbname: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """Return the connection URL of a database; the superuser's password is the default."""
        secret = self.superuser_password if password is None else password
        return f"postgresql://{quote(user, safe='')}:{quote(secret, safe='')}@127.0.0.1:{self.port}/{quote(dbname)}"

    def stop(self) -> None:
        """End the server cleanly (open sessions are ended, everything is written) and wait. Raises PostgresError."""
        if self.guard is not None:
            self.guard.kill()
            self.guard.communicate()
            self.guard = None
        _stop_server(self.pid, self.child)
        if self.fast and self.data.parent != self.directory:
            shutil.rmtree(self.data.parent, ignore_errors=True)

    def __enter__(self) -> Postgres:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start_postgres(directory: Path, *, fast: bool = False, port: int = 0, attach: bool = False) -> Postgres:
    """Start the cluster of this directory, created on first use, and return when it accepts connections.

    ``fast`` is for tests: no fsync, and the server ends with the process that started it. ``port`` 0 takes the port of
    the last start while it is free, else one that the system gives. With ``attach`` a cluster that runs already is
    returned as it is; without it a second owner is refused. Raises PostgresInUseError, PostgresError.
    """
    directory = directory.absolute()
    unprivileged.make_private(directory, unprivileged.server_user(cluster.data_directory(directory)))
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    with (directory / "lock").open("ab") as lock:
        while not _take(lock.fileno()):
            running = find_postgres(directory) if attach else None
            if running is not None and _answers(running.port):
                return running
            if not attach or time.monotonic() > deadline:
                raise PostgresInUseError(f"{directory} is in use by another process; stop that one first")
            time.sleep(POLL_SECONDS)  # another start is under way, or the last processes of a killed server are ending
        server = _start_locked(directory, lock.fileno(), fast=fast, port=port)
        return _outliving(server) if attach else server


def find_postgres(directory: Path) -> Postgres | None:
    """Return the running cluster of this directory when it is ready, whoever started it, else None."""
    directory = directory.absolute()
    data = cluster.data_directory(directory)
    ready = cluster.read_ready(data)
    if ready is None or not cluster.serves(ready[0], data):
        return None
    password = (directory / "password").read_text(encoding="utf-8")
    return Postgres(directory, data, pid=ready[0], port=ready[1], superuser_password=password)


def forget_postgres(directory: Path) -> None:
    """Stop the cluster of this directory when it runs, and delete it with everything in it."""
    running = find_postgres(directory)
    if running is not None:
        running.stop()
    cluster.delete_cluster(directory.absolute())


def free_port() -> int:
    """Ask the system for a loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _take(lock_fd: int) -> bool:
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(port: int) -> bool:
    """Ask for encryption, which this build answers with one byte: the server serves, it is not just dying."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PROBE_TIMEOUT_SECONDS) as probe:
            probe.sendall(SSL_REQUEST)
            return probe.recv(1) in {b"N", b"S"}
    except OSError:
        return False


def _outliving(server: Postgres) -> Postgres:
    """Let go of the child: it shall run on when we end, and its handle would warn when it is collected."""
    if server.child is not None:
        server.child.returncode = 0
        server.child = None
    return server


def _start_locked(directory: Path, lock_fd: int, *, fast: bool, port: int) -> Postgres:
    data = cluster.data_directory(directory)
    user = unprivileged.server_user(data)
    tools = cluster.binaries(user)
    if not (data / "PG_VERSION").exists():
        data = cluster.create_cluster(directory, user, tools, fast=fast)
    password_file = directory / "password"
    if not password_file.exists():
        raise PostgresError(f"{password_file} is lost, so {data} cannot be opened; start afresh with: make reset")
    cluster.remove_stale_pid_file(data)
    for attempt in range(1, PORT_TRIES + 1):
        chosen = port or _usual_port(directory) or free_port()
        log_start = (directory / "postgres.log").stat().st_size if (directory / "postgres.log").exists() else 0
        child = _spawn(directory, data, tools, user, settings=_settings(chosen, fast=fast), lock_fd=lock_fd)
        if _wait_until_ready(child, data, directory):
            break
        said = _log_since(directory, log_start)
        if port or attempt == PORT_TRIES or "could not bind" not in said:
            raise PostgresError(f"Postgres did not start on port {chosen}; {directory / 'postgres.log'} ends:\n{said}")
    cluster.write_private(directory / "port", str(chosen))
    password = password_file.read_text(encoding="utf-8")
    guard = _end_with_this_process(child.pid) if fast else None
    return Postgres(directory, data, chosen, child.pid, password, fast, child, guard)


def _settings(port: int, *, fast: bool) -> dict[str, str]:
    return {**SETTINGS, **(FAST_SETTINGS if fast else {}), "port": str(port)}


def _spawn(
    directory: Path, data: Path, tools: Path, user: unprivileged.ServerUser, *, settings: dict[str, str], lock_fd: int
) -> subprocess.Popen[bytes]:
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (directory / "postgres.log").open("ab") as log:
        return subprocess.Popen(
            [str(tools / "postgres"), "-D", str(data), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[lock_fd],
            env=cluster.SERVER_ENVIRONMENT,
            cwd="/",
            user=user.uid,
            group=user.gid,
            extra_groups=user.extra_groups,
        )


def _wait_until_ready(child: subprocess.Popen[bytes], data: Path, directory: Path) -> bool:
    """Wait for the line that the server itself writes; False when it ended instead."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while child.poll() is None:
        ready = cluster.read_ready(data)
        if ready is not None and ready[0] == child.pid:
            return True
        if time.monotonic() > deadline:
            _stop_server(child.pid, child)
            raise PostgresError(f"not ready after {START_TIMEOUT_SECONDS:.0f} s; see {directory / 'postgres.log'}")
        time.sleep(POLL_SECONDS)
    return False


def _usual_port(directory: Path) -> int:
    with contextlib.suppress(FileNotFoundError, ValueError):
        usual = int((directory / "port").read_text(encoding="utf-8"))
        return usual if is_free(usual) else 0
    return 0


def _log_since(directory: Path, start: int) -> str:
    with (directory / "postgres.log").open("rb") as log:
        log.seek(start)
        return log.read()[-LOG_TAIL_BYTES:].decode(errors="replace")


def _end_with_this_process(pid: int) -> subprocess.Popen[bytes]:
    """Watch our own end through a pipe that closes with us, whatever ends us, and then end the server."""
    return subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _; kill -INT "$1"', "guard", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _stop_server(pid: int, child: subprocess.Popen[bytes] | None) -> None:
    for signal_number in (signal.SIGINT, signal.SIGQUIT):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            ended = child.poll() is not None if child is not None else not cluster.lives(pid)
            if ended:
                return
            time.sleep(POLL_SECONDS)
    raise PostgresError(f"process {pid} did not end; see its log")
