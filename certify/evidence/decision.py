"""A decision, shaped like the policy that made it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.clauses import ClauseOutcome
from certify.evidence.plan import PolicyReference


class RuleStatus(StrEnum):
    """What a rule came to."""

    MET = "met"
    NOT_MET = "not_met"
    INCONCLUSIVE = "inconclusive"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"


class Verdict(StrEnum):
    """What a policy came to."""

    CERTIFIED = "certified"
    REFUSED = "refused"
    INCONCLUSIVE = "inconclusive"
    INCOMPLETE = "incomplete"


class WaiverUsed(Value):
    """The waiver behind a rule that was waived."""

    payload_sha256: Sha256
    """The waiver statement."""
    seen: RuleStatus
    """What the rule came to without it."""
    reason: str
    """Why the rule may stay unmet, in the approver's words."""
    ticket: str
    """Where the approver's organisation keeps the matter."""
    approver: str
    """Who answers for it."""
    expires_at: Utc
    """When it ends, and with it whatever rests on it."""


class WaiverFindingKind(StrEnum):
    """What is wrong with a waiver that was not used."""

    UNUSED = "unused"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    TOO_BROAD = "too_broad"
    NOT_WAIVABLE = "not_waivable"
    FOREIGN = "foreign"


class WaiverFinding(Value):
    """A waiver that was at hand and changed nothing."""

    payload_sha256: Sha256
    """The waiver statement."""
    rule: str
    """The rule it names."""
    kind: WaiverFindingKind
    """Why it changed nothing, in a word."""
    message: str
    """The same in a sentence."""


class RuleOutcome(Value):
    """One rule, decided."""

    id: str
    """The rule."""
    title: str
    """What it asks, in a sentence."""
    status: RuleStatus
    """What it came to."""
    enforcement: str
    """must or should."""
    severity: str
    """low, medium, high or critical."""
    message: str
    """What was seen against what was asked."""
    observed: dict[str, Any] = Field(default_factory=dict)
    """The values the rule looked at, by expression."""
    expected: dict[str, Any] = Field(default_factory=dict)
    """The rule's parameters."""
    remedy: str = ""
    """What to do when it is not met."""
    clauses: tuple[str, ...] = ()
    """Clauses the rule supports."""
    coverage: str = "partial"
    """How much of the clauses a machine can decide: full, partial or evidence_only."""
    waiver: WaiverUsed | None = None
    """The waiver behind the status waived."""


class Decision(Value):
    """Follows from policy, evidence and time alone; anybody can take it again."""

    policy: PolicyReference
    """What decided."""
    verdict: Verdict
    """What it came to."""
    rules: tuple[RuleOutcome, ...]
    """Rule by rule, in the policy's order."""
    decided_at: Utc
    """The one time the decision looked at."""
    evidence: tuple[Sha256, ...]
    """Payload digests of the statements it rests on, sorted."""
    waiver_findings: tuple[WaiverFinding, ...] | None = None
    """Waivers that were at hand and changed nothing; absent where there were none."""
    clauses: tuple[ClauseOutcome, ...] | None = None
    """Clauses the policy is about, those that nothing covers included; absent where it lists none."""
