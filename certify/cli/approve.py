"""``certify approve``: an approver's signed yes or no."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json, Trust, Yes, ask_passphrase
from certify.cli.render import emit, emit_json, fields, next_step
from certify.cli.signing import KEY_HELP, Public, open_key, timestamper_of
from certify.errors import ExitCode, TrustError, UsageError

if TYPE_CHECKING:
    from certify.pipeline.case import Case
    from certify.pipeline.workspace import Workspace
    from certify.trust.bundle import Bundle
    from certify.trust.trustfile import TrustFile

app = typer.Typer(add_completion=False)


@app.command()
def approve(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="RUN|DECISION", help="A run, or decision.bundle.json from one.")],
    key: Annotated[str, typer.Option(metavar="KEY", help=f"The approver's own. {KEY_HELP}")],
    reject: Annotated[bool, typer.Option("--reject", help="Say no: the run ends without a certificate.")] = False,
    comment: Annotated[str, typer.Option(help="Why; printed where it is a no.")] = "",
    ticket: Annotated[str | None, typer.Option(help="Where your organisation keeps the matter.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the signed answer, to be sent back.")] = None,
    public: Public = None,
    trust: Trust = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """As an approver, say yes or no to a run's decision.

    Shows what is decided first. A certificate needs approvals by as many different keys as the trust file says.
    """
    from certify.evidence.approval import ApprovalVerdict
    from certify.pipeline.approving import sign_approval
    from certify.verify.approvals import require_approver

    workspace, case, trust_file = _case(context, subject, trust)
    signer = open_key(key, public)
    require_approver(signer.keyid, trust_file)
    if not json:
        from certify.cli.case import print_case

        print_case(case, development=trust_file.environment == "development")
        emit()
    if not yes and not typer.confirm("Reject this decision?" if reject else "Approve this decision?", err=True):
        return int(ExitCode.USAGE)
    verdict = ApprovalVerdict.REJECTED if reject else ApprovalVerdict.APPROVED
    stamper = workspace.timestamper if workspace is not None else timestamper_of(context, key)
    signed = sign_approval(
        case, signer, trust_file, verdict=verdict, comment=comment, ticket=ticket, timestamper=stamper
    )
    path = _keep(workspace, case, signed, out)
    _tell(workspace, case, signed, trust_file, path, json)
    return int(ExitCode.POSITIVE)


def _case(context: typer.Context, subject: str, named: Path | None) -> tuple[Workspace | None, Case, TrustFile]:
    """The decision, its run's workspace where there is one, and the trust file that judges both."""
    from certify.cli.reading import find_trust
    from certify.pipeline.approving import require_open_case
    from certify.pipeline.case import DECISION, read_case
    from certify.pipeline.concluding import OUTCOME
    from certify.pipeline.workspace import Workspace

    path = Path(subject) / DECISION if Path(subject).is_dir() else Path(subject)
    if path.is_file():
        trust = find_trust(Context.of(context), named)
        if trust is None:
            raise TrustError("CERT-E042", "an approver needs a trust file", hint="name it with --trust FILE")
        case = read_case(path, path.resolve().parent.name, trust)
        return None, case, trust
    if path.suffix:
        raise UsageError("CERT-E012", f"{subject} is neither a file nor a run", hint="check the path")
    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    folder = workspace.run_folder(subject)
    if not folder.has(DECISION):
        raise UsageError(
            "CERT-E108",
            f"run {subject} has not come to a decision",
            "there is nothing to approve yet",
            f"certify --home {workspace.home} decide {subject}",
        )
    case = read_case(folder.file(DECISION), subject, workspace.trust)
    require_open_case(folder, case, OUTCOME)
    return workspace, case, workspace.trust


def _keep(workspace: Workspace | None, case: Case, signed: Bundle, out: Path | None) -> Path:
    """Where the signed answer is now: with the run, or in a file to be sent back."""
    from certify.files import write_whole
    from certify.pipeline.approving import keep_approval

    if out is None and workspace is not None:
        return keep_approval(workspace, workspace.run_folder(case.name), case, signed)
    path = out or Path(f"approval-{signed.keyid[:8]}.json")
    if path.exists():
        raise UsageError("CERT-E011", f"{path} exists", "nothing is overwritten", "name another file with --out")
    write_whole(path, signed.to_bytes())
    return path


def _tell(workspace: Workspace | None, case: Case, signed: Bundle, trust: TrustFile, path: Path, json: bool) -> None:
    from certify.pipeline.approving import FOLDER, approvals_of
    from certify.verify.approvals import verify_approval

    said = verify_approval(signed, case.decision, trust)
    independent = (said.party not in case.parties) if case.evidence is not None else None
    if json:
        told = {"run": case.name, "decision": case.decision.payload_sha256, "verdict": said.value.verdict.value}
        emit_json(
            "approve",
            {**told, "approver": said.keyid, "party": said.party, "independent": independent, "file": str(path)},
        )
        return
    who = f"{said.party}, which also did some of the work: not independent" if independent is False else said.party
    rows = [("answer", said.value.verdict.value), ("by", who), ("kept as", str(path))]
    if workspace is None or path.parent.name != FOLDER:
        fields(rows, indent=0)
        next_step(f"certify --home WORKSPACE handoff import {path}", "whoever runs the workspace does that")
        return
    approvals = approvals_of(workspace, workspace.run_folder(case.name), case)
    fields([*rows, ("approvals", approvals.words())], indent=0)
    if approvals.rejected or approvals.enough:
        next_step(f"certify --home {workspace.home} issue {case.name}")
    else:
        next_step(f"certify --home {workspace.home} approve {case.name} --key KEY", "another approver, their own key")
