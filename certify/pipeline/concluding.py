"""The end of a run: a certificate, a screening report, or a wait for approvers."""

from __future__ import annotations

import shutil
from dataclasses import replace

from certify.decide import LoadedPolicy
from certify.evidence.approval import Approval
from certify.evidence.decision import Decision, Verdict
from certify.files import write_whole
from certify.pipeline.approving import with_approvals
from certify.pipeline.clock import now
from certify.pipeline.deciding import Decided, NotIssued
from certify.pipeline.files import RunFolder
from certify.pipeline.issuing import issue_certificate, report_screening
from certify.pipeline.reporter import Reporter
from certify.pipeline.request import RunOutcome
from certify.pipeline.reusing import renewed_by
from certify.pipeline.standing import standing_here
from certify.pipeline.workspace import Workspace
from certify.trust.status import Standing
from certify.trust.verified import Verified

OUTCOME = "outcome.json"
"""Last file of a run: it is over."""
WAITING = "waiting.json"
"""Written while a run waits for its approvers."""
AWAITING = "awaiting_approval"
"""Verdict of a run that is certified by its policy and not yet by its approvers."""


def conclude(
    workspace: Workspace, folder: RunFolder, policy: LoadedPolicy, decided: Decided, reporter: Reporter
) -> None:
    """Ends the run, or leaves it waiting for its approvers; a later start finds what they have said."""
    if decided.verdict is Verdict.CERTIFIED:
        decided, approvals = with_approvals(workspace, folder, decided)
        lapsed = lapsed_waiver(decided.decision.value, now()) or withdrawn_meanwhile(workspace, folder)
        if approvals.rejected:
            decided = replace(decided, not_issued=NotIssued(Verdict.REFUSED, _rejection(approvals.rejected[0])))
        elif lapsed and not folder.has("certificate.bundle.json"):
            decided = replace(decided, not_issued=NotIssued(Verdict.INCOMPLETE, lapsed))
        elif not approvals.enough:
            reporter.note(f"waiting for approvers: {approvals.words()}")
            write_whole(folder.file(WAITING), RunOutcome(run=folder.name, verdict=AWAITING).to_bytes())
            return
    write_whole(folder.file(OUTCOME), _finish(workspace, folder, policy, decided, reporter).to_bytes())
    folder.file(WAITING).unlink(missing_ok=True)
    shutil.rmtree(folder.file("staged"), ignore_errors=True)


def _finish(
    workspace: Workspace, folder: RunFolder, policy: LoadedPolicy, decided: Decided, reporter: Reporter
) -> RunOutcome:
    """The certificate and its PDF, or the screening report; and how the run ended."""
    verdict = decided.verdict.value
    if decided.verdict is not Verdict.CERTIFIED:
        reporter.stage("Writing the screening report")
        report_screening(workspace, folder, policy, decided)
        return RunOutcome(run=folder.name, verdict=verdict, pdf=f"runs/{folder.name}/screening.pdf")
    reporter.stage("Issuing the certificate")
    certificate, _, _ = issue_certificate(workspace, folder, policy, decided, reporter.note)
    serial = certificate.serial
    return RunOutcome(
        run=folder.name,
        verdict=verdict,
        serial=serial,
        certificate=f"certificates/{serial}.json",
        pdf=f"certificates/{serial}.pdf",
    )


def lapsed_waiver(decision: Decision, at: str) -> str | None:
    """What to say when a waiver under a decision has run out before the certificate was issued."""
    ends = [(rule.waiver.expires_at, rule.id) for rule in decision.rules if rule.waiver is not None]
    if not ends or at < min(ends)[0]:
        return None
    return f"the waiver of {min(ends)[1]} ran out at {min(ends)[0]}, before the certificate was issued"


def withdrawn_meanwhile(workspace: Workspace, folder: RunFolder) -> str | None:
    """What to say when the certificate that a run renews does not stand any more; within ``writing``.

    Measuring and approving take days, in which somebody may have had a reason to suspend or revoke it. The new one
    would take over its statements, and with them what was doubted.
    """
    serial = renewed_by(folder)
    if serial is None:
        return None
    found = standing_here(workspace, workspace.registry, serial)
    if found.standing is Standing.VALID:
        return None
    when = f"by log entry {found.index}, before the certificate was issued"
    return f"{serial}, which it would renew, was {found.standing.value} {when}"


def _rejection(rejected: Verified[Approval]) -> str:
    """A rejection as printed: who, why, and where the matter is kept."""
    said = rejected.value
    parts = [f"rejected by {rejected.party}", said.comment, f"ticket {said.ticket}" if said.ticket else ""]
    return "; ".join(part for part in parts if part)
