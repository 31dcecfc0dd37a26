import math

import numpy as np
import pytest
from scipy import optimize

from certify.statistics.half_length import LOGISTIC, ONE_PARAMETER, half_length

GUESS = 1 / 97
SHORT, FULL = (2, 4, 8, 16), (8, 16, 32, 64, 128, 256, 512)


def expected(lengths, share, items=400):
    """Counts of one answer each that come as near as they can to a curve."""
    counts = [round(items * (GUESS + (1 - GUESS) * share(length))) for length in lengths]
    return [[1] * count + [0] * (items - count) for count in counts]


@pytest.mark.parametrize("half", [3.0, 7.0, 13.0])
def test_a_short_ladder_recovers_the_error_of_a_step(half) -> None:
    found = half_length(SHORT, expected(SHORT, lambda length: 2 ** (-length / half)), 1, GUESS)
    assert found.model == ONE_PARAMETER
    assert found.estimate == pytest.approx(half, rel=0.03)
    assert found.lower <= found.estimate <= found.upper
    assert found.beyond == ""


@pytest.mark.parametrize(("half", "slope"), [(20.0, 1.0), (69.0, 2.0), (200.0, 4.0)])
def test_a_full_ladder_recovers_the_crossing(half, slope) -> None:
    curve = expected(FULL, lambda length: 1 / (1 + (length / half) ** slope))
    found = half_length(FULL, curve, 1, GUESS)
    assert found.model == LOGISTIC
    assert found.estimate == pytest.approx(half, rel=0.05)


def test_the_logistic_fit_is_the_likeliest() -> None:
    generator = np.random.default_rng(5)
    shares = [GUESS + (1 - GUESS) / (1 + (length / 50) ** 1.7) for length in FULL]
    right = [[int(c) for c in generator.binomial(4, share, size=40)] for share in shares]

    def loss(point):
        p = np.clip(GUESS + (1 - GUESS) / (1 + np.exp(point[1] * (np.log(FULL) - point[0]))), 1e-12, 1 - 1e-12)
        counts = np.array([sum(items) for items in right])
        return -float((counts * np.log(p) + (160 - counts) * np.log1p(-p)).sum())

    oracle = optimize.minimize(loss, [math.log(50), 1.5], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    assert half_length(FULL, right, 4, GUESS).estimate == round(math.exp(oracle.x[0]), 1)


@pytest.mark.parametrize("lengths", [SHORT, FULL])
def test_what_never_fails_or_always_fails_lies_beyond(lengths) -> None:
    always = half_length(lengths, [[2] * 10 for _ in lengths], 2, GUESS)
    assert (always.estimate, always.lower, always.upper, always.beyond) == (*[float(lengths[-1])] * 3, "above")
    never = half_length(lengths, [[0] * 10 for _ in lengths], 2, GUESS)
    assert (never.estimate, never.lower, never.upper, never.beyond) == (*[float(lengths[0])] * 3, "below")


def test_a_cliff_lies_between_its_edges() -> None:
    found = half_length(FULL, [[4] * 40] * 3 + [[0] * 40] * 4, 4, GUESS)
    assert 32 < found.estimate < 64
    assert found.lower == found.upper == found.estimate


def test_known_answers() -> None:
    """Another implementation of the stream and the fits must give exactly these."""
    short = half_length(SHORT, [[1] * 9 + [0], [1] * 8 + [0] * 2, [1] * 5 + [0] * 5, [1] * 2 + [0] * 8], 1, GUESS)
    assert short == (ONE_PARAMETER, 8.3, 5.1, 13.0, "")
    rungs = [[4] * 38 + [2] * 2, [4] * 35 + [3] * 5, [4] * 25 + [2] * 15, [3] * 10 + [1] * 30, [1] * 10 + [0] * 30]
    full = half_length(FULL, [*rungs, [0] * 40, [0] * 40], 4, GUESS)
    assert full == (LOGISTIC, 51.1, 47.2, 56.0, "")


@pytest.mark.parametrize(
    ("lengths", "right", "samples", "guess"),
    [
        ((), [], 1, 0.0),
        ((4, 2), [[1], [1]], 1, 0.0),
        ((2, 4), [[1]], 1, 0.0),
        ((2, 4), [[1], []], 1, 0.0),
        ((2, 4), [[1], [2]], 1, 0.0),
        ((0, 4), [[1], [1]], 1, 0.0),
        ((2, 4), [[1], [1]], 1, 1.0),
    ],
)
def test_impossible_counts_are_refused(lengths, right, samples, guess) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        half_length(lengths, right, samples, guess)
