"""The filings demo where it reaches around the API: the worker it kills, the replay server it gives back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from infra.local.demo_caller import Caller, control, failing
from infra.local.demo_filings import Day, kill_worker, reconcile, show_day
from infra.local.replay.server import ReplayServer
from infra.local.replay.store import Store
from infra.local.statements import Statements

from auspex.filings.adapters.edgar_daily_index import daily_index_path, parse_daily_index
from auspex.filings.edgar_days import new_york_day

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
WORKER = {"AWS_LAMBDA_FUNCTION_NAME": "auspex-local-filings-FilingsStageIngestion-1"}
PAGE = "/www/Archives/edgar/data/9999999001/999999900124000011/9999999001-24-000011-index.html"
FETCH = f"""
import sys, time, urllib.request
asked = urllib.request.Request(sys.argv[1] + "{PAGE}", headers={{"User-Agent": "Auspex tests tests@example.com"}})
assert urllib.request.urlopen(asked).read()
time.sleep(60)
"""
BORN_AFTER_SECONDS = 0.5


@pytest.fixture
def edgar() -> Iterator[ReplayServer]:
    server = ReplayServer(Store(None), port=0, recorded=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def day(edgar: ReplayServer) -> Day:
    """A day whose emulator is this process, and whose schedules fail once the day is set up."""

    def fire(_wanted: str, _event: Mapping[str, object]) -> dict[str, Any]:
        assert edgar.day.describe()["filings"]
        raise RuntimeError("no schedule runs here")

    url = f"http://127.0.0.1:{edgar.port}"
    return Day(fire, url, os.getpid(), Caller(url, None), Caller(url, None), Statements())


def test_a_worker_born_late_is_killed_while_it_fetches_and_no_other_process_is(day: Day) -> None:
    workers: list[subprocess.Popen[bytes]] = []
    fetch = [sys.executable, "-c", FETCH, day.replay_url]
    birth = threading.Timer(
        BORN_AFTER_SECONDS, lambda: workers.append(subprocess.Popen(fetch, env=os.environ | WORKER))
    )
    with subprocess.Popen(SLEEP) as other:
        birth.start()
        try:
            kill_worker(day)
            birth.join()
            (worker,) = workers
            assert worker.wait(10) == -signal.SIGKILL
            assert other.poll() is None
            assert day.record.failures == []
        finally:
            birth.join()
            for process in (other, *workers):
                process.kill()


def test_a_worker_that_fetches_nothing_is_none_to_kill(day: Day) -> None:
    with subprocess.Popen(SLEEP, env=os.environ | WORKER) as idle:
        try:
            kill_worker(day, seconds_max=0.5)
            assert idle.poll() is None
            assert day.record.failures == ["a worker was killed while it fetched"]
            assert control(day.replay_url, "GET", "/__faults") == []
        finally:
            idle.kill()


def test_a_day_that_breaks_off_gives_the_replay_server_back(day: Day, edgar: ReplayServer) -> None:
    with pytest.raises(RuntimeError, match="no schedule runs here"):
        show_day(day, 1)
    assert edgar.day.describe()["filings"] == []


@pytest.mark.parametrize(
    "begins_at", ["2026-11-22T13:00:00+00:00", "2026-11-23T04:30:00+00:00", "2026-07-02T03:30:00Z"]
)
def test_the_morning_after_reads_the_index_of_the_new_york_day(day: Day, edgar: ReplayServer, begins_at: str) -> None:
    asked: list[datetime] = []

    def fire(_wanted: str, event: Mapping[str, object]) -> dict[str, Any]:
        asked.append(datetime.fromisoformat(str(event["scheduled_at"])))
        index = edgar.day.answer(f"/www{daily_index_path(new_york_day(asked[0]) - timedelta(days=1))}")
        assert index is not None
        assert index.stored is not None
        return {"entries": len(parse_daily_index(index.stored.body)), "missing": 0}

    day.script = edgar.day.steer({"begins_at": begins_at, "seconds": 60, "now": "2026-12-31T00:00:00Z"})["filings"]
    day.listed = len(day.script)
    day.fire = fire
    reconcile(day)
    assert [at.time().isoformat() for at in asked] == ["07:30:00"]
    assert day.record.failures == []


def test_a_server_that_was_made_to_fail_works_again_whatever_happens_meanwhile(day: Day) -> None:
    def break_off() -> None:
        with failing(day.replay_url, path_prefix="/data", kind="404", times=9):
            assert control(day.replay_url, "GET", "/__faults")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert control(day.replay_url, "GET", "/__faults") == []
