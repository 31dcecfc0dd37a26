"""``certify show``: the summary of a run or a certificate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from certify.cli.findings import print_findings
from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, fields, headline, next_step, paragraph
from certify.cli.summary import (
    claim,
    evaluation_of_run,
    outcome_document,
    print_next,
    print_outcome,
    print_unused_waivers,
    read_outcome,
    sentence,
)
from certify.errors import ExitCode, UsageError
from certify.evidence.certificate import SERIAL_PATTERN, Certificate, Findings, ScreeningReport

if TYPE_CHECKING:
    from certify.pipeline.files import RunFolder
    from certify.pipeline.workspace import Workspace

Found = TypeVar("Found", bound=Findings)
app = typer.Typer(add_completion=False)


@app.command()
def show(
    context: typer.Context,
    subject: Annotated[
        str | None, typer.Argument(metavar="RUN|CERT", help="A run, a serial, a PDF or a bundle.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="DATE", help="Tell the force of clauses on this day, 2028-01-01.")
    ] = None,
    line: Annotated[bool, typer.Option("--line", help="Print one line, for a log or a release note.")] = False,
    badge: Annotated[
        Path | None, typer.Option("--badge", metavar="FILE", help="Write a badge, an SVG to put on a page.")
    ] = None,
    json: Json = False,
) -> int:
    """Read a run or a certificate: may I use it, for what, until when.

    Shows what a document says; `certify verify` tells whether to believe it.
    """
    home = Context.home(context)
    if at is not None:
        _require_day(at)
    if subject is None:
        _require_subject(line, badge)
        return _list(home, json)
    if line or badge is not None:
        return _short(home, subject, line, badge, json)
    if re.match(SERIAL_PATTERN, subject) or Path(subject).is_file():
        return _certificate(home, subject, json, at)
    return _run(home, subject, json, at)


def _require_subject(line: bool, badge: Path | None) -> None:
    if line or badge is not None:
        raise UsageError("CERT-E011", "--line and --badge are about one document", hint="name a run or a certificate")


def _short(home: Path, subject: str, line: bool, badge: Path | None, json: bool) -> int:
    """The one-line form, the badge, or both; neither knows the standing, and says so."""
    from certify.files import write_whole
    from certify.page.line import badge_of, line_of

    findings = _findings(home, subject)
    if badge is not None:
        from certify.page.drawing import badge_svg

        write_whole(badge, badge_svg(badge_of(findings)).encode())
    if json:
        emit_json("show", {"line": line_of(findings), "badge": str(badge) if badge else None})
    elif line:
        emit(line_of(findings))
    elif badge is not None:
        emit(f"The badge is {badge}: it says what was issued, not whether it still stands.")
    return int(ExitCode.POSITIVE)


def _findings(home: Path, subject: str) -> Certificate | ScreeningReport:
    """What a certificate or a finished run says; nothing of it was verified."""
    from certify.files import read_file
    from certify.pipeline.main import findings_of
    from certify.pipeline.workspace import Workspace
    from certify.verify.document import certificate_in, open_document

    if re.match(SERIAL_PATTERN, subject) or Path(subject).is_file():
        path = Path(subject) if Path(subject).is_file() else home / "certificates" / f"{subject}.pdf"
        return certificate_in(open_document(read_file(path)))
    workspace = Workspace.open(home)
    return findings_of(workspace, read_outcome(workspace, subject))


def _require_day(at: str) -> None:
    from datetime import date

    try:
        if date.fromisoformat(at).isoformat() == at:
            return
    except ValueError:
        pass
    raise UsageError("CERT-E011", f"{at[:40]!r} is not a day like 2028-01-01")


def _as_of(findings: Found, at: str | None) -> Found:
    """What was found, with the force that clauses have on a day."""
    if at is None or findings.clauses is None:
        return findings
    return findings.model_copy(update={"clauses": tuple(one.as_of(at) for one in findings.clauses)})


def _list(home: Path, json: bool) -> int:
    from certify.pipeline.concluding import OUTCOME, WAITING
    from certify.pipeline.main import outcome_of
    from certify.pipeline.workspace import Workspace

    rows = []
    for folder in Workspace.open(home).runs():
        outcome = outcome_of(folder) if folder.has(OUTCOME) or folder.has(WAITING) else None
        rows.append((folder.name, outcome.verdict if outcome else "cut off", outcome.serial if outcome else None))
    if json:
        emit_json("show", {"runs": [{"run": name, "verdict": verdict, "serial": s} for name, verdict, s in rows]})
    elif rows:
        fields([(name, verdict + (f"  {serial}" if serial else "")) for name, verdict, serial in rows])
        next_step(f"certify --home {home} show {rows[-1][0]}")
    else:
        emit(f"No runs in {home} yet.")
        next_step("certify run MODEL --policy starter")
    return int(ExitCode.POSITIVE)


def _certificate(home: Path, subject: str, json: bool, at: str | None) -> int:
    from certify.files import read_file
    from certify.verify.document import certificate_in, claimed_results, claimed_values, open_document

    path = Path(subject) if Path(subject).is_file() else home / "certificates" / f"{subject}.pdf"
    document = open_document(read_file(path))
    certificate = _as_of(certificate_in(document), at)
    if json:
        emit_json("show", {"verified": False, **certificate.document(), "results": claimed_results(document)})
        return int(ExitCode.POSITIVE)
    headline(claim(certificate), "warn")
    print_findings(certificate, at, claimed_values(document))
    next_step(f"certify verify {path} --trust FILE")
    return int(ExitCode.POSITIVE)


def _run(home: Path, subject: str, json: bool, at: str | None) -> int:
    from certify.pipeline.main import findings_of
    from certify.pipeline.workspace import Workspace

    workspace = Workspace.open(home)
    try:
        outcome = read_outcome(workspace, subject)
    except UsageError as error:
        raise UsageError(error.code, error.what, error.why, error.hint or "certify show lists the runs") from error
    if outcome.verdict == "awaiting_approval":
        if json:
            emit_json("show", outcome_document(workspace, outcome))
        else:
            print_outcome(workspace, outcome, json)
        return int(ExitCode.POSITIVE)
    findings = _as_of(findings_of(workspace, outcome), at)
    if json:
        found, results = findings.document(), _results(workspace.run_folder(outcome.run))
        emit_json("show", {**outcome_document(workspace, outcome), "findings": found, "results": results})
        return int(ExitCode.POSITIVE)
    headline(sentence(outcome.verdict, findings), "pass" if outcome.verdict == "certified" else "fail")
    evaluation = evaluation_of_run(workspace.run_folder(outcome.run))
    print_findings(findings, at, evaluation.results() if evaluation else None)
    _print_response(workspace, outcome.run)
    print_unused_waivers(workspace, subject)
    print_next(workspace, outcome)
    return int(ExitCode.POSITIVE)


def _print_response(workspace: Workspace, run: str) -> None:
    """What the applicant answered to a refusal, and whose key signed it."""
    from certify.pipeline.responding import response_of, row_of

    said = response_of(workspace, workspace.run_folder(run))
    if said is not None:
        row = row_of(said)
        emit()
        emit(f"response of {row.label}:")
        paragraph(row.text, indent=2)
        emit("  consents to publication" if said.value.publish else "  does not consent to publication")


def _results(folder: RunFolder) -> dict[str, Any]:
    """The result of each check of a run, as its evaluation holds it; empty where it ended without one."""
    evaluation = evaluation_of_run(folder)
    return evaluation.checks if evaluation is not None else {}
