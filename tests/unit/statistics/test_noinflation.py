import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from certify.statistics.noinflation import no_inflation_bound


def test_the_bound_matches_its_formula() -> None:
    generator = np.random.default_rng(5)
    differences = [Fraction(int(d), 8) for d in generator.integers(-3, 4, size=60)]
    augmented = np.array([*(float(d) for d in differences), 1.0])
    bound = augmented.mean() + stats.t.ppf(0.95, 59) * augmented.std(ddof=1) / math.sqrt(61)
    assert no_inflation_bound(differences) == math.ceil(bound * 1e4) / 1e4


def test_equal_answers_still_leave_room_for_inflation() -> None:
    thirty, many = no_inflation_bound([0.0] * 30), no_inflation_bound([0.0] * 1319)
    assert 0.05 < thirty < 0.12
    assert 0.0 < many < 0.01


def test_few_pairs_claim_nothing() -> None:
    assert no_inflation_bound([0.0] * 9) == 1.0


def test_a_bound_is_a_share() -> None:
    assert no_inflation_bound([1.0] * 20) == 1.0
    assert no_inflation_bound([-1.0] * 500) == 0.0


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1.5, -2])
def test_impossible_differences_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="difference"):
        no_inflation_bound([0.0] * 20 + [bad])


def test_the_bound_is_rarely_below_the_truth_near_the_ceiling() -> None:
    # Accuracy .97, a leak of every item: the plain t bound fails here in almost half of the runs.
    generator = np.random.default_rng(11)
    below = 0
    for _ in range(400):
        p = generator.beta(9.7, 0.3, size=30)
        fresh = generator.binomial(1, p)
        below += no_inflation_bound([Fraction(1 - int(c)) for c in fresh]) < 0.03
    assert below / 400 <= 0.08
