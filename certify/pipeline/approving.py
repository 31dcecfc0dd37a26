"""Approvals on the issuer's side: what an approver is shown, signs, and what a run waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from certify.attest.statements import approval_statement
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.approval import Approval, ApprovalVerdict
from certify.evidence.decision import Decision
from certify.files import write_whole
from certify.pipeline.case import Case
from certify.pipeline.clock import now
from certify.pipeline.deciding import Decided
from certify.pipeline.files import RunFolder
from certify.pipeline.voices import fault_of, log_for_approver, require_counting_voice
from certify.pipeline.waiving import read_bundle
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle, parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import StatementSigner
from certify.trust.timestamps import Timestamper
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified
from certify.verify.approvals import Approvals, count_approvals, require_approver, required, verify_approval

FOLDER = "approvals"
"""Where a run waits for its approvers, one bundle a file."""
FIXED = "approvals.jsonl"
"""What the approvers had said when the run went on, fixed once."""
WHAT = "approval"
"""What errors call it."""


def sign_approval(
    case: Case,
    signer: StatementSigner,
    trust: TrustFile,
    *,
    verdict: ApprovalVerdict,
    comment: str = "",
    ticket: str | None = None,
    timestamper: Timestamper | None = None,
) -> Bundle:
    """The approver's signed word about a decision.

    Raises:
        HostileInput: CERT-E106, the key may not approve under this trust file.
        UsageError: CERT-E104, comment or ticket are too long.
    """
    require_approver(signer.keyid, trust)
    model = case.decision.statement.subject[0].digest.sha256
    if len(comment) > 1000 or (ticket is not None and not 0 < len(ticket) <= 100):
        raise UsageError("CERT-E104", "a comment has at most 1000 characters, a ticket 1 to 100")
    approval = Approval(
        approver=signer.keyid, model=model, verdict=verdict, comment=comment, ticket=ticket, approved_at=now()
    )
    payload = approval_statement(approval, case.decision.payload_sha256, case.name)
    return parse_bundle(sign_statement(payload, signer, timestamper))


def keep_approval(workspace: Workspace, folder: RunFolder, case: Case, bundle: Bundle) -> Path:
    """Where the run now finds an approver's word; it is verified first.

    Raises:
        HostileInput: it does not count for this decision; CERT-E126, its key counts no more, or not yet.
        UsageError: CERT-E108, this key has said its word already.
    """
    said = verify_approval(bundle, case.decision, workspace.trust)
    require_counting_voice(workspace, bundle, WHAT)
    path = folder.file(FOLDER) / f"{said.keyid[:8]}-{said.value.verdict}.json"
    rejection = path.with_name(f"{said.keyid[:8]}-{ApprovalVerdict.REJECTED}.json")
    given_again = path.exists() and path.read_bytes() == bundle.to_bytes()
    if given_again and (path == rejection or not rejection.exists()):
        return path
    if path.exists() or rejection.exists():
        raise UsageError(
            "CERT-E108",
            f"{said.party} has answered with this key already",
            "one key has one word; only an approval can still become a rejection",
            "another approver signs with a key of their own",
        )
    write_whole(path, bundle.to_bytes())
    return path


def approvals_of(workspace: Workspace, folder: RunFolder, case: Case) -> Approvals:
    """What the approvers have said so far of a run's decision."""
    return _counted(workspace, _waiting(folder), case.decision, case.parties)[1]


def with_approvals(workspace: Workspace, folder: RunFolder, decided: Decided) -> tuple[Decided, Approvals]:
    """The decision with what its approvers said, logged once it is enough to go on; and where that stands.

    Raises:
        HostileInput: a file among the run's approvals is none, or not for this decision; it is named.
    """
    if not required(workspace.trust):
        return decided, Approvals((), (), 0)
    parties = {*decided.evidence.parties, decided.decision.party}
    bundles = _fixed(folder) if folder.has(FIXED) else _waiting(folder)
    bundles, found = _counted(workspace, bundles, decided.decision, parties)
    if not found.enough and not found.rejected:
        return decided, found
    places = {bundle.payload_sha256: log_for_approver(workspace, bundle, WHAT) for bundle in bundles}
    bundles = _fixed(folder, bundles)  # only now, so that what is fixed has its place in the log for good
    more = replace(decided, bundles=(*decided.bundles, *bundles), log_places={**decided.log_places, **places})
    return more, found


def _counted(
    workspace: Workspace, bundles: Sequence[Bundle], decision: Verified[Decision], parties: Iterable[str]
) -> tuple[list[Bundle], Approvals]:
    """The approvers' words whose keys count where the log holds them, and what they come to; all are verified."""
    counting = [bundle for bundle in bundles if not fault_of(workspace, bundle)]
    found = count_approvals(counting, decision, parties, workspace.trust)
    lapsed = {verify_approval(one, decision, workspace.trust).party for one in bundles if one not in counting}
    return counting, replace(found, lapsed=tuple(sorted(lapsed)))


def require_open_case(folder: RunFolder, case: Case, outcome: str) -> None:
    """Returns if there is still something to approve.

    Raises:
        UsageError: CERT-E108, the run is over, or its decision certifies nothing.
    """
    verdict = case.decision.value.verdict
    if verdict != "certified":
        raise UsageError(
            "CERT-E108", f"the decision is {verdict}; there is nothing to approve", hint="certify show RUN says why"
        )
    if folder.has(outcome):
        raise UsageError("CERT-E108", f"run {folder.name} is over; nobody waits for an approval")


def _waiting(folder: RunFolder) -> list[Bundle]:
    waiting = folder.file(FOLDER)
    paths: Sequence[Path] = sorted(waiting.glob("*.json")) if waiting.is_dir() else ()
    return [read_bundle(path) for path in paths if not path.name.startswith(".")]


def _fixed(folder: RunFolder, bundles: Sequence[Bundle] = ()) -> list[Bundle]:
    data = folder.once(FIXED, lambda: b"".join(bundle.to_bytes() + b"\n" for bundle in bundles))
    found = [parse_bundle(line, name=FIXED) for line in data.splitlines()]
    if not found:
        raise EvidenceMissing("CERT-E064", f"{folder.file(FIXED)} is empty", hint="restore it from a copy")
    return found
