"""How often the printed intervals contain the truth, by enumeration and simulation.

Run by hand: ``python -m tests.bench.coverage_simulation [--replicates 2000] [--seed 1]``. It prints, for rules
ACC, SUITE, CLEAN and DROP, the smallest coverage over a grid of sizes, accuracies and item difficulties, beside the
plain t interval on the same data, and for NOINFL how often its bound lies below the truth.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from certify.statistics.accuracy import _envelope, accuracy_interval
from certify.statistics.clean_subset import clean_subset
from certify.statistics.interval import alpha_of
from certify.statistics.noinflation import no_inflation_bound
from certify.statistics.paired import paired_interval
from certify.statistics.suite import suite_interval

SIZES = (10, 20, 30, 60, 200)
REPEATS = (1, 4, 16)
MEANS = (0.3, 0.5, 0.8, 0.9, 0.95, 0.98, 0.995)
CORRELATIONS = (0.0, 0.35, 0.8)
Row = tuple[float, float, str]


@cache
def _acc(items: int, samples: int, total: int, squares: int) -> tuple[float, float]:
    if total in (0, items * samples):
        interval = accuracy_interval([total // items] * items, samples)
        assert interval is not None
        return interval.lower, interval.upper
    return _envelope(items, samples, total, squares, alpha_of(0.95))


def _difficulties(rng: np.random.Generator, mean: float, rho: float, shape: tuple[int, int]) -> NDArray[np.float64]:
    if rho == 0:
        return np.full(shape, mean)
    strength = 1 / rho - 1
    return rng.beta(mean * strength, (1 - mean) * strength, size=shape)


def acc_cells(rng: np.random.Generator, replicates: int) -> Iterator[tuple[Row, Row]]:
    """Coverage of ACC and of the plain t interval, cell by cell."""
    for n, k, mean, rho in itertools.product(SIZES, REPEATS, MEANS, CORRELATIONS):
        counts = rng.binomial(k, _difficulties(rng, mean, rho, (replicates, n)))
        totals, squares = counts.sum(axis=1), (counts**2).sum(axis=1)
        ends = np.array([_acc(n, k, int(t), int(s)) for t, s in zip(totals, squares, strict=True)])
        half = stats.t.ppf(0.975, n - 1) * counts.std(axis=1, ddof=1) / k / math.sqrt(n)
        plain = np.abs(totals / (n * k) - mean) <= half
        cell = f"n={n} k={k} mean={mean} rho={rho}"
        inside = (ends[:, 0] <= mean) & (mean <= ends[:, 1])
        yield (
            (float(inside.mean()), float((ends[:, 0] > mean).mean()), cell),
            (float(plain.mean()), 0.0, cell),
        )


def exact_cells() -> Iterator[Row]:
    """Coverage of ACC with one answer per item, without simulation error."""
    means = np.linspace(0.001, 0.999, 999)
    for n in (10, 17, 30, 60, 100, 200):
        ends = np.array([_acc(n, 1, x, x) for x in range(n + 1)])
        chances = stats.binom.pmf(np.arange(n + 1)[:, None], n, means)
        inside = (ends[:, :1] <= means) & (means <= ends[:, 1:])
        coverage = (chances * inside).sum(axis=0)
        missed = (chances * (ends[:, :1] > means)).sum(axis=0)[means >= 0.5]
        worst = int(coverage.argmin())
        yield float(coverage[worst]), float(missed.max()), f"n={n} k=1 worst mean={means[worst]:.3f}"


def suite_cells(rng: np.random.Generator, replicates: int) -> Iterator[Row]:
    """Coverage of SUITE; family means differ by up to .05 around the base."""
    shapes = [(2, 2, 20), (3,) * 12, (5, 5, 5), (5,) * 12, (10, 20, 60), (30, 5, 5, 5, 5, 5), (20,) * 6]
    for sizes, k, base in itertools.product(shapes, (1, 4), (0.5, 0.8, 0.95, 0.99)):
        spread = min(0.05, 1 - base - 0.002)
        means = [base + spread * (2 * i / (len(sizes) - 1) - 1) for i in range(len(sizes))]
        truth = sum(means) / len(means)
        inside = missed = 0
        for _ in range(replicates):
            families = {
                str(i): [int(c) for c in rng.binomial(k, _difficulties(rng, mean, 0.35, (1, n))[0])]
                for i, (n, mean) in enumerate(zip(sizes, means, strict=True))
            }
            interval = suite_interval(families, k)
            assert interval is not None
            inside += interval.lower <= truth <= interval.upper
            missed += interval.lower > truth
        yield inside / replicates, missed / replicates, f"sizes={sizes} k={k} base={base}"


def no_inflation_cells(rng: np.random.Generator, replicates: int) -> Iterator[Row]:
    """How often NOINFL lies below the true gap, and the same for the plain t bound (second number)."""
    for n, k, base, leak in itertools.product((30, 60), (1, 8), (0.77, 0.97), (0.1, 0.5, 1.0)):
        below = plain = 0
        for _ in range(replicates):
            p = _difficulties(rng, base, 0.35, (1, n))[0]
            q = np.where(rng.random(n) < leak, 1.0, p)
            gaps = (rng.binomial(k, q) - rng.binomial(k, p)) / k
            truth = leak * (1 - base)
            below += no_inflation_bound([float(g) for g in gaps]) < truth
            plain += gaps.mean() + stats.t.ppf(0.95, n - 1) * gaps.std(ddof=1) / math.sqrt(n) < truth
        yield below / replicates, plain / replicates, f"n={n} k={k} base={base} leak={leak}"


def clean_cells(rng: np.random.Generator, replicates: int) -> Iterator[Row]:
    """Coverage of CLEAN; items differ in difficulty on either side."""
    for clean, found, k, base, lift in itertools.product((20, 200), (12, 60), (1, 4), (0.5, 0.9), (0.0, 0.09)):
        truth = -found / (clean + found) * lift
        inside = missed = 0
        for _ in range(replicates):
            sides = [
                [float(c) / k for c in rng.binomial(k, _difficulties(rng, mean, 0.35, (1, n))[0])]
                for n, mean in ((clean, base), (found, base + lift))
            ]
            result = clean_subset(*sides)
            assert result.lower is not None
            assert result.upper is not None
            inside += result.lower <= truth <= result.upper
            missed += result.lower > truth
        yield inside / replicates, missed / replicates, f"clean={clean} found={found} k={k} base={base} lift={lift}"


def drop_cells(rng: np.random.Generator, replicates: int) -> Iterator[Row]:
    """Coverage of DROP where a share of the items is lost wholly; the second number is that of the plain t interval."""
    for n, k, base, lost in itertools.product(
        (10, 12, 20, 80, 200), (1, 4, 16), (0.3, 0.8, 0.95, 0.995), (0, 0.05, 0.39, 0.9)
    ):
        inside = plain = 0
        for _ in range(replicates):
            p = _difficulties(rng, base, 0.35, (1, n))[0]
            q = np.where(rng.random(n) < lost, 0.0, p)
            drops = (rng.binomial(k, p) - rng.binomial(k, q)) / k
            interval = paired_interval([float(d) for d in drops])
            assert interval is not None
            inside += interval.lower <= lost * base <= interval.upper
            half = stats.t.ppf(0.975, n - 1) * drops.std(ddof=1) / math.sqrt(n)
            plain += abs(drops.mean() - lost * base) > half
        yield inside / replicates, plain / replicates, f"n={n} k={k} base={base} lost={lost}"


def _worst(title: str, rows: list[Row], second: str, pick: Callable[[list[Row]], Row]) -> None:
    value, _, cell = pick(rows)
    other = max(rows, key=lambda row: row[1])
    print(f"{title:<34} {value:.4f} at {cell}; worst {second} {other[1]:.4f} at {other[2]}; {len(rows)} cells")


def main() -> None:
    """Prints one line a rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    _worst("ACC, one answer, enumerated, min", list(exact_cells()), "lower miss", min)
    acc, plain = zip(*acc_cells(rng, arguments.replicates), strict=True)
    _worst("ACC simulated, min", list(acc), "lower miss", min)
    _worst("plain t, same data, min", list(plain), "-", min)
    _worst("SUITE simulated, min", list(suite_cells(rng, arguments.replicates // 4)), "lower miss", min)
    _worst("CLEAN simulated, min", list(clean_cells(rng, arguments.replicates // 4)), "lower miss", min)
    _worst("DROP simulated, min", list(drop_cells(rng, arguments.replicates // 4)), "plain t missed", min)
    rows = list(no_inflation_cells(rng, arguments.replicates // 2))
    _worst("NOINFL below the truth, max", rows, "plain t", max)


if __name__ == "__main__":
    main()
