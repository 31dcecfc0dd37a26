"""What every interval promises whatever the data."""

import itertools
import math
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from certify.statistics import (
    Verdict,
    accuracy_interval,
    clean_subset,
    exact_set_interval,
    gap_test,
    judge,
    no_inflation_bound,
    recall_lower_bound,
    suite_interval,
)

SAMPLES = st.integers(1, 16)


@st.composite
def evaluations(draw: st.DrawFn, smallest: int = 10, largest: int = 80) -> tuple[list[int], int]:
    samples = draw(SAMPLES)
    counts = st.one_of(st.integers(0, samples), st.sampled_from([0, samples]))
    return draw(st.lists(counts, min_size=smallest, max_size=largest)), samples


@given(evaluations())
def test_the_interval_contains_the_estimate_and_stays_in_the_unit_range(data: tuple[list[int], int]) -> None:
    for interval in (accuracy_interval(*data), exact_set_interval(*data)):
        if interval is not None:
            assert 0.0 <= interval.lower <= interval.estimate <= interval.upper <= 1.0
            assert all(math.isfinite(end) for end in interval[:3])


@given(evaluations(), st.randoms())
def test_the_order_of_items_does_not_matter(data: tuple[list[int], int], random: object) -> None:
    right, samples = data
    shuffled = list(right)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert accuracy_interval(shuffled, samples) == accuracy_interval(right, samples)


@given(evaluations())
def test_right_and_wrong_mirror_each_other(data: tuple[list[int], int]) -> None:
    right, samples = data
    interval = accuracy_interval(right, samples)
    mirrored = accuracy_interval([samples - c for c in right], samples)
    assert interval is not None
    assert mirrored is not None
    assert math.isclose(interval.lower, 1 - mirrored.upper, abs_tol=1e-12)
    assert math.isclose(interval.upper, 1 - mirrored.lower, abs_tol=1e-12)


@given(evaluations())
def test_all_right_is_never_beaten(data: tuple[list[int], int]) -> None:
    right, samples = data
    interval, perfect = accuracy_interval(right, samples), accuracy_interval([samples] * len(right), samples)
    assert interval is not None
    assert perfect is not None
    assert perfect.lower >= interval.lower
    assert perfect.upper >= interval.upper


def test_with_one_answer_per_item_more_right_answers_never_lower_a_bound() -> None:
    for n in (*range(10, 61), 200):
        intervals = [accuracy_interval([1] * x + [0] * (n - x), 1) for x in range(n + 1)]
        bounds = [(i.lower, i.upper) for i in intervals if i is not None]
        assert len(bounds) == n + 1
        assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(bounds))


@given(evaluations(), st.floats(0, 1))
def test_a_verdict_is_one_of_three_and_follows_the_bounds(data: tuple[list[int], int], threshold: float) -> None:
    interval = accuracy_interval(*data)
    verdict = judge(interval, threshold)
    assert interval is not None
    assert (verdict is Verdict.MET) == (interval.lower >= threshold)
    assert (verdict is Verdict.NOT_MET) == (interval.upper < threshold)


@given(
    st.integers(1, 8).flatmap(
        lambda k: st.tuples(
            st.dictionaries(
                st.text(min_size=1, max_size=3), st.lists(st.integers(0, k), min_size=5, max_size=20), min_size=2
            ),
            st.just(k),
        )
    ),
    st.data(),
)
@settings(max_examples=60)
def test_a_suite_interval_contains_its_macro_average(
    suite: tuple[dict[str, list[int]], int], data: st.DataObject
) -> None:
    families, samples = suite
    weights = {name: data.draw(st.floats(0.01, 100)) for name in families}
    interval = suite_interval(families, samples, weights)
    assert interval is not None
    assert 0.0 <= interval.lower <= interval.estimate <= interval.upper <= 1.0


@given(SAMPLES, SAMPLES, st.data())
@settings(max_examples=60)
def test_a_gap_test_reports_finite_numbers_and_mirrored_gaps(k: int, j: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 40))
    static = data.draw(st.lists(st.integers(0, k), min_size=n, max_size=n))
    fresh = data.draw(st.lists(st.integers(0, j), min_size=n, max_size=n))
    test, back = gap_test(static, k, fresh, j), gap_test(fresh, j, static, k)
    assert 0.0 < test.p_value <= 1.0
    assert test.p_value + back.p_value >= 1.0
    assert test.mean_gap == -back.mean_gap
    assert 0.0 < test.detectable <= 1.0
    assert all(0.0 <= power <= 1.0 for _, power in test.power_at)


@given(st.lists(st.floats(-1, 1), min_size=10, max_size=60))
def test_the_no_inflation_bound_is_above_the_mean(differences: list[float]) -> None:
    bound = no_inflation_bound(differences)
    assert max(0.0, math.fsum(differences) / len(differences)) <= bound + 1e-9 <= 1.0 + 1e-9


@given(st.integers(0, 400), st.integers(0, 400))
def test_recall_bounds_grow_with_what_was_found(found: int, missed: int) -> None:
    planted = found + missed
    bound = recall_lower_bound(found, planted)
    assert 0.0 <= bound <= (found / planted if planted else 0.0)
    assert bound <= recall_lower_bound(found + 1, planted + 1)


SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1), min_size=1, max_size=60)


@given(SCORES, SCORES)
def test_the_clean_difference_lies_inside_its_interval_and_the_interval_inside_what_is_possible(
    clean: list[float], found: list[float]
) -> None:
    result = clean_subset(clean, found)
    share = len(found) / result.items
    assert result.difference is not None
    assert abs(result.difference) <= share + 1e-4
    if result.lower is not None and result.upper is not None:
        assert -share - 1e-4 <= result.lower <= result.upper <= share + 1e-4
        assert result.lower - 1e-4 <= share * (math.fsum(clean) / len(clean) - math.fsum(found) / len(found))
    assert (result.lower is None) == (min(len(clean), len(found)) < 10)


@given(SCORES, SCORES)
def test_right_and_wrong_mirror_the_clean_difference(clean: list[float], found: list[float]) -> None:
    there = clean_subset([Fraction(c) for c in clean], [Fraction(f) for f in found])
    mirrored = clean_subset([1 - Fraction(c) for c in clean], [1 - Fraction(f) for f in found])
    assert there.difference == -(mirrored.difference or 0.0)
    if there.lower is not None and mirrored.upper is not None:
        assert there.lower == -mirrored.upper
