"""What a policy looked for and did not find, rule by rule, so that somebody can supply it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from certify.decide.cel import program
from certify.decide.decide import look_up, view_of
from certify.decide.form import Rule
from certify.decide.policy import LoadedPolicy
from certify.decide.schema import PolicyInput
from certify.decide.syntax import Path, paths, show_path
from certify.evidence.base import Value
from certify.evidence.instances import kind_of


class LackKind(StrEnum):
    """Who could supply what is missing."""

    CHECK = "check"
    SCAN = "scan"
    DATA = "data"
    DECLARATION = "declaration"
    OTHER = "other"


class Lack(Value):
    """One thing that a rule needs and the evidence does not hold."""

    rule: str
    """The rule."""
    kind: LackKind
    """Who could supply it: a check that is run, a scan of the data, a statement about data, the owner's word."""
    name: str
    """The check, or the fact."""
    why: str
    """Why it is not there."""


def lacks(policy: LoadedPolicy, evidence: PolicyInput, now: str, rules: frozenset[str]) -> tuple[Lack, ...]:
    """What the named rules of a policy need and this evidence does not hold, in the policy's order.

    Args:
        policy: what asks.
        evidence: what is there.
        now: the time of the decision, RFC 3339 in UTC.
        rules: ids of the rules to look at.
    """
    view = view_of(policy, evidence, now)
    found: dict[tuple[str, str], Lack] = {}
    for rule in policy.policy.rules:
        for path in _read(rule) if rule.id in rules else ():
            if look_up(path, view.facts) is None:
                lack = _lack(rule.id, path, view.facts, view.reasons)
                found.setdefault((rule.id, lack.name), lack)
    return tuple(found.values())


def _read(rule: Rule) -> Iterator[Path]:
    for text in rule.expressions().values():
        yield from paths(program(text).syntax.root)


def _lack(rule: str, path: Path, facts: dict[str, object], reasons: dict[str, str]) -> Lack:
    root, shown = str(path[0]), show_path(path)
    checks = facts.get("check")
    if root == "check" and len(path) > 1 and isinstance(checks, dict):
        check = str(path[1])
        kind = LackKind.SCAN if kind_of(check) == "corpus-scan" else LackKind.CHECK
        if check not in checks:
            return Lack(rule=rule, kind=kind, name=check, why=reasons.get(check, f"{check} gave no result"))
        return Lack(rule=rule, kind=kind, name=shown, why=f"{check} ran, and its result has no {shown}")
    if root == "declared":
        return Lack(rule=rule, kind=LackKind.DECLARATION, name=shown, why="the owner has not declared it")
    if root == "data":
        return Lack(rule=rule, kind=LackKind.DATA, name=shown, why="no data steward has said it")
    return Lack(rule=rule, kind=LackKind.OTHER, name=shown, why=f"{shown} is not known")
