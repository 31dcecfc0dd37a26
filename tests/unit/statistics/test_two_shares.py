"""Power of a comparison of two shares: never more than Boschloo's test has, and enough items where it says so."""

import math

import pytest

from certify.statistics import TwoShares, boschloo_p_value, prospect, two_shares_power
from certify.statistics.two_shares import FEWEST_NEWER, items_for_power


def binomial(trials: int, rate: float) -> list[float]:
    return [math.comb(trials, x) * rate**x * (1 - rate) ** (trials - x) for x in range(trials + 1)]


@pytest.mark.parametrize(
    ("published", "newer", "rate", "effect"), [(12, 15, 0.1, 0.5), (15, 12, 0.3, 0.6), (10, 10, 0.0, 0.7)]
)
def test_it_is_bounded_by_what_boschloos_test_does(published: int, newer: int, rate: float, effect: float) -> None:
    hit, known, level = binomial(published, rate + effect * (1 - rate)), binomial(newer, rate), 0.05
    whole, least = 0.0, 0
    for y in range(newer + 1):
        while least <= published and boschloo_p_value(least, published, y, newer) > level:
            least += 1  # never fewer are needed beside more known ones
        whole += known[y] * sum(hit[least:])
    power = two_shares_power(TwoShares(published, newer), rate, effect, level)
    assert whole - 0.2 < power <= whole


@pytest.mark.parametrize("rate", [0.02, 0.2, 0.5, 0.9])
def test_without_an_effect_it_is_no_more_than_the_level(rate: float) -> None:
    for sizes in (TwoShares(30, 100), TwoShares(100, 100), TwoShares(200, 150)):
        assert two_shares_power(sizes, rate, 0.0, 0.01) <= 0.01


def test_it_grows_with_the_effect_and_with_the_level() -> None:
    sizes = TwoShares(100, 120)
    by_effect = [two_shares_power(sizes, 0.1, effect / 10, 0.01) for effect in range(11)]
    by_level = [two_shares_power(sizes, 0.1, 0.2, level) for level in (0.001, 0.01, 0.05, 0.1)]
    assert by_effect == sorted(by_effect)
    assert by_effect[-1] == 1.0
    assert by_level == sorted(by_level)


def test_the_items_that_would_do_do() -> None:
    found = prospect(TwoShares(30, 120), 6, 0.1, 0.01, 0.8)
    assert not found.enough
    assert found.needed is not None
    assert prospect(TwoShares(found.needed, found.needed), round(found.needed * 0.05), 0.1, 0.01, 0.8).enough
    assert prospect(TwoShares(300, FEWEST_NEWER - 1), 0, 0.9, 0.01, 0.8).needed == FEWEST_NEWER
    assert prospect(TwoShares(0, 0), 0, 0.1, 0.01, 0.8).power == 0.0
    assert items_for_power(1.0, 0.1, 0.01, 0.8, FEWEST_NEWER) is None


@pytest.mark.parametrize(
    ("sizes", "rate", "effect", "level"),
    [
        ((0, 5), 0.1, 0.1, 0.1),
        ((5, 1001), 0.1, 0.1, 0.1),
        ((5, 5), 1.1, 0.1, 0.1),
        ((5, 5), 0.1, -0.1, 0.1),
        ((5, 5), 0.1, 0.1, 0),
    ],
)
def test_impossible_comparisons_are_refused(sizes: tuple[int, int], rate: float, effect: float, level: float) -> None:
    with pytest.raises(ValueError, match="no power"):
        two_shares_power(TwoShares(*sizes), rate, effect, level)
