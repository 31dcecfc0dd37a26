"""Published items against controls by their ranks: sizes, powers, and counts that anybody can draw again."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from certify.statistics import best_rank_power, rank_items_needed, rank_power, rank_test
from certify.statistics.ranks import reaching_ranks


def counts(items: int, rank: Callable[[], int]) -> list[int]:
    found = [0] * 6
    for _ in range(items):
        found[rank() - 1] += 1
    return found


def test_draws_estimate_the_share_of_all_choices_whichever_side_is_smaller() -> None:
    exact = 1 / 10  # of the five ranks 1, 1, 2, 3, 3, two choices of two in ten have a sum of at most 2
    assert reaching_ranks([2, 0, 0], [0, 1, 2], 4000) / 4000 == pytest.approx(exact, abs=0.02)
    assert reaching_ranks([0, 1, 2], [2, 0, 0], 500) == 500
    assert reaching_ranks([2, 1, 0], [0, 0, 2], 4000) / 4000 == pytest.approx(exact, abs=0.02)


def test_false_alarms_are_as_many_as_allowed() -> None:
    draw, runs = random.Random(4), 400
    alarms = sum(
        1 + reaching_ranks(counts(9, lambda: draw.randint(1, 6)), counts(12, lambda: draw.randint(1, 6)), 99) <= 10
        for _ in range(runs)
    )
    assert alarms <= 0.1 * runs + 2.5 * (0.1 * 0.9 * runs) ** 0.5


def test_power_is_about_what_is_stated() -> None:
    draw, runs, found, stated = random.Random(6), 100, 0, 0.0
    for _ in range(runs):
        published = counts(40, lambda: 1 if draw.random() < 0.3 else draw.randint(1, 6))
        control = counts(40, lambda: draw.randint(1, 6))
        stated += rank_power(40, control, 0.3, 0.05) / runs
        found += (1 + reaching_ranks(published, control, 99)) / 100 <= 0.05
    assert found / runs == pytest.approx(stated, abs=0.12)


def test_both_tests_share_the_level() -> None:
    found = rank_test([40, 5, 5], [10, 20, 20], 999)
    assert found.p_value == pytest.approx(2 * min(found.ranks_p_value, found.likeliest_p_value))
    assert found.ranks_p_value == (1 + found.reaching) / 1000
    assert rank_test([1, 1, 1], [1, 1, 1], 99).p_value == 1.0


def test_best_power_needs_controls_and_a_number_that_does_is_the_least() -> None:
    assert best_rank_power(500, 99, 0.25, 0.01) == 0.0
    assert best_rank_power(500, 100, 0.25, 0.01) > 0.99
    assert best_rank_power(2, 100, 0.25, 0.00001) == 0.0
    needed = rank_items_needed(0.02, 0.01, 0.8)
    assert needed is not None
    assert best_rank_power(needed, needed, 0.02, 0.01) >= 0.8 > best_rank_power(needed - 1, needed - 1, 0.02, 0.01)
    assert rank_items_needed(0.25, 0.01, 0.8) == 100
    even = [20] * 6
    more = rank_items_needed(0.1, 0.005, 0.8, even)
    assert more is not None
    assert rank_power(more, [more / 6] * 6, 0.1, 0.005) >= 0.8
    assert rank_items_needed(0.1, 0.005, 0.8, [50, 0, 0]) is None, "whose controls all rank first has no room"
