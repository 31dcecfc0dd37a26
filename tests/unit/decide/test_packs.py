"""The policies that come with certify: what they ask can be produced, tried and met."""

from __future__ import annotations

from typing import Any

import pytest

from certify.decide import LoadedPolicy, PolicyInput, decide, lint, mutate, read_policy
from certify.decide.cel import program
from certify.decide.examples import example_input, overlay
from certify.decide.findings import Gravity
from certify.decide.form import Coverage, Enforcement
from certify.decide.syntax import paths
from certify.evidence.clauses import Support
from certify.evidence.decision import Decision

PACKS = ("baseline", "baseline-canary", "baseline-gsm8k", "finance", "healthcare")
DAY = "2026-11-26T12:00:00Z"
UNDISCLOSED: dict[str, Any] = {
    "data": {"examined": "undisclosed", "datasets": 0, "complete": None},
    "check": {"corpus-scan": None},
}


@pytest.fixture(scope="module")
def packs() -> dict[str, LoadedPolicy]:
    return {name: read_policy(name) for name in PACKS}


def _evidence(pack: LoadedPolicy, change: dict[str, Any] | None = None) -> PolicyInput:
    return example_input(pack, overlay(pack.evidence["pass"], change or {}))


def _decided(pack: LoadedPolicy, change: dict[str, Any] | None = None) -> Decision:
    return decide(pack, _evidence(pack, change), DAY)


def _status(decision: Decision, rule: str) -> str:
    return next(one.status.value for one in decision.rules if one.id == rule)


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_no_lint_error_and_no_mutant_survives(packs: dict[str, LoadedPolicy], name: str) -> None:
    assert [one for one in lint(packs[name]) if one.gravity is Gravity.ERROR] == []
    assert [mutant for mutant in mutate(packs[name]) if not mutant.killed_by] == []


@pytest.mark.parametrize("name", PACKS)
def test_a_complete_set_of_evidence_is_certified_and_another_refused(packs: dict[str, LoadedPolicy], name: str) -> None:
    pack = packs[name]
    assert _decided(pack).verdict == "certified"
    assert decide(pack, example_input(pack, pack.evidence["fail"]), DAY).verdict == "refused"


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_reads_what_a_check_of_the_pack_a_plan_or_a_declaration_produces(
    packs: dict[str, LoadedPolicy], name: str
) -> None:
    pack = packs[name]
    for rule in pack.policy.rules:
        read = [path for text in rule.expressions().values() for path in paths(program(text).syntax.root)]
        sources = {str(path[1]) if path[0] == "check" else str(path[0]) for path in read}
        assert sources <= {*pack.check_ids, "plan", "declared", "data", "level"}, rule.id
        assert rule.clauses, rule.id
        declared = "declared" in sources
        assert declared == (rule.coverage is Coverage.EVIDENCE_ONLY and "data" not in sources), rule.id
        assert not declared or "declared" in rule.message, f"{rule.id} prints the owner's word as if it were tested"


@pytest.mark.parametrize("name", PACKS)
def test_a_certificate_names_clauses_that_nothing_covers(packs: dict[str, LoadedPolicy], name: str) -> None:
    clauses = _decided(packs[name]).clauses or ()
    assert {one.support for one in clauses} >= {Support.NOT_COVERED, Support.SUPPORTED}
    assert not any(one.verified for one in clauses)


def test_the_sector_packs_hold_every_rule_of_the_baseline_at_least_as_strictly(packs: dict[str, LoadedPolicy]) -> None:
    base = {rule.id: rule for rule in packs["baseline"].policy.rules}
    for name in ("healthcare", "finance"):
        rules = {rule.id: rule for rule in packs[name].policy.rules}
        assert set(base) < set(rules)
        assert {one.id for one in packs["baseline"].policy.checks} < set(packs[name].check_ids)
        assert rules["BL-01"].params["floor"].value == 0.8
        assert [one.enforcement for one in base.values()] == [rules[one].enforcement for one in base]


def test_where_training_data_are_undisclosed_the_model_alone_answers(packs: dict[str, LoadedPolicy]) -> None:
    pack = packs["baseline"]
    decision = _decided(pack, UNDISCLOSED)
    assert decision.verdict == "certified"
    assert {_status(decision, rule) for rule in ("BL-05", "BL-06", "BL-07", "BL-13")} == {"not_applicable"}
    for check in ("paired-rewrite", "prefix-completion"):
        without = {**UNDISCLOSED, "check": {"corpus-scan": None, check: None}}
        assert _decided(pack, without).verdict == "incomplete"


@pytest.mark.parametrize(
    ("check", "verdict", "examined", "ends"),
    [
        ("paired-rewrite", "detected", "full", "refused"),
        ("paired-rewrite", "detected", "undisclosed", "refused"),
        ("prefix-completion", "detected", "full", "refused"),
        ("prefix-completion", "detected", "undisclosed", "refused"),
        ("paired-rewrite", "insufficient", "undisclosed", "inconclusive"),
        ("prefix-completion", "insufficient", "undisclosed", "inconclusive"),
        ("prefix-completion", "insufficient", "full", "certified"),
    ],
)
def test_the_verdict_of_a_test_of_contamination_decides(
    packs: dict[str, LoadedPolicy], check: str, verdict: str, examined: str, ends: str
) -> None:
    change = {"data": {"examined": examined}, "check": {check: {"verdict": verdict}}}
    assert _decided(packs["baseline"], change).verdict == ends


@pytest.mark.parametrize("examined", ["full", "partial", "named"])
def test_where_data_are_named_a_scan_is_required(packs: dict[str, LoadedPolicy], examined: str) -> None:
    change = {"data": {"examined": examined}, "check": {"corpus-scan": None}}
    assert _decided(packs["baseline"], change).verdict == "incomplete"


@pytest.mark.parametrize("name", ["finance", "healthcare"])
def test_without_a_declaration_nothing_of_the_sector_is_certified(packs: dict[str, LoadedPolicy], name: str) -> None:
    decision = _decided(packs[name], {"declared": None})
    assert decision.verdict == "incomplete"
    declared = [
        rule.id
        for rule in packs[name].policy.rules
        if rule.coverage is Coverage.EVIDENCE_ONLY and rule.enforcement is Enforcement.MUST
    ]
    assert {_status(decision, rule) for rule in declared} == {"missing"}


def test_the_rescinded_letter_is_on_the_list_and_no_rule_rests_on_it(packs: dict[str, LoadedPolicy]) -> None:
    found = {one.clause: one for one in _decided(packs["finance"]).clauses or ()}
    assert (found["sr-11-7/letter"].force, found["sr-11-7/letter"].support) == ("rescinded", Support.NOT_COVERED)
