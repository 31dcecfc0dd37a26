"""A waiver touches its own rule and nothing else; one that does not hold touches nothing."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from certify.decide import decide
from certify.decide.examples import example_input, overlay
from certify.evidence.approval import Waiver
from certify.evidence.decision import Decision, RuleStatus
from certify.trust.verified import Verified
from tests.fakes.waiver_samples import NOW, example, policy, signed

OPEN = {RuleStatus.NOT_MET, RuleStatus.INCONCLUSIVE, RuleStatus.MISSING}
FRAGMENTS: list[dict[str, Any]] = [
    {},
    {"check": {"fresh-reasoning": {"outcomes": {"unreadable_share": 0.31}}}},
    {"check": {"fresh-reasoning": {"accuracy": {"estimate": 0.62, "lower": 0.5561, "upper": 0.6801}}}},
    {"check": {"static-fresh-gap": {"power": 0.41}}},
    {"check": {"corpus-scan": {"contaminated": 137, "contaminated_share": 0.685}}},
    {"check": {"corpus-scan": {"verbatim_recall_lower": 0.861}}},
    {"plan": {"attempt": 6, "attempts": 6}},
    {"declared": None},
    {"check": {"fresh-reasoning": None}},
]
"""Laid over the complete example in this order: what takes a result away comes last."""
RULES = [*(f"ST-{number:02}" for number in range(1, 11)), "XX-99"]


@cache
def identity() -> str:
    return example_input(policy(), json.loads(example())).model.identity


def decided(fragments: list[dict[str, Any]], waivers: list[Verified[Waiver]]) -> Decision:
    document = json.loads(example())
    for fragment in sorted(fragments, key=FRAGMENTS.index):
        document = overlay(document, fragment)
    return decide(policy(), example_input(policy(), document), NOW, waivers=waivers)


@cache
def made(rule: str, flaw: str) -> Verified[Waiver]:
    """A waiver of a rule that holds, or one with a flaw that keeps it from holding."""
    changes: dict[str, dict[str, Any]] = {
        "expired": {"validFrom": "2026-09-01T00:00:00Z", "expiresAt": NOW},
        "early": {"validFrom": "2026-11-23T17:00:01Z"},
        "long": {"expiresAt": "2028-01-01T00:00:00Z"},
        "unnamed policy": {"policy": None},
        "another policy": {"policy": "finance"},
        "another version": {"policyVersion": "9.9.9"},
        "another digest": {"policySha256": "0" * 64},
        "changed policy": {"policyVersion": None, "policySha256": "f" * 64},
    }
    model = "c" * 64 if flaw == "another model" else identity()
    return signed(policy(), model, rule=rule, **changes.get(flaw, {}))


FLAWS = [
    "expired", "early", "long", "unnamed policy", "another policy", "another version", "another digest",
    "changed policy", "another model",
]  # fmt: skip
fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=4)
sound = st.builds(made, st.sampled_from(RULES), st.just(""))
flawed = st.builds(made, st.sampled_from(RULES), st.sampled_from(FLAWS))


@settings(max_examples=100, deadline=None)
@given(laid=fragments, others=st.lists(sound | flawed, max_size=4), added=sound)
def test_adding_a_waiver_changes_no_other_rule(
    laid: list[dict[str, Any]], others: list[Verified[Waiver]], added: Verified[Waiver]
) -> None:
    before, after = decided(laid, others), decided(laid, [*others, added])
    for old, new in zip(before.rules, after.rules, strict=True):
        if old.id != added.value.rule:
            assert old == new
        elif old.status is not RuleStatus.WAIVED and new != old:
            assert (old.status in OPEN, new.status) == (True, RuleStatus.WAIVED)
            assert new.waiver is not None
            assert new.waiver.seen == old.status
            event(f"{old.id} waived")
    event(f"{before.verdict} to {after.verdict}")


@settings(max_examples=100, deadline=None)
@given(laid=fragments, others=st.lists(sound, max_size=3), bad=st.lists(flawed, min_size=1, max_size=4))
def test_a_waiver_that_does_not_hold_changes_neither_rule_nor_verdict(
    laid: list[dict[str, Any]], others: list[Verified[Waiver]], bad: list[Verified[Waiver]]
) -> None:
    before, after = decided(laid, others), decided(laid, [*bad, *others])
    assert (before.verdict, before.rules) == (after.verdict, after.rules)
    told = {finding.payload_sha256 for finding in after.waiver_findings or ()}
    assert {waiver.payload_sha256 for waiver in bad} <= told
    event(after.verdict)


@settings(max_examples=50, deadline=None)
@given(laid=fragments, waivers=st.lists(sound | flawed, max_size=5), data=st.data())
def test_the_order_of_waivers_never_matters(
    laid: list[dict[str, Any]], waivers: list[Verified[Waiver]], data: st.DataObject
) -> None:
    assert decided(laid, waivers) == decided(laid, data.draw(st.permutations(waivers)))


@settings(max_examples=50, deadline=None)
@given(laid=fragments, waivers=st.lists(sound, max_size=11))
def test_rules_that_nobody_may_waive_are_never_waived(
    laid: list[dict[str, Any]], waivers: list[Verified[Waiver]]
) -> None:
    for outcome in decided(laid, waivers).rules:
        if outcome.id in ("ST-03", "ST-05", "ST-08"):
            assert outcome.status is not RuleStatus.WAIVED
