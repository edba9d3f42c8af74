"""The filings demo where it reaches around the API: the worker it kills, the replay server it gives back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from infra.local.demo_caller import Caller
from infra.local.demo_filings import Day, kill_worker, show_day
from infra.local.replay.server import ReplayServer
from infra.local.replay.store import Store
from infra.local.statements import Statements

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
WORKER = {"AWS_LAMBDA_FUNCTION_NAME": "auspex-local-filings-FilingsStageIngestion-1"}
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


def test_a_worker_born_late_is_killed_and_no_other_process_is(day: Day) -> None:
    workers: list[subprocess.Popen[bytes]] = []
    birth = threading.Timer(
        BORN_AFTER_SECONDS, lambda: workers.append(subprocess.Popen(SLEEP, env=os.environ | WORKER))
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


def test_a_day_that_breaks_off_gives_the_replay_server_back(day: Day, edgar: ReplayServer) -> None:
    with pytest.raises(RuntimeError, match="no schedule runs here"):
        show_day(day, 1)
    assert edgar.day.describe()["filings"] == []
