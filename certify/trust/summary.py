"""The decision inside a SLSA verification summary."""

from __future__ import annotations

from certify.errors import HostileInput
from certify.evidence.decision import Decision, Verdict
from certify.evidence.statement import DECISION_FIELD, VSA, Statement

RESULTS = {True: "PASSED", False: "FAILED"}


def verification_result(decision: Decision) -> str:
    """PASSED for a certified model, FAILED for every other verdict. Source: SLSA VSA v1, verificationResult."""
    return RESULTS[decision.verdict is Verdict.CERTIFIED]


def verified_level(decision: Decision) -> str:
    """The property other people's policy engines can ask for. Source: SLSA VSA v1, verifiedLevels."""
    return f"CERTIFY_{decision.verdict.value.upper()}"


def decision_of(statement: Statement) -> Decision:
    """The decision a verification summary carries.

    The summary fields that other clients read must say the same as the decision that ours read.

    Raises:
        HostileInput: CERT-E045, another kind of statement, no decision in it, or the two disagree.
    """
    if statement.predicate_type != VSA:
        raise HostileInput("CERT-E045", "the statement is not a verification summary")
    predicate = statement.predicate
    decision = Decision.from_document(predicate.get(DECISION_FIELD), name="decision", by_name=False)
    policy = predicate.get("policy")
    digest = policy.get("digest") if isinstance(policy, dict) else None
    inputs = predicate.get("inputAttestations")
    agree = (
        predicate.get("verificationResult") == verification_result(decision)
        and predicate.get("verifiedLevels") == [verified_level(decision)]
        and predicate.get("timeVerified") == decision.decided_at
        and digest == {"sha256": decision.policy.sha256}
        and inputs == [{"digest": {"sha256": sha256}} for sha256 in decision.evidence]
    )
    if not agree:
        raise HostileInput("CERT-E045", "the verification summary and the decision inside it disagree")
    return decision
