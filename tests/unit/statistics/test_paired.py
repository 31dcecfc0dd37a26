"""DROP: known answers, symmetry, and what no sample can say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.statistics import paired_interval

DIFFERENCES = st.lists(st.sampled_from([-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0]), min_size=10, max_size=60)


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([0] * 10, (0.0, -0.3354, 0.3354)),
        ([0] * 80, (0.0, -0.0477, 0.0477)),
        ([1] * 20, (1.0, 0.592, 1.0)),
        ([0, 0, 1, 0, 0, 0, 1, 0, -1, 0, 0.5, 0.25], (0.1458, -0.2698, 0.4933)),
    ],
)
def test_known_answers(differences, expected):
    found = paired_interval(differences)
    assert found is not None
    assert found[:3] == expected
    assert (found.items, found.rule) == (len(differences), "DROP")


@given(DIFFERENCES)
def test_turning_the_question_round_turns_the_answer_round(differences):
    found, turned = paired_interval(differences), paired_interval([-d for d in differences])
    assert found is not None
    assert turned is not None
    assert -1 <= found.lower <= found.estimate <= found.upper <= 1
    assert (turned.estimate, turned.lower, turned.upper) == (-found.estimate, -found.upper, -found.lower)


def test_too_few_pairs_and_impossible_ones():
    assert paired_interval([0.5] * 9) is None
    for impossible in ([2.0] * 10, [float("nan")] * 10):
        with pytest.raises(ValueError, match="between"):
            paired_interval(impossible)
