"""What a policy looked for and did not find, and who could supply it."""

from __future__ import annotations

from typing import Any

import pytest

from certify.decide import decide
from certify.decide.examples import example_input, overlay
from certify.decide.lacks import LackKind, lacks
from certify.evidence.decision import RuleStatus


def found(policy: Any, fragment: dict[str, Any]) -> dict[str, tuple[LackKind, str]]:
    """What is missing, by rule and name, from the complete example with a fragment over it."""
    evidence = example_input(policy, overlay(policy.evidence["pass"], fragment))
    now = evidence.plan.planned_at
    decision = decide(policy, evidence, now)
    missing = frozenset(rule.id for rule in decision.rules if rule.status is RuleStatus.MISSING)
    told = lacks(policy, evidence, now, missing)
    assert {one.rule for one in told} == missing
    return {f"{one.rule} {one.name}": (one.kind, one.why) for one in told}


def test_nothing_is_missing_from_the_complete_example(starter):
    assert found(starter, {}) == {}


@pytest.mark.parametrize(
    ("fragment", "rule", "kind"),
    [
        ({"check": {"fresh-reasoning": None}}, "ST-01 fresh-reasoning", LackKind.CHECK),
        ({"check": {"corpus-scan": None}}, "ST-05 corpus-scan", LackKind.SCAN),
        ({"declared": None}, "ST-09 declared.owner", LackKind.DECLARATION),
        ({"declared": {"intended_use": None}}, "ST-09 declared.intended_use", LackKind.DECLARATION),
    ],
)
def test_who_could_supply_what_is_missing(starter, fragment, rule, kind):
    told = found(starter, fragment)
    assert told[rule][0] is kind
    assert told[rule][1]
