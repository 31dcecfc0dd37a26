"""One function says whether a rule is waived; everything about a waiver that does not hold is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certify.attest.statements import waiver_statement
from certify.decide import decide
from certify.decide.examples import example_input, overlay
from certify.decide.waivers import waived_by
from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.approval import Waiver
from certify.evidence.decision import Decision
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_voice
from tests.fakes.waiver_samples import NOW, example, policy, signed, trust_with

CUT_OFF = {"check": {"fresh-reasoning": {"outcomes": {"unreadable_share": 0.31}}}}
"""Leaves ST-07 inconclusive and every other rule as it was."""
FOUND = {"check": {"corpus-scan": {"contaminated": 137, "contaminated_share": 0.685}}}
"""Leaves ST-05 not met."""


def decided(fragment: dict[str, Any], *waivers: Verified[Waiver]) -> Decision:
    evidence = example_input(policy(), overlay(json.loads(example()), fragment))
    return decide(policy(), evidence, NOW, waivers=waivers)


def model() -> str:
    return example_input(policy(), json.loads(example())).model.identity


def status(decision: Decision, rule: str) -> str:
    return next(one.status.value for one in decision.rules if one.id == rule)


def test_a_waiver_excuses_its_rule_and_says_so() -> None:
    assert decided(CUT_OFF).verdict == "inconclusive"
    waiver = signed(policy(), model())
    decision = decided(CUT_OFF, waiver)
    assert decision.verdict == "certified"
    outcome = next(one for one in decision.rules if one.id == "ST-07")
    assert outcome.status == "waived"
    assert outcome.waiver is not None
    assert (outcome.waiver.payload_sha256, outcome.waiver.seen) == (waiver.payload_sha256, "inconclusive")
    for words in ("waived until 2026-12-23T17:00:00Z", "Dr. A. Beispiel", "RISK-118", "inconclusive: cut off: "):
        assert words in outcome.message
    assert decision.waiver_findings is None
    assert Decision.from_document(decision.document()) == decision


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"rule": "ST-06"}, "unused"),
        ({"rule": "XX-99"}, "unused"),
        ({"policy": None}, "too_broad"),
        ({"policy": "healthcare"}, "foreign"),
        ({"policyVersion": "0.9.0"}, "foreign"),
        ({"policySha256": "00" * 32}, "foreign"),
        ({"validFrom": "2026-11-24T00:00:00Z"}, "not_yet_valid"),
        ({"validFrom": "2026-10-01T00:00:00Z", "expiresAt": "2026-11-23T17:00:00Z"}, "expired"),
        ({"validFrom": "2026-11-23T17:00:00Z", "expiresAt": "2027-02-21T17:00:01Z"}, "too_broad"),
    ],
)
def test_a_waiver_that_does_not_hold_changes_nothing_and_is_told(changes: dict[str, Any], kind: str) -> None:
    decision = decided(CUT_OFF, signed(policy(), model(), **changes))
    assert decision.verdict == "inconclusive"
    assert decision.rules == decided(CUT_OFF).rules
    assert [(one.kind, one.rule) for one in decision.waiver_findings or ()] == [(kind, changes.get("rule", "ST-07"))]


def test_the_longest_waiver_lasts_ninety_days_and_begins_and_ends_to_the_second() -> None:
    exact = {"validFrom": NOW, "expiresAt": "2027-02-21T17:00:00Z"}
    assert decided(CUT_OFF, signed(policy(), model(), **exact)).verdict == "certified"


def test_a_waiver_of_another_model_changes_nothing() -> None:
    decision = decided(CUT_OFF, signed(policy(), "ab" * 32))
    assert decision.verdict == "inconclusive"
    assert decision.waiver_findings is not None
    assert decision.waiver_findings[0].kind == "foreign"


def test_a_rule_that_nobody_may_waive() -> None:
    decision = decided(FOUND, signed(policy(), model(), rule="ST-05"))
    assert (decision.verdict, status(decision, "ST-05")) == ("refused", "not_met")
    assert decision.waiver_findings is not None
    assert decision.waiver_findings[0].kind == "not_waivable"
    assert "lets nobody waive ST-05" in decision.waiver_findings[0].message


def test_a_rule_that_is_met_stays_met() -> None:
    decision = decided({}, signed(policy(), model()))
    assert (decision.verdict, status(decision, "ST-07")) == ("certified", "met")
    assert decision.waiver_findings is not None
    assert decision.waiver_findings[0].kind == "unused"


def test_missing_evidence_can_be_waived_and_is_named() -> None:
    decision = decided({"declared": None}, signed(policy(), model(), rule="ST-09"))
    outcome = next(one for one in decision.rules if one.id == "ST-09")
    assert (outcome.status, outcome.waiver and outcome.waiver.seen) == ("waived", "missing")


def test_of_two_waivers_the_longer_one_answers_and_the_other_is_unused() -> None:
    short, long = signed(policy(), model(), expiresAt="2026-12-01T00:00:00Z"), signed(policy(), model())
    rule = next(one for one in policy().policy.rules if one.id == "ST-07")
    for order in ((short, long), (long, short)):
        assert waived_by(rule, policy().reference, model(), NOW, order) == long
    decision = decided(CUT_OFF, short, long)
    assert [one.payload_sha256 for one in decision.waiver_findings or ()] == [short.payload_sha256]


def test_only_verified_waivers_are_looked_at() -> None:
    with pytest.raises(TypeError, match="verified waivers"):
        decided(CUT_OFF, signed(policy(), model()).value)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["issuer", "evaluator", "revoker", "data-steward"])
def test_nobody_but_an_approver_signs_waivers(role: str) -> None:
    signer = generate_signer()
    trust = trust_with(signer, role)
    waiver = signed(policy(), model()).value
    bundle = parse_bundle(sign_statement(waiver_statement(waiver, model(), "m"), signer))
    with pytest.raises(HostileInput) as caught:
        verify_voice(bundle, role="approver", predicate_type=kinds.WAIVER, model=Waiver, trust=trust)
    assert caught.value.code == "CERT-E055"


@pytest.mark.parametrize(
    "changes",
    [
        {"expiresAt": "2026-11-01T00:00:00Z"},
        {"expiresAt": "2026-02-30T00:00:00Z"},
        {"ticket": ""},
        {"reason": ""},
        {"rule": None},
        {"approver": None},
    ],
)
def test_a_waiver_that_leaves_something_out_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(HostileInput) as caught:
        signed(policy(), model(), **changes)
    assert caught.value.code == "CERT-E045"


def test_a_threshold_does_not_keep_one_voice_from_being_heard() -> None:
    first, second = generate_signer(), generate_signer()
    trust = trust_with(first, "approver", second)
    document = trust.document()
    document["roles"]["approver"]["threshold"] = 2
    stricter = TrustFile.from_document(document)
    waiver = signed(policy(), model()).value
    bundle = parse_bundle(sign_statement(waiver_statement(waiver, model(), "m"), first))
    heard = verify_voice(bundle, role="approver", predicate_type=kinds.WAIVER, model=Waiver, trust=stricter)
    assert heard.keyids == (first.keyid,)
