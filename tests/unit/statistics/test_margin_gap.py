"""A gap against a margin: its size and power on simulated models, and what the power rests on."""

from __future__ import annotations

from fractions import Fraction

import pytest

from certify.statistics import Headroom, Wanted, gap_power, is_computable, margin_gap, reference_gaps, reference_power

np = pytest.importorskip("numpy")
from tests.bench.rewrites_simulation import simulated  # noqa: E402

WANTED = Wanted(margin=0.02, against=0.1, alpha=0.01, power=0.8)


@pytest.mark.parametrize(
    ("items", "samples", "inflation", "power", "runs"),
    [(60, 32, 0.10, 0.87, 150), (200, 8, 0.05, 0.70, 60), (30, 1, 0.10, 0.04, 150)],
)
def test_leaks_are_found_as_often_as_the_tables_say(items, samples, inflation, power, runs):
    """Within three standard errors; ``make bench-statistics`` has the whole table."""
    found = simulated(np.random.default_rng(3), runs, items, samples, leaked=inflation)
    assert abs(found.at_one - power) <= 3 * (power * (1 - power) / runs) ** 0.5


def test_honest_models_are_seldom_accused_even_where_rewrites_are_a_little_harder():
    runs, allowed = 150, 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5
    assert simulated(np.random.default_rng(4), runs, 60, 8).at_five <= allowed
    assert simulated(np.random.default_rng(5), runs, 60, 8, harder=0.02, margin=0.02).at_five <= allowed


def test_the_margin_costs_power_and_never_finds_more():
    original, rewritten = [8] * 12 + [6] * 48, [4] * 6 + [6] * 54
    strict = margin_gap(original, rewritten, 8, WANTED._replace(margin=0.0))
    lenient = margin_gap(original, rewritten, 8, WANTED)
    assert strict.p_value == strict.margin_p_value == lenient.p_value < lenient.margin_p_value
    assert strict.power > lenient.power
    assert strict.detectable < lenient.detectable
    assert (strict.gap, strict.upper, strict.sd) == (lenient.gap, lenient.upper, lenient.sd)


def test_the_number_that_would_do_is_the_smallest():
    found = margin_gap([4, 2] * 20, [2, 4] * 20, 8, WANTED)
    headroom = Headroom.from_counts([2, 4] * 20, 8)

    def power(items: int) -> float:
        return gap_power(0.1, found.sd, items, headroom, 0.01, margin=0.02)

    assert found.needed is not None
    assert power(found.needed) >= 0.8 > power(found.needed - 1)


def test_an_inflation_without_room_has_the_power_of_the_nearest_world_with_room():
    tight, roomy = Headroom(0.05, 0.01), Headroom(0.05, 0.01).roomy(0.1)
    assert roomy == (0.1, 0.1)
    assert tight.roomy(0.05) is tight
    assert gap_power(0.1, 0.1, 200, tight, 0.01) == 0.0
    assert gap_power(0.1, 0.1, 200, roomy, 0.01) > 0.9
    assert Headroom(0.3, 0.1).roomy(0.31) == pytest.approx((0.31, 0.12))


@pytest.mark.parametrize(("items", "samples", "margin"), [(1319, 8, 0.02), (500, 32, 0.02), (200, 64, 0.02)])
def test_designs_that_are_computed_in_seconds(items, samples, margin):
    assert is_computable(items, samples, margin)


def test_designs_that_are_not_are_refused():
    assert not is_computable(1319, 16, 0.02)
    assert not is_computable(10_000, 1, 0.0)
    assert not is_computable(100_000, 1, 0.0)
    with pytest.raises(ValueError, match="no exact test"):
        margin_gap([1] * 5, [1] * 5, 1, WANTED)


def test_power_beside_references_grows_with_the_inflation_and_falls_with_their_spread():
    items, headroom = 100, Headroom(0.3, 0.15)
    target = [Fraction(number % 3 - 1, 4) for number in range(items)]

    def beside(apart: int) -> list[float]:
        models = [[one + Fraction(apart * model, 100) for one in target] for model in range(-3, 3)]
        return [reference_power(d, reference_gaps(target, models), headroom, 0.01) for d in (0.05, 0.1, 0.2)]

    alike, unlike = beside(0), beside(2)
    assert alike == sorted(alike)
    assert unlike == sorted(unlike)
    assert all(one >= other for one, other in zip(alike, unlike, strict=True))
    assert alike[2] > 0.9 > unlike[1]


def test_a_taught_reference_makes_the_test_miss_more():
    target = [Fraction(1, 2)] * 20 + [Fraction(0)] * 80
    honest = [[Fraction((place + model) % 5 - 2, 20) for place in range(100)] for model in range(6)]
    taught = [[Fraction(1, 2)] * 30 + [Fraction(0)] * 70, *honest[1:]]
    clean, spoilt = reference_gaps(target, honest), reference_gaps(target, taught)
    assert spoilt.test.p_value > clean.test.p_value
    assert spoilt.largest_gap == 0.15
    assert spoilt.p_without_largest < spoilt.test.p_value
