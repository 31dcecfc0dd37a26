"""``certify audit``: recomputes every number of a certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, Trust
from certify.cli.render import checklist, emit, emit_json, next_step, say
from certify.errors import EvidenceMissing, ExitCode, TrustError, UsageError

app = typer.Typer(add_completion=False)


@app.command()
def audit(
    context: typer.Context,
    certificate: Annotated[str, typer.Argument(metavar="CERT", help="A PDF, a bundle, or a serial.")],
    evidence: Annotated[Path | None, typer.Option(help="Evidence pack; the workspace's run when absent.")] = None,
    data: Annotated[list[Path] | None, typer.Option(help="Training data to scan again; repeat for several.")] = None,
    rerender: Annotated[bool, typer.Option("--rerender", help="Draw the page again and compare the bytes.")] = False,
    trust: Trust = None,
    json: Json = False,
) -> int:
    """Recompute every number of a certificate from its evidence pack."""
    from certify.audit.audit import audit_certificate
    from certify.cli.reading import find_certificate, find_trust
    from certify.pipeline.clock import now

    settings = Context.of(context)
    trust_file = find_trust(settings, trust)
    if trust_file is None:
        raise _no_trust(certificate)
    found = find_certificate(settings, certificate, None)
    pack = evidence or _pack(context, found.data)
    say("Recomputing from " + str(pack))
    result = audit_certificate(
        found.data,
        trust=trust_file,
        pack=pack,
        at=now(),
        training_data=list(data or ()),
        redraw=rerender,
        answer=found.answer,
        asked_at=found.asked_at,
    )
    if json:
        emit_json("audit", result.document())
    else:
        emit(
            "AGREES: everything that was repeated came out the same." if result.agrees
            else "DIFFERS: something that was repeated came out otherwise.",
            "pass" if result.agrees else "fail",
        )  # fmt: skip
        emit(f"the certificate itself is {result.verification.verdict}; the numbers behind it are another question")
        emit()
        checklist([(line.result, line.id, line.detail) for line in result.checks])
        next_step(f"certify verify {certificate} --trust FILE")
    if result.agrees and result.verification.verdict == "incomplete":
        return int(ExitCode.INCOMPLETE)
    return int(ExitCode.POSITIVE if result.agrees else ExitCode.NEGATIVE)


def _no_trust(certificate: str) -> TrustError:
    """The error for a reader who named nobody; a workspace that lies here is pointed at, and not believed."""
    from certify.pipeline.workspace import DEFAULT_HOME

    why, hint = "", "name it with --trust FILE or --home DIR"
    if (DEFAULT_HOME / "trust.json").is_file():
        why = f"the workspace {DEFAULT_HOME} in this folder lends no trust unless it is named: it may be a stranger's"
        hint = f"if it is your own, certify --home {DEFAULT_HOME} audit {certificate}"
    return TrustError("CERT-E042", "an audit needs a trust file", why, hint)


def _pack(context: typer.Context, data: bytes) -> Path:
    """The run of this certificate in the named workspace."""
    from certify.pipeline.concluding import OUTCOME
    from certify.pipeline.main import outcome_of
    from certify.pipeline.workspace import Workspace
    from certify.verify.document import claimed_certificate

    serial = claimed_certificate(data).serial
    try:
        workspace = Workspace.open(Context.home(context))
    except UsageError as error:
        raise EvidenceMissing(
            "CERT-E064", "no evidence pack is at hand", "the numbers follow from it", "name it with --evidence FOLDER"
        ) from error
    for folder in workspace.runs():
        if folder.has(OUTCOME) and outcome_of(folder).serial == serial:
            return folder.path
    raise EvidenceMissing(
        "CERT-E064", f"no run in {workspace.home} issued {serial}", hint="name its evidence pack with --evidence FOLDER"
    )
