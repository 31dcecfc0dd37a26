import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.statistics import ONE_SIDED, accuracy_interval, fixed_sequence

SHARES = st.floats(0, 1, allow_nan=False)


@pytest.mark.parametrize(
    ("bounds", "threshold", "held"),
    [
        ([0.9, 0.7, 0.4, 0.6], 0.5, 2),
        ([0.9, 0.5, 0.5], 0.5, 3),
        ([0.4999, 0.9], 0.5, 0),
        ([0.9, None, 0.9], 0.5, 1),
        ([], 0.5, 0),
        ([0.0], 0.0, 1),
    ],
)
def test_the_first_miss_ends_it(bounds, threshold, held) -> None:
    assert fixed_sequence(bounds, threshold) == held


@given(st.lists(SHARES, max_size=9), SHARES)
def test_what_comes_after_a_miss_changes_nothing(bounds, threshold) -> None:
    held = fixed_sequence(bounds, threshold)
    assert all(bound >= threshold for bound in bounds[:held])
    assert held == len(bounds) or bounds[held] < threshold
    assert fixed_sequence([*bounds[: held + 1], 1.0, 1.0], threshold) >= held
    assert fixed_sequence(bounds, min(1.0, threshold + 0.1)) <= held


@pytest.mark.parametrize(("bounds", "threshold"), [([math.nan], 0.5), ([0.5], math.nan), ([math.inf], 0.5)])
def test_nothing_that_is_no_number_decides(bounds, threshold) -> None:
    with pytest.raises(ValueError, match="finite"):
        fixed_sequence(bounds, threshold)


def test_the_one_sided_bound_of_a_flawless_rung_is_exact() -> None:
    interval = accuracy_interval([4] * 40, 4, level=ONE_SIDED)
    assert interval is not None
    assert interval.lower == math.floor(0.05 ** (1 / 40) * 10_000) / 10_000 == 0.9278
