"""Exact Shapley values (1953) of a function of up to eight switches: what each one adds, averaged over every order."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PLAYERS_MAX = 8


@lru_cache(maxsize=PLAYERS_MAX + 1)
def subsets(players: int) -> npt.NDArray[np.bool_]:
    """Return every subset of the players, shape (2^players, players); the first is empty, the last is all.

    Raises ValueError for more than eight players: the evaluations double with each.
    """
    if not 0 <= players <= PLAYERS_MAX:
        raise ValueError(f"{players} players, at most {PLAYERS_MAX}")
    masks = np.asarray(((np.arange(2**players)[:, None] >> np.arange(players)) & 1).astype(np.bool_))
    masks.setflags(write=False)
    return masks


def shapley_values(values: Floats) -> Floats:
    """Return each player's share from the function's values at `subsets(players)`, shape (2^players, ...).

    The result has shape (players, ...) and adds up to values[-1] - values[0], to rounding.
    """
    players = len(values).bit_length() - 1
    if len(values) != 2**players:
        raise ValueError(f"{len(values)} values are not those of all subsets")
    masks = subsets(players)
    sizes = masks.sum(axis=1)
    weights = _weights(players)
    shares = np.empty((players, *values.shape[1:]))
    for player in range(players):
        without = np.flatnonzero(~masks[:, player])
        gains = values[without + (1 << player)] - values[without]
        shares[player] = np.tensordot(weights[sizes[without]], gains, axes=1)
    return shares


@lru_cache(maxsize=PLAYERS_MAX + 1)
def _weights(players: int) -> Floats:
    """Return the share of orders in which exactly a given set of each size comes before one player."""
    orders = [math.factorial(size) * math.factorial(players - size - 1) for size in range(players)]
    return np.array(orders, dtype=np.float64) / math.factorial(players)
