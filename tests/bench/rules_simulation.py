"""Error rates of the rules that coverage_simulation leaves out: SEQ, PASS, RATIO, REF and the exact tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from certify.statistics import (
    Sums,
    Votes,
    boschloo_p_value,
    conformal_p_values,
    discoveries,
    look_interval,
    look_levels,
    look_sizes,
    majority_at,
    pass_at,
    ratio_interval,
)
from certify.statistics.accuracy import accuracy_of_sums
from tests.bench.coverage_simulation import _difficulties as difficulties

Counts = NDArray[np.int64]


class Stopped(NamedTuple):
    """How runs with looks ended, as shares of all runs."""

    met: float
    not_met: float
    items: float
    """Mean share of the items asked."""
    covered: float
    """Intervals at the stop that hold the truth."""


@cache
def _ends(items: int, right: int, squares: int, samples: int, look: int, looks: int) -> tuple[float, float]:
    found = look_interval({"all": Sums(items, right, squares)}, samples, look, looks)
    assert found is not None
    return found.lower, found.upper


def run_looks(right: Counts, samples: int, looks: int, threshold: float, truth: float) -> Stopped:
    """Every row is a run: its items in the order asked, stopped by rule SEQ."""
    runs, items = right.shape
    sums, squares = right.cumsum(axis=1), (right**2).cumsum(axis=1)
    met = not_met = asked = covered = 0
    sizes = look_sizes(items, looks)
    for run in range(runs):
        for look, size in enumerate(sizes, 1):
            low, high = _ends(size, int(sums[run, size - 1]), int(squares[run, size - 1]), samples, look, looks)
            if low >= threshold or high < threshold or look == looks:
                met += low >= threshold
                not_met += high < threshold
                asked += size
                covered += low <= truth <= high
                break
    return Stopped(met / runs, not_met / runs, asked / runs / items, covered / runs)


def draw_runs(rng: np.random.Generator, runs: int, items: int, samples: int, mean: float, rho: float) -> Counts:
    """Right answers of each item of each run."""
    return rng.binomial(samples, difficulties(rng, mean, rho, (runs, items)))


def full_half_width(items: int, samples: int, mean: float, rho: float) -> float:
    """Half the width of the interval that all items print at their expected sums."""
    spread = samples * mean * (1 - mean) * (1 + (samples - 1) * rho)
    right = round(items * samples * mean)
    squares = round(items * (spread + (samples * mean) ** 2))
    found = accuracy_of_sums(Sums(items, right, squares + (squares - right) % 2), samples)
    assert found is not None
    return (found.upper - found.lower) / 2


def truth_away(threshold: float, distance: float, items: int, samples: int, rho: float) -> float:
    """The accuracy so many half-widths above a threshold, by the wider of the intervals at either."""
    truth = threshold
    for _ in range(20):
        wider = max(full_half_width(items, samples, min(max(at, 0.02), 0.98), rho) for at in (threshold, truth))
        truth = threshold + distance * wider
    return truth


def seq_size_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """Wrong verdicts where the truth is the threshold itself, the worst case."""
    for (items, samples), looks in itertools.product(((120, 1), (200, 4), (500, 1)), (2, 3, 5)):
        for threshold, rho in itertools.product((0.5, 0.8, 0.95), (0.0, 0.35, 0.8)):
            found = run_looks(
                draw_runs(rng, runs, items, samples, threshold, rho), samples, looks, threshold, threshold
            )
            name = f"{items} x {samples}, {looks} looks"
            yield [name, f"{threshold}", f"{rho}", f"{found.met:.4f}", f"{found.not_met:.4f}", f"{found.covered:.4f}"]


def seq_saving_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """Share of items asked, by how many half-widths of the full design the truth is away from the threshold."""
    rho, designs = 0.35, ((120, 1), (200, 1), (200, 4), (500, 1), (500, 4))
    for (items, samples), looks, threshold in itertools.product(designs, (3, 5), (0.5, 0.8, 0.9)):
        shown = []
        for distance in (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0):
            truth = truth_away(threshold, distance, items, samples, rho)
            if truth > 0.99:
                shown.append("")
                continue
            found = run_looks(draw_runs(rng, runs, items, samples, truth, rho), samples, looks, threshold, truth)
            shown.append(f"{found.items:.2f} ({found.met + found.not_met:.2f})")
        yield [f"{items} x {samples}, {looks} looks", f"{threshold}", *shown]


def boschloo_rows() -> Iterator[list[str]]:
    """Size over every common rate, and power against a control rate of .01; enumerated, no simulation error."""
    rates = np.linspace(0.002, 0.998, 250)
    for n1, n2 in ((20, 20), (20, 60), (30, 30)):
        rejected = np.zeros((n1 + 1, n2 + 1), dtype=bool)
        for y in range(n2 + 1):
            for x in range(n1, -1, -1):
                if x * n2 <= y * n1 or boschloo_p_value(x, n1, y, n2) > 0.05:
                    break
                rejected[x, y] = True
        above = stats.binom.pmf(np.arange(n1 + 1)[:, None], n1, rates)
        below = stats.binom.pmf(np.arange(n2 + 1)[:, None], n2, rates)
        size = float(np.einsum("xr,yr,xy->r", above, below, rejected).max())
        control = stats.binom.pmf(np.arange(n2 + 1), n2, 0.01)
        power = [float(stats.binom.pmf(np.arange(n1 + 1), n1, p) @ rejected @ control) for p in (0.1, 0.2, 0.3)]
        yield [f"{n1} / {n2}", f"{size:.4f}", *(f"{one:.2f}" for one in power)]


def several_answer_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """Coverage of the intervals for pass@k and majority@k; two wrong answers compete with the right one."""
    for (items, samples, k), (mean, rho) in itertools.product(((30, 16, 4), (100, 8, 4)), ((0.4, 0.6), (0.8, 0.35))):
        reference = difficulties(rng, mean, rho, (1, 400_000))[0]
        truth = float((1 - (1 - reference) ** k).mean())
        inside = 0
        for _ in range(runs):
            right = [int(c) for c in rng.binomial(samples, difficulties(rng, mean, rho, (1, items))[0])]
            found = pass_at(right, samples, k)
            assert found is not None
            inside += found.lower <= truth <= found.upper
        yield [f"pass@{k}", f"{items} x {samples}", f"{mean}", f"{truth:.3f}", f"{inside / runs:.4f}"]
    items, samples, k = 40, 16, 5
    for mean, rho in ((0.5, 0.5), (0.8, 0.35)):
        p = difficulties(rng, mean, rho, (1, 40_000))[0]
        shares = np.stack([p, (1 - p) * 0.7, (1 - p) * 0.3], axis=1)
        votes = rng.multinomial(k, shares)
        best = votes.max(axis=1, keepdims=True) == votes
        truth = float((best[:, 0] / best.sum(axis=1)).mean())
        inside = 0
        for _ in range(max(runs // 4, 50)):
            drawn = rng.multinomial(samples, shares[rng.integers(0, len(shares), items)])
            found = majority_at([Votes(int(a), (int(b), int(c)), 0) for a, b, c in drawn], k)
            assert found is not None
            inside += found.lower <= truth <= found.upper
        yield [f"majority@{k}", f"{items} x {samples}", f"{mean}", f"{truth:.3f}", f"{inside / max(runs // 4, 50):.4f}"]


def ratio_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """Coverage of tokens for each right answer; hard items take more tokens and are right less often."""
    for items, mean in itertools.product((20, 60, 200), (0.3, 0.8)):

        def drawn(count: int, mean: float = mean) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
            p = difficulties(rng, mean, 0.35, (1, count))[0]
            return np.exp(rng.normal(6 - p, 0.6)), rng.binomial(1, p)

        tokens, right = drawn(2_000_000)
        truth, inside = float(tokens.sum() / right.sum()), 0
        for run in range(runs):
            above, below = drawn(items)
            found = ratio_interval(
                [round(x) for x in above], [int(x) for x in below], run.to_bytes(32, "big"), "bench", resamples=399
            )
            inside += found is not None and found.lower <= truth <= found.upper
        yield [f"{items}", f"{mean}", f"{inside / runs:.3f}"]


def discovery_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """False share among the items listed at q = .1, with a fifth of 100 items trained on (score +2.5 sd)."""
    for size, shift in itertools.product((100, 1000), (0.0, -0.2, -0.5)):
        false, power = 0.0, 0.0
        for _ in range(runs):
            scores = rng.normal(size=100) + np.r_[np.full(20, 2.5), np.zeros(80)]
            calibration = [float(x) for x in rng.normal(shift, 1, size)]
            told = discoveries(conformal_p_values(calibration, {str(i): float(s) for i, s in enumerate(scores)}))
            wrong = sum(int(item) >= 20 for item in told)
            false += wrong / max(len(told), 1)
            power += (len(told) - wrong) / 20
        yield [f"{size}", f"{shift}", f"{false / runs:.3f}", f"{power / runs:.2f}"]


def reference_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """False alarms at .05 where twins are harder by a quarter of a logit for every model."""
    from certify.statistics import reference_test
    from certify.statistics.gap import paired_differences

    for (items, samples), count, spread in itertools.product(((60, 8),), (5, 10), (0.0, 0.2)):
        alarms = by_items = 0
        for _ in range(runs):
            base = rng.normal(1.5, 1.5, items)
            gaps = []
            for _model in range(count + 1):
                twin = base - 0.25 - rng.normal(0, spread) + rng.normal(0, 0.6, items)
                own = base + rng.normal(0, 0.6, items)
                static, fresh = (rng.binomial(samples, 1 / (1 + np.exp(-logit))) for logit in (own, twin))
                pairs = ([int(c) for c in static], samples, [int(c) for c in fresh], samples)
                gaps.append(paired_differences(*pairs))
            found = reference_test(gaps[0], gaps[1:])
            alarms += found.p_value <= 0.05
            by_items += found.item_p <= 0.05
        yield [f"{items} x {samples}", f"{count}", f"{spread}", f"{alarms / runs:.3f}", f"{by_items / runs:.3f}"]


def boundary_rows() -> Iterator[list[str]]:
    """The level of the interval at each look."""
    for looks in range(2, 11):
        yield [f"{looks}", ", ".join(f"{level:.5f}" for level in look_levels(looks))]
