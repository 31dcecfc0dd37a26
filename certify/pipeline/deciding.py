"""The decision: the policy applied to verified evidence, signed and logged whatever it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from certify.attest.statements import decision_statement
from certify.decide import LoadedPolicy
from certify.evidence import statement as kinds
from certify.evidence.canonical import canonical_bytes
from certify.evidence.certificate import Level
from certify.evidence.decision import Decision, Verdict
from certify.pipeline.clock import now
from certify.pipeline.files import RunFolder
from certify.pipeline.planning import signed_once
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle, statement_of
from certify.trust.verified import Verified, verify_statement
from certify.verify.chain import level_of, take_decision
from certify.verify.evidence import EvidenceSet, verify_evidence

LOGGED = (kinds.PLAN, kinds.INTERIM, kinds.EVALUATION, kinds.WAIVER)
"""Evidence with an entry of its own in the log, by which its key counts; the rest counts by the decision's."""


class NotIssued(NamedTuple):
    """Why a decision that certifies does not become a certificate."""

    verdict: Verdict
    """How the run ends instead."""
    words: str
    """The reason, as printed."""


@dataclass(frozen=True)
class Decided:
    """A logged decision and what it rests on."""

    evidence: EvidenceSet
    """Verified statements."""
    decision: Verified[Decision]
    """The decision."""
    bundles: tuple[Bundle, ...]
    """Every signed statement: the evidence, the decision, its approvals."""
    level: Level
    """Assurance level."""
    log_places: dict[str, int]
    """Log index of plan, evaluation and decision, and of waivers, approvals and interim looks by digest."""
    not_issued: NotIssued | None = None
    """Set where approvers, a lapsed waiver or the standing of what it renews are against it."""

    @property
    def verdict(self) -> Verdict:
        """How the run ends."""
        return self.not_issued.verdict if self.not_issued else self.decision.value.verdict


def make_decision(
    workspace: Workspace,
    folder: RunFolder,
    policy: LoadedPolicy,
    bundles: Sequence[Bundle],
    log_places: dict[str, int],
) -> Decided:
    """Decides once for a run; the time the decision looks at is fixed then.

    Args:
        workspace: whose issuer decides.
        folder: the run.
        policy: what decides.
        bundles: every signed statement of the run.
        log_places: log index of plan and evaluation, and of waivers and interim looks by payload digest.
    """
    trust = workspace.trust
    evidence = verify_evidence(bundles, trust)
    issuer = workspace.signer("issuer")
    level = level_of(evidence, trust.party_of(issuer.keyid), trust)

    def payload() -> bytes:
        return decision_statement(take_decision(policy, evidence, level, now()), evidence.plan.value.model)

    if not folder.has("decision.bundle.json"):
        _require_counting(workspace, bundles)
    folder.once("policy.json", lambda: canonical_bytes(policy.document))
    bundle = signed_once(workspace, folder, "decision", "issuer", payload)
    appended = workspace.log(bundle)
    decision = verify_statement(bundle, role="issuer", predicate_type=kinds.VSA, model=Decision, trust=trust)
    return Decided(evidence, decision, (*bundles, bundle), level, {**log_places, "decision": appended.index})


def _require_counting(workspace: Workspace, bundles: Sequence[Bundle]) -> None:
    """Return if what is not logged itself, and so is fixed by the decision, was signed by keys that count now."""
    for bundle in bundles:
        if statement_of(bundle).predicate_type not in LOGGED:
            workspace.require_counting(bundle.keyid)
