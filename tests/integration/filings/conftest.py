"""The filings application on the harness; its EDGAR is a replay server with the sample company, faults on request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from infra.local.replay.server import ReplayServer
from infra.local.replay.store import Store
from tests.factories.ledgers import Ledger
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness

ROOT = Path(__file__).resolve().parents[3]
MODEL_DIRECTORY = ROOT / ".auspex" / "model"
STAGES = ("Scan", "Ingestion", "Analysis", "Knowledge", "Backfill")
USER_AGENT = "Auspex tests operator@example.com"


@contextmanager
def replaying() -> Iterator[ReplayServer]:
    """Serve the project's own sample corpus, and nothing else, for the block."""
    server = ReplayServer(Store(None), port=0, recorded=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def parameters_of(server: ReplayServer) -> dict[str, str]:
    """Return the stack parameters that point at a replay server and the installed model."""
    base = f"http://127.0.0.1:{server.port}"
    return {
        "EdgarWwwUrl": f"{base}/www",
        "EdgarDataUrl": f"{base}/data",
        "EdgarUserAgent": USER_AGENT,
        "ModelDirectory": str(MODEL_DIRECTORY),
        # As in the local stack: a killed worker's message is back in minutes, before schedules have run for an hour.
        **{f"Filings{stage}TimeoutSeconds": "30" for stage in STAGES},
        **{f"Filings{stage}VisibilitySeconds": "180" for stage in STAGES},
    }


@pytest.fixture
def replay() -> Iterator[ReplayServer]:
    """The test's own EDGAR."""
    with replaying() as server:
        yield server


@pytest.fixture
def filings(make_harness: HarnessMaker, replay: ReplayServer) -> Harness:
    """The application with the sample company's EDGAR."""
    return make_harness(parameters=parameters_of(replay))


@pytest.fixture
def ledger(harness: Harness) -> Ledger:
    """An empty guidance ledger; the clock stands at 4 November 2024."""
    return Ledger(harness)


@pytest.fixture
def key(harness: Harness) -> str:
    """A key that reads filings."""
    return harness.create_key("filings:read")
