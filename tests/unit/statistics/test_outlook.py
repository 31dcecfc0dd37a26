import itertools
import math

import numpy as np
import pytest

from certify.statistics import accuracy_interval
from certify.statistics.outlook import gap_outlook, shown_from, verdict_power
from certify.statistics.power import Headroom, detectable_inflation

# items, answers, threshold, margin, simulated power (rho .35)
SIMULATED = [
    (200, 4, 0.8, 0.02, 0.11),
    (200, 4, 0.8, 0.05, 0.62),
    (200, 4, 0.8, 0.08, 0.98),
    (100, 4, 0.8, 0.05, 0.29),
    (100, 4, 0.8, 0.08, 0.71),
    (500, 4, 0.8, 0.02, 0.29),
    (500, 4, 0.8, 0.05, 0.98),
    (1319, 1, 0.8, 0.05, 1.0),
]


@pytest.mark.parametrize(("items", "samples", "threshold", "margin", "power"), SIMULATED)
def test_power_before_a_run(items: int, samples: int, threshold: float, margin: float, power: float) -> None:
    found = verdict_power(threshold, threshold + margin, items, samples, rho=0.35)
    assert power - 0.06 <= found <= power + 0.03


def test_the_stated_power_is_that_of_the_rule() -> None:
    generator = np.random.default_rng(4)
    at = shown_from(0.75, 240, 1)
    assert at is not None
    runs = [accuracy_interval([int(c) for c in generator.binomial(1, at, 240)], 1) for _ in range(400)]
    met = sum(run is not None and run.lower >= 0.75 for run in runs) / 400
    assert 0.74 < met < 0.9


def test_what_cannot_be_shown_is_none() -> None:
    assert shown_from(0.95, 60, 1) is None
    assert shown_from(0.9, 36, 1) == 1.0
    assert shown_from(0.9, 9, 1) is None
    assert verdict_power(0.8, 0.8, 200, 1) == 0.0
    with pytest.raises(ValueError, match="no power"):
        verdict_power(1.0, 1.0, 200, 1)


def test_more_items_show_smaller_margins() -> None:
    found = [shown_from(0.8, items, 4) for items in (60, 100, 200, 500, 1319)]
    assert all(a is not None and b is not None and a > b for a, b in itertools.pairwise(found))
    looks = shown_from(0.8, 200, 4, level=0.98298)
    assert looks is not None
    assert found[2] is not None
    assert looks > found[2]


@pytest.mark.parametrize(
    ("items", "samples", "simulated"),
    [
        (30, 8, 0.115),
        (60, 8, 0.081),
        (200, 1, 0.086),
        (200, 8, 0.043),
        (500, 8, 0.026),
        (1319, 1, 0.035),
        (1319, 8, 0.015),
    ],
)
def test_the_detectable_inflation_is_near_the_simulated_one(items: int, samples: int, simulated: float) -> None:
    found = gap_outlook(0.1, items, (samples, samples), rho=0.5)
    assert 0.8 * simulated <= found.detectable <= 1.35 * simulated


def test_few_pairs_find_nothing() -> None:
    assert gap_outlook(0.1, 9, (1, 1)) == (0.0, 1.0, 0.77)
    assert gap_outlook(0.3, 200, (1, 1)).power == 0.0, "there is no room for it"
    with pytest.raises(ValueError, match="no outlook"):
        gap_outlook(0.1, 200, (1, 1), accuracy=1.0)


def test_headroom_that_is_no_round_number_hides_no_inflation() -> None:
    room = 1 - 0.77
    assert math.floor(room * 10_000) / 10_000 > room
    assert detectable_inflation(0.18, 200, Headroom(room, 0.159)) < 0.05
