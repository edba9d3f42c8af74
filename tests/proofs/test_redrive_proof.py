"""The short forms of `make prove-redrive` and `make prove-cancel`."""

from __future__ import annotations

import pytest
from tests.conftest import Database
from tests.harness.fixtures import MODEL
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of, replaying
from tests.proofs.applications import toy_application
from tests.proofs.cancelling import cancel_often, planted_no_check
from tests.proofs.redriving import FAULTS, KINDS, redrive_twice


def test_mixed_dead_letters_redriven_twice_leave_each_effect_once(database: Database) -> None:
    with toy_application(database, copies=2, seed=1) as harness:
        found = redrive_twice(harness, 3 * len(KINDS))
    assert {name: found[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert found["outcomes"]["first_already_done"] == 3
    assert found["outcomes"]["second_already_redriven"] == found["letters"] - found["outcomes"]["second_unreadable"]


def test_no_outside_effect_begins_after_a_cancellation_and_a_missing_check_is_noticed(database: Database) -> None:
    if not (MODEL / "model.onnx").is_file():
        pytest.skip("needs the embedding model, which `make install` obtains")
    with replaying() as replay, Harness(database, parameters=parameters_of(replay)) as harness:
        found = cancel_often(harness, replay, interleavings=6, seed=1)
        with planted_no_check():
            planted = cancel_often(harness, replay, interleavings=2, seed=1)
    assert (found["steps_begun_after_cancel"], found["effects_after_cancel"]) == (0, 0)
    assert found["requests"] > 0
    assert planted["steps_begun_after_cancel"] > 0
