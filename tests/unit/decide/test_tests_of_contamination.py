"""Rules about tests of contamination: thresholds within reach, and p-values that count how many tests there are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from certify.decide import LoadedPolicy
from certify.decide.lint import lint

ONE = {"id": "paired-rewrite:one", "with": {"benchmark": "starter-200", "rewrites": "families", "items": 60}}
TWO = {"id": "paired-rewrite:two", "with": {"benchmark": "starter-200", "rewrites": "families"}}
READ = 'check["paired-rewrite:one"]'


@pytest.mark.parametrize(
    ("checks", "assertion", "found"),
    [
        ([ONE], f"{READ}.upper <= 0.1", []),
        ([ONE], f"{READ}.upper <= 0.01", ["unreachable"]),
        ([ONE], f"{READ}.rewritten.lower >= 0.99 ", ["unreachable"]),
        ([ONE], f"{READ}.p_value > 0.01", []),
        ([ONE, TWO], f"{READ}.p_value > 0.01", ["unused-check", "uncorrected-tests"]),
        ([ONE, TWO], f"{READ}.margin_p_value > 0.01", ["unused-check", "uncorrected-tests"]),
        ([ONE, TWO], f"{READ}.holm_p_value > 0.01", ["unused-check"]),
        ([ONE, TWO], f'{READ}.verdict == "no_evidence"', ["unused-check"]),
    ],
)
def test_what_lint_says(
    read: Callable[..., LoadedPolicy], checks: list[object], assertion: str, found: list[str]
) -> None:
    message = "{" + f"{READ}.verdict" + "}"
    examples = {"pass": {}, "fail": {"check": {"paired-rewrite:one": {"upper": 0.5}}}, "missing": {"check": {}}}
    policy = read({"checks": checks}, assert_=assertion, message=message, examples=examples)
    assert [one.id for one in lint(policy) if one.id != "no-refute"] == found
