from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from certify.decide import LoadedPolicy, PolicyInput, decide, policy_from_document
from certify.decide.decide import verdict_of
from certify.decide.examples import example_input, overlay
from certify.evidence.canonical import canonical_bytes
from certify.evidence.decision import Decision, RuleOutcome, RuleStatus, Verdict

NOW = "2026-11-23T17:00:00Z"
FRESH = 'check["fresh-reasoning"]'
SCAN = 'check["corpus-scan"]'


def decided(policy: LoadedPolicy, good: dict[str, Any], fragment: dict[str, Any] | None = None) -> Decision:
    return decide(policy, example_input(policy, overlay(good, fragment or {})), NOW)


def outcome(status: str, enforcement: str = "must") -> RuleOutcome:
    return RuleOutcome(id="X-01", title="t", status=status, enforcement=enforcement, severity="low", message="m")


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        (["met", "met"], "certified"),
        (["met", "not_met", "missing", "inconclusive"], "refused"),
        (["met", "missing", "inconclusive"], "incomplete"),
        (["met", "inconclusive"], "inconclusive"),
        (["met", "not_applicable"], "certified"),
        (["met", "waived"], "certified"),
        (["waived"], "incomplete"),
        (["waived", "not_met"], "refused"),
        (["not_applicable"], "incomplete"),
        ([], "incomplete"),
    ],
)
def test_verdict(statuses: list[str], verdict: str) -> None:
    assert verdict_of([outcome(status) for status in statuses]) == verdict
    advisory = [outcome(status, "should") for status in ("not_met", "missing", "inconclusive")]
    assert verdict_of([outcome(status) for status in statuses] + advisory) == verdict


def test_advice_alone_certifies_nothing() -> None:
    assert verdict_of([outcome("met", "should")]) == Verdict.INCOMPLETE


@pytest.mark.parametrize(
    ("lower", "upper", "status"),
    [(0.75, 0.8, "met"), (0.7499, 0.8, "inconclusive"), (0.6, 0.75, "inconclusive"), (0.6, 0.7499, "not_met")],
)
def test_an_interval_decides_three_ways(
    starter: LoadedPolicy, good: dict[str, Any], lower: float, upper: float, status: str
) -> None:
    fragment = {"check": {"fresh-reasoning": {"accuracy": {"lower": lower, "upper": upper}}}}
    assert decided(starter, good, fragment).rules[0].status == status


def test_a_default_is_no_evidence(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    good = json.loads(json.dumps(good))
    del good["check"]["fresh-reasoning"]["outcomes"]["truncated_share"]
    rules = {rule.id: rule for rule in decided(starter, good).rules}
    assert (rules["ST-01"].status, rules["ST-07"].status) == ("missing", "missing")
    assert "truncated_share is not known" in rules["ST-07"].message


def test_many_answers_cut_off_decide_nothing(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    for accuracy in ({"lower": 0.9, "upper": 0.95}, {"lower": 0.1, "upper": 0.2}):
        fragment = {"check": {"fresh-reasoning": {"accuracy": accuracy, "outcomes": {"truncated_share": 0.0501}}}}
        assert decided(starter, good, fragment).rules[0].status == RuleStatus.INCONCLUSIVE


def test_what_is_shown_and_refuted_is_not_met(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    fragment = {"check": {"static-fresh-gap": {"upper": 0.05, "p_value": 0.001}}}
    assert decided(starter, good, fragment).rules[2].status == RuleStatus.NOT_MET


def test_no_room_for_a_gap_needs_no_power(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    gap = {"fresh": {"estimate": 0.96}, "power": 0.0}
    assert decided(starter, good, {"check": {"static-fresh-gap": gap}}).rules[3].status == RuleStatus.MET
    gap = {"fresh": {"estimate": 0.85}, "power": 0.0}
    assert decided(starter, good, {"check": {"static-fresh-gap": gap}}).rules[3].status == RuleStatus.INCONCLUSIVE


def test_without_training_data_the_starter_policy_is_incomplete(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    document = overlay(good, {"check": {"corpus-scan": None}, "data": {"examined": "undisclosed", "complete": None}})
    evidence = example_input(starter, document)
    evidence = evidence.model_copy(update={"not_run": {"corpus-scan": "no training data was given."}})
    decision = decide(starter, evidence, NOW)
    assert decision.verdict == Verdict.INCOMPLETE
    assert decision.rules[4].message == "no evidence: corpus-scan gave no result: no training data was given"


def test_messages_of_a_good_run(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    assert [f"{rule.id} {rule.status}: {rule.message}" for rule in decided(starter, good).rules] == [
        "ST-01 met: 0.9500 of fresh problems right, 95 % interval 0.9139 to 0.9741, at least 0.7500 asked",
        "ST-02 met: the weakest family has 0.7500 right, 0.5000 asked, and every family should beat answering without"
        " reasoning",
        "ST-03 met: gap 0.0000, at most 0.0390 with 95 % confidence (0.1000 allowed), p = 0.5982",
        "ST-04 met: chance of noticing an inflation of 0.1000: 0.9625, 0.8000 asked; none is asked where fresh"
        " accuracy, here 0.8900, leaves less than that below 1",
        "ST-05 met: 0 of 200 published problems found in 52000 documents",
        "ST-06 met: the scan finds at least 0.9900 of unchanged copies with 95 % confidence, 0.9900 asked",
        "ST-07 met: cut off: 0.0083 of fresh, 0.0050 of published and 0.0050 of twin answers; unreadable: 0.0000,"
        " 0.0000 and 0.0000; 0.0500 allowed",
        "ST-08 met: attempt 1, at most 5 allowed",
        "ST-09 met: declared by Example Lab, not tested: Small arithmetic and ordering tasks in teaching material",
        "ST-10 met: source of the seed: seedWitnesses",
        "ST-11 met: parts of the data that could not be read: 0, with 0 of 6815744 bytes",
        "ST-12 met: benchmarks with a passage that stands in many documents: 0 of 1",
    ]


def test_what_was_seen_and_asked_is_kept(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    rules = decided(starter, good).rules
    assert rules[0].observed == {
        'check["fresh-reasoning"].accuracy.lower': 0.9139,
        'check["fresh-reasoning"].accuracy.upper': 0.9741,
        'check["fresh-reasoning"].outcomes.truncated_share': 0.0083,
    }
    assert rules[0].expected == {"cut_off": 0.05, "floor": 0.75}
    assert rules[1].observed['size(check["fresh-reasoning"].families)'] == 10
    assert rules[9].observed == {"plan.entropy": "seedWitnesses"}


def test_a_decision_is_the_same_after_a_round_trip(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    decision = decided(starter, good)
    again = decide(
        policy_from_document(json.loads(canonical_bytes(starter.document))), example_input(starter, good), NOW
    )
    assert again == decision
    assert again.to_bytes() == decision.to_bytes()
    assert Decision.from_bytes(decision.to_bytes()) == decision


def test_evidence_is_named_sorted_and_once(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    evidence = example_input(starter, good)
    assert decide(starter, evidence, NOW, ["b" * 64, "a" * 64, "b" * 64]).evidence == ("a" * 64, "b" * 64)
    assert decide(starter, evidence.model_copy(update={"digests": ("c" * 64,)}), NOW).evidence == ("c" * 64,)


@pytest.mark.parametrize("now", ["", "now", "2026-11-23", "2026-11-23T17:00:00+01:00"])
def test_the_time_has_one_form(starter: LoadedPolicy, good: dict[str, Any], now: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        decide(starter, example_input(starter, good), now)


def test_a_check_run_with_other_parameters_does_not_count(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    evidence = example_input(starter, good)
    weaker = tuple(
        entry.model_copy(update={"parameters": {**entry.parameters, "items": 10}})
        if entry.id == "fresh-reasoning"
        else entry
        for entry in evidence.planned
    )
    decision = decide(starter, evidence.model_copy(update={"planned": weaker}), NOW)
    assert decision.verdict == Verdict.INCOMPLETE
    assert (
        decision.rules[0].message == "no evidence: fresh-reasoning was not run with the parameters this policy asks for"
    )


def test_malformed_planned_parameters_do_not_count(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    evidence = example_input(starter, good)
    broken = tuple(entry.model_copy(update={"parameters": {"x": 1}}) for entry in evidence.planned)
    assert decide(starter, evidence.model_copy(update={"planned": broken}), NOW).verdict == Verdict.INCOMPLETE


def test_a_result_the_plan_does_not_name_does_not_count(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    evidence = example_input(starter, good).model_copy(update={"planned": ()})
    assert {rule.status for rule in decide(starter, evidence, NOW).rules[:7]} == {RuleStatus.MISSING}


def test_a_rule_that_does_not_apply_is_neither_met_nor_missing(
    read: Callable[..., LoadedPolicy], good: dict[str, Any]
) -> None:
    policy = read(when='data.examined == "undisclosed"')
    decision = decided(policy, good)
    assert decision.rules[0].status == RuleStatus.NOT_APPLICABLE
    assert decision.rules[0].message == 'does not apply: data.examined == "undisclosed" does not hold'
    assert decision.verdict == Verdict.INCOMPLETE


def test_an_expression_that_fails_for_another_reason_is_missing(
    read: Callable[..., LoadedPolicy], good: dict[str, Any]
) -> None:
    path = f"{FRESH}.families"
    loops = f"size({path}) > 0 && {path}.all(a, {path}.all(b, {path}.all(c, {path}.all(d, {path}.all(e, true)))))"
    rule = decided(read(assert_=loops), good).rules[0]
    assert rule.status == RuleStatus.MISSING
    assert rule.message.startswith("no evidence: could not be evaluated: ")


def test_text_from_outside_is_shown_not_evaluated(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    fragment = {"declared": {"owner": "{params.floor} {{x}} {", "intended_use": "{now} " * 100}}
    message = decided(starter, good, fragment).rules[8].message
    assert message.startswith("declared by {params.floor} {{x}} {, not tested: {now} {now}")


def test_unknown_fields_change_nothing(starter: LoadedPolicy, good: dict[str, Any]) -> None:
    evidence = example_input(starter, good)
    document = json.loads(evidence.to_bytes())
    document["check"]["fresh-reasoning"]["accuracy"]["invented"] = 1
    document["check"]["crystal-ball"] = {"found": 0}
    document["invented"] = True
    assert decide(starter, PolicyInput.from_document(document), NOW) == decide(starter, evidence, NOW)
