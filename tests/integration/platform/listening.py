"""Fixtures of tests about channels: an account on a harness whose mail server and chat services are a catcher."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from infra.local.catcher.catcher import Catcher
from tests.factories.key_holders import first_holder
from tests.factories.listeners import Listener, parameters_of
from tests.harness.fixtures import HarnessMaker


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    with Catcher() as running:
        yield running


@pytest.fixture
def listener(make_harness: HarnessMaker, catcher: Catcher) -> Listener:
    harness = make_harness(parameters=parameters_of(catcher))
    return Listener(harness, catcher, first_holder(harness, "filings"))
