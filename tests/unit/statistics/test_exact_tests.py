from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from certify.statistics import (
    canaries_needed,
    conformal_p_values,
    critical_hits,
    discoveries,
    guessing_p_value,
    guessing_power,
    permutation_p_value,
    ratio_interval,
    reference_test,
)

SEED = bytes(range(32))


@pytest.mark.parametrize(("x", "n", "g"), [(8, 10, 0.25), (5, 20, 0.1), (3, 8, 0.01), (0, 10, 0.5), (24, 50, 0.25)])
def test_guessing_agrees_with_scipy(x: int, n: int, g: float) -> None:
    oracle = stats.binomtest(x, n, g, alternative="greater").pvalue
    assert oracle * (1 - 1e-9) <= guessing_p_value(x, n, g) <= oracle * 1.001


@pytest.mark.parametrize(
    ("n", "g", "least"), [(10, 0.25, 8), (20, 0.25, 12), (10, 0.1, 6), (8, 0.01, 3), (10, 0.01, 3)]
)
def test_the_fewest_canaries_that_tell(n: int, g: float, least: int) -> None:
    assert guessing_p_value(least, n, g) <= 1e-3 < guessing_p_value(least - 1, n, g)


@pytest.mark.parametrize(
    ("n", "g", "power"), [(10, 0.25, 0.06), (20, 0.25, 0.25), (50, 0.25, 0.66), (10, 0.1, 0.38), (20, 0.1, 0.87)]
)
def test_power_where_half_are_recalled(n: int, g: float, power: float) -> None:
    """Source of the figures: a table made beforehand with SciPy."""
    least = critical_hits(n, g, 1e-3)
    assert least is not None
    assert guessing_power(n, g, 0.5, 1e-3) == pytest.approx(stats.binom.sf(least - 1, n, 0.5), abs=1e-4)
    assert guessing_power(n, g, 0.5, 1e-3) == pytest.approx(power, abs=0.006)


@pytest.mark.parametrize(("g", "level"), [(1e-4, 0.01), (1e-4, 0.001), (0.1, 0.01), (0.1, 0.001), (0.25, 0.01)])
def test_the_canaries_needed_are_the_first_number_with_the_power(g: float, level: float) -> None:
    found = canaries_needed(g, 0.5, level, 0.9)
    assert found == next(n for n in range(1, 100) if guessing_power(n, g, 0.5, level) >= 0.9)
    again = canaries_needed(g, 0.5, level, 0.9, beyond=found)
    assert again == next(n for n in range(found + 1, 100) if guessing_power(n, g, 0.5, level) >= 0.9)


def test_what_is_recalled_no_more_often_than_guessed_needs_no_number() -> None:
    assert canaries_needed(0.1, 0.1, 0.01, 0.9) is None
    assert canaries_needed(0.1, 0.11, 0.001, 0.9) is None
    assert (critical_hits(0, 0.1, 0.5), critical_hits(2, 0.5, 0.1)) == (None, None)
    assert guessing_power(2, 0.5, 0.9, 0.1) == 0.0


def test_random_orders() -> None:
    assert permutation_p_value(0, 99) == 0.01
    assert permutation_p_value(0, 999) == 0.001
    assert permutation_p_value(99, 99) == 1.0
    for impossible in ((-1, 10), (11, 10)):
        with pytest.raises(ValueError, match="impossible"):
            permutation_p_value(*impossible)
    with pytest.raises(ValueError, match="impossible"):
        guessing_p_value(1, 3, 1.0)


def test_a_ratio_is_the_same_on_every_machine() -> None:
    above, below = [100 + 7 * i % 50 for i in range(40)], [i % 3 for i in range(40)]
    found = ratio_interval(above, below, SEED, "cost/tokens")
    again = ratio_interval(above, below, SEED, "cost/tokens")
    assert found == again
    assert found is not None
    assert found.estimate == sum(above) / sum(below)
    assert found.lower < found.estimate < found.upper
    assert (round(found.lower, 6), round(found.upper, 6)) == (100.75, 173.035714)


def test_where_a_ratio_has_no_bound_it_says_so() -> None:
    assert ratio_interval([5] * 9, [1] * 9, SEED, "x") is None
    assert ratio_interval([5] * 20, [0] * 20, SEED, "x") is None
    rare = ratio_interval([5] * 20, [1] + [0] * 19, SEED, "x")
    assert rare is not None
    assert rare.upper == float("inf")
    with pytest.raises(ValueError, match="denominator"):
        ratio_interval([5] * 20, [1] * 19, SEED, "x")


@given(st.lists(st.integers(1, 500), min_size=10, max_size=30), st.integers(2, 5))
def test_a_ratio_scales_with_its_numerators(above: list[int], factor: int) -> None:
    below = [1 + i % 2 for i in range(len(above))]
    one = ratio_interval(above, below, SEED, "s", resamples=199)
    other = ratio_interval([factor * x for x in above], below, SEED, "s", resamples=199)
    assert one is not None
    assert other is not None
    assert other.lower == pytest.approx(factor * one.lower)
    assert other.upper == pytest.approx(factor * one.upper)


def test_references_take_up_what_every_model_finds_harder() -> None:
    generator = np.random.default_rng(8)

    def gaps(shift: float) -> list[Fraction]:
        return [Fraction(int(c), 8) for c in generator.binomial(8, 0.4 + shift, 60) - generator.binomial(8, 0.4, 60)]

    references = [gaps(0.05) for _ in range(6)]
    honest, leaked = reference_test(gaps(0.05), references), reference_test(gaps(0.45), references)
    assert honest.p_value > 0.05
    assert leaked.p_value < 0.01
    assert leaked.p_value == max(leaked.model_p, leaked.item_p)
    means = [float(sum(one)) / 60 for one in references]
    t = (leaked.excess) / (np.std(means, ddof=1) * np.sqrt(1 + 1 / 6))
    assert leaked.model_p == pytest.approx(stats.t.sf(t, 5), rel=5e-3)


def test_too_few_references_are_refused() -> None:
    with pytest.raises(ValueError, match="5 references"):
        reference_test([Fraction(0)] * 20, [[Fraction(0)] * 20] * 4)
    same = reference_test([Fraction(0)] * 20, [[Fraction(0)] * 20] * 5)
    assert same.p_value == 1.0


def test_conformal_p_values_count_ties_and_themselves() -> None:
    found = conformal_p_values([1, 2, 2, 3], {"low": 0.5, "tied": 2, "high": 9})
    assert found == {"low": 1.0, "tied": 0.8, "high": 0.2}
    with pytest.raises(ValueError, match="finite"):
        conformal_p_values([1.0], {"x": float("nan")})
    with pytest.raises(ValueError, match="calibration"):
        conformal_p_values([], {"x": 1.0})


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_discoveries_agree_with_scipy(parts: list[int]) -> None:
    p_values = {f"i{n:02d}": part / 1000 for n, part in enumerate(parts)}
    adjusted = stats.false_discovery_control(list(p_values.values()))
    told = {item for item, value in zip(p_values, adjusted, strict=True) if value <= 0.1 + 1e-12}
    assert set(discoveries(p_values)) == told


def test_discoveries_refuse_nonsense() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        discoveries({"x": 1.5})
