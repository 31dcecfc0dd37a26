import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.statistics.planning import (
    DEFAULT_RHO,
    best_lower_bound,
    estimate_rho,
    formula_size,
    minimum_items,
    plan_size,
    typical_counts,
)

# threshold, margin, answers per item, power, items; correlation .35 within items
ROWS = [
    (0.5, 0.05, 1, 0.8, 823),
    (0.5, 0.05, 1, 0.9, 1087),
    (0.5, 0.05, 4, 0.8, 442),
    (0.5, 0.05, 4, 0.9, 577),
    (0.5, 0.08, 1, 0.8, 330),
    (0.5, 0.08, 4, 0.9, 234),
    (0.7, 0.05, 1, 0.8, 678),
    (0.7, 0.05, 1, 0.9, 885),
    (0.7, 0.05, 4, 0.8, 367),
    (0.7, 0.08, 1, 0.8, 268),
    (0.8, 0.03, 1, 0.8, 1412),
    (0.8, 0.03, 4, 0.8, 757),
    (0.8, 0.03, 4, 0.9, 979),
    (0.8, 0.05, 1, 0.8, 511),
    (0.8, 0.05, 4, 0.8, 282),
    (0.8, 0.08, 4, 0.9, 141),
    (0.9, 0.03, 1, 0.9, 998),
    (0.9, 0.03, 4, 0.8, 434),
    (0.9, 0.05, 4, 0.8, 162),
    (0.9, 0.08, 1, 0.9, 118),
    (0.9, 0.08, 4, 0.8, 65),
]


@pytest.mark.parametrize(("threshold", "margin", "samples", "power", "items"), ROWS)
def test_the_planning_formula(threshold: float, margin: float, samples: int, power: float, items: int) -> None:
    assert formula_size(threshold, margin, samples, power=power, rho=0.35) == items


def test_near_the_ceiling_repeats_are_not_trusted() -> None:
    assert plan_size(0.9, 0.05, 4, rho=0.35) == 279
    assert plan_size(0.8, 0.05, 4, rho=0.35) == 282


def test_unknown_correlation_asks_for_more_items() -> None:
    assert plan_size(0.8, 0.05, 4) > plan_size(0.8, 0.05, 4, rho=0.35)


def test_a_plan_is_never_below_what_is_reachable() -> None:
    assert plan_size(0.95, 0.05, 1) >= minimum_items(0.95)
    assert plan_size(0.05, 0.9, 1) >= 10


@pytest.mark.parametrize(
    ("threshold", "items"), [(0.8, 17), (0.85, 23), (0.9, 36), (0.95, 72), (0.98, 183), (0.99, 368), (0.1, 10)]
)
def test_items_that_make_a_threshold_reachable(threshold: float, items: int) -> None:
    assert minimum_items(threshold) == items
    assert best_lower_bound(items) >= threshold


def test_few_items_reach_nothing() -> None:
    assert best_lower_bound(9) == 0.0
    assert best_lower_bound(10) == 0.6915


@pytest.mark.parametrize(("threshold", "margin"), [(0.0, 0.1), (0.95, 0.1), (0.5, 0.0), (1.0, 0.1)])
def test_impossible_plans_are_refused(threshold: float, margin: float) -> None:
    with pytest.raises(ValueError, match="leaves"):
        plan_size(threshold, margin, 1)


def test_other_impossible_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="no plan"):
        plan_size(0.8, 0.05, 0)
    with pytest.raises(ValueError, match="accuracy"):
        minimum_items(1.0)
    with pytest.raises(ValueError, match="impossible"):
        best_lower_bound(-1)


def test_correlation_is_recovered_from_a_pilot() -> None:
    generator = np.random.default_rng(2)
    p = generator.beta(0.7 * 1.5, 0.3 * 1.5, size=3000)  # correlation 1 / (1 + 1.5)
    right = [int(c) for c in generator.binomial(8, p)]
    assert estimate_rho(right, 8) == pytest.approx(0.4, abs=0.03)
    assert estimate_rho([8, 0] * 20, 8) == pytest.approx(1.0, abs=0.05)
    assert estimate_rho([4] * 40, 8) == 0.0


@pytest.mark.parametrize(("right", "samples"), [([1] * 5, 4), ([1] * 50, 1), ([4] * 50, 4), ([0] * 50, 4)])
def test_a_pilot_that_cannot_tell_gives_the_default(right: list[int], samples: int) -> None:
    assert estimate_rho(right, samples) == DEFAULT_RHO


@given(st.floats(0, 1), st.integers(1, 60), st.integers(1, 64), st.floats(0, 1))
def test_typical_counts_have_the_accuracy_and_about_the_spread_asked_for(accuracy, items, samples, rho):
    counts = typical_counts(accuracy, items, samples, rho=rho)
    assert len(counts) == items
    assert sum(counts) == round(accuracy * items * samples)
    assert counts == sorted(counts)
    assert counts[0] >= 0
    assert counts[-1] <= samples


def test_typical_counts_keep_the_correlation():
    counts = typical_counts(0.744, 300, 64, rho=0.6)
    assert estimate_rho(counts, 64) == pytest.approx(0.6, abs=0.02)
    with pytest.raises(ValueError, match="no counts"):
        typical_counts(1.2, 30, 64)
