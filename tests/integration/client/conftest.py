"""The client on the harness, whose EDGAR is a replay of the sample company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from tests.harness.harness import Harness
from tests.integration.client.harness_transport import HarnessTransport
from tests.integration.filings.conftest import filings, replay

from auspex_client import Auspex

__all__ = ["filings", "replay"]  # fixtures
Connect = Callable[..., Auspex]


def sleeper(harness: Harness) -> Callable[[float], None]:
    """Return a sleep that moves the harness' clock, so that what is due meanwhile happens."""
    return harness.advance


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make a client of a key on a harness; its sleeping moves the harness' clock."""
    with ExitStack() as stack:

        def make(harness: Harness, key: str | None, transport: HarnessTransport | None = None) -> Auspex:
            def now() -> float:
                return harness.clock.now().timestamp()

            client = Auspex(
                "http://localhost", key or "", transport=transport or HarnessTransport(harness),
                sleep=sleeper(harness), now=now,
            )  # fmt: skip
            return stack.enter_context(client)

        yield make
