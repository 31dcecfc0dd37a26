"""pass@k, pass^k and majority@k against every subset there is."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.statistics import accuracy_interval, majority_at_k, pass_at_k, pass_hat_k, pass_interval


@pytest.mark.parametrize(("n", "c", "k"), [(8, 3, 4), (8, 0, 4), (8, 8, 4), (6, 5, 2), (5, 2, 5), (4, 1, 1)])
def test_they_are_the_shares_of_subsets(n: int, c: int, k: int) -> None:
    subsets = list(itertools.combinations([True] * c + [False] * (n - c), k))
    assert pass_at_k([c], n, k) == [Fraction(sum(map(any, subsets)), len(subsets))]
    assert pass_hat_k([c], n, k) == [Fraction(sum(map(all, subsets)), len(subsets))]


def test_known_answers() -> None:
    assert pass_at_k([0, 1, 2, 8], 8, 4) == [0, Fraction(1, 2), Fraction(11, 14), 1]
    assert pass_hat_k([0, 4, 7, 8], 8, 2) == [0, Fraction(3, 14), Fraction(3, 4), 1]
    assert majority_at_k(3, [2, 1], 3) == Fraction(3, 5)
    assert majority_at_k(0, [4], 3) == 0
    assert majority_at_k(40, [10] * 2 + [1] * 4, 16) > Fraction(97, 100)


def test_the_plug_in_is_too_low_and_this_is_not() -> None:
    generator = np.random.default_rng(3)
    p = generator.beta(0.6, 1.2, size=20_000)
    counts = generator.binomial(8, p)
    truth = float((1 - (1 - p) ** 4).mean())
    unbiased = float(sum(pass_at_k([int(c) for c in counts], 8, 4))) / len(p)
    plug_in = float((1 - (1 - counts / 8) ** 4).mean())
    assert abs(unbiased - truth) < 0.008
    assert plug_in < truth - 0.02


@st.composite
def votes(draw: st.DrawFn) -> tuple[int, list[int], int]:
    right = draw(st.integers(0, 4))
    others = draw(st.lists(st.integers(0, 3), max_size=3))
    total = right + sum(others)
    if total == 0:
        right = total = 1
    return right, others, draw(st.integers(1, total))


@given(votes())
@settings(max_examples=150, deadline=None)
def test_the_majority_is_that_of_every_subset(given_votes: tuple[int, list[int], int]) -> None:
    right, others, k = given_votes
    answers = [-1] * right + [number for number, count in enumerate(others) for _ in range(count)]
    won, subsets = Fraction(0), 0
    for subset in itertools.combinations(answers, k):
        counts = {answer: subset.count(answer) for answer in subset}
        best = [answer for answer, count in counts.items() if count == max(counts.values())]
        won += Fraction(-1 in best, len(best))
        subsets += 1
    assert majority_at_k(right, others, k) == won / subsets


@given(votes())
def test_one_vote_is_accuracy_and_all_votes_are_the_mode(given_votes: tuple[int, list[int], int]) -> None:
    right, others, _ = given_votes
    total = right + sum(others)
    assert majority_at_k(right, others, 1) == Fraction(right, total)
    most = max([right, *others])
    tied = [right, *others].count(most)
    assert majority_at_k(right, others, total) == (Fraction(1, tied) if right == most else 0)


def test_sixty_four_answers_are_counted_in_no_time() -> None:
    assert 0 < majority_at_k(20, [1] * 20 + [4] * 6, 16) < 1


@given(st.lists(st.integers(0, 8), min_size=10, max_size=40))
def test_with_k_of_one_the_interval_is_that_of_accuracy(right: list[int]) -> None:
    plain, passed = accuracy_interval(right, 8), pass_interval(pass_at_k(right, 8, 1), 8)
    assert plain is not None
    assert passed == plain._replace(rule="PASS")


def test_a_flawless_result_keeps_the_exact_bound() -> None:
    found = pass_interval(pass_at_k([7] * 30, 8, 2), 8)
    assert found is not None
    assert (found.lower, found.upper) == (0.8842, 1.0)
    assert pass_interval([Fraction(1)] * 9, 8) is None


@pytest.mark.parametrize("k", [0, 9])
def test_impossible_numbers_are_refused(k: int) -> None:
    for rule in (pass_at_k, pass_hat_k):
        with pytest.raises(ValueError, match="cannot be drawn"):
            rule([1], 8, k)
    with pytest.raises(ValueError, match="cannot vote"):
        majority_at_k(3, [5], k)
    with pytest.raises(ValueError, match="right answers"):
        pass_interval([Fraction(3, 2)] * 10, 8)
    assert math.isclose(float(majority_at_k(1, [1], 2)), 0.5)
