"""How often a ladder calls held what is not, and how far the half length is off, by simulation.

Run by hand: ``python -m tests.bench.ladder_simulation [--replicates 2000] [--seed 1]``. It prints, for rule LADDER, the
largest share of runs in which a rung is called held whose true share of right answers lies below one half, over ladders
that fall off at different places and items of different difficulty; and for rule HALF the bias of both curves.
"""

from __future__ import annotations

import argparse
import itertools
import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from certify.statistics.accuracy import _envelope, all_right_lower
from certify.statistics.fixed_sequence import ONE_SIDED, fixed_sequence
from certify.statistics.half_length import _Counts, _logistic, _one_parameter
from certify.statistics.interval import alpha_of
from certify.statistics.suite import suite_interval

GUESS = 1 / 97
FULL = (8, 16, 32, 64, 128, 256, 512)
SHORT = (2, 4, 8, 16)


@cache
def _bound(items: int, samples: int, total: int, squares: int) -> float:
    if total == items * samples:
        return all_right_lower(items, ONE_SIDED)
    return 0.0 if total == 0 else _envelope(items, samples, total, squares, alpha_of(ONE_SIDED))[0]


def _difficulties(rng: np.random.Generator, mean: float, rho: float, count: int) -> NDArray[np.float64]:
    if rho == 0:
        return np.full(count, mean)
    strength = 1 / rho - 1
    return rng.beta(mean * strength, (1 - mean) * strength, size=count)


def wrongly_held(rng: np.random.Generator, replicates: int) -> list[tuple[float, str]]:
    """Shares of runs in which a rung just below one half is called held, after rungs that are."""
    found = []
    for (items, samples), rho, before in itertools.product(((10, 1), (40, 4)), (0.0, 0.35, 0.8), (0, 1, 3)):
        wrong = 0
        for _ in range(replicates):
            rungs = [_difficulties(rng, mean, rho, items) for mean in (*[0.9] * before, 0.4999, 0.4999)]
            counts = [rng.binomial(samples, p) for p in rungs]
            bounds = [_bound(items, samples, int(c.sum()), int((c * c).sum())) for c in counts]
            wrong += fixed_sequence(bounds, 0.5) > before
        found.append((wrong / replicates, f"{items} x {samples}, rho {rho}, {before} easier rungs"))
    return found


def wrongly_held_suites(rng: np.random.Generator, replicates: int) -> list[tuple[float, str]]:
    """The same for a level of puzzle families of unequal difficulty."""
    found = []
    for (families, items, samples), spread in itertools.product(((4, 9, 4), (2, 5, 2)), (0.0, 0.3)):
        means = [0.4999 + spread * (2 * place / (families - 1) - 1) for place in range(families)]
        wrong = 0
        for _ in range(replicates):
            right = {
                str(place): [int(c) for c in rng.binomial(samples, _difficulties(rng, mean, 0.35, items))]
                for place, mean in enumerate(means)
            }
            interval = suite_interval(right, samples, level=ONE_SIDED)
            wrong += interval is not None and interval.lower >= 0.5
        found.append((wrong / replicates, f"{families} families x {items} x {samples}, spread {spread}"))
    return found


def half_length_bias(rng: np.random.Generator, replicates: int) -> list[str]:
    """Median estimate over the true half length of the average chain, for both curves."""
    told = []
    for (lengths, items, samples), half, spread in itertools.product(
        ((FULL, 40, 4), (SHORT, 10, 1)), (5.0, 14.0, 69.0), (0.0, 0.5, 1.0)
    ):
        if not lengths[0] < half < lengths[-1]:
            continue
        error = math.log(2) / half
        many = error * np.exp(spread * rng.standard_normal(20_000))
        grid = np.exp(np.linspace(0, math.log(4096), 800))
        truth = float(grid[np.argmin([abs(np.exp(-many * d).mean() - 0.5) for d in grid])])
        ratios: dict[str, list[float]] = {"one-parameter": [], "logistic": []}
        for _ in range(replicates):
            right = []
            for length in lengths:
                errors = error * np.exp(spread * rng.standard_normal(items))
                right.append(int(rng.binomial(samples, GUESS + (1 - GUESS) * np.exp(-errors * length)).sum()))
            counts = _Counts(lengths, right, [items * samples] * len(lengths), GUESS)
            ratios["one-parameter"].append(_one_parameter(counts) / truth)
            ratios["logistic"].append(_logistic(counts) / truth)
        parts = [f"{name} {100 * (float(np.median(found)) - 1):+.0f} %" for name, found in ratios.items()]
        told.append(f"{len(lengths)} lengths, half {half:g}, spread {spread:g}: {', '.join(parts)}")
    return told


def main() -> None:
    """Prints the worst cells, and the bias in each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    for title, cells in (
        ("LADDER of ACC, wrongly held", wrongly_held(rng, given.replicates)),
        ("LADDER of SUITE, wrongly held", wrongly_held_suites(rng, given.replicates // 4)),
    ):
        worst, cell = max(cells)
        print(f"{title:<34} {worst:.4f} at {cell}; {len(cells)} cells; all: {sorted(round(c, 3) for c, _ in cells)}")
    for line in half_length_bias(rng, given.replicates // 10):
        print(f"HALF {line}")


if __name__ == "__main__":
    main()
