"""A policy that extends another one: it may add, and it may tighten; it may take nothing away."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from certify.decide.form import Policy, Rule
from certify.decide.mistakes import closest
from certify.decide.source import Source
from certify.errors import UsageError
from certify.evidence.clauses import DatedClause


def extend(base: Policy, policy: Policy, source: Source) -> Policy:
    """``policy`` with the checks and rules of ``base`` in front, parameters moved as it says.

    Raises:
        UsageError: CERT-E051, it repeats a rule or check, moves an unknown parameter, loosens one,
            or lasts longer than the base allows.
    """
    _refuse_repeats(base, policy, source)
    if policy.validity_days > base.validity_days and "validity_days" in policy.model_fields_set:
        raise _wrong(source, "validity_days", f"{base.id} allows {base.validity_days} days")
    return policy.model_copy(
        update={
            "extends": None,
            "move": {},
            "validity_days": min(base.validity_days, policy.validity_days),
            "surveillance_days": _surveillance(base, policy, source),
            "limits": tuple(dict.fromkeys((*base.limits, *policy.limits))),
            "clauses": _clauses(base, policy),
            "checks": (*base.checks, *policy.checks),
            "rules": (*_moved(base, policy, source), *policy.rules),
        }
    )


def _surveillance(base: Policy, policy: Policy, source: Source) -> int | None:
    """Days until the next test: the base's, unless the policy asks for it sooner."""
    if base.surveillance_days is None or policy.surveillance_days is None:
        return policy.surveillance_days or base.surveillance_days
    if policy.surveillance_days > base.surveillance_days:
        raise _wrong(source, "surveillance_days", f"{base.id} allows {base.surveillance_days} days")
    return policy.surveillance_days


def _clauses(base: Policy, policy: Policy) -> tuple[str | DatedClause, ...] | None:
    """Those of both; None where neither lists any."""
    if base.clauses is None and policy.clauses is None:
        return None
    return tuple(dict.fromkeys((*(base.clauses or ()), *(policy.clauses or ()))))


def _refuse_repeats(base: Policy, policy: Policy, source: Source) -> None:
    pairs = ((base.rules, policy.rules, "rules"), (base.checks, policy.checks, "checks"))
    for theirs, ours, name in pairs:
        for shared in sorted({entry.id for entry in theirs} & {entry.id for entry in ours}):
            raise _wrong(source, f"{name}: {shared}", f"{base.id} already has it, and it cannot be replaced")


def _moved(base: Policy, policy: Policy, source: Source) -> list[Rule]:
    known = {rule.id: rule for rule in base.rules}
    for rule_id in policy.move:
        if rule_id not in known:
            raise _wrong(source, f"move: {rule_id}", f"{base.id} has no such rule. {closest(rule_id, known)}".strip())
    return [_with_values(rule, policy.move.get(rule.id, {}), source) for rule in base.rules]


def _with_values(rule: Rule, values: dict[str, Any], source: Source) -> Rule:
    params = dict(rule.params)
    for name, value in values.items():
        place = f"move: {rule.id}: {name}"
        if name not in params:
            raise _wrong(source, place, f"the rule has no such parameter. {closest(name, params)}".strip())
        try:
            params[name] = params[name].moved(value)
        except ValidationError as error:
            raise _wrong(source, place, error.errors(include_url=False)[0]["msg"]) from error
        except ValueError as error:
            raise _wrong(source, place, str(error)) from error
    return rule.model_copy(update={"params": params}) if values else rule


def _wrong(source: Source, place: str, why: str) -> UsageError:
    return UsageError(
        "CERT-E051",
        f"{source.name}: {place} is not allowed",
        why=why,
        hint="an extending policy may add rules and checks, and move a parameter in its declared direction",
    )
