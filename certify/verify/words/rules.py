"""Rules in the words a compliance officer reads: which are required, and which of them decided."""

from __future__ import annotations

from collections.abc import Sequence

from certify.counting import counted
from certify.evidence.decision import RuleOutcome, RuleStatus, Verdict

REQUIRED = "must"
"""Enforcement of the rules that a verdict follows from; any other is advice."""
_BEHIND = {
    Verdict.REFUSED: RuleStatus.NOT_MET,
    Verdict.INCOMPLETE: RuleStatus.MISSING,
    Verdict.INCONCLUSIVE: RuleStatus.INCONCLUSIVE,
}
_OPEN = frozenset(_BEHIND.values())


def binding_words(rule: RuleOutcome) -> str:
    """Whether a rule has to be met: ``required`` or ``recommended``."""
    return "required" if rule.enforcement == REQUIRED else "recommended"


def consequence_words(rule: RuleOutcome) -> str:
    """What follows from a rule that is not met, or not shown to be; empty for any other."""
    if rule.status not in _OPEN:
        return ""
    return "prevents a certificate" if rule.enforcement == REQUIRED else "advice only"


def deciding_rules(verdict: Verdict, rules: Sequence[RuleOutcome]) -> tuple[RuleOutcome, ...]:
    """The required rules that a verdict follows from, in the policy's order; none for one that certifies."""
    status = _BEHIND.get(verdict)
    return tuple(rule for rule in rules if rule.enforcement == REQUIRED and rule.status == status)


def advice_not_met(rules: Sequence[RuleOutcome]) -> tuple[RuleOutcome, ...]:
    """Recommended rules that are not met: a certificate may be issued all the same."""
    return tuple(rule for rule in rules if rule.enforcement != REQUIRED and rule.status == RuleStatus.NOT_MET)


def not_met_words(rules: Sequence[RuleOutcome], kind: str) -> str:
    """``1 required rule is not met``, ``3 recommended rules are not met``."""
    return f"{counted(len(rules), f'{kind} rule')} {'is' if len(rules) == 1 else 'are'} not met"
