"""Generated requests of every operation against the running stack: `make fuzz` does the same for longer."""

from __future__ import annotations

import pytest
from infra.local.state import state_directory
from tests.conformance.fuzz import fuzz

pytestmark = pytest.mark.stack
SECONDS = 150
CASES_MIN = 200
"""Reached in half a minute when functions are warm and the machine is free; beside other tests they are neither."""


def test_no_generated_request_is_answered_beside_the_document() -> None:
    if not state_directory().result_file.is_file():
        pytest.skip("no stack is up: make journeys brings one up")
    found = fuzz(seconds=SECONDS)
    assert found.passed, found.output
    assert found.cases >= CASES_MIN, found.output
    assert found.operations > 0
