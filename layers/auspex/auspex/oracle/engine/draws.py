"""Seeded draws (ORACLE 7.6): the same seed gives the same numbers on every machine, whatever else was drawn.

Only the raw 64-bit stream of PCG64 is used, because numpy guarantees it for ever, and never its distributions. A
generator belongs to one (seed, spawn_key); no state outlives a call. Distributions are inverted here, by tables rounded
to 2^-48: a last bit that differs between machines then almost never decides.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int8]

SEED_MAX = 2**53 - 1
"""Largest seed: what a JSON number holds without loss."""
TABLE_STEPS = float(2**48)
COUNT_MAX = 30

_SEED_DOMAIN = "auspex.oracle.seed.v1\n"


class Stream:
    """One stream of uniforms. Asking for a and then b numbers gives the same as asking for a + b."""

    def __init__(self, seed: int, spawn_key: Sequence[int]) -> None:
        if not 0 <= seed <= SEED_MAX:
            raise ValueError(f"a seed lies between 0 and 2^53 - 1, not at {seed}")
        self._bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=tuple(spawn_key)))

    def uniforms(self, shape: int | tuple[int, ...]) -> Floats:
        """Return numbers from [0, 1), multiples of 2^-53, in rows' order."""
        raw = np.asarray(self._bits.random_raw(int(np.prod(shape))), dtype=np.uint64)
        return np.asarray((raw >> np.uint64(11)) * 2.0**-53).reshape(shape)


def derived_seed(fingerprint: str) -> int:
    """Return the seed of a fingerprint (64 lower-case hexadecimal digits): 53 bits of a hash of it."""
    if not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
        raise ValueError("a fingerprint is 64 lower-case hexadecimal digits")
    digest = hashlib.sha256((_SEED_DOMAIN + fingerprint).encode("ascii")).digest()
    return int.from_bytes(digest[:8], "big") >> 11


def uniforms(seed: int, spawn_key: Sequence[int], n: int) -> Floats:
    """Return the first n uniforms of a stream, in [0, 1)."""
    return Stream(seed, spawn_key).uniforms(n)


def poisson_counts(rate: Floats, uniform: Floats, *, factor_at_zero: Floats | None = None) -> Counts:
    """Draw Poisson counts by inversion, one for each rate and uniform (same shape), 0 to 30.

    `factor_at_zero` multiplies the probability of 0 at the cost of that of 1, as the correction of low scores does.
    Thresholds are rounded to 2^-48. Equal uniforms give counts that never fall when the rate rises.
    """
    level = (uniform * TABLE_STEPS).ravel()
    mean = rate.ravel()
    mass = np.exp(-mean) * TABLE_STEPS
    below = mass if factor_at_zero is None else mass * factor_at_zero.ravel()
    counts = (level >= np.rint(below)).astype(np.int8)
    # Few are left after the first steps: the rest of the loop runs on those alone.
    left = np.flatnonzero(counts)
    level, mean, mass = level[left], mean[left], mass[left]
    below = mass.copy()
    for goals in range(1, COUNT_MAX):
        mass = mass * mean / goals
        below = below + mass
        beyond = level >= np.rint(below)
        left = left[beyond]
        if left.size == 0:
            break
        counts[left] += 1
        level, mean, mass, below = level[beyond], mean[beyond], mass[beyond], below[beyond]
    return counts.reshape(uniform.shape)


def standard_normals(uniform: Floats) -> Floats:
    """Return normal quantiles of uniforms from [0, 1): the standard library's, by algorithm AS 241 of Wichura (1988).

    Half a step of 2^-53 is added, so that 0 has a quantile.
    """
    levels = (uniform + 2.0**-54).ravel()
    quantiles = map(NormalDist().inv_cdf, np.minimum(levels, 1 - 2.0**-53).tolist())
    return np.fromiter(quantiles, np.float64, levels.size).reshape(uniform.shape)
