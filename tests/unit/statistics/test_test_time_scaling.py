"""pass@k and majority@k: against counting every draw one by one, and against hand-made vectors."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.statistics import Votes, accuracy_interval, all_right_at, majority_at, pass_at
from certify.statistics.majority import majority_chance

RIGHT = [0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 2, 2]


def test_pass_at_one_is_the_accuracy() -> None:
    found, plain = pass_at(RIGHT, 4, 1), accuracy_interval(RIGHT, 4)
    assert found is not None
    assert plain is not None
    assert found[:4] == plain[:4]
    assert (found.samples, found.rule) == (1, "PASS")


@pytest.mark.parametrize(("k", "reach", "reliable"), [(1, 0.625, 0.625), (2, 0.75, 0.5), (4, 0.8333, 0.4167)])
def test_vectors(k: int, reach: float, reliable: float) -> None:
    passed, steady = pass_at(RIGHT, 4, k), all_right_at(RIGHT, 4, k)
    assert passed is not None
    assert steady is not None
    assert (passed.estimate, steady.estimate) == (reach, reliable)
    assert passed.lower <= passed.estimate <= passed.upper


def test_a_wide_sample_is_exact_and_quick() -> None:
    found = pass_at([32] * 30, 64, 32)
    assert found is not None
    assert found.estimate == 1.0
    assert found.lower < 1.0


@pytest.mark.parametrize("k", [0, 5, -1])
def test_more_answers_than_there_are_cannot_be_drawn(k: int) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        pass_at(RIGHT, 4, k)
    with pytest.raises(ValueError, match="cannot be drawn"):
        majority_at([Votes(2, (2,), 0)] * 10, k)


def counted(votes: Votes, k: int) -> Fraction:
    """Every draw, one by one."""
    answers: list[str | None] = ["right"] * votes.right + [None] * votes.silent
    answers += [f"wrong {place}" for place, size in enumerate(votes.wrong) for _ in range(size)]
    won = Fraction(0)
    for draw in combinations(range(len(answers)), k):
        seen = Counter(answers[place] for place in draw if answers[place] is not None)
        best = [name for name, count in seen.items() if count == max(seen.values())]
        won += Fraction("right" in best, len(best) or 1)
    return won / math.comb(len(answers), k)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4), st.lists(st.integers(0, 3), max_size=3), st.integers(0, 2), st.data())
def test_the_vote_is_counted_over_all_draws(right: int, wrong: list[int], silent: int, data: st.DataObject) -> None:
    votes = Votes(right, tuple(wrong), silent)
    if votes.samples:
        k = data.draw(st.integers(1, votes.samples))
        assert majority_chance(votes, k) == counted(votes, k)


def test_a_vote_of_one_is_the_accuracy_and_unreadable_answers_do_not_vote() -> None:
    assert majority_chance(Votes(3, (5,), 2), 1) == Fraction(3, 10)
    assert majority_chance(Votes(1, (), 9), 10) == 1
    assert majority_chance(Votes(2, (2,), 0), 4) == Fraction(1, 2)
    assert majority_chance(Votes(0, (4,), 0), 4) == 0


def test_sixty_four_different_wrong_answers_take_no_time() -> None:
    chance = majority_chance(Votes(20, (1,) * 44, 0), 64)
    assert chance == 1
    assert 0.9 < float(majority_chance(Votes(20, (1,) * 44, 0), 16)) < 1


def test_items_must_have_as_many_answers_each() -> None:
    with pytest.raises(ValueError, match="same number"):
        majority_at([Votes(2, (), 0), Votes(3, (), 0)] * 5, 2)
