import math

import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from certify.statistics.binomial import (
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    recall_lower_bound,
)

# Plants needed so that the 95 % lower bound reaches the recall, by how many are missed.
PLANTS = {
    0.90: {0: 29, 1: 46, 2: 61, 3: 76, 5: 103},
    0.95: {0: 59, 1: 93, 2: 124, 3: 153, 5: 208},
    0.98: {0: 149, 1: 236, 2: 313, 3: 386, 5: 523},
    0.99: {0: 299, 1: 473, 2: 628, 3: 773, 5: 1049},
    0.995: {0: 598, 1: 947, 2: 1258, 3: 1549, 5: 2100},
    0.999: {0: 2995, 1: 4742, 2: 6294, 3: 7752, 5: 10511},
}
ROWS = [(recall, missed, planted) for recall, row in PLANTS.items() for missed, planted in row.items()]


@pytest.mark.parametrize(("recall", "missed", "planted"), ROWS)
def test_planted_copies_needed_for_a_recall(recall: float, missed: int, planted: int) -> None:
    assert recall_lower_bound(planted - missed, planted) >= recall
    assert recall_lower_bound(planted - 1 - missed, planted - 1) < recall


@pytest.mark.parametrize(("recall", "planted"), [(0.9, 36), (0.95, 72), (0.98, 183), (0.99, 368), (0.995, 736)])
def test_planted_copies_needed_two_sided(recall: float, planted: int) -> None:
    assert clopper_pearson(planted, planted)[0] >= recall > clopper_pearson(planted - 1, planted - 1)[0]


def test_thousand_plants_with_four_misses() -> None:
    assert recall_lower_bound(996, 1000) == 0.9908


@pytest.mark.parametrize(("x", "n"), [(0, 1), (1, 1), (1, 2), (5, 20), (19, 20), (97, 100), (500, 1000), (3, 3000)])
def test_bounds_agree_with_scipy_and_statsmodels(x: int, n: int) -> None:
    low, high = clopper_pearson(x, n)
    ends = stats.binomtest(x, n).proportion_ci(0.95, "exact")
    assert low == math.floor(ends.low * 1e4 + 1e-9) / 1e4
    assert high == math.ceil(ends.high * 1e4 - 1e-9) / 1e4
    other = proportion_confint(x, n, method="beta")
    assert ends.low == pytest.approx(other[0], abs=1e-12)
    one_sided = stats.binomtest(x, n, alternative="greater").proportion_ci(0.95, "exact").low
    assert clopper_pearson_lower(x, n, 0.95) == math.floor(one_sided * 1e4 + 1e-9) / 1e4


def test_nothing_planted_shows_nothing() -> None:
    assert recall_lower_bound(0, 0) == 0.0
    assert recall_lower_bound(0, 50) == 0.0
    assert clopper_pearson_upper(0, 0, 0.95) == 1.0


@pytest.mark.parametrize(("found", "planted"), [(3, 2), (-1, 2), (0, -1)])
def test_impossible_counts_are_refused(found: int, planted: int) -> None:
    with pytest.raises(ValueError, match="impossible"):
        recall_lower_bound(found, planted)
