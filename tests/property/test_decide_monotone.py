"""Taking evidence away never helps, and what a policy does not know never matters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from certify.decide import LoadedPolicy, PolicyInput, decide, read_policy
from certify.decide.decide import decide_rule, verdict_of, view_of
from certify.decide.examples import example_input
from certify.decide.policy import policy_from_document
from certify.errors import UsageError
from certify.evidence.decision import RuleStatus, Verdict
from certify.resources import room

NOW = "2026-11-23T17:00:00Z"


@cache
def starter() -> LoadedPolicy:
    return read_policy("starter")


@cache
def facts_text(name: str) -> str:
    document = json.loads((room("policies") / f"starter/examples/{name}/evidence.json").read_bytes())
    return json.dumps(view_of(starter(), example_input(starter(), document), NOW).facts)


def facts(name: str) -> dict[str, Any]:
    return json.loads(facts_text(name))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for key, child in value.items() if isinstance(value, dict) else ():
        yield from places(child, (*path, key))


def without(whole: dict[str, Any], paths: list[tuple[Any, ...]]) -> dict[str, Any]:
    for path in paths:
        holder: Any = whole
        for part in path[:-1]:
            holder = holder.get(part, {}) if isinstance(holder, dict) else {}
        if isinstance(holder, dict):
            holder.pop(path[-1], None)
    whole.setdefault("check", {})
    return whole


def statuses(policy: LoadedPolicy, known: dict[str, Any]) -> tuple[list[RuleStatus], Verdict]:
    view = view_of(policy, example_input(policy, json.loads(facts_text("pass"))), NOW)._replace(facts=known)
    outcomes = [decide_rule(rule, view) for rule in policy.policy.rules]
    return [outcome.status for outcome in outcomes], verdict_of(outcomes)


numbers = st.floats(0, 1).map(lambda x: round(x, 4))
PLACES = sorted({*places(facts("pass"))}, key=repr)
NUMERIC = [
    ("check", "fresh-reasoning", "accuracy", "lower"),
    ("check", "fresh-reasoning", "accuracy", "upper"),
    ("check", "fresh-reasoning", "outcomes", "truncated_share"),
    ("check", "static-fresh-gap", "upper"),
    ("check", "static-fresh-gap", "p_value"),
    ("check", "static-fresh-gap", "power"),
    ("check", "corpus-scan", "verbatim_recall_lower"),
    ("check", "corpus-scan", "coverage"),
]


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(numbers, min_size=len(NUMERIC), max_size=len(NUMERIC)),
    contaminated=st.sampled_from([0, 0, 0, 1]),
    removed=st.lists(st.sampled_from(PLACES), min_size=1, max_size=4),
)
def test_removing_evidence_never_certifies(
    values: list[float], contaminated: int, removed: list[tuple[Any, ...]]
) -> None:
    def changed() -> dict[str, Any]:
        known = facts("pass")
        known["check"]["corpus-scan"]["contaminated"] = contaminated
        for (*path, last), value in zip(NUMERIC, values, strict=True):
            holder = known
            for part in path:
                holder = holder[part]
            holder[last] = value
        return known

    before, verdict = statuses(starter(), changed())
    after, poorer = statuses(starter(), without(changed(), removed))
    for old, new in zip(before, after, strict=True):
        assert new == old or new == RuleStatus.MISSING
    assert poorer != Verdict.CERTIFIED or verdict == Verdict.CERTIFIED


ATOMS = (
    'check["corpus-scan"].contaminated == 0',
    'check["fresh-reasoning"].accuracy.lower >= 0.5',
    'check["fresh-reasoning"].accuracy.lower < 0.99',
    'check["static-fresh-gap"].p_value < 0.5',
    "level >= 1",
    "data.complete",
    "declared.owner != null",
    'declared.owner == ""',
    "plan.attempt <= 3",
    'data.examined == "full"',
    'has(check["corpus-scan"].items)',
    'check["fresh-reasoning"].families.exists(f, f.share < 0.8)',
    'check["fresh-reasoning"].families.all(f, f.share > 0.9)',
    'size(check["fresh-reasoning"].families) > 0',
)
READ = [
    ("check", "corpus-scan", "contaminated"),
    ("check", "corpus-scan", "items"),
    ("check", "fresh-reasoning"),
    ("check", "static-fresh-gap"),
    ("level",),
    ("data", "complete"),
    ("declared", "owner"),
    ("declared",),
]
expressions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||", "==", "!="]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        inner.map(lambda text: f"!({text})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]}) ? ({p[1]}) : ({p[2]})"),
    ),
    max_leaves=4,
)


@settings(max_examples=250, deadline=None)
@given(
    rule=st.fixed_dictionaries(
        {"assert": expressions},
        optional={"refute": expressions, "when": expressions, "inconclusiveWhen": expressions},
    ),
    base=st.sampled_from(["pass", "fail"]),
    removed=st.lists(st.sampled_from(READ), min_size=1, max_size=3),
)
def test_no_rule_that_lint_lets_through_gains_from_missing_evidence(
    rule: dict[str, str], base: str, removed: list[tuple[Any, ...]]
) -> None:
    document = json.loads(json.dumps(starter().document))
    kept = {key: value for key, value in document["rules"][4].items() if key != "assert"}
    document["rules"] = [{**kept, **rule, "enforcement": "must", "message": "x"}]
    try:
        policy = policy_from_document(document)
    except UsageError as error:
        event(error.code)
        return
    event("decided")
    (old,), verdict = statuses(policy, facts(base))
    (new,), poorer = statuses(policy, without(facts(base), removed))
    assert new == old or new == RuleStatus.MISSING
    assert poorer != Verdict.CERTIFIED or verdict == Verdict.CERTIFIED


@settings(max_examples=60, deadline=None)
@given(
    where=st.sampled_from([path for path in PLACES if path[0] != "check" or len(path) > 2]),
    name=st.text("abcdefghij", min_size=4, max_size=9).map(lambda text: f"x_{text}"),
    value=st.one_of(st.integers(-9, 9), st.booleans(), st.text(max_size=5), st.none()),
)
def test_unknown_fields_change_nothing(where: tuple[Any, ...], name: str, value: Any) -> None:
    document = facts("pass")
    holder: Any = document
    for part in where:
        holder = holder[part]
    if not isinstance(holder, dict):
        holder = document
    holder[name] = value
    planned = [entry.document() for entry in example_input(starter(), facts("pass")).planned]
    made = PolicyInput.from_document({**document, "planned": planned})
    assert decide(starter(), made, NOW).verdict == Verdict.CERTIFIED
    assert made == PolicyInput.from_document({**facts("pass"), "planned": planned})
