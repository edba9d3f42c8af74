"""Goal rates that give stated probabilities: the way back from odds to λ and μ (ORACLE 7.5).

Newton's method with central differences, damped until every step gets nearer. The unknowns are ln λ and ln μ, so that
rates stay positive; ρ joins them when over 2.5 is stated too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.grid import (
    LARGE_GRID,
    RATE_MAX,
    RATE_MIN,
    RATE_OF_A_SMALL_GRID_MAX,
    SMALL_GRID,
    poisson,
    rates_win_draw_loss,
    rho_bounds,
)

Floats = npt.NDArray[np.float64]

START = (1.45, 1.15)
RESIDUAL_MAX = 1e-10
RESIDUAL_WANTED = 1e-13
STEPS_MAX = 60
HALVINGS_MAX = 30
DIFFERENCE = 1e-5
LATTICE = 24


class OddsNotRepresentableError(ValueError):
    """No rates between 0.05 and 6 with a valid ρ give these probabilities."""


@dataclass(frozen=True, slots=True)
class SolvedRates:
    """λ, μ and ρ, the largest residual left and the steps it took."""

    home: float
    away: float
    rho: float
    residual: float
    steps: int


def rates_from_outcomes(home: float, away: float, *, rho: float) -> SolvedRates:
    """Return the rates whose grid with this ρ gives P(home) and P(away); residual below 1e-10.

    Raises OddsNotRepresentableError.
    """
    return _solve_on_the_fitting_grid(np.array([home, away]), np.log(START), rho)


def rates_from_outcomes_and_total(home: float, away: float, over_2_5: float, *, rho_start: float) -> SolvedRates:
    """Return rates and ρ whose grid gives P(home), P(away) and P(more than 2.5 goals); residual below 1e-10.

    ρ moves no mass across 2.5 goals: the total fixes λ + μ, the outcomes fix their ratio and ρ.
    Raises OddsNotRepresentableError.
    """
    # Begun from the rates without the total: far from both, the first step leads nowhere.
    first = rates_from_outcomes(home, away, rho=rho_start)
    start = np.array([*np.log((first.home, first.away)), rho_start])
    return _solve_on_the_fitting_grid(np.array([home, away, over_2_5]), start, None)


def _solve_on_the_fitting_grid(target: Floats, start: Floats, rho: float | None) -> SolvedRates:
    if not ((target > 0) & (target < 1)).all() or not target[0] + target[1] < 1:
        raise OddsNotRepresentableError("probabilities lie strictly between 0 and 1")
    for cells in (SMALL_GRID, LARGE_GRID):
        problem = _Problem(target, rho, cells)
        solved = problem.solve(start)
        if not solved.residual < RESIDUAL_MAX:
            # Very uneven sides: from the usual start the steps run into the largest rate and stay there.
            solved = problem.solve(problem.nearest(start))
        if cells == LARGE_GRID or max(solved.home, solved.away) <= RATE_OF_A_SMALL_GRID_MAX:
            break
    if not solved.residual < RESIDUAL_MAX:
        raise OddsNotRepresentableError(f"no rates give these probabilities: {solved.residual:.1e} is left")
    return solved


@dataclass(frozen=True, slots=True)
class _Problem:
    """Find the point (ln λ, ln μ and, unless it is fixed, ρ) where a grid's probabilities meet the target."""

    target: Floats
    rho: float | None
    cells: int

    def solve(self, point: Floats) -> SolvedRates:
        residual, steps = self.residuals(point[None])[0], 0
        while np.abs(residual).max() >= RESIDUAL_WANTED and steps < STEPS_MAX:
            following = self.nearer(point, residual)
            if following is None:
                break
            point, residual = following
            steps += 1
        home, away = np.exp(point[:2]).tolist()
        rho = float(point[2]) if self.rho is None else self.rho
        return SolvedRates(home, away, rho, float(np.abs(residual).max()), steps)

    def nearest(self, start: Floats) -> Floats:
        """Return the point of a lattice of rates, with the start's ρ, whose probabilities are nearest."""
        steps = np.linspace(np.log(RATE_MIN), np.log(RATE_MAX), LATTICE)
        rates = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        points = np.concatenate((rates, np.tile(start[2:], (len(rates), 1))), axis=1)
        low, high = rho_bounds(np.exp(points[:, 0]), np.exp(points[:, 1]))
        rho = points[:, 2] if self.rho is None else self.rho
        distance = np.where((low <= rho) & (rho <= high), np.abs(self.residuals(points)).max(axis=1), np.inf)
        return np.asarray(points[np.argmin(distance)])

    def nearer(self, point: Floats, residual: Floats) -> tuple[Floats, Floats] | None:
        """Return the next point and its residual; None when no step gets nearer."""
        moves = np.eye(point.size) * DIFFERENCE
        around = self.residuals(np.concatenate((point + moves, point - moves)))
        jacobian = (around[: point.size] - around[point.size :]).T / (2 * DIFFERENCE)
        if not np.isfinite(jacobian).all() or np.linalg.cond(jacobian) > 1e12:
            return None
        step = np.linalg.solve(jacobian, -residual)
        for _ in range(HALVINGS_MAX):
            candidate = point + step
            if self.is_valid(candidate):
                following = self.residuals(candidate[None])[0]
                if np.abs(following).max() < np.abs(residual).max():
                    return candidate, following
            step = step / 2
        return None

    def is_valid(self, point: Floats) -> bool:
        home, away = np.exp(np.clip(point[:2], -50, 50))
        if not RATE_MIN <= min(home, away) <= max(home, away) <= RATE_MAX:
            return False
        low, high = rho_bounds(home, away)
        return bool(low <= (point[2] if self.rho is None else self.rho) <= high)

    def residuals(self, points: Floats) -> Floats:
        """Return what the grids' probabilities differ by, shape (points, target's size)."""
        home, away = np.exp(points[:, 0]), np.exp(points[:, 1])
        rho = points[:, 2] if self.rho is None else np.full(len(points), self.rho)
        outcomes = rates_win_draw_loss(home, away, rho, size=self.cells)
        found = [outcomes[:, 0], outcomes[:, 2]]
        if self.target.size == 3:
            p, q = poisson(home, self.cells), poisson(away, self.cells)
            up_to_two = p[:, 0] * q[:, :3].sum(axis=1) + p[:, 1] * q[:, :2].sum(axis=1) + p[:, 2] * q[:, 0]
            found.append(1 - up_to_two / (p.sum(axis=1) * q.sum(axis=1)))
        return np.stack(found, axis=1) - self.target
