import math

import pytest

from certify.statistics.accuracy import accuracy_interval
from certify.statistics.interval import Interval
from certify.statistics.verdict import Verdict, judge


def _interval(lower: float, upper: float) -> Interval:
    return Interval((lower + upper) / 2, lower, upper, 100, 1, "ACC")


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [
        (0.8, 0.9, Verdict.MET),
        (0.7999, 0.9, Verdict.INCONCLUSIVE),
        (0.7, 0.8, Verdict.INCONCLUSIVE),
        (0.7, 0.7999, Verdict.NOT_MET),
    ],
)
def test_the_printed_bound_decides(lower: float, upper: float, verdict: Verdict) -> None:
    assert judge(_interval(lower, upper), 0.8) is verdict


def test_no_interval_is_inconclusive() -> None:
    assert judge(accuracy_interval([1] * 5, 1), 0.5) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("threshold", [math.nan, math.inf])
def test_a_threshold_that_is_no_number_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        judge(_interval(0.1, 0.2), threshold)


def test_a_bound_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite bounds"):
        judge(_interval(math.nan, 0.9), 0.5)


def test_verdicts_are_plain_words() -> None:
    assert [str(v) for v in Verdict] == ["met", "not_met", "inconclusive"]
