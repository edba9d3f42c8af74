"""Seeded draws: the worked seed, raws and scorelines of ORACLE 7.11, and laws."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.scorelines import cumulative_table, draw_scorelines, invert

from auspex.oracle.engine.draws import (
    SEED_MAX,
    Stream,
    derived_seed,
    standard_normals,
    uniforms,
)
from auspex.oracle.engine.grid import score_grid

FINGERPRINT = "0368f8fcb7ef5255034fe38df78fb57fa0ee34d9a55558854bb815f9048feafe"
SEED = 7987979101927665
RAWS = (15544787406928841963, 2354973717678019470, 9435395355605947123, 2265436000662239304)


def test_the_worked_fingerprint_gives_the_worked_seed() -> None:
    assert derived_seed(FINGERPRINT) == SEED


def test_the_worked_seed_gives_the_worked_stream() -> None:
    assert uniforms(SEED, (0,), 4).tolist() == [(raw >> 11) / 2**53 for raw in RAWS]


def test_the_worked_stream_gives_the_worked_scorelines() -> None:
    home, away = draw_scorelines(score_grid(1.6, 1.1, -0.08), uniforms(SEED, (0,), 4))
    assert list(zip(home.tolist(), away.tolist(), strict=True)) == [(3, 1), (0, 1), (1, 3), (0, 1)]


@given(st.integers(0, SEED_MAX), st.integers(0, 50), st.integers(0, 50))
def test_a_stream_does_not_depend_on_how_it_is_asked(seed: int, first: int, second: int) -> None:
    stream = Stream(seed, (1, 3))
    parts = np.concatenate((stream.uniforms(first), stream.uniforms(second)))
    assert (parts == uniforms(seed, (1, 3), first + second)).all()


def test_streams_of_other_keys_and_seeds_differ() -> None:
    drawn = [uniforms(seed, key, 3).tolist() for seed in (1, 2) for key in ((0,), (1,), (1, 0), (1, 1))]
    assert len({tuple(numbers) for numbers in drawn}) == 8


def test_nothing_else_that_draws_changes_a_stream() -> None:
    before = uniforms(7, (0,), 5)
    np.random.default_rng(0).random(10)
    uniforms(8, (0,), 5)
    assert (uniforms(7, (0,), 5) == before).all()


@pytest.mark.parametrize("seed", [-1, SEED_MAX + 1])
def test_a_seed_beyond_its_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="seed"):
        uniforms(seed, (0,), 1)


@pytest.mark.parametrize("fingerprint", ["", FINGERPRINT.upper(), FINGERPRINT[1:]])
def test_what_is_no_fingerprint_has_no_seed(fingerprint: str) -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        derived_seed(fingerprint)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 0.01))
def test_a_table_gives_every_uniform_a_possible_outcome(weights: list[float]) -> None:
    p = np.array(weights) / sum(weights)
    table = cumulative_table(p)
    assert table[-1] == 1.0
    drawn = invert(table, np.array([0.0, 0.25, 0.5, 1 - 2.0**-53]))
    assert (p[drawn] > 0).all()
    assert (np.diff(table) >= 0).all()


def test_shares_of_a_table_are_its_probabilities() -> None:
    p = (0.1, 0.0, 0.6, 0.3)
    even = (np.arange(10_000) + 0.5) / 10_000
    assert np.bincount(invert(cumulative_table(p), even), minlength=4).tolist() == [1000, 0, 6000, 3000]


def test_what_is_no_distribution_has_no_table() -> None:
    for p in ([0.5, 0.4], [1.5, -0.5]):
        with pytest.raises(ValueError, match="no probabilities"):
            cumulative_table(p)


def test_normals_are_the_quantiles_of_uniforms_ends_included() -> None:
    levels = np.array([[0.0, 0.5 - 2.0**-54], [0.975, 1 - 2.0**-53]])
    found = standard_normals(levels)
    assert found.shape == (2, 2)
    assert np.isfinite(found).all()
    assert found[0, 1] == 0.0
    assert found[1, 0] == pytest.approx(NormalDist().inv_cdf(0.975))
    sample = standard_normals(uniforms(5, (2,), 40_000))
    assert (sample.mean(), sample.std()) == pytest.approx((0, 1), abs=0.015)
