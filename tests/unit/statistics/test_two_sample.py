import numpy as np
import pytest
from scipy import stats

from certify.statistics import clean_subset, counted_split, division_p_value, two_sample
from certify.statistics.stream import Stream

SEED = bytes(range(32))


def test_the_difference_is_the_uncertain_factor_of_clean() -> None:
    older, newer = [1.0] * 30 + [0.0] * 20, [1.0] * 45 + [0.0] * 5
    found = two_sample(older, newer)
    assert found == (-0.3, -0.4515, -0.1152)
    whole = clean_subset(older, newer)
    assert whole.lower == pytest.approx(found.lower / 2, abs=1e-4)
    assert two_sample([1.0] * 9, newer) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        two_sample([2.0] * 20, newer)


@pytest.mark.parametrize(("first", "second"), [((12, 20), (5, 20)), ((4, 10), (30, 60)), ((50, 60), (5, 12))])
def test_chance_divides_yes_and_no_as_fishers_test_says(first: tuple[int, int], second: tuple[int, int]) -> None:
    scores = [[1] * hits + [0] * (items - hits) for hits, items in (first, second)]
    exact = stats.fisher_exact([[h, n - h] for h, n in (first, second)], alternative="greater").pvalue
    found = division_p_value(scores[0], scores[1], Stream(SEED, "fisher"))
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 999) + 0.002)


def test_items_of_one_kind_are_told_apart_no_more_often_than_by_chance() -> None:
    draws = np.random.default_rng(5).binomial(4, 0.6, size=(60, 24))
    small = sum(
        division_p_value(row[:12].tolist(), row[12:].tolist(), Stream(SEED, str(n))) <= 0.1
        for n, row in enumerate(draws)
    )
    assert small <= 13


def test_counts_are_enough() -> None:
    found = counted_split((5, 5, 10), (10, 5, 5), Stream(SEED, "x"))
    assert found is not None
    assert (found.first.estimate, found.second.estimate, found.difference.difference) == (0.625, 0.375, 0.25)
    assert found == counted_split((5, 5, 10), (10, 5, 5), Stream(SEED, "x"))
    assert counted_split((9, 0), (20, 20), Stream(SEED, "x")) is None
    for bad in ((5, 5), (5, -1, 20)):
        with pytest.raises(ValueError, match="count for every number"):
            counted_split(bad, (10, 5, 5), Stream(SEED, "x"))
