"""Whether enough approvers, each with a key of its own, approved exactly one decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.approval import Approval, ApprovalVerdict
from certify.evidence.decision import Decision
from certify.trust.bundle import Bundle, statement_of
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_voice

ROLE = "approver"
"""The role that signs approvals and waivers; a trust file without it asks for neither."""


@dataclass(frozen=True)
class Approvals:
    """What the approvers have said of one decision, one word a key."""

    given: tuple[Verified[Approval], ...]
    """Approvals, in order of key ids."""
    rejected: tuple[Verified[Approval], ...]
    """Rejections, in order of key ids; one of them is enough to end a run."""
    needed: int
    """How many different keys must approve; 0 where the trust file has no approvers."""
    dependent: tuple[str, ...] = ()
    """Parties that approved and also evaluated, issued or prepared the data: not independent, sorted."""
    lapsed: tuple[str, ...] = ()
    """Parties whose word was left out, because their key does not count where the log holds it, sorted."""

    @property
    def enough(self) -> bool:
        """Whether the decision may become a certificate."""
        return not self.rejected and len(self.given) >= self.needed

    def words(self) -> str:
        """The same in a line."""
        who = ", ".join(
            sorted(f"{one.party} (not independent)" if one.party in self.dependent else one.party for one in self.given)
        )
        left_out = f"; not counted, as the key counts no more: {', '.join(self.lapsed)}" if self.lapsed else ""
        return f"{len(self.given)} of {self.needed} needed" + (f": {who}" if who else "") + left_out


def required(trust: TrustFile) -> int:
    """How many approvers a certificate needs under a trust file; 0 where it has no such role."""
    return trust.threshold_for(ROLE) if trust.keys_for(ROLE) else 0


def approvals_in(bundles: Iterable[Bundle]) -> list[Bundle]:
    """The approvals among signed statements."""
    return [one for one in bundles if statement_of(one).predicate_type == kinds.APPROVAL]


def count_approvals(
    bundles: Iterable[Bundle], decision: Verified[Decision], involved: Iterable[str], trust: TrustFile
) -> Approvals:
    """The word of every approver on a decision; each bundle must be one, or none counts.

    Args:
        bundles: signed approvals and rejections, untrusted.
        decision: what they must be about.
        involved: parties that evaluated, issued or prepared the data.
        trust: who may approve, and how many must.

    Raises:
        HostileInput: CERT-E106, one is about another decision or model, its key holds another role too, or it was
            signed by another key than it names; CERT-E044 and CERT-E055, its signature or role is wrong.
    """
    found = [verify_approval(bundle, decision, trust) for bundle in bundles]
    said = {verdict: {one.keyid: one for one in found if one.value.verdict is verdict} for verdict in ApprovalVerdict}
    given, rejected = (
        tuple(one for _, one in sorted(said[verdict].items()))
        for verdict in (ApprovalVerdict.APPROVED, ApprovalVerdict.REJECTED)
    )
    dependent = {one.party for one in given} & set(involved)
    return Approvals(given, rejected, required(trust), tuple(sorted(dependent)))


def verify_approval(bundle: Bundle, decision: Verified[Decision], trust: TrustFile) -> Verified[Approval]:
    """One approver's word about this decision and no other.

    Raises:
        HostileInput: as ``count_approvals``.
    """
    one = verify_voice(bundle, role=ROLE, predicate_type=kinds.APPROVAL, model=Approval, trust=trust)
    require_approver(one.keyid, trust)
    if one.value.approver != one.keyid:
        raise _does_not_count("an approval was signed by another key than the one it names")
    if [subject.digest.sha256 for subject in one.statement.subject] != [decision.payload_sha256]:
        raise _does_not_count(f"the approval by {one.party} is of another decision")
    if one.value.model != decision.statement.subject[0].digest.sha256:
        raise _does_not_count(f"the approval by {one.party} is about another model")
    return one


def require_approver(keyid: str, trust: TrustFile) -> None:
    """Returns if a key may approve: it fills that role and no other.

    Raises:
        HostileInput: CERT-E106, otherwise.
    """
    roles = trust.roles_of(keyid)
    if roles != (ROLE,):
        held = f"it is trusted as {' and '.join(roles)}" if roles else "the trust file does not name it"
        raise _does_not_count(
            f"the key {keyid[:16]} cannot approve", f"{held}; whoever approves holds a key for that and nothing else"
        )


def _does_not_count(
    what: str, why: str = "an approval counts for one decision, by one key that does nothing else"
) -> HostileInput:
    return HostileInput("CERT-E106", what, why, "ask the approver to look at this decision: certify approve")
