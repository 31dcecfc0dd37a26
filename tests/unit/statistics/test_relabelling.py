"""The published order among random ones: an exact p-value, and a power that is kept."""

from __future__ import annotations

import hashlib
import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.statistics import (
    Lift,
    best_power,
    groups_needed,
    lift_of,
    lift_power,
    permutation_p_value,
    reaching_sums,
)
from certify.statistics.stream import Stream


def stream_of(name: object) -> Stream:
    return Stream(hashlib.sha256(str(name).encode()).digest(), "test")


def made_up(draw: random.Random, groups: int, orders: int = 6) -> list[list[int]]:
    return [[round(draw.gauss(-50, 1 + number % 3) * 1e6) for _ in range(orders)] for number in range(groups)]


def p_value(values: list[list[int]], draws: int, name: object) -> float:
    return permutation_p_value(reaching_sums(values, draws, stream_of(name)), draws)


def test_draws_estimate_the_share_of_all_choices() -> None:
    values = made_up(random.Random(3), 4)
    every = [sum(one) for one in product(*values)]
    exact = sum(total >= sum(group[0] for group in values) for total in every) / len(every)
    assert reaching_sums(values, 4000, stream_of("share")) / 4000 == pytest.approx(exact, abs=0.04)


def test_ties_count_and_the_most_extreme_choice_is_reached_rarely() -> None:
    assert reaching_sums([[5, 5, 5]] * 4, 50, stream_of("ties")) == 50
    assert reaching_sums([[9, 1, 1]] * 30, 999, stream_of("top")) == 0
    assert reaching_sums([[1], [2]], 7, stream_of("one order")) == 7


def test_false_alarms_are_as_many_as_allowed() -> None:
    draw, runs = random.Random(11), 1000
    alarms = sum(p_value(made_up(draw, 8), 99, run) <= 0.05 for run in range(runs))
    assert 30 <= alarms <= 70, "binomial, 99.6 % of the time"


def test_power_is_about_what_is_stated() -> None:
    draw, runs, found, stated = random.Random(5), 120, 0, 0.0
    for run in range(runs):
        values = made_up(draw, 50)
        stated += lift_power(lift_of(values, 10**6), 6, 0.3, 0.05) / runs
        for group in values:
            if draw.random() < 0.3:
                top = group.index(max(group))
                group[0], group[top] = group[top], group[0]
        found += p_value(values, 199, run) <= 0.05
    assert found / runs == pytest.approx(stated, abs=0.13)
    assert stated <= best_power(50, 6, 0.3, 0.05)


def test_the_best_power_is_that_of_counting_tops() -> None:
    assert best_power(1, 10, 1.0, 0.1) == pytest.approx(1.0)
    assert best_power(1, 10, 1.0, 0.09) == 0.0
    assert best_power(2, 10, 0.5, 0.05) == pytest.approx(0.55**2)
    assert best_power(0, 10, 0.5, 0.05) == 0.0


def test_so_many_groups_do_and_one_less_does_not() -> None:
    needed = groups_needed(10, 0.25, 0.01, 0.8)
    assert needed is not None
    assert best_power(needed, 10, 0.25, 0.01) >= 0.8 > best_power(needed - 1, 10, 0.25, 0.01)
    measured = lift_of(made_up(random.Random(2), 30), 10**6)
    more = groups_needed(6, 0.25, 0.01, 0.8, measured)
    assert more is not None
    assert more > 30
    assert groups_needed(6, 0.25, 0.01, 0.8, Lift(30, 0.0, 0.0, 0.0)) is None
    assert groups_needed(2, 0.0001, 0.01, 0.8) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-(10**9), 0), min_size=4, max_size=4), min_size=1, max_size=12), st.data())
def test_power_knows_nothing_of_which_order_was_published(values: list[list[int]], data: st.DataObject) -> None:
    lift = lift_of(values, 10**6)
    turned = [group[place:] + group[:place] for group in values for place in [data.draw(st.integers(0, 3))]]
    assert lift_of(turned, 10**6) == lift
    power = lift_power(lift, 4, 0.25, 0.01)
    assert 0 <= power <= 1
    assert power <= lift_power(lift, 4, 0.25, 0.02) + 1e-9
