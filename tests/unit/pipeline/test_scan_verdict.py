"""When a scan may say that nothing was found."""

import pytest

from certify.pipeline.scan_verdict import outcome_of, percent
from certify.scan.report import PlantedResult, ScanReport
from tests.fakes.scan_sample import sample


def self_test(found: int) -> dict[str, PlantedResult]:
    return {"verbatim": PlantedResult(planted=300, found=found, recall_lower=0.9)}


def report(**changes: object) -> ScanReport:
    clean = {"contaminated": 0, "findings": (), "unscanned": (), "coverage": 1.0, "selftest": self_test(300)}
    return sample()[0].model_copy(update={**clean, **changes})


@pytest.mark.parametrize(
    ("changes", "verdict", "code"),
    [
        ({}, "nothing_found", 0),
        ({"selftest": self_test(297)}, "nothing_found", 0),
        ({"selftest": self_test(296)}, "incomplete", 3),
        ({"selftest": {}}, "incomplete", 3),
        ({"coverage": 0.999999}, "incomplete", 3),
        ({"unscanned": sample()[0].unscanned}, "incomplete", 3),
        ({"contaminated": 1}, "contaminated", 1),
        ({"contaminated": 1, "coverage": 0.1, "selftest": {}}, "contaminated", 1),
    ],
)
def test_the_verdict(changes, verdict, code):
    outcome = outcome_of([report(**changes)], spikes=300)
    assert (outcome.verdict, outcome.exit_code) == (verdict, code)
    assert bool(outcome.reasons) == (code == 3 or changes.get("selftest") == {})


def test_one_benchmark_that_was_not_tested_makes_the_whole_incomplete():
    outcome = outcome_of([report(), report(selftest={})], spikes=300)
    assert (outcome.verdict, outcome.items, len(outcome.reasons)) == ("incomplete", 14, 1)
    assert outcome_of([report()], spikes=0).verdict == "incomplete"


def test_only_all_of_it_is_called_a_hundred_per_cent():
    assert [percent(share) for share in (1.0, 0.999999, 0.9, 0.123456, 0.0)] == [
        "100 %", "99.9999 %", "90 %", "12.3456 %", "0 %",
    ]  # fmt: skip
