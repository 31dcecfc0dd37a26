from __future__ import annotations

import json
from typing import Any

from certify.decide import LoadedPolicy, decide
from certify.decide.examples import example_input, overlay
from certify.decide.why import Found, RuleReason, reasons

NOW = "2026-11-23T17:00:00Z"
EVALUATION = Found("e" * 64, {
    "checks": {
        "corpus-scan": {"contaminated": 137, "a/b~c": {"x": 1}},
        "fresh-reasoning": {"accuracy": {"lower": 0.5}, "outcomes": {"truncatedShare": 0.01}, "lowestFamily": 0.1},
    },
    "attempts": {"number": 6, "earlier": []},
})  # fmt: skip
PLAN = Found("d" * 64, {"entropy": {"kind": "self"}, "applicant": "Example Lab"})


def told(starter: LoadedPolicy, good: dict[str, Any], fragment: dict[str, Any]) -> dict[str, RuleReason]:
    document = overlay(json.loads(json.dumps(good)), fragment)
    decision = decide(starter, example_input(starter, document), NOW)
    statements = {"evaluation": EVALUATION, "plan": PLAN}
    return {reason.outcome.id: reason for reason in reasons(starter, decision, statements)}


def test_values_stand_where_the_pointer_says(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    found = told(
        starter, good, {"check": {"corpus-scan": {"contaminated": 137}}, "plan": {"attempt": 6, "attempts": 6}}
    )
    (scan,) = found["ST-05"].seen
    assert scan == ('check["corpus-scan"].contaminated', 137, "evaluation", "e" * 64,
                    "/predicate/checks/corpus-scan/contaminated")  # fmt: skip
    assert [one.pointer for one in found["ST-08"].seen] == ["/predicate/attempts/number"]
    assert [one.pointer for one in found["ST-10"].seen] == ["/predicate/entropy/kind"]
    assert found["ST-07"].seen[0].pointer == "/predicate/checks/fresh-reasoning/outcomes/truncatedShare"
    assert found["ST-02"].seen[0].pointer == "/predicate/checks/fresh-reasoning/lowestFamily"


def test_what_was_missing_is_told_as_no_value(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    found = told(starter, good, {"check": {"corpus-scan": None}, "declared": None})
    assert [(one.value, one.statement) for one in found["ST-05"].seen] == [(None, "evaluation")]
    assert [(one.value, one.statement, one.pointer) for one in found["ST-09"].seen] == [(None, "", "")] * 2
    assert found["ST-09"].outcome.status == "missing"
    assert found["ST-05"].expressions == {"assert": 'check["corpus-scan"].contaminated == 0'}


def test_a_place_that_the_statement_lacks_is_not_pointed_to(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    found = told(starter, good, {})
    assert {one.pointer for one in found["ST-03"].seen} == {""}
    assert {one.statement for one in found["ST-03"].seen} == {"evaluation"}


def test_rules_that_the_policy_lacks_are_left_out(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    decision = decide(starter, example_input(starter, good), NOW)
    stranger = decision.rules[0].model_copy(update={"id": "XX-01"})
    assert reasons(starter, decision.model_copy(update={"rules": (stranger,)}), {}) == ()
