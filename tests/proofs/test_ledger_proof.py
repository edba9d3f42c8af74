"""The short form of `make prove-ledger`: a fixed seed on the shipped SQL, and every planted bug."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.proofs.databases import ProofServer
from tests.proofs.ledger import FAULTS, PLANTED, catch, play

SEED = 20_241_104
HISTORIES, LANES = 96, 16
TELLING_SEEDS = {"one_analysis_too_many": 1, "redrive_above_quote": 1, "report_after_the_end": 1}
"""Where the search for a bug that shows seldom begins, so that it is short."""


def test_random_histories_agree_with_the_oracle_through_every_kind_of_fault(proof_server: ProofServer) -> None:
    proof = play(proof_server, "proof_short", seed=SEED, histories=HISTORIES, seconds=120, lanes=LANES)
    assert proof.violations == []
    assert proof.counts["histories"] == HISTORIES
    assert proof.counts["steps"] >= 20 * HISTORIES
    assert [name for name in FAULTS if not proof.counts[name]] == []


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.stem)
def test_a_planted_bug_is_caught(proof_server: ProofServer, planted: Path) -> None:
    assert catch(proof_server, planted, seed=TELLING_SEEDS.get(planted.stem, 1), lanes=8)
