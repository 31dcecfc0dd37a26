import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from certify.statistics import clean_subset


def _reference(clean: Sequence[float], found: Sequence[float]) -> tuple[float, float]:
    ends = []
    for pairs in (1, 2):
        more = [0.0, 1.0] * pairs
        x, y = np.array([*clean, *more]), np.array([*found, *more])
        own = [side.var(ddof=1) / len(side) for side in (x, y)]
        welch = sum(own) ** 2 / (own[0] ** 2 / (len(clean) - 1) + own[1] ** 2 / (len(found) - 1))
        half = stats.t.ppf(0.975, max(welch, min(len(clean), len(found)) - 1)) * math.sqrt(sum(own))
        ends.append((x.mean() - y.mean() - half, x.mean() - y.mean() + half))
    share = len(found) / (len(clean) + len(found))
    return share * max(-1.0, min(low for low, _ in ends)), share * min(1.0, max(high for _, high in ends))


@pytest.mark.parametrize(("clean", "found"), [(10, 10), (40, 12), (12, 40), (300, 11)])
def test_the_rule_written_in_floating_point_agrees(clean: int, found: int) -> None:
    generator = np.random.default_rng(clean * found)
    x = [float(v) for v in generator.integers(0, 5, clean) / 4]
    y = [float(v) for v in generator.integers(2, 5, found) / 4]
    result = clean_subset(x, y)
    low, high = _reference(x, y)
    assert result.lower == pytest.approx(math.floor(low * 1e4) / 1e4, abs=1e-12)
    assert result.upper == pytest.approx(math.ceil(high * 1e4) / 1e4, abs=1e-12)
    assert result.score == pytest.approx(np.mean(x + y), abs=5.1e-5)
    assert result.difference == pytest.approx(np.mean(x) - np.mean(x + y), abs=5.1e-5)
    assert (result.items, result.clean_items) == (clean + found, clean)


@pytest.mark.parametrize(
    ("clean", "found", "expected"),
    [
        ([1] * 30 + [0] * 20, [1] * 45 + [0] * 5, (0.75, 0.6, 0.9, -0.15, -0.2258, -0.0576)),
        ([1] * 10, [1] * 10, (1.0, 1.0, 1.0, 0.0, -0.1442, 0.1442)),
        ([0] * 10, [1] * 10, (0.5, 0.0, 1.0, -0.5, -0.5, -0.2129)),
    ],
)
def test_known_answers(clean: list[int], found: list[int], expected: tuple[float, ...]) -> None:
    assert clean_subset(clean, found)[2:] == expected


def test_few_items_on_either_side_print_no_interval() -> None:
    for clean, found in ((9, 50), (50, 9), (9, 9)):
        result = clean_subset([1] * clean, [0] * found)
        assert (result.lower, result.upper) == (None, None)
        assert result.difference == round(1 - clean / (clean + found), 4)


def test_one_side_may_be_empty() -> None:
    nothing = clean_subset([0.5, 1], [])
    assert nothing == (2, 2, 0.75, 0.75, None, 0.0, None, None)
    everything = clean_subset([], [Fraction(1, 3)])
    assert everything == (1, 0, 0.3333, None, 0.3333, None, None, None)


@pytest.mark.parametrize(("clean", "found"), [([], []), ([1.1], []), ([0.5], [-0.1]), ([math.nan], [1])])
def test_what_is_no_score_is_refused(clean: list[float], found: list[float]) -> None:
    with pytest.raises(ValueError, match="score"):
        clean_subset(clean, found)


def _coverage(clean: int, found: int, chances: NDArray[np.float64]) -> float:
    share = found / (clean + found)
    bounds = {
        (x, y): clean_subset([1] * x + [0] * (clean - x), [1] * y + [0] * (found - y))
        for x, y in itertools.product(range(clean + 1), range(found + 1))
    }
    lows = np.array([[bounds[x, y].lower for y in range(found + 1)] for x in range(clean + 1)])
    highs = np.array([[bounds[x, y].upper for y in range(found + 1)] for x in range(clean + 1)])
    left = stats.binom.pmf(np.arange(clean + 1)[:, None], clean, chances)
    right = stats.binom.pmf(np.arange(found + 1)[:, None], found, chances)
    covered = [
        left[:, i] @ ((lows <= share * (p - q)) & (share * (p - q) <= highs)) @ right[:, j]
        for (i, p), (j, q) in itertools.product(enumerate(chances), repeat=2)
    ]
    return float(min(covered))


@pytest.mark.parametrize(("clean", "found"), [(10, 10), (13, 13), (24, 27), (10, 40)])
def test_the_interval_holds_for_right_and_wrong_answers(clean: int, found: int) -> None:
    chances = np.array([0.001, 0.005, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 0.98, 0.995, 0.999])
    assert _coverage(clean, found, chances) >= 0.939


@pytest.mark.slow
@pytest.mark.parametrize(("clean", "found"), [(200, 12), (20, 80)])
@pytest.mark.parametrize("means", [(0.8, 0.95), (0.5, 0.5), (0.95, 0.99)])
def test_the_interval_holds_for_shares_of_several_answers(clean: int, found: int, means: tuple[float, float]) -> None:
    generator = np.random.default_rng(7)
    share = found / (clean + found)
    truth, inside, rounds = share * (means[0] - means[1]), 0, 1000
    for _ in range(rounds):
        # Items differ in difficulty; each is answered four times.
        x, y = (
            generator.binomial(4, generator.beta(2 * m, 2 * (1 - m), n)) / 4
            for m, n in zip(means, (clean, found), strict=True)
        )
        result = clean_subset([float(v) for v in x], [float(v) for v in y])
        assert result.lower is not None
        assert result.upper is not None
        inside += result.lower <= truth <= result.upper
    assert inside / rounds >= 0.935
