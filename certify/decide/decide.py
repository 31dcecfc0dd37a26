"""Policy, evidence and a time go in; a decision comes out. Nothing else enters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from certify.decide.cel import ENGINE, Activation, program
from certify.decide.covering import clause_outcomes
from certify.decide.engine import Answer, Engine
from certify.decide.form import Enforcement, Rule
from certify.decide.message import fill
from certify.decide.policy import LoadedPolicy
from certify.decide.schema import PolicyInput
from certify.decide.syntax import Path, paths, show_path
from certify.decide.waivers import Waivers, apply_waiver, waived_by, waiver_findings
from certify.evidence.base import Utc
from certify.evidence.decision import Decision, RuleOutcome, RuleStatus, Verdict
from certify.trust.verified import Verified

_TIME: TypeAdapter[str] = TypeAdapter(Utc)


def decide(
    policy: LoadedPolicy,
    evidence: PolicyInput,
    now: str,
    evidence_digests: Sequence[str] | None = None,
    waivers: Waivers = (),
) -> Decision:
    """What the policy comes to on this evidence; the same arguments give the same decision everywhere.

    Args:
        policy: from ``load_policy`` or ``policy_from_document``.
        evidence: from ``PolicyInput.build``.
        now: the time of the decision, RFC 3339 in UTC.
        evidence_digests: payload digests of the statements behind the evidence; those ``evidence`` names when None.
        waivers: those at hand; each counts for the one rule and model it names, while it lasts.

    Raises:
        ValueError: ``now`` is not such a time.
        TypeError: a waiver that is not verified.
    """
    if not all(isinstance(waiver, Verified) for waiver in waivers):
        raise TypeError("a policy looks at verified waivers only")
    now = _TIME.validate_python(now)
    view = view_of(policy, evidence, now)
    model = evidence.model.identity
    rules = tuple(
        apply_waiver(decide_rule(rule, view), waived_by(rule, policy.reference, model, now, waivers))
        for rule in policy.policy.rules
    )
    digests = evidence.digests if evidence_digests is None else tuple(evidence_digests)
    return Decision(
        policy=policy.reference,
        verdict=verdict_of(rules),
        rules=rules,
        decided_at=now,
        evidence=tuple(sorted(set(digests))),
        waiver_findings=waiver_findings(policy, model, now, waivers, rules),
        clauses=clause_outcomes(policy.policy, rules, now),
    )


def verdict_of(rules: Sequence[RuleOutcome]) -> Verdict:
    """What the enforced rules come to together.

    One not met: refused. Else one missing: incomplete. Else one inconclusive: inconclusive. Else certified,
    provided that at least one enforced rule is met; otherwise nothing was shown, and that is incomplete. A waived
    rule refuses nothing and shows nothing.
    """
    enforced = {rule.status for rule in rules if rule.enforcement == Enforcement.MUST}
    for status, verdict in (
        (RuleStatus.NOT_MET, Verdict.REFUSED),
        (RuleStatus.MISSING, Verdict.INCOMPLETE),
        (RuleStatus.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    ):
        if status in enforced:
            return verdict
    return Verdict.CERTIFIED if RuleStatus.MET in enforced else Verdict.INCOMPLETE


class View(NamedTuple):
    """Evidence as one policy sees it."""

    facts: dict[str, Any]
    """Nested values; results of checks that were not run as the policy asks are left out."""
    reasons: dict[str, str]
    """Why a check of the policy has no result here, by check id."""
    now: str
    """The time of the decision."""


def view_of(policy: LoadedPolicy, evidence: PolicyInput, now: str) -> View:
    """The evidence as this policy sees it at a time."""
    facts = evidence.mapping()
    ran = facts["check"]
    asked = [check for check in policy.check_ids if evidence.ran_as(check, policy.parameters_of(check))]
    reasons = {check: f"{check} gave no result" for check in policy.check_ids}
    reasons |= {
        check: f"{check} was not run with the parameters this policy asks for" for check in ran if check not in asked
    }
    reasons |= {check: f"{check} gave no result: {why.rstrip('. ')}" for check, why in evidence.not_run.items()}
    facts["check"] = {check: ran[check] for check in asked if check in ran}
    return View(facts, reasons, now)


def decide_rule(rule: Rule, view: View, *, engine: Engine = ENGINE) -> RuleOutcome:
    """What one rule comes to; another ``engine`` than the usual one is for holding the two against each other."""
    activation = Activation(view.facts, rule.values(), view.now, engine=engine)
    status, error = _status(rule, activation)
    read = list(
        dict.fromkeys(path for text in rule.expressions().values() for path in paths(program(text).syntax.root))
    )
    return RuleOutcome(
        id=rule.id,
        title=rule.title,
        status=status,
        enforcement=rule.enforcement,
        severity=rule.severity,
        message=_message(rule, status, activation, _why_absent(read, view) or [f"could not be evaluated: {error}"]),
        observed=_observed(read, view.facts),
        expected=rule.values(),
        remedy=rule.remedy,
        clauses=rule.clauses,
        coverage=rule.coverage,
    )


def _status(rule: Rule, facts: Activation) -> tuple[RuleStatus, str | None]:
    """The status, and for a missing one what the evaluation said.

    ``refute`` goes before ``assert``: a rule that is both shown and refuted is not met.
    """
    applies = _holds(rule.when, facts, default=True)
    if applies.value is False:
        return RuleStatus.NOT_APPLICABLE, None
    poor = _holds(rule.inconclusive_when, facts, default=False)
    shown = _holds(rule.assert_, facts, default=False)
    refuted = _holds(rule.refute, facts, default=False)
    for answer in (applies, poor, shown, refuted):
        if answer.error is not None:
            return RuleStatus.MISSING, answer.error
    if poor.value:
        return RuleStatus.INCONCLUSIVE, None
    if refuted.value:
        return RuleStatus.NOT_MET, None
    if shown.value:
        return RuleStatus.MET, None
    return (RuleStatus.NOT_MET if rule.refute is None else RuleStatus.INCONCLUSIVE), None


def _holds(text: str | None, facts: Activation, *, default: bool) -> Answer:
    if text is None:
        return Answer(value=default)
    answer = facts.evaluate(text)
    if answer.error is None and not isinstance(answer.value, bool):
        return Answer(error="the expression gives no yes or no")
    return answer


def look_up(path: Path, facts: Any) -> Any:
    """The value at a path of nested dictionaries and lists; None where there is none."""
    for part in path:
        in_list = isinstance(facts, list) and isinstance(part, int) and 0 <= part < len(facts)
        if not in_list and not (isinstance(facts, dict) and part in facts):
            return None
        facts = facts[part]
    return facts


def _observed(read: list[Path], facts: dict[str, Any]) -> dict[str, Any]:
    observed: dict[str, Any] = {}
    for path in read:
        value = look_up(path, facts)
        if isinstance(value, list):
            observed[f"size({show_path(path)})"] = len(value)
        elif value is not None and not isinstance(value, dict):
            observed[show_path(path)] = value
    return observed


def _why_absent(read: list[Path], view: View) -> list[str]:
    reasons: dict[str, None] = {}
    for path in read:
        if look_up(path, view.facts) is not None:
            continue
        if path[0] == "check" and path[1] not in view.facts["check"]:
            reasons[view.reasons.get(str(path[1]), f"{path[1]} gave no result")] = None
        elif path[0] == "declared" and "declared" not in view.facts:
            reasons["the owner has declared nothing"] = None
        else:
            reasons[f"{show_path(path)} is not known"] = None
    return list(reasons)


def _message(rule: Rule, status: RuleStatus, facts: Activation, reasons: list[str]) -> str:
    if status is RuleStatus.NOT_APPLICABLE:
        return f"does not apply: {rule.when} does not hold"
    if status is RuleStatus.MISSING:
        return f"no evidence: {'; '.join(reasons)}"
    return fill(rule.message, facts)
