"""Two independent implementations of CEL come to the same on every example of every shipped rule.

Over random evidence, where a text may stand for a number, they may differ in why a rule is not met, and never in that
it is. Whatever is unknown, an error, no number, missing or empty never becomes a pass.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from certify.decide import LoadedPolicy, read_policy, shipped_policies
from certify.decide.cel import CelExpr
from certify.decide.decide import View, decide_rule, look_up, verdict_of, view_of
from certify.decide.engine import Answer
from certify.decide.examples import example_input, example_views
from certify.evidence.decision import RuleStatus, Verdict
from tests.fakes.rust_cel import RustCel
from tests.property.test_decide_monotone import expressions

OURS, THEIRS = CelExpr(), RustCel()
NOW = "2026-11-23T17:00:00Z"


@cache
def policy(name: str) -> LoadedPolicy:
    return read_policy(name)


@cache
def complete(name: str) -> View:
    return view_of(policy(name), example_input(policy(name), policy(name).evidence["pass"]), NOW)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key)
            yield from leaves(child, (*path, key))


@cache
def places(name: str) -> list[tuple[Any, ...]]:
    """Every place of the complete example; those that hold a number more often than others."""
    facts = complete(name).facts
    found = list(leaves(facts))
    return found + 3 * [path for path in found if isinstance(look_up(path, facts), int | float)]


@pytest.mark.parametrize("name", shipped_policies())
def test_both_engines_agree_on_every_example(name: str) -> None:
    for rule in policy(name).policy.rules:
        views = [complete(name), *(view for _, view in example_views(policy(name), rule))]
        for view in views:
            assert decide_rule(rule, view) == decide_rule(rule, view, engine=THEIRS), rule.id


strange = st.one_of(
    st.floats(0, 1).map(lambda x: round(x, 4)),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53), 2**53),
    st.sampled_from([float("nan"), float("inf"), 0, 0.0, 1, 1.0, True, False, "", "self", [], {}, None]),
    st.text(max_size=5),
)
changes = st.lists(st.tuples(st.integers(0, 10**6), strange), min_size=1, max_size=6)


def put(facts: dict[str, Any], name: str, made: list[tuple[int, Any]]) -> dict[str, Any]:
    """Evidence with values put in some of the places of the complete example; None takes one away."""
    for number, value in made:
        *above, last = places(name)[number % len(places(name))]
        holder: Any = facts
        for part in above:
            listed = isinstance(holder, list) and isinstance(part, int) and part < len(holder)
            holder = holder[part] if listed or (isinstance(holder, dict) and part in holder) else None
        if isinstance(holder, dict) and value is not None:
            holder[last] = value
        elif isinstance(holder, dict):
            holder.pop(last, None)
    return facts


def changed(name: str, made: list[tuple[int, Any]]) -> View:
    """The complete example with values put in some of its places, whether evidence can have them or not."""
    facts = put(copy.deepcopy(complete(name).facts), name, made)
    facts["check"] = facts.get("check") if isinstance(facts.get("check"), dict) else {}
    return complete(name)._replace(facts=facts)


evidence = given(name=st.sampled_from(shipped_policies()), made=changes, first=st.integers(0, 4))


@settings(max_examples=50, deadline=None)
@evidence
def test_both_engines_agree_on_random_evidence(name: str, made: list[tuple[int, Any]], first: int) -> None:
    agree(name, made, first)


@pytest.mark.slow  # forty times as much random evidence
@settings(max_examples=2000, deadline=None)
@evidence
def test_both_engines_agree_on_much_random_evidence(name: str, made: list[tuple[int, Any]], first: int) -> None:
    agree(name, made, first)


def agree(name: str, made: list[tuple[int, Any]], first: int) -> None:
    """Every fifth rule comes to the same under both engines, or neither says that it is met."""
    view = changed(name, made)
    for rule in policy(name).policy.rules[first::5]:
        ours, theirs = decide_rule(rule, view).status, decide_rule(rule, view, engine=THEIRS).status
        event(f"{ours}, {'alike' if ours == theirs else theirs}")
        assert ours == theirs or RuleStatus.MET not in (ours, theirs), (rule.id, ours, theirs)


@settings(max_examples=60, deadline=None)
@given(text=expressions, made=changes)
def test_both_engines_agree_on_random_expressions(text: str, made: list[tuple[int, Any]]) -> None:
    names = {**changed("starter", made).facts, "params": {}, "now": NOW}
    ours, theirs = (engine.evaluate(text, engine.bind(names)) for engine in (OURS, THEIRS))
    event("a value" if ours.error is None else "an error")
    assert ours.value == theirs.value or ours.error or theirs.error, text
    assert not (ours.error and theirs.value is True), text


NOTHING = [float("nan"), float("inf"), [], {}, None, ""]
"""No number, empty and missing, as a file could say it."""


@settings(max_examples=80, deadline=None)
@given(
    name=st.sampled_from(shipped_policies()),
    spoilt=st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(NOTHING)), min_size=1, max_size=4),
)
def test_missing_empty_and_no_number_never_become_a_pass(name: str, spoilt: list[tuple[int, Any]]) -> None:
    """Such evidence is refused; or the rules that are still met were met before, and saw nothing of what was spoilt."""
    document = put(copy.deepcopy(policy(name).evidence["pass"]), name, spoilt)
    try:
        view = view_of(policy(name), example_input(policy(name), document), NOW)
    except ValueError:
        event("refused")
        return
    event("decided")
    before = [decide_rule(rule, complete(name)) for rule in policy(name).policy.rules]
    after = [decide_rule(rule, view) for rule in policy(name).policy.rules]
    for was, now in zip(before, after, strict=True):
        if now.status is RuleStatus.MET:
            assert (was.status, was.observed) == (RuleStatus.MET, now.observed), now.id
    assert verdict_of(after) is not Verdict.CERTIFIED or verdict_of(before) is Verdict.CERTIFIED


class Failing:
    """An engine that gives an answer of one kind to everything."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def bind(self, names: Any) -> Any:
        return None

    def evaluate(self, text: str, bound: Any) -> Answer:
        return self.answer


@pytest.mark.parametrize(
    "answer",
    [
        Answer(error="anything"), Answer(value="a text"), Answer(value=""), Answer(value=1), Answer(value=[True]),
        Answer(value=None), Answer(value=float("nan")),
    ],
)  # fmt: skip
def test_what_is_no_yes_is_no_pass(answer: Answer) -> None:
    for rule in policy("starter").policy.rules:
        assert decide_rule(rule, complete("starter"), engine=Failing(answer)).status is RuleStatus.MISSING
