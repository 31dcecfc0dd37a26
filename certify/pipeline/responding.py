"""A refused applicant's signed response: kept with the run, printed in its report, published only by consent."""

from __future__ import annotations

from pathlib import Path

from certify.attest.statements import response_statement
from certify.decide import policy_from_document
from certify.errors import HostileInput, UsageError
from certify.evidence import statement as kinds
from certify.evidence.canonical import parse_json
from certify.evidence.certificate import ScreeningReport
from certify.evidence.response import MAX_RESPONSE, Response
from certify.files import read_file, write_whole
from certify.page.row import Row
from certify.pipeline.case import DECISION, POLICY, Case, read_case
from certify.pipeline.clock import now
from certify.pipeline.files import RunFolder
from certify.pipeline.issuing import draw_report, paper_of_run
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle, parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import StatementSigner
from certify.trust.timestamps import Timestamper
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_voice

RESPONSE = "response.bundle.json"
"""Where a run keeps the response to its refusal."""
ROLE = "data-steward"
"""Whose signature stands for the applicant: the role that signs the owner's declaration."""
PUBLISHED = "refusals"
"""Folder of the workspace with refusals whose applicant consents to their publication."""
FILES = ("screening.pdf", "screening.report.pdf", RESPONSE)
"""What is published of one."""


def sign_response(
    case: Case, signer: StatementSigner, who: str, text: str, *, publish: bool, timestamper: Timestamper | None = None
) -> Bundle:
    """The applicant's signed answer to a decision.

    Raises:
        UsageError: CERT-E571, the text or the name is empty or too long.
    """
    if not 0 < len(text.strip()) <= MAX_RESPONSE or not 0 < len(who.strip()) <= 300:
        raise UsageError(
            "CERT-E571", f"a response has 1 to {MAX_RESPONSE:,} characters and a name", "the report prints all of it"
        )
    model = case.decision.statement.subject[0].digest.sha256
    response = Response(respondent=who.strip(), model=model, text=text.strip(), publish=publish, responded_at=now())
    payload = response_statement(response, case.decision.payload_sha256, case.name)
    return parse_bundle(sign_statement(payload, signer, timestamper))


def verify_response(bundle: Bundle, case: Case, trust: TrustFile) -> Verified[Response]:
    """A response, if it is signed for the applicant and is about this decision and model.

    Raises:
        HostileInput: CERT-E044, CERT-E045, CERT-E055, it is not signed as it must be; CERT-E572, it is about another.
    """
    said = verify_voice(bundle, role=ROLE, predicate_type=kinds.RESPONSE, model=Response, trust=trust)
    model = case.decision.statement.subject[0].digest.sha256
    if said.statement.subject[0].digest.sha256 != case.decision.payload_sha256 or said.value.model != model:
        raise HostileInput("CERT-E572", "the response is about another decision", hint="sign one for this run")
    return said


def keep_response(workspace: Workspace, folder: RunFolder, bundle: Bundle) -> Path | None:
    """Keeps a response with its run and prints it in the run's report; the folder it is published in, if it may be.

    A later response of the same applicant takes the place of an earlier one; consent that is not repeated is withdrawn
    before anything else is done, and what is published is written last.

    Raises:
        HostileInput: as :func:`verify_response`.
        UsageError: CERT-E573, the run did not end without a certificate.
    """
    report = _refusal(folder)
    case = read_case(folder.file(DECISION), folder.name, workspace.trust)
    said = verify_response(bundle, case, workspace.trust)
    place = workspace.home / PUBLISHED / folder.name
    if not said.value.publish:
        _withdraw(place)
    kept = {RESPONSE: bundle.to_bytes(), **_report(folder, report, case, said)}
    public = {name: kept[name] if name in kept else read_file(folder.file(name)) for name in _published(said)}
    for name, content in kept.items():
        write_whole(folder.file(name), content)
    for name, content in public.items():
        write_whole(place / name, content)
    return place if public else None


def response_of(workspace: Workspace, folder: RunFolder) -> Verified[Response] | None:
    """The response to a run's refusal, verified; None where there is none.

    Raises:
        HostileInput: as :func:`verify_response`.
    """
    if not folder.has(RESPONSE):
        return None
    case = read_case(folder.file(DECISION), folder.name, workspace.trust)
    return verify_response(parse_bundle(read_file(folder.file(RESPONSE)), name=RESPONSE), case, workspace.trust)


def row_of(said: Verified[Response]) -> Row:
    """Who answers, by whose key, and what they say."""
    return Row(f"{said.value.respondent}, signed by {said.party}", said.value.text)


def _refusal(folder: RunFolder) -> ScreeningReport:
    if not folder.has("screening.json"):
        raise UsageError(
            "CERT-E573",
            f"run {folder.name} did not end without a certificate",
            "a response answers a refusal, or whatever else kept a certificate from being issued",
            f"certify show {folder.name} tells how it ended",
        )
    return ScreeningReport.from_bytes(read_file(folder.file("screening.json")), name="screening report")


def _report(folder: RunFolder, report: ScreeningReport, case: Case, said: Verified[Response]) -> dict[str, bytes]:
    """The run's full report with the response in it; nothing where the evidence is elsewhere."""
    if case.evidence is None:
        return {}
    policy = policy_from_document(parse_json(read_file(folder.file(POLICY))))
    results = case.evidence.evaluation.value.results()
    drawn = draw_report(report, results, policy, paper=paper_of_run(folder), response=row_of(said))
    return {"screening.report.pdf": drawn}


def _published(said: Verified[Response]) -> tuple[str, ...]:
    return FILES if said.value.publish else ()


def _withdraw(place: Path) -> None:
    for name in FILES:
        (place / name).unlink(missing_ok=True)
