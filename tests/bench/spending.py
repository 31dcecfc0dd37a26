"""The boundaries of rule SEQ, computed: how the table in certify/statistics/sequential.py comes about.

    python -m tests.bench.spending

Prints, for each number of equally spaced looks, the one-sided p-value at each look. Source: Lan and DeMets (1983),
Pocock-type spending alpha ln(1 + (e - 1) t); recursive integration after Armitage, McPherson and Rowe (1969).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

_POINTS = 1201
_LOWEST = -7.0


def spent(share: float, alpha: float) -> float:
    """The error that may have been used once this share of the items is answered."""
    return alpha * math.log1p((math.e - 1) * share)


def nominal_levels(looks: int, alpha: float = 0.025) -> list[float]:
    """One-sided p-values at which each of equally spaced looks stops."""
    return nominal_levels_at([(look + 1) / looks for look in range(looks)], alpha)


def nominal_levels_at(shares: Sequence[float], alpha: float = 0.025) -> list[float]:
    """The same for looks at these shares of the items, rising to 1.

    The walk is Brownian motion; ``grid`` and ``mass`` hold where it stands if it has not stopped.
    """
    grid, mass, before, used, found = np.zeros(1), np.ones(1), 0.0, 0.0, list[float]()
    for share in shares:
        step, used = spent(share, alpha) - used, spent(share, alpha)
        sd = math.sqrt(share - before)
        top = float(brentq(_excess, 0.0, 8.0, args=(grid, mass, sd, step), xtol=1e-12))
        found.append(float(norm.sf(top / math.sqrt(share))))
        new = np.linspace(_LOWEST, top, _POINTS)
        mass = norm.pdf(new[:, None], loc=grid[None, :], scale=sd) @ mass * _simpson(new)
        grid, before = new, share
    return found


def _excess(top: float, grid: NDArray[np.float64], mass: NDArray[np.float64], sd: float, step: float) -> float:
    return float(norm.sf((top - grid) / sd) @ mass) - step


def _simpson(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = np.full(len(grid), 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return weights * (grid[1] - grid[0]) / 3


def main() -> None:
    """Prints the table."""
    for looks in range(2, 11):
        print(looks, " ".join(f"{level:.7f}" for level in nominal_levels(looks)))


if __name__ == "__main__":
    main()
