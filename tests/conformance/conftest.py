"""The one deployment that every conformance test looks at; its accounts are made anew by each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conformance.world import World, build_world
from tests.conftest import Server


@pytest.fixture(scope="package")
def world(postgres_server: Server, filings_parameters: dict[str, str]) -> Iterator[World]:
    """A deployment with one filing in it."""
    with build_world(postgres_server, filings_parameters) as built:
        yield built
