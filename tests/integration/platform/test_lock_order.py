"""Work that ends jobs of several accounts at once: everybody locks in one order, so that nobody waits in a circle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.conftest import Database

from auspex.core.limits import JOB_HOURS_MAX
from auspex.core.messages import Cause
from auspex.platform.accounts import create_account
from auspex.platform.jobs import NewJob, create_job, expire_overdue_jobs, succeed_unit
from auspex.platform.ledger_admin import give_tokens

NOW = datetime(2024, 11, 4, 9, 0, tzinfo=UTC)
KIND = "filings.ingestion"
WAITS_MAX = 1_000
Connection = psycopg.Connection[dict[str, Any]]


class Money:
    """Two accounts; jobs of theirs that wait for shared units."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.opened: list[Connection] = []
        self.platform = self.connect()
        self.superuser: Connection = self.connect(None)
        made = [create_account(self.platform, name="Ltd", plan="prepaid", at=NOW) for _ in range(2)]
        self.accounts = sorted(made)
        for account_id in self.accounts:
            give_tokens(self.platform, account_id=account_id, tokens=100, reason="test", at=NOW)

    def connect(self, role: str | None = "auspex_platform") -> Connection:
        """Open a session."""
        self.opened.append(self._database.connect(role))
        return self.opened[-1]

    def put_job(self, account_id: str, unit: str, *, at: datetime = NOW) -> None:
        """Have an account wait for a unit; ids of jobs grow with every call."""
        request = NewJob(account_id=account_id, kind=KIND, route="/x", request={}, units=[unit], quote=3,
                         prices={unit: {"filing": 3}})  # fmt: skip
        create_job(self.platform, request, cause=Cause(), at=at)

    def held(self) -> list[tuple[int, int]]:
        """Return what the accounts can spend, and what is reserved of them."""
        rows = self.platform.execute("SELECT available, reserved FROM platform.balances ORDER BY account_id").fetchall()
        return [(row["available"], row["reserved"]) for row in rows]

    def wait_for_lines(self, sessions: int) -> None:
        """Wait until so many sessions stand in line for a lock."""
        for _ in range(WAITS_MAX):
            row = self.superuser.execute(
                "SELECT count(*) AS n FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if row is not None and row["n"] >= sessions:
                return
            time.sleep(0.01)
        raise TimeoutError(f"no {sessions} sessions wait")


@pytest.fixture
def money(database: Database) -> Iterator[Money]:
    """Two accounts with tokens, in a database where a circle is found at once."""
    with database.connect(None) as superuser:
        superuser.execute(f"ALTER DATABASE {database.name} SET deadlock_timeout = '50ms'")
    made = Money(database)
    yield made
    for connection in made.opened:
        connection.close()


def meet(money: Money, *works: Callable[[Connection], Any]) -> list[BaseException]:
    """Let every work come upon the first account's balance while it is held; return what failed when it is let go."""
    failed: list[BaseException] = []

    def run(work: Callable[[Connection], Any], connection: Connection) -> None:
        try:
            with connection.transaction():
                work(connection)
        except psycopg.Error as error:
            failed.append(error)

    holder = money.connect(None)
    threads = []
    with holder.transaction():
        holder.execute("SELECT 1 FROM platform.balances WHERE account_id = %s FOR UPDATE", (money.accounts[0],))
        for number, work in enumerate(works, start=1):
            threads.append(threading.Thread(target=run, args=(work, money.connect())))
            threads[-1].start()
            money.wait_for_lines(number)
    for thread in threads:
        thread.join(timeout=30)
    return failed


def finish(unit: str) -> Callable[[Connection], None]:
    """End a unit well."""
    return lambda connection: succeed_unit(connection, kind=KIND, unit_key=unit, result={}, at=NOW)


def test_two_shared_units_of_the_same_accounts_end_side_by_side(money: Money) -> None:
    first, second = money.accounts
    for account_id, unit in ((first, "a"), (second, "a"), (second, "b"), (first, "b")):
        money.put_job(account_id, unit)
    assert meet(money, finish("a"), finish("b")) == []
    assert money.held() == [(94, 0), (94, 0)]


def test_what_ends_and_what_expires_do_not_wait_for_each_other(money: Money) -> None:
    first, second = money.accounts
    long_ago = NOW - timedelta(hours=JOB_HOURS_MAX + 1)
    for account_id, unit, at in (
        (first, "a", NOW),
        (second, "a", NOW),
        (second, "b", long_ago),
        (first, "c", long_ago),
    ):
        money.put_job(account_id, unit, at=at)
    assert meet(money, finish("a"), lambda connection: expire_overdue_jobs(connection, at=NOW)) == []
    assert money.held() == [(97, 0), (97, 0)]


def test_a_unit_that_ends_no_job_waits_for_no_balance(money: Money) -> None:
    """Progress of shared work does not stand in line behind an account's payments."""
    for account_id in money.accounts:
        request = NewJob(account_id=account_id, kind=KIND, route="/x", request={}, units=["a", "b"], quote=6,
                         prices={"a": {"filing": 3}, "b": {"filing": 3}})  # fmt: skip
        create_job(money.platform, request, cause=Cause(), at=NOW)
    holder, worker = money.connect(None), money.connect()
    with holder.transaction():
        holder.execute("SELECT 1 FROM platform.balances FOR UPDATE")
        worker.execute("SET lock_timeout = '2s'")
        finish("a")(worker)
    finish("b")(worker)
    assert money.held() == [(94, 0), (94, 0)]


def test_a_timeline_goes_forward_whoever_read_the_clock_first(money: Money) -> None:
    money.put_job(money.accounts[0], "a")
    job = money.platform.execute("SELECT job_id FROM platform.jobs").fetchone()
    assert job is not None
    for seconds in (5, 3):
        money.platform.execute(
            "SELECT platform.advance_unit(%s, 'a', %s, 10, NULL, %s)",
            (KIND, f"stage {seconds}", NOW + timedelta(seconds=seconds)),
        )
    finish("a")(money.platform)
    told = money.superuser.execute("SELECT at, event FROM platform.job_events ORDER BY event_id").fetchall()
    assert [(row["at"] - NOW).total_seconds() for row in told] == [0, 5, 5, 5]
    assert told[-1]["event"] == "succeeded"
