"""What a gate found, one entry for each check and each rule, for tools that show findings."""

from __future__ import annotations

from typing import NamedTuple

from certify.evidence.decision import RuleStatus
from certify.verify.gate_answer import GateResult, GateVerdict
from certify.verify.result import Result

_OPEN = (RuleStatus.MISSING, RuleStatus.INCONCLUSIVE)


class GateFinding(NamedTuple):
    """One check or one rule."""

    id: str
    """Check or rule."""
    title: str
    """What it asks, in a sentence."""
    outcome: str
    """pass, fail, open, waived or not_applicable."""
    blocking: bool
    """Whether it keeps the gate from opening."""
    message: str
    """What was seen."""
    remedy: str
    """What to do."""
    severity: str
    """low, medium, high or critical."""


def gate_findings(result: GateResult) -> tuple[GateFinding, ...]:
    """The checks of the certificate, then the rules of the reader's policy, each in the order made.

    Where no certificate is at hand there is one finding that says so.
    """
    return (*_without(result), *_checks(result), *_rules(result))


def _without(result: GateResult) -> tuple[GateFinding, ...]:
    if result.certificate_verdict is not None:
        return ()
    remedy = "name one with --certificate FILE, or test the model: certify run MODEL --policy P"
    return (GateFinding("certificate", "A certificate is at hand", "open", True, result.reason, remedy, "high"),)


def _checks(result: GateResult) -> list[GateFinding]:
    outcomes = {Result.PASS: "pass", Result.FAIL: "fail", Result.SKIP: "not_applicable"}
    found = []
    for line in result.checks:
        outcome, blocking = outcomes[line.result], line.result is Result.FAIL
        if line.id == "policy" and line.result is Result.SKIP:
            outcome, blocking = "open", True
        remedy = f"certify explain {line.code}" if line.code else ""
        found.append(GateFinding(line.id, f"Check of the certificate: {line.id}", outcome, blocking, line.detail,
                                 remedy, "high"))  # fmt: skip
    if result.verdict is GateVerdict.UNDECIDED and not any(one.blocking for one in found) and found:
        found.append(GateFinding("verdict", "The certificate can be relied on now", "open", True, result.reason,
                                 "certify explain CERT-E167", "high"))  # fmt: skip
    return found


def _rules(result: GateResult) -> list[GateFinding]:
    outcomes = {RuleStatus.MET: "pass", RuleStatus.NOT_MET: "fail", RuleStatus.WAIVED: "waived",
                RuleStatus.NOT_APPLICABLE: "not_applicable", **dict.fromkeys(_OPEN, "open")}  # fmt: skip
    return [
        GateFinding(
            rule.id,
            rule.title,
            outcomes[rule.status],
            rule.enforcement == "must" and outcomes[rule.status] in ("fail", "open"),
            rule.message,
            rule.remedy,
            rule.severity,
        )
        for rule in result.rules
    ]
