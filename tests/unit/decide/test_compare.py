from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from certify.decide import LoadedPolicy
from certify.decide.compare import Effect, comes_to, compare

from .conftest import CHECKS, RULE

SCAN = 'check["corpus-scan"]'
SHARE: dict[str, Any] = {
    "assert": f"{SCAN}.contaminated_share <= params.most",
    "params": {"most": {"value": 0.1, "tighten": "down"}},
}


@pytest.mark.parametrize(
    ("before", "after", "kind", "effect"),
    [
        ({}, {"_policy": {"rules": [RULE, {**RULE, "id": "TS-02"}]}}, "rule-added", Effect.STRICTER),
        ({"_policy": {"rules": [RULE, {**RULE, "id": "TS-02"}]}}, {}, "rule-removed", Effect.LOOSER),
        (
            {},
            {"_policy": {"rules": [RULE, {**RULE, "id": "TS-02", "enforcement": "should"}]}},
            "rule-added",
            Effect.DIFFERENT,
        ),
        ({}, {"_policy": {"checks": CHECKS[1:]}}, "check-removed", Effect.LOOSER),
        ({"_policy": {"checks": CHECKS[1:]}}, {}, "check-added", Effect.STRICTER),
        (
            {},
            {"_policy": {"checks": [*CHECKS[:3], {"id": "corpus-scan", "with": {"benchmarks": ["aime25"]}}]}},
            "check-parameter",
            Effect.DIFFERENT,
        ),
        (SHARE, {**SHARE, "params": {"most": {"value": 0.05, "tighten": "down"}}}, "parameter", Effect.STRICTER),
        (SHARE, {**SHARE, "params": {"most": {"value": 0.2, "tighten": "down"}}}, "parameter", Effect.LOOSER),
        ({**SHARE, "params": {"most": 0.1}}, {**SHARE, "params": {"most": 0.2}}, "parameter", Effect.DIFFERENT),
        (SHARE, {**SHARE, "params": {"most": {"value": 0.1, "tighten": "up"}}}, "direction", Effect.DIFFERENT),
        ({}, {"assert": f"{SCAN}.contaminated <= 1"}, "assert", Effect.DIFFERENT),
        ({}, {"refute": f"{SCAN}.contaminated > 3"}, "refute", Effect.DIFFERENT),
        ({}, {"enforcement": "should"}, "enforcement", Effect.LOOSER),
        ({"enforcement": "should"}, {}, "enforcement", Effect.STRICTER),
        ({}, {"waivable": False}, "waivable", Effect.STRICTER),
        ({"waivable": False}, {}, "waivable", Effect.LOOSER),
        ({}, {"_policy": {"validity_days": 30}}, "validity_days", Effect.STRICTER),
        ({"_policy": {"validity_days": 30}}, {}, "validity_days", Effect.LOOSER),
        ({}, {"message": "Found"}, "message", Effect.WORDING),
        ({}, {"clauses": ["eu-ai-act/9-8"]}, "clause-added", Effect.WORDING),
        ({"clauses": ["eu-ai-act/9-8"]}, {}, "clause-removed", Effect.WORDING),
        ({}, {"_policy": {"limits": ["Safety"]}}, "limit-added", Effect.WORDING),
    ],
)
def test_each_change_is_named_with_what_it_does(
    read: Callable[..., LoadedPolicy], before: dict[str, Any], after: dict[str, Any], kind: str, effect: Effect
) -> None:
    changes = compare(read(**_named(before)), read(**_named(after)))
    assert [(change.kind, change.effect) for change in changes] == [(kind, effect)]
    assert changes[0].where
    assert changes[0].message
    assert comes_to(changes) == effect


def _named(changes: dict[str, Any]) -> dict[str, Any]:
    return {"assert_" if name == "assert" else name: value for name, value in changes.items()}


def test_how_an_expression_is_written_counts_for_nothing(read: Callable[..., LoadedPolicy]) -> None:
    spaced = read(assert_=f"{SCAN}.contaminated\n   ==   0")
    assert compare(read(), spaced) == []
    text = read(assert_='plan.applicant == "a  b"')
    assert [change.kind for change in compare(read(assert_='plan.applicant == "a b"'), text)] == ["assert"]


def test_a_policy_is_the_same_as_itself(starter: LoadedPolicy) -> None:
    assert compare(starter, starter) == []
    assert comes_to([]) == "none"


def test_stricter_here_and_looser_there_is_different(read: Callable[..., LoadedPolicy]) -> None:
    changes = compare(read(), read({"validity_days": 30}, enforcement="should"))
    assert {change.effect for change in changes} == {Effect.STRICTER, Effect.LOOSER}
    assert comes_to(changes) == "different"
