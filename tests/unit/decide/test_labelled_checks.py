"""One policy may ask several published benchmarks; rules read each by its label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from certify.decide import LoadedPolicy
from certify.decide.cel import Activation, result_type
from certify.decide.findings import Gravity
from certify.decide.lint import lint
from certify.decide.schema import Facts
from certify.evidence.instances import entry_for, kind_of, label_of
from certify.evidence.results import RESULT_TYPES

AIME = 'check["static-benchmark:aime25"].accuracy'
CHECKS = [
    {"id": "static-benchmark", "with": {"benchmark": "starter-200", "items": 200}},
    {"id": "static-benchmark:aime25", "with": {"benchmark": "aime25", "items": 30, "samples": 64}},
    {"id": "static-fresh-gap", "with": {"benchmark": "starter-200"}},
    {"id": "corpus-scan", "with": {"benchmarks": ["starter-200"]}},
]


@pytest.mark.parametrize(
    ("check", "kind", "label"),
    [
        ("static-benchmark:aime25", "static-benchmark", "aime25"),
        ("static-benchmark", "static-benchmark", ""),
        ("corpus-scan:other", "corpus-scan:other", ""),
        ("static-benchmark:", "static-benchmark:", ""),
        ("static-benchmark:A", "static-benchmark:A", ""),
        ("static-benchmark:a b", "static-benchmark:a b", ""),
    ],
)
def test_only_some_checks_take_a_label_and_only_a_plain_one(check: str, kind: str, label: str) -> None:
    assert (kind_of(check), label_of(check)) == (kind, label)
    assert (entry_for(check, RESULT_TYPES) is None) == (kind not in RESULT_TYPES)


def test_a_rule_reads_one_benchmark_by_its_label(read: Callable[..., LoadedPolicy], good: dict[str, Any]) -> None:
    rule = {"assert_": f"{AIME}.lower >= 0.5", "refute": f"{AIME}.upper < 0.5", "message": "{" + AIME + ".estimate}"}
    policy = read({"checks": CHECKS}, **rule)
    assert [entry for entry in lint(policy) if entry.gravity is Gravity.ERROR] == []
    result = good["check"]["static-benchmark"]
    aime = {**result, "accuracy": {**result["accuracy"], "lower": 0.61}}
    facts = Facts.model_validate({**good, "check": {**good["check"], "static-benchmark:aime25": aime}}).mapping()
    assert facts["check"]["static-benchmark:aime25"]["accuracy"]["lower"] == 0.61
    assert facts["check"]["static-benchmark"] == result
    assert Activation(facts, {}, "2026-01-01T00:00:00Z").evaluate(rule["assert_"]).value is True
    assert Activation(good, {}, "2026-01-01T00:00:00Z").evaluate(rule["assert_"]).error


def test_a_labelled_result_is_typed_as_its_kind() -> None:
    assert result_type(f"{AIME}.lower >= 0.5", {}) == "BOOL"
    complaints = result_type(f'{AIME}.lover >= 0.5 && check["corpus-scan"].items > 1', {})
    assert isinstance(complaints, list)
    assert "lover" in complaints[0].message


@pytest.mark.parametrize(
    ("expression", "finding"),
    [
        (f"{AIME}.lower >= 0.95", "unreachable"),
        ('check["static-benchmark:hmmt25"].accuracy.lower >= 0.5', "check-not-run"),
        ('check["corpus-scan:x"].items > 0', "unknown-check"),
    ],
)
def test_traps_are_found_behind_labels_too(read: Callable[..., LoadedPolicy], expression: str, finding: str) -> None:
    found = lint(read({"checks": CHECKS}, assert_=expression))
    assert finding in {entry.id for entry in found if entry.gravity is Gravity.ERROR}


def test_a_gap_needs_its_own_benchmark_whatever_the_label(read: Callable[..., LoadedPolicy]) -> None:
    gap = {"id": "static-fresh-gap:g", "with": {"benchmark": "aime25"}}
    rule = {"assert_": 'check["static-fresh-gap:g"].upper <= 0.5'}
    assert "gap-without-static" not in {one.id for one in lint(read({"checks": [*CHECKS, gap]}, **rule))}
    lacking = [CHECKS[0], {"id": "static-fresh-gap:g", "with": {"benchmark": "hmmt25"}}]
    assert "gap-without-static" in {one.id for one in lint(read({"checks": lacking}, **rule))}
