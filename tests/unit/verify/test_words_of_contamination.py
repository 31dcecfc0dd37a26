"""The words for tests of contamination: one test, and all of a plan together."""

from __future__ import annotations

import pytest

from certify.check.detections import concluded, detection_fields
from certify.evidence.parameters.detection import DetectionParameters
from certify.evidence.results.detection import Detection
from certify.evidence.results.estimates import Estimate, Outcomes
from certify.evidence.results.rewrites import PairedRewriteResult, ReferenceComparison, RewriteSource
from certify.verify.words.headlines import check_of, headlines
from certify.verify.words.rewrites import rewrite_caveats

ASKED = DetectionParameters()
ALL = "Contamination, asked of the model"


def share(value: float) -> Estimate:
    return Estimate(estimate=value, lower=value - 0.05, upper=value + 0.05, items=200, samples=8, rule="ACC")


def found(
    p_value: float | None, power: float = 0.93, needed: int | None = None, **changes: object
) -> PairedRewriteResult:
    asked = {
        "original": share(0.8),
        "rewritten": share(0.78),
        "gap": 0.02,
        "plain_p_value": 0.2,
        "margin_p_value": 0.5,
        "upper": 0.06,
        "detectable": 0.0712,
    }
    return PairedRewriteResult(
        **detection_fields(ASKED, 1, p_value, power, needed),
        benchmark="sums",
        benchmark_sha256="0" * 64,
        rewrites="families",
        items=200,
        isomorphs=4,
        samples=2,
        margin=0.02,
        outcomes=Outcomes(),
        **{**(asked if p_value is not None else {}), **changes},
    )


def told(results: dict[str, Detection], planned: int | None = None) -> dict[str, tuple[str, str]]:
    parameters = dict.fromkeys([*results, *map(str, range((planned or 0) - len(results)))], ASKED)
    return {one.name: (one.value, one.detail) for one in headlines(concluded(parameters, results))}


def test_an_absence_is_told_with_what_would_have_been_noticed() -> None:
    lines = told({"paired-rewrite": found(0.31)})
    assert lines["Published items against rewrites"] == (
        "no evidence",
        "gap +2.00 points, at most +6.00 points with 95 % confidence; p = 0.3100 against the planned margin of 2.00 "
        "points; power 0.93 against a gap of 10.00 points; smallest noticed with power 0.8: 7.12 points; 200 items and "
        "4 rewrites of each, 8 answers on either side",
    )
    assert lines[ALL] == (
        "no evidence",
        "no evidence in 1 test; strongest p = 0.3100 (paired rewrite); detected is what has p at most 0.01; paired "
        "rewrite would notice a gap of 10.00 points with chance 0.93",
    )


def test_nothing_asked_says_how_many_items_would_do() -> None:
    lines = told({"paired-rewrite": found(None, 0.41, needed=1_311)})
    assert lines["Published items against rewrites"] == (
        "insufficient",
        "nothing was asked: 200 items with 8 answers on either side cannot notice a gap of 10.00 points with power "
        "0.8, 1,311 items would",
    )
    assert lines[ALL] == ("insufficient", "insufficient in 1 test")


def test_beside_references_it_is_an_inflation() -> None:
    reference = ReferenceComparison.model_construct(
        references=6, excess=0.081, largest_gap=0.03, p_without_largest=0.0004
    )
    _, detail = told({"paired-rewrite": found(0.001, reference=reference)})["Published items against rewrites"]
    assert detail.startswith(
        "inflation +8.10 points beside 6 reference models: its own difference +2.00 points, the largest of theirs "
        "+3.00 points, without which p = 0.0004; p = 0.0010; power 0.93 against an inflation"
    )
    assert "gap" not in detail


def test_what_a_gap_may_come_from_is_told_once() -> None:
    [plain] = rewrite_caveats({"paired-rewrite:a": found(0.3), "paired-rewrite:b": found(0.2)})
    assert "harder by themselves" in plain
    beside = found(0.3, reference=ReferenceComparison.model_construct(references=6, excess=0.1))
    [held] = rewrite_caveats({"paired-rewrite": beside})
    assert "harder by themselves" not in held
    assert "never saw the published items" in held
    assert "easier ones hide a gap" not in plain + held
    [written] = rewrite_caveats({"paired-rewrite": found(0.3).model_copy(update={"rewrites": RewriteSource.FILE})})
    assert "easier ones hide a gap" in written
    assert rewrite_caveats({}) == ()


@pytest.mark.parametrize(
    ("p_values", "powers", "planned", "value", "begins"),
    [
        ((0.3, 0.2), (0.9, 0.9), 2, "no evidence", "no evidence in 2 tests; strongest p = 0.4000 (paired rewrite, b)"),
        (
            (0.3, 0.2),
            (0.9, 0.1),
            2,
            "no evidence in 1 of 2",
            "no evidence in 1 of 2 tests, insufficient in 1 of 2 tests",
        ),
        ((0.3, 0.2), (0.9, 0.9), 3, "no evidence in 2 of 3", "no evidence in 2 of 3 tests, 1 not run"),
        (
            (0.004, 0.2),
            (0.9, 0.9),
            2,
            "detected",
            "detected in 1 of 2 tests (paired rewrite, a), no evidence in 1 of 2",
        ),
        ((0.006, 0.2), (0.9, 0.9), 2, "no evidence", "no evidence in 2 tests; strongest p = 0.0120"),
        ((None, None), (0.1, 0.1), 2, "insufficient", "insufficient in 2 tests"),
    ],
)
def test_all_tests_together(p_values, powers, planned, value, begins) -> None:
    results = {f"paired-rewrite:{name}": found(p, q) for name, p, q in zip("ab", p_values, powers, strict=True)}
    line = told(results, planned)[ALL]
    assert line[0] == value
    assert line[1].startswith(begins)
    assert len(value) <= 24


def test_a_plan_without_such_tests_has_no_such_line() -> None:
    assert told({}) == {}
    assert check_of(ALL) == ""
