"""A policy tried on the evidence its author gives: what should pass passes, what should fail fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from certify.decide.cel import program
from certify.decide.decide import View, decide, decide_rule, look_up, view_of
from certify.decide.form import Rule
from certify.decide.policy import LoadedPolicy
from certify.decide.schema import PolicyInput
from certify.decide.syntax import Path, constant, show_path
from certify.errors import UsageError
from certify.evidence.decision import RuleStatus, Verdict
from certify.evidence.plan import PlannedCheck

NO_COMPLETE_EXAMPLE = "there is no examples/pass/evidence.json beside the policy, or it is empty"
"""Why nothing can be tried on a policy."""
UNTRIED = "error"
"""What an example came to that could not be tried."""

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_VERDICTS = {"pass": Verdict.CERTIFIED, "fail": Verdict.REFUSED}


class ExampleResult(NamedTuple):
    """One example, tried."""

    rule: str
    """The rule; empty for a complete set of evidence."""
    example: str
    """pass, fail, missing, inconclusive or not_applicable."""
    expected: str
    """What it should come to: a rule's status, or the verdict of a complete set."""
    found: str
    """What it came to; ``error`` when it could not be tried."""
    detail: str
    """The rule's message, or why it could not be tried."""

    @property
    def passed(self) -> bool:
        """Whether the example ended as it should."""
        return self.expected == self.found


def policy_tests(policy: LoadedPolicy) -> list[ExampleResult]:
    """Every example of the policy, tried: the complete sets, then rule by rule.

    Rules of an extended policy are tried there; here they count in the complete sets.
    """
    if "pass" not in policy.evidence:
        return [ExampleResult("", "pass", Verdict.CERTIFIED, UNTRIED, NO_COMPLETE_EXAMPLE)]
    results = [_complete(policy, name) for name in _VERDICTS if name in policy.evidence]
    if results[0].found == UNTRIED:
        return results
    for rule in policy.policy.rules:
        if rule.id not in policy.inherited:
            results += try_rule(policy, rule)
    return results


def try_rule(policy: LoadedPolicy, rule: Rule, *, said: Rule | None = None) -> list[ExampleResult]:
    """The examples of one rule, tried over the policy's complete example.

    Args:
        policy: whose rule it is.
        rule: what is tried.
        said: the rule whose examples are tried; the same one when left out.
    """
    return [_try(policy, rule, *example) for example in _given(said or rule)]


def example_views(policy: LoadedPolicy, rule: Rule) -> Iterator[tuple[str, View]]:
    """The evidence of each example of a rule that can be tried, with the example's name."""
    for name, fragment, _ in _given(rule):
        try:
            yield name, _view(policy, fragment)
        except ValueError:
            continue


def require_examples(policy: LoadedPolicy) -> None:
    """Nothing, when every example ends as it should.

    Raises:
        UsageError: CERT-E054, with every example that does not.
    """
    wrong = [result for result in policy_tests(policy) if not result.passed]
    if wrong:
        shown = [
            f"{r.rule or 'evidence'} {r.example}: {_spoken(r.found)} where {_spoken(r.expected)} is due ({r.detail})"
            for r in wrong
        ]
        raise UsageError(
            "CERT-E054",
            f"{len(wrong)} example{'s' * (len(wrong) > 1)} of the policy {policy.policy.id} ended otherwise than said",
            why="\n".join(shown),
            hint="correct the rule or its example, then run `certify policy test`",
        )


def _spoken(status: str) -> str:
    return status.replace("_", " ")


def example_input(policy: LoadedPolicy, document: dict[str, Any]) -> PolicyInput:
    """Made-up evidence in the form decisions take, as if the policy's checks had been planned and run.

    Raises:
        ValueError: it is malformed, or names something that evidence does not have; with everything that is wrong.
    """
    planned = [
        PlannedCheck(id=request.id, version=1, parameters=request.with_, items=0, samples=0, max_tokens=0)
        for request in policy.policy.checks
    ]
    try:
        made = PolicyInput.model_validate({**document, "planned": planned}, by_alias=True, by_name=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise ValueError(f"the example is malformed: {'; '.join(map(_fault, faults))}") from error
    facts = made.mapping()
    strange = [path for path, value in _leaves(document) if value is not None and look_up(path, facts) != value]
    if strange:
        raise ValueError("; ".join(f"{show_path(path)} is not part of the evidence" for path in strange))
    return made


def _fault(found: ErrorDetails) -> str:
    """What validation found, at the place as the author of an example writes it."""
    written = (part if isinstance(part, int) else _CAPITAL.sub(r"_\1", part).lower() for part in found["loc"])
    reason = found["msg"].removeprefix("Value error, ")
    return f"{show_path(tuple(written)) if found['loc'] else 'all of it'}: {reason[:1].lower()}{reason[1:]}"


def overlay(base: Any, fragment: Any) -> Any:
    """``base`` with ``fragment`` laid over it; null takes away. Source: RFC 7386, JSON merge patch."""
    if not isinstance(fragment, dict):
        return fragment
    result = dict(base) if isinstance(base, dict) else {}
    for name, value in fragment.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = overlay(result.get(name), value)
    return result


def _given(rule: Rule) -> Iterator[tuple[str, dict[str, Any], RuleStatus]]:
    examples = rule.examples
    if examples is None:
        return
    fails = RuleStatus.NOT_MET
    if rule.refute is not None and constant(program(rule.refute).syntax.root) is False:
        fails = RuleStatus.INCONCLUSIVE
    kinds = (
        ("pass", examples.pass_, RuleStatus.MET),
        ("fail", examples.fail, fails),
        ("missing", examples.missing, RuleStatus.MISSING),
        ("inconclusive", examples.inconclusive or (), RuleStatus.INCONCLUSIVE),
        ("not_applicable", examples.not_applicable or (), RuleStatus.NOT_APPLICABLE),
    )
    for name, fragments, status in kinds:
        for fragment in fragments:
            yield name, fragment, status


def _complete(policy: LoadedPolicy, name: str) -> ExampleResult:
    try:
        evidence = example_input(policy, policy.evidence[name])
    except ValueError as error:
        return ExampleResult("", name, _VERDICTS[name], UNTRIED, str(error))
    decision = decide(policy, evidence, evidence.plan.planned_at)
    open_ = [
        f"{rule.id} {_spoken(rule.status)}: {rule.message}" for rule in decision.rules if rule.status != RuleStatus.MET
    ]
    return ExampleResult("", name, _VERDICTS[name], decision.verdict, "; ".join(open_))


def _try(policy: LoadedPolicy, rule: Rule, name: str, fragment: dict[str, Any], expected: RuleStatus) -> ExampleResult:
    try:
        outcome = decide_rule(rule, _view(policy, fragment))
    except ValueError as error:
        return ExampleResult(rule.id, name, expected, UNTRIED, str(error))
    return ExampleResult(rule.id, name, expected, outcome.status, outcome.message)


def _view(policy: LoadedPolicy, fragment: dict[str, Any]) -> View:
    """The complete example with the fragment over it; even what every run has can be taken away."""
    base = policy.evidence["pass"]
    leaves = list(_leaves(fragment))
    kept = _without_nulls(fragment)
    evidence = example_input(policy, overlay(base, kept))
    for path, value in _leaves(kept):
        if look_up(path, evidence.mapping()) != value:
            raise ValueError(f"{show_path(path)} is not part of the evidence")
    view = view_of(policy, evidence, evidence.plan.planned_at)
    for path in [path for path, value in leaves if value is None]:
        _take_away(view.facts, path)
    return view


def _take_away(facts: dict[str, Any], path: Path) -> None:
    holder = look_up(path[:-1], facts)
    if not isinstance(holder, dict) or path[-1] not in holder:
        raise ValueError(f"{show_path(path)} is not part of the complete example, so it cannot be taken away")
    del holder[path[-1]]


def _without_nulls(fragment: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in fragment.items()
        if value is not None
    }


def _leaves(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(document, dict):
        for name, value in document.items():
            yield from _leaves(value, (*path, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from _leaves(value, (*path, index))
    else:
        yield path, document
