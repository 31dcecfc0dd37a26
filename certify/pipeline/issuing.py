"""The certificate and its picture; or, when there is none, a screening report that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from certify.attest.statements import certificate_statement, rendering_statement
from certify.decide import LoadedPolicy
from certify.errors import HostileInput, InternalError, TrustError
from certify.evidence import statement as kinds
from certify.evidence.base import Value
from certify.evidence.canonical import sha256_hex
from certify.evidence.certificate import (
    AttemptCount,
    Certificate,
    CertificateFile,
    EvidenceReference,
    Findings,
    Rendering,
    ScreeningReport,
    serial_for,
)
from certify.evidence.contamination import data_seen
from certify.evidence.evaluation import tries
from certify.files import read_file, write_whole
from certify.page.page import Page, page_of
from certify.page.row import Row
from certify.pipeline.clock import FORM, later, now
from certify.pipeline.cosigning import cosign_log, print_nothing, witnessed_proofs
from certify.pipeline.deciding import Decided
from certify.pipeline.evaluating import plans_like
from certify.pipeline.files import RunFolder
from certify.pipeline.planning import signed_once
from certify.pipeline.request import STATE, RunState
from certify.pipeline.reusing import renewal_of
from certify.pipeline.workspace import Workspace
from certify.pipeline.x509_setup import certificates_for
from certify.trust.bundle import Bundle, statement_of
from certify.trust.trustfile import TrustFile
from certify.verify.facts import surveillance_due
from certify.verify.first_page import WORDING
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines


def issue_certificate(
    workspace: Workspace,
    folder: RunFolder,
    policy: LoadedPolicy,
    decided: Decided,
    note: Callable[[str], None] = print_nothing,
) -> tuple[Certificate, bytes, bytes]:
    """The certificate, its bundle file and its signed PDF; each made once for a run.

    The order of the log is kept: the certificate first, then the PDF that carries the certificate's
    proof, then the rendering that names the PDF's digest. Before each proof is taken the log's witnesses are asked.

    Raises:
        RegistryError: CERT-E646, fewer witnesses answered than the trust file asks for; the run can be continued.
    """
    from certify_registry.answering import ask_registry

    bundle = signed_once(
        workspace,
        folder,
        "certificate",
        "issuer",
        lambda: certificate_statement(
            _certificate(workspace, policy, decided, witnessed_proofs(workspace, decided.log_places, note)).model_copy(
                update={"renewal": renewal_of(workspace, folder, decided.bundles)}
            )
        ),
    )
    index = workspace.log(bundle).index
    certificate = Certificate.from_document(statement_of(bundle).predicate, name="certificate")
    statements = {part.payload_sha256: part.document for part in decided.bundles}
    data = folder.once(
        "certificate.json",
        lambda: CertificateFile(
            certificate=bundle.document,
            certificate_proof=witnessed_proofs(workspace, {"own": index}, note)["own"],
            statements=statements,
            policy=policy.document,
        ).to_bytes(),
    )
    if not folder.has("certificate.pdf"):
        _require_same_issuer(workspace, bundle)
    page, paper = _page(policy, decided, certificate), paper_of_run(folder)
    report = folder.once("report.pdf", lambda: _draw_report(page, certificate, data, paper))
    pdf = folder.once("certificate.pdf", lambda: _draw(workspace, page, certificate, data, paper))
    rendering = signed_once(
        workspace,
        folder,
        "rendering",
        "issuer",
        lambda: rendering_statement(_rendering(certificate, bundle, pdf, report)),
    )
    workspace.log(rendering)
    cosign_log(workspace, note)
    answer = ask_registry(workspace.registry, certificate.serial)
    publish(
        workspace,
        certificate.serial,
        {"json": data, "status.json": answer.to_bytes(), "report.pdf": report, "pdf": pdf},
    )
    return certificate, data, pdf


def _require_same_issuer(workspace: Workspace, certificate: Bundle) -> None:
    if workspace.signer("issuer").keyid != certificate.keyid:
        raise TrustError(
            "CERT-E129",
            "the issuer's key was replaced between the certificate and its PDF",
            "readers want both to be signed by one key, and the former one counts no more",
            "begin a new run",
        )


def publish(workspace: Workspace, serial: str, files: Mapping[str, bytes]) -> None:
    """Puts the finished files of a certificate where people look for them, in the order given: the PDF goes last."""
    for suffix, content in files.items():
        write_whole(workspace.certificates / f"{serial}.{suffix}", content)


def report_screening(
    workspace: Workspace, folder: RunFolder, policy: LoadedPolicy, decided: Decided
) -> tuple[ScreeningReport, bytes]:
    """The report of a run that did not end in a certificate, and its PDFs, short and full; none is signed as one."""
    report = ScreeningReport(
        **_findings(workspace, decided),
        run=folder.name,
        verdict=decided.verdict,
        log_index=decided.log_places["decision"],
        not_issued=decided.not_issued.words if decided.not_issued else None,
    )
    data = folder.once("screening.json", report.to_bytes)
    page, paper = _page(policy, decided, report), paper_of_run(folder)
    folder.once("screening.report.pdf", lambda: _draw_report(page, report, data, paper))
    return report, folder.once("screening.pdf", lambda: _draw(workspace, page, report, data, paper))


def _findings(workspace: Workspace, decided: Decided) -> dict[str, Any]:
    """The fields that certificates and screening reports share."""
    plan, evaluation = decided.evidence.plan.value, decided.evidence.evaluation.value
    development = workspace.trust.environment == "development"
    attempts = AttemptCount(
        number=evaluation.attempts.number,
        total=tries(plans_like(workspace, plan, before=workspace.registry.size)),
        excludable=evaluation.attempts.excludable,
    )
    results = evaluation.results()
    seen = data_seen(plan.data_examined, results)
    issuer = workspace.signer("issuer")
    shared = Findings(
        development=development,
        model=plan.model,
        configuration=evaluation.configuration,
        policy=plan.policy,
        rules=decided.decision.value.rules,
        clauses=decided.decision.value.clauses,
        wording=WORDING,
        headlines=headlines(results),
        data_examined=seen,
        datasets=plan.datasets,
        entropy=plan.entropy.kind,
        attempts=attempts,
        declaration=decided.evidence.declaration.value if decided.evidence.declaration else None,
        caveats=caveats(
            results,
            data_examined=seen,
            entropy=plan.entropy.kind,
            attempts=attempts,
            development=development,
            datasets=plan.datasets,
            rules=decided.decision.value.rules,
            serving=evaluation.configuration.serving,
        ),
        not_checked=evaluation.not_run,
        evidence=tuple(_reference(bundle, workspace.trust, decided.log_places) for bundle in decided.bundles),
        issuer=workspace.trust.party_of(issuer.keyid),
        decided_at=decided.decision.value.decided_at,
    )
    return {name: getattr(shared, name) for name in Findings.model_fields}


def _reference(bundle: Bundle, trust: TrustFile, log_places: dict[str, int]) -> EvidenceReference:
    kind = statement_of(bundle).predicate_type
    name = kinds.SHORT_NAMES.get(kind, "statement")
    return EvidenceReference(
        kind=name,
        predicate_type=kind,
        payload_sha256=bundle.payload_sha256,
        keyid=bundle.keyid,
        party=trust.party_of(bundle.keyid),
        log_index=log_places.get(bundle.payload_sha256, log_places.get(name)),
    )


def _certificate(workspace: Workspace, policy: LoadedPolicy, decided: Decided, proofs: dict[str, str]) -> Certificate:
    moment = now()
    ends = [rule.waiver.expires_at for rule in decided.decision.value.rules if rule.waiver is not None]
    serial = serial_for(decided.decision.payload_sha256)
    ending = min([later(moment, days=policy.policy.validity_days), *ends])
    return Certificate(
        **_findings(workspace, decided),
        serial=serial,
        level=decided.level,
        proofs=proofs,
        issued_at=moment,
        valid_from=moment,
        valid_until=ending,
        next_surveillance=surveillance_due(policy.policy, moment, ending),
        status_location=f"{workspace.trust.log_origin}/c/{serial}",
    )


def _rendering(certificate: Certificate, bundle: Bundle, pdf: bytes, report: bytes) -> Rendering:
    from certify.issue.render import renderer

    return Rendering(
        serial=certificate.serial,
        certificate_sha256=bundle.payload_sha256,
        pdf_sha256=sha256_hex(pdf),
        report_sha256=sha256_hex(report),
        renderer=renderer(),
        rendered_at=now(),
    )


def _page(policy: LoadedPolicy, decided: Decided, findings: Certificate | ScreeningReport) -> Page:
    return page_of(findings, decided.evidence.evaluation.value.results(), policy.document)


def _draw(
    workspace: Workspace, page: Page, findings: Certificate | ScreeningReport, attachment: bytes, paper: str
) -> bytes:
    """The PDF: signed for a certificate, unsigned for a screening report."""
    from certify.issue.render import render
    from certify.issue.sign import sign_pdf

    created = _written(findings)
    unsigned = render(page, attachment, identifier=_name(attachment), created=created, paper=paper)
    if isinstance(findings, ScreeningReport):
        return unsigned
    signer = workspace.signer("issuer")
    certificates = certificates_for(workspace, signer, findings.issuer, created)
    return _readable(sign_pdf(unsigned, signer, certificates, created, workspace.timestamper))


def _readable(pdf: bytes) -> bytes:
    """The PDF, once it was read as a stranger will read it: what readers refuse is not issued."""
    from certify.verify.pdf import read_pdf

    try:
        read_pdf(pdf)
    except HostileInput as error:
        raise InternalError(
            "CERT-E087", "the PDF would not have come out as specified", f"readers refuse it: {error.code}, {error.why}"
        ) from error
    return pdf


def _draw_report(page: Page, findings: Certificate | ScreeningReport, attachment: bytes, paper: str) -> bytes:
    """The full report beside it."""
    from certify.issue.render import render_report

    return render_report(page, identifier=_name(attachment), created=_written(findings), paper=paper)


def draw_report(
    report: ScreeningReport, results: Mapping[str, Value], policy: LoadedPolicy, *, paper: str, response: Row
) -> bytes:
    """The full report of a refusal again, with its applicant's response in it."""
    from certify.issue.render import render_report

    page = page_of(report, results, policy.document)
    name = _name(report.to_bytes())
    return render_report(page, identifier=name, created=_written(report), paper=paper, response=response)


def _name(attachment: bytes) -> bytes:
    """What names a PDF in itself: the start of the digest of what it shows."""
    return bytes.fromhex(sha256_hex(attachment))[:16]


def _written(findings: Certificate | ScreeningReport) -> datetime:
    written = findings.issued_at if isinstance(findings, Certificate) else findings.decided_at
    return datetime.strptime(written, FORM).replace(tzinfo=UTC)


def paper_of_run(folder: RunFolder) -> str:
    """The paper that a run was asked to draw on; a4 where nothing was asked."""
    if not folder.has(STATE):
        return "a4"
    return RunState.from_bytes(read_file(folder.file(STATE)), name=STATE).request.paper
