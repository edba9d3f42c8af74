"""Fixtures over the harness; `tests/conftest.py` makes them known to every test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from infra.local.catcher.catcher import Catcher
    from tests.conftest import Database
    from tests.harness.harness import Harness

TOY = Path(__file__).parent / "toy" / "template.yaml"
MODEL = Path(__file__).resolve().parents[2] / ".auspex" / "model"
HarnessMaker = Callable[..., "Harness"]


@pytest.fixture
def make_harness(database: Database) -> Iterator[HarnessMaker]:
    """Make a harness with options of the test's own; it is closed at the end."""
    from tests.harness.harness import Harness  # moto and boto3: a second that most tests need not pay

    with ExitStack() as stack:

        def make(**options: Any) -> Harness:
            return stack.enter_context(Harness(database, **options))

        yield make


@pytest.fixture
def harness(make_harness: HarnessMaker) -> Harness:
    """The real application on the test's own database."""
    return make_harness()


@pytest.fixture
def make_toy(make_harness: HarnessMaker, database: Database) -> HarnessMaker:
    """Make a harness of the toy application."""
    from tests.harness.toy.contracts import TABLE

    with database.connect(None) as connection:
        connection.execute(TABLE)

    def make(**options: Any) -> Harness:
        return make_harness(root=TOY, **options)

    return make


@pytest.fixture
def toy(make_toy: HarnessMaker) -> Harness:
    """The toy application on the test's own database."""
    return make_toy()


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    """A receiver of webhooks and mails on loopback, of the test's own."""
    from infra.local.catcher.catcher import Catcher

    with Catcher() as running:
        yield running


@pytest.fixture(scope="session")
def filings_parameters() -> Iterator[dict[str, str]]:
    """Root parameters that lead EDGAR's traffic to a replay of the sample company, on a port of its own."""
    from infra.local.replay.server import ReplayServer
    from infra.local.replay.store import Store

    if not (MODEL / "model.onnx").is_file():
        pytest.skip("needs the embedding model, which `make install` obtains")
    server = ReplayServer(Store(None), port=0, recorded=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    base = f"http://127.0.0.1:{server.port}"
    yield {
        "EdgarWwwUrl": f"{base}/www",
        "EdgarDataUrl": f"{base}/data",
        "EdgarUserAgent": "Auspex tests tests@example.org",
        "ModelDirectory": str(MODEL),
    }
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def make_filings(make_harness: HarnessMaker, filings_parameters: dict[str, str]) -> HarnessMaker:
    """Make a harness of the real application whose EDGAR is the replay of the sample company."""

    def make(**options: Any) -> Harness:
        return make_harness(parameters=filings_parameters, **options)

    return make
