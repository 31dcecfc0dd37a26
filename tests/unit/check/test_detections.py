from __future__ import annotations

import pytest

from certify.check.detections import concluded, detection_fields, planned_tests
from certify.errors import UsageError
from certify.evidence.parameters.detection import DetectionParameters
from certify.evidence.results.detection import Detection, DetectionVerdict

ASKED = DetectionParameters()


def finding_of(p_value: float | None, power: float = 0.9, tests: int = 1) -> Detection:
    return Detection(**detection_fields(ASKED, tests, p_value, power, None))


@pytest.mark.parametrize(
    ("p_value", "power", "word"),
    [
        (0.01, 0.1, DetectionVerdict.DETECTED),
        (0.0101, 0.8, DetectionVerdict.NO_EVIDENCE),
        (0.0101, 0.7999, DetectionVerdict.INSUFFICIENT),
        (None, 0.9, DetectionVerdict.INSUFFICIENT),
    ],
)
def test_an_absence_is_claimed_only_where_a_presence_would_have_been_noticed(
    p_value: float | None, power: float, word: DetectionVerdict
) -> None:
    assert finding_of(p_value, power).verdict is word


def test_a_test_that_gave_no_result_stays_in_the_count() -> None:
    parameters = {"a": ASKED, "b": ASKED, "c": ASKED}
    found = concluded(parameters, {"a": finding_of(0.004), "b": finding_of(0.004, tests=3)})
    assert [found[name].holm_p_value for name in "ab"] == [0.012, 0.012]  # type: ignore[attr-defined]
    assert {found[name].verdict for name in "ab"} == {DetectionVerdict.NO_EVIDENCE}  # type: ignore[attr-defined]
    assert {found[name].tests for name in "ab"} == {3}  # type: ignore[attr-defined]


def test_tests_that_share_an_error_rate_must_agree_about_it() -> None:
    other = DetectionParameters(alpha=0.05)
    assert planned_tests({}) == planned_tests({"a": ASKED}) == 1
    with pytest.raises(UsageError, match="their alpha differs"):
        planned_tests({"a": ASKED, "b": other})
