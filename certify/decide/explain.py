"""A policy in words, for people who decide whether to rely on it."""

from __future__ import annotations

from typing import Any, NamedTuple

from certify.decide.clauses import catalogue
from certify.decide.form import Rule
from certify.decide.policy import LoadedPolicy


class RuleExplanation(NamedTuple):
    """One rule in words."""

    id: str
    """The rule."""
    title: str
    """What it asks."""
    enforcement: str
    """must or should."""
    severity: str
    """low, medium, high or critical."""
    met: str
    """When it is met."""
    not_met: str
    """When it is not met."""
    otherwise: str
    """What any other result comes to."""
    params: dict[str, Any]
    """Values it compares with."""
    remedy: str
    """What to do when it is not met."""
    waivable: bool
    """Whether an approver may waive it for one model and a while."""
    clauses: tuple[dict[str, Any], ...]
    """The clauses it supports, from the catalogue."""


class Explanation(NamedTuple):
    """A policy in words."""

    id: str
    """The policy."""
    version: str
    """Its version."""
    sha256: str
    """Digest of what decides."""
    title: str
    """What it is for."""
    description: str
    """For whom."""
    checks: tuple[dict[str, Any], ...]
    """What is run, with every parameter."""
    rules: tuple[RuleExplanation, ...]
    """What must hold."""
    limits: tuple[str, ...]
    """What it does not look at."""
    validity_days: int
    """How long a certificate under it may last."""


def explain(policy: LoadedPolicy) -> Explanation:
    """The policy in words: what is run, what must hold, what else can come out, and what is left out."""
    form = policy.policy
    return Explanation(
        id=form.id,
        version=form.version,
        sha256=policy.reference.sha256,
        title=form.title,
        description=form.description,
        checks=tuple({"id": request.id, "with": request.with_} for request in form.checks),
        rules=tuple(_rule(rule) for rule in form.rules),
        limits=form.limits,
        validity_days=form.validity_days,
    )


def _rule(rule: Rule) -> RuleExplanation:
    return RuleExplanation(
        id=rule.id,
        title=rule.title,
        enforcement=rule.enforcement,
        severity=rule.severity,
        met=_when(rule) + _one_line(rule.assert_),
        not_met=_refutation(rule),
        otherwise=_otherwise(rule),
        params=rule.values(),
        remedy=rule.remedy,
        waivable=rule.waivable is not False,
        clauses=tuple(_clause(reference) for reference in rule.clauses),
    )


def _when(rule: Rule) -> str:
    return f"where {_one_line(rule.when)}: " if rule.when else ""


def _refutation(rule: Rule) -> str:
    if rule.refute is None:
        return "in every other case that was measured"
    return "never: the rule only says whether enough is known" if rule.refute == "false" else _one_line(rule.refute)


def _otherwise(rule: Rule) -> str:
    parts = ["no evidence: missing"]
    if rule.refute is not None:
        parts.append("neither met nor not met: inconclusive")
    if rule.inconclusive_when is not None:
        parts.append(f"where {_one_line(rule.inconclusive_when)}: inconclusive")
    if rule.when is not None:
        parts.append("where the condition does not hold: not applicable")
    return "; ".join(parts)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _clause(reference: str) -> dict[str, Any]:
    known = catalogue().get(reference)
    return {"reference": reference} if known is None else {"reference": reference, **known.document()}
