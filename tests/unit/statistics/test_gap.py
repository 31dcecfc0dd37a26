import itertools
import math
import time
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from certify.statistics.gap import gap_test, paired_differences, sign_flip_p_value
from certify.statistics.power import Headroom, detectable_inflation, gap_power


@pytest.mark.parametrize(("items", "floor"), [(5, 0.03125), (7, 0.0078125), (10, 0.0009765625)])
def test_the_smallest_p_value_is_two_to_minus_n(items: int, floor: float) -> None:
    test = gap_test([1] * items, 1, [0] * items, 1)
    assert sign_flip_p_value([Fraction(1)] * items) == Fraction(1, 2**items)
    assert floor <= test.p_value <= floor * 1.001
    assert test.mean_gap == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_p_values_agree_with_enumeration_and_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    static = [int(c) for c in generator.binomial(4, 0.8, size=11)]
    fresh = [int(c) for c in generator.binomial(6, 0.6, size=11)]
    differences = paired_differences(static, 4, fresh, 6)
    observed = sum(differences)
    flips = itertools.product((1, -1), repeat=11)
    reaching = sum(sum(s * d for s, d in zip(signs, differences, strict=True)) >= observed for signs in flips)
    p_value = sign_flip_p_value(differences)
    assert p_value == Fraction(reaching, 2**11)
    whole = np.array([float(d * 12) for d in differences])
    oracle = stats.permutation_test(
        (whole,), np.sum, permutation_type="samples", alternative="greater", n_resamples=np.inf
    )
    assert float(p_value) == pytest.approx(oracle.pvalue, abs=1e-12)
    shown = gap_test(static, 4, fresh, 6)
    assert float(p_value) <= shown.p_value <= float(p_value) * 1.001 + 1e-12


def test_equal_answers_are_no_evidence() -> None:
    test = gap_test([3] * 30, 4, [3] * 30, 4)
    assert (test.mean_gap, test.p_value, test.sd) == (0.0, 1.0, 0.0)


def test_a_model_worse_on_published_items_is_not_flagged() -> None:
    assert gap_test([0] * 20, 1, [1] * 20, 1).p_value == 1.0


def test_the_smallest_representable_p_value_is_positive() -> None:
    assert gap_test([1] * 2000, 1, [0] * 2000, 1).p_value == 1e-300


def test_a_big_benchmark_takes_seconds_at_most() -> None:
    generator = np.random.default_rng(0)
    p = generator.beta(1.2, 0.36, size=1319)
    static, fresh = ([int(c) for c in generator.binomial(64, p)] for _ in range(2))
    start = time.process_time()
    test = gap_test(static, 64, fresh, 64)
    assert time.process_time() - start < 5
    assert 0.0 < test.p_value <= 1.0
    assert test.detectable < 0.02


@pytest.mark.parametrize(
    ("static", "fresh"), [([1] * 3, [1] * 4), ([], []), ([2], [1])], ids=["unpaired", "empty", "impossible"]
)
def test_what_cannot_be_paired_is_refused(static: list[int], fresh: list[int]) -> None:
    with pytest.raises(ValueError, match=r"paired|pair of items|right answers"):
        gap_test(static, 1, fresh, 1)


def _draw(generator: np.random.Generator, n: int, k: int, leak: float) -> tuple[list[int], list[int]]:
    """Item accuracies with mean .77 and logit noise, a share ``leak`` always right on the published side."""
    ability = np.log(generator.beta(1.2, 0.36, size=n).clip(1e-3, 1 - 1e-3))
    logit = ability - np.log1p(-np.exp(ability))
    sides = [1 / (1 + np.exp(-(logit + generator.normal(0, 0.6, size=n)))) for _ in range(2)]
    sides[0] = np.where(generator.random(n) < leak, 1.0, sides[0])
    return [int(c) for c in generator.binomial(k, sides[0])], [int(c) for c in generator.binomial(k, sides[1])]


@pytest.mark.parametrize(("n", "k", "inflation"), [(60, 8, 0.10), (200, 4, 0.05), (30, 32, 0.10)])
def test_stated_power_is_close_to_simulated_power(n: int, k: int, inflation: float) -> None:
    generator = np.random.default_rng(n + k)
    honest = [gap_test(*_interleave(_draw(generator, n, k, 0.0), k)) for _ in range(300)]
    assert sum(test.p_value <= 0.05 for test in honest) / 300 <= 0.09
    stated = np.mean([dict(test.power_at).get(inflation, 0.0) for test in honest])
    room = 1 - np.mean([sum(_draw(generator, n, k, 0.0)[1]) / (n * k) for _ in range(200)])
    found = [gap_test(*_interleave(_draw(generator, n, k, inflation / room), k)).p_value <= 0.05 for _ in range(300)]
    assert stated == pytest.approx(np.mean(found), abs=0.12)


def _interleave(pair: tuple[list[int], list[int]], k: int) -> tuple[list[int], int, list[int], int]:
    return pair[0], k, pair[1], k


def test_detectable_inflation_accounts_for_the_leak() -> None:
    # 30 items x 32 answers, spread .146 at accuracy .77: the formula without the leak says .066.
    headroom = Headroom(0.23, 0.0904)  # sd .225 under a leak of .10
    detectable = detectable_inflation(0.146, 30, headroom)
    assert 0.098 <= detectable <= 0.11
    assert gap_power(detectable, 0.146, 30, headroom) >= 0.8 > gap_power(detectable - 1e-4, 0.146, 30, headroom)


def test_no_detectable_inflation_is_said_as_one() -> None:
    assert gap_test([1] * 30, 1, [1] * 30, 1).detectable == 1.0  # no headroom at all
    assert gap_test([1, 0] * 2, 1, [0, 1] * 2, 1, alpha=0.01).detectable == 1.0  # 2**-4 exceeds alpha
    assert gap_test([1] * 30, 1, [1] * 30, 1).power_at == ()


def test_power_grows_with_items_and_inflation() -> None:
    headroom = Headroom(0.3, 0.2)
    assert gap_power(0.05, 0.2, 30, headroom) < gap_power(0.05, 0.2, 300, headroom)
    assert gap_power(0.05, 0.2, 100, headroom) < gap_power(0.1, 0.2, 100, headroom)
    assert gap_power(0.05, 0.2, 100, headroom, 0.01) < gap_power(0.05, 0.2, 100, headroom, 0.05)
    assert gap_power(0.31, 0.2, 100, headroom) == 0.0
    assert gap_power(0.3, 0.0, 30, Headroom(0.3, 0.09)) == 1.0


@pytest.mark.parametrize(("d", "alpha"), [(0.0, 0.05), (1.5, 0.05), (0.1, 0.0), (0.1, 0.7), (math.nan, 0.05)])
def test_power_refuses_arguments_outside_the_range(d: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="no power"):
        gap_power(d, 0.1, 30, Headroom(0.3, 0.2), alpha)
    with pytest.raises(ValueError, match="power"):
        detectable_inflation(0.1, 30, Headroom(0.3, 0.2), 0.05, 0.2)


def test_headroom_removes_sampling_noise() -> None:
    generator = np.random.default_rng(3)
    p = generator.beta(2, 1, size=4000)
    headroom = Headroom.from_counts([int(c) for c in generator.binomial(4, p)], 4)
    assert headroom.room == pytest.approx(1 - p.mean(), abs=0.01)
    assert headroom.lift == pytest.approx(((1 - p) ** 2).mean(), abs=0.01)
