"""The certificate and its picture; or, when there is none, a screening report that says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from certify.attest.statements import certificate_statement, rendering_statement
from certify.decide import LoadedPolicy
from certify.errors import TrustError
from certify.evidence import statement as kinds
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
from certify.files import write_whole
from certify.pipeline.clock import FORM, later, now
from certify.pipeline.cosigning import cosign_log, print_nothing, require_cosigned
from certify.pipeline.deciding import Decided
from certify.pipeline.evaluating import plans_like
from certify.pipeline.files import RunFolder
from certify.pipeline.planning import signed_once
from certify.pipeline.reusing import renewal_of
from certify.pipeline.standing import ask_registry
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle, statement_of
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer
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
    if not folder.has("certificate.bundle.json"):
        require_cosigned(workspace, note)
    proofs = {kind: workspace.registry.proof(index) for kind, index in decided.log_places.items()}
    bundle = signed_once(
        workspace,
        folder,
        "certificate",
        "issuer",
        lambda: certificate_statement(
            _certificate(workspace, policy, decided, proofs).model_copy(
                update={"renewal": renewal_of(workspace, folder, decided.bundles)}
            )
        ),
    )
    index = workspace.log(bundle).index
    if not folder.has("certificate.json"):
        require_cosigned(workspace, note)
    certificate = Certificate.from_document(statement_of(bundle).predicate, name="certificate")
    file = CertificateFile(
        certificate=bundle.document,
        certificate_proof=workspace.registry.proof(index),
        statements={part.payload_sha256: part.document for part in decided.bundles},
        policy=policy.document,
    )
    data = folder.once("certificate.json", file.to_bytes)
    if not folder.has("certificate.pdf"):
        _require_same_issuer(workspace, bundle)
    pdf = folder.once("certificate.pdf", lambda: _draw(workspace, policy, decided, certificate, data))
    rendering = signed_once(
        workspace, folder, "rendering", "issuer", lambda: rendering_statement(_rendering(certificate, bundle, pdf))
    )
    workspace.log(rendering)
    cosign_log(workspace, note)
    publish(workspace, certificate.serial, data, pdf, ask_registry(workspace.registry, certificate.serial))
    return certificate, data, pdf


def _require_same_issuer(workspace: Workspace, certificate: Bundle) -> None:
    if workspace.signer("issuer").keyid != certificate.keyid:
        raise TrustError(
            "CERT-E129",
            "the issuer's key was replaced between the certificate and its PDF",
            "readers want both to be signed by one key, and the former one counts no more",
            "begin a new run",
        )


def publish(workspace: Workspace, serial: str, bundle: bytes, pdf: bytes, answer: RegistryAnswer) -> None:
    """Puts the finished files where people look for them, the PDF last."""
    folder = workspace.certificates
    write_whole(folder / f"{serial}.json", bundle)
    write_whole(folder / f"{serial}.status.json", answer.to_bytes())
    write_whole(folder / f"{serial}.pdf", pdf)


def report_screening(
    workspace: Workspace, folder: RunFolder, policy: LoadedPolicy, decided: Decided
) -> tuple[ScreeningReport, bytes]:
    """The report of a run that did not end in a certificate, and its PDF; neither is signed as one."""
    report = ScreeningReport(
        **_findings(workspace, decided),
        run=folder.name,
        verdict=decided.verdict,
        log_index=decided.log_places["decision"],
        not_issued=decided.not_issued.words if decided.not_issued else None,
    )
    data = folder.once("screening.json", report.to_bytes)
    return report, folder.once("screening.pdf", lambda: _draw(workspace, policy, decided, report, data))


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
    return Certificate(
        **_findings(workspace, decided),
        serial=serial,
        level=decided.level,
        proofs=proofs,
        issued_at=moment,
        valid_from=moment,
        valid_until=min([later(moment, days=policy.policy.validity_days), *ends]),
        status_location=f"{workspace.trust.log_origin}/c/{serial}",
    )


def _rendering(certificate: Certificate, bundle: Bundle, pdf: bytes) -> Rendering:
    from certify.issue.render import renderer

    return Rendering(
        serial=certificate.serial,
        certificate_sha256=bundle.payload_sha256,
        pdf_sha256=sha256_hex(pdf),
        renderer=renderer(),
        rendered_at=now(),
    )


def _draw(
    workspace: Workspace,
    policy: LoadedPolicy,
    decided: Decided,
    findings: Certificate | ScreeningReport,
    attachment: bytes,
) -> bytes:
    """The PDF: signed for a certificate, unsigned for a screening report."""
    from certify.issue.render import render
    from certify.issue.sign import issuer_certificate, sign_pdf
    from certify.page.page import page_of

    page = page_of(findings, decided.evidence.evaluation.value.results(), policy.document)
    written = findings.issued_at if isinstance(findings, Certificate) else findings.decided_at
    created = datetime.strptime(written, FORM).replace(tzinfo=UTC)
    unsigned = render(page, attachment, identifier=bytes.fromhex(sha256_hex(attachment))[:16], created=created)
    if isinstance(findings, ScreeningReport):
        return unsigned
    signer = workspace.signer("issuer")
    certificate = issuer_certificate(signer, findings.issuer, created)
    return sign_pdf(unsigned, signer, certificate, created, workspace.timestamper)
