import math

import numpy as np
import pytest
from scipy import stats

from certify.statistics.accuracy import accuracy_interval, all_right_lower, exact_set_interval


def _reference(right: list[int], samples: int) -> tuple[float, float]:
    """The rule written again with numpy and scipy, in floating point."""
    x = np.asarray(right) / samples
    n = len(x)
    lows, highs = [], []
    for a in (1, 2):
        augmented = np.concatenate([x, np.ones(a), np.zeros(a)])
        half = stats.t.ppf(0.975, n - 1) * augmented.std(ddof=1) / math.sqrt(n + 2 * a)
        lows.append(augmented.mean() - half)
        highs.append(augmented.mean() + half)
    return max(0.0, min(lows)), min(1.0, max(highs))


VECTORS = [
    ([1] * 30, 1, 0.8842, 1.0),
    ([1] * 27 + [0] * 3, 1, 0.7268, 0.9965),
    ([4] * 10 + [3] * 5 + [2] * 3 + [0] * 2, 4, 0.5602, 0.8945),
    ([1] * 10, 2, 0.3323, 0.6677),
    ([0] * 30, 8, 0.0, 0.1158),
]


@pytest.mark.parametrize(("right", "samples", "lower", "upper"), VECTORS)
def test_known_answers(right: list[int], samples: int, lower: float, upper: float) -> None:
    interval = accuracy_interval(right, samples)
    assert interval is not None
    assert (interval.lower, interval.upper) == (lower, upper)
    assert (interval.items, interval.samples, interval.rule) == (len(right), samples, "ACC")


@pytest.mark.parametrize(("n", "k"), [(12, 1), (17, 3), (60, 8), (200, 4), (1319, 1), (1319, 64)])
def test_the_rule_written_in_floating_point_agrees(n: int, k: int) -> None:
    generator = np.random.default_rng(n * 100 + k)
    right = [int(c) for c in generator.binomial(k, generator.beta(2, 0.7, size=n))]
    interval = accuracy_interval(right, k)
    low, high = _reference(right, k)
    assert interval is not None
    assert interval.lower == math.floor(low * 1e4) / 1e4
    assert interval.upper == math.ceil(high * 1e4) / 1e4
    assert interval.estimate == pytest.approx(sum(right) / (n * k), abs=5e-5)


@pytest.mark.parametrize(
    ("items", "lower"),
    [(10, 0.692), (20, 0.832), (30, 0.884), (60, 0.940), (100, 0.964), (200, 0.982), (500, 0.993), (1319, 0.997)],
)
def test_all_right_lower_bounds(items: int, lower: float) -> None:
    exact = 0.025 ** (1 / items)
    assert all_right_lower(items) == math.floor(exact * 1e4) / 1e4
    assert round(exact, 3) == lower


def test_all_wrong_mirrors_all_right() -> None:
    wrong, right = accuracy_interval([0] * 44, 4), accuracy_interval([4] * 44, 4)
    assert wrong is not None
    assert right is not None
    assert (wrong.lower, wrong.upper) == (0.0, pytest.approx(1 - right.lower, abs=1e-12))


def test_fewer_than_ten_items_have_no_interval() -> None:
    assert accuracy_interval([1] * 9, 1) is None
    assert accuracy_interval([], 1) is None
    assert exact_set_interval([1] * 9, 2) is None


@pytest.mark.parametrize(("right", "samples"), [([2] * 10, 1), ([-1] * 10, 1), ([1] * 10, 0), ([0.5] * 10, 1)])
def test_impossible_counts_are_refused(right: list[int], samples: int) -> None:
    with pytest.raises(ValueError, match="answer"):
        accuracy_interval(right, samples)


@pytest.mark.parametrize("level", [0.5, 1.0, float("nan"), -1])
def test_impossible_levels_are_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        accuracy_interval([1] * 10, 1, level=level)


def test_a_higher_level_is_wider() -> None:
    right = [4] * 10 + [1] * 20
    narrow, wide = accuracy_interval(right, 4), accuracy_interval(right, 4, level=0.99)
    assert narrow is not None
    assert wide is not None
    assert wide.lower < narrow.lower
    assert wide.upper > narrow.upper


def test_repeats_without_a_right_answer_less_still_count_items() -> None:
    # One failure in 480 answers must not be read as 480 independent items.
    perfect, nearly = accuracy_interval([16] * 30, 16), accuracy_interval([16] * 29 + [15], 16)
    assert perfect is not None
    assert nearly is not None
    assert nearly.lower <= perfect.lower


def test_exact_set_interval_matches_its_formula_and_is_narrower() -> None:
    right, k, n = [64] * 10 + [40] * 10 + [3] * 10, 64, 30
    x = np.asarray(right) / k
    total = n * k
    v = float((x * (1 - x)).sum() / ((k - 1) * n**2))
    m = (total * x.mean() + 1) / (total + 2)
    half = stats.norm.ppf(0.975) * math.sqrt((total**2 * v + (1 - m) ** 2 + m**2) / (total + 2) ** 2)
    interval, wide = exact_set_interval(right, k), accuracy_interval(right, k)
    assert interval is not None
    assert wide is not None
    assert (interval.lower, interval.upper) == (math.floor((m - half) * 1e4) / 1e4, math.ceil((m + half) * 1e4) / 1e4)
    assert interval.rule == "SET"
    assert interval.upper - interval.lower < (wide.upper - wide.lower) / 5
    assert exact_set_interval([1] * 30, 1) is None


@pytest.mark.parametrize("theta", [0.5, 0.8, 0.9, 0.95, 0.98])
@pytest.mark.parametrize("n", [10, 30, 60])
def test_exact_coverage_for_one_answer_per_item(n: int, theta: float) -> None:
    covered, wrong_met = 0.0, 0.0
    for right in range(n + 1):
        interval = accuracy_interval([1] * right + [0] * (n - right), 1)
        assert interval is not None
        chance = float(stats.binom.pmf(right, n, theta))
        covered += chance * (interval.lower <= theta <= interval.upper)
        wrong_met += chance * (interval.lower > theta)
    assert covered >= 0.943
    assert wrong_met <= 0.030
