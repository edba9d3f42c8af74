"""Our own launcher: durable, one owner, no trust, no root, nothing left behind."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from infra.local.postgres import (
    Postgres,
    PostgresError,
    PostgresInUseError,
    find_postgres,
    forget_postgres,
    start_postgres,
)
from infra.local.postgres_cluster import data_directory, lives, remove_stale_pid_file

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with start_postgres(tmp_path_factory.mktemp("shared") / "postgres", fast=True) as running:
        yield running


def ask(server: Postgres, query: str) -> object:
    with psycopg.connect(server.url(), connect_timeout=5) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def test_the_server_is_what_the_application_needs(server: Postgres) -> None:
    assert str(ask(server, "SHOW server_version")).startswith("18.")
    assert ask(server, "SHOW client_connection_check_interval") == "1s"
    assert ask(server, "SHOW max_connections") == "300"
    assert ask(server, "SHOW TimeZone") == "UTC"
    extensions = (
        "SELECT count(*) FROM pg_available_extensions WHERE name IN ('vector', 'pg_trgm', 'unaccent', 'btree_gin')"
    )
    assert ask(server, extensions) == 4


def test_text_is_ordered_the_same_whoever_starts_it(server: Postgres) -> None:
    assert ask(server, "SELECT datlocale FROM pg_database WHERE datname = 'template1'") == "C.UTF-8"
    assert ask(server, "SELECT array_agg(c ORDER BY c) FROM unnest(ARRAY['a','B','ä']) AS c") == ["B", "a", "ä"]
    assert ask(server, "SELECT upper('ä')") == "Ä"


def test_it_listens_on_loopback_alone_and_trusts_nobody(server: Postgres) -> None:
    assert ask(server, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(server, "SHOW unix_socket_directories") == ""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url(password="wrong"), connect_timeout=5)


def test_the_password_is_ours_to_read(server: Postgres) -> None:
    password = server.directory / "password"
    assert password.read_text() == server.superuser_password
    assert stat.S_IMODE(password.stat().st_mode) == 0o600


def test_the_server_never_runs_as_root(server: Postgres) -> None:
    assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_names_and_passwords_are_escaped_in_a_url(server: Postgres) -> None:
    assert (
        server.url("a b", "us/er", "p@ss:w/rd") == f"postgresql://us%2Fer:p%40ss%3Aw%2Frd@127.0.0.1:{server.port}/a%20b"
    )


def test_a_second_owner_is_refused(server: Postgres) -> None:
    with pytest.raises(PostgresInUseError, match="in use by another process"):
        start_postgres(server.directory)


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One durable cluster for the tests that stop, kill and find it: making one waits for the disk."""
    directory = tmp_path_factory.mktemp("durable") / "postgres"
    with start_postgres(directory) as server, psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    yield directory
    forget_postgres(directory)


def test_data_and_port_survive_a_stop(durable: Path) -> None:
    with start_postgres(durable) as first:
        assert ask(first, "SELECT answer FROM kept") == 42
    with start_postgres(durable) as second:
        assert second.port == first.port
        assert ask(second, "SELECT answer FROM kept") == 42


def test_a_killed_server_is_replaced_and_what_was_committed_is_there(durable: Path) -> None:
    first = start_postgres(durable, attach=True)
    with psycopg.connect(first.url()) as connection:
        connection.execute("CREATE TABLE committed AS SELECT 43 AS answer")
    os.kill(first.pid, signal.SIGKILL)
    with start_postgres(durable, attach=True) as second:
        assert (second.pid != first.pid, second.port) == (True, first.port)
        assert ask(second, "SELECT answer FROM committed") == 43


def test_a_running_server_is_found_again_from_its_directory(durable: Path) -> None:
    assert find_postgres(durable) is None
    with start_postgres(durable, attach=True) as started:
        found = find_postgres(durable)
        assert found is not None
        assert (found.pid, found.port, found.url()) == (started.pid, started.port, started.url())
        assert start_postgres(durable, attach=True).pid == started.pid


def test_a_lost_password_is_told_with_the_remedy(durable: Path) -> None:
    password = durable / "password"
    hidden = password.rename(durable / "hidden")
    with pytest.raises(PostgresError, match="make reset"):
        start_postgres(durable)
    hidden.rename(password)


def test_nothing_is_left_of_a_forgotten_cluster(tmp_path: Path) -> None:
    server = start_postgres(tmp_path / "postgres", fast=True)
    forget_postgres(tmp_path / "postgres")
    assert not server.data.exists()
    assert not (tmp_path / "postgres").exists()
    assert not lives(server.pid)
    server.stop()


def test_a_stranger_with_the_old_pid_does_not_keep_us_out(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n")
    remove_stale_pid_file(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_a_test_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    directory = tmp_path / "postgres"
    script = (
        "import os, sys; from pathlib import Path; from infra.local.postgres import start_postgres\n"
        "server = start_postgres(Path(sys.argv[1]), fast=True); print(server.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(directory)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while lives(int(ended.stdout)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not lives(int(ended.stdout))
    forget_postgres(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
def test_a_closed_directory_stays_closed_and_the_cluster_lies_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with start_postgres(closed / "postgres", fast=True) as server:
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert not server.data.is_relative_to(tmp_path)
        assert server.data == data_directory(closed / "postgres")
    assert not server.data.exists()
