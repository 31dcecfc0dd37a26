"""A stranger's check of a certificate: offline, under the stranger's own trust file."""

from __future__ import annotations

from dataclasses import replace

from certify.errors import CertifyError, HostileInput
from certify.evidence import statement as kinds
from certify.evidence.certificate import Certificate, Level
from certify.trust.bundle import Bundle, statement_of, verify_signature
from certify.trust.status import Standing, StandingOf
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_statement
from certify.verify import approvals, chain
from certify.verify.archive import ARCHIVE, check_archive
from certify.verify.document import Document, RegistryAnswer, open_document
from certify.verify.evidence import EvidenceSet, verify_evidence
from certify.verify.expectations import Expectations, check_expectations, check_model, check_validity
from certify.verify.facts import check_facts
from certify.verify.first_page import FIRST_PAGE, check_first_page, why_not_compared
from certify.verify.floors import FLOORS, unknown_generators
from certify.verify.key_validity import KEYS, check_keys
from certify.verify.reruns import DISAGREES, raised_level
from certify.verify.result import CertificateVerdict, Checklist, Result
from certify.verify.standing import check_rendering
from certify.verify.timestamps import check_timestamps
from certify.verify.verification import Examination, Opened, Verification
from certify.verify.withdrawal import judge_withdrawal
from certify.verify.witnesses import WITNESSES, check_witnesses, witnesses_required

REQUIRED = frozenset(
    {"document", "trust-file", "certificate-signature", "evidence-signatures", "log", "seed", "decision", "validity"}
)
"""Checks that must have passed before a certificate is called valid; that none failed is not enough."""


OTHER_KEY = "CERT-E589"
"""PDF and certificate are signed by two keys."""


def verify_certificate(
    data: bytes,
    *,
    trust: TrustFile | None,
    expectations: Expectations,
    answer: RegistryAnswer | None = None,
    asked_at: str | None = None,
) -> Verification:
    """Checks a certificate as far as what is at hand allows; takes and raises what :func:`examine_certificate` does."""
    return examine_certificate(
        data, trust=trust, expectations=expectations, answer=answer, asked_at=asked_at
    ).verification


def examine_certificate(
    data: bytes,
    *,
    trust: TrustFile | None,
    expectations: Expectations,
    answer: RegistryAnswer | None = None,
    asked_at: str | None = None,
) -> Examination:
    """Checks a certificate as far as what is at hand allows, and keeps what was verified.

    Args:
        data: the PDF or the bundle, untrusted.
        trust: whose signatures count; without it the answer is never ``valid``.
        expectations: what else the reader wants to know.
        answer: what a registry says of the certificate, if one was asked.
        asked_at: when the reader asked it; absent for a saved answer.

    Never raises for anything the document contains: that is a failed check.

    Raises:
        TrustError: CERT-E042, the reader's own trust file has expired, so that nobody can be believed.
    """
    if trust is not None:
        trust.require_current(expectations.at)
    checks = Checklist()
    document = checks.attempt("document", lambda: _open(data))
    if document is None:
        return Examination(_result(CertificateVerdict.INVALID, checks, trust), None)
    if trust is None:
        return Examination(_without_trust(document, checks), None)
    opened = _check_chain(document, trust, checks)
    if opened is None:
        return Examination(_result(CertificateVerdict.INVALID, checks, trust), None)
    certificate = opened.certificate.value
    check_witnesses(document, certificate, trust, expectations.minimum_witnesses, checks)
    check_validity(certificate, expectations, checks)
    check_model(certificate, expectations, checks)
    opened = _with_rerun(opened, trust, expectations, checks)
    check_expectations(certificate.policy, opened.level, expectations, checks)
    check_rendering(document, certificate, answer, trust, checks)
    found, stale = judge_withdrawal(
        document,
        certificate,
        answer=answer,
        asked_at=asked_at,
        trust=trust,
        expectations=expectations,
        checks=checks,
    )
    required = REQUIRED | {KEYS} if trust.bounded else REQUIRED
    if witnesses_required(trust, expectations.minimum_witnesses):
        required |= {WITNESSES}
    verdict = _verdict(checks, certificate, expectations, found, required)
    if verdict is CertificateVerdict.VALID and stale:
        verdict = CertificateVerdict.STALE
    return Examination(_result(verdict, checks, trust, opened), opened)


def _with_rerun(opened: Opened, trust: TrustFile, expectations: Expectations, checks: Checklist) -> Opened:
    """The same at the level that a second party's rerun raises it to, where the reader names one."""
    data, certificate = expectations.rerun, opened.certificate
    if data is None:
        return opened
    development = certificate.value.development
    try:
        level, seen = raised_level(
            data, opened.level, opened.evidence, certificate.party, trust, development=development
        )
    except CertifyError as error:
        if error.code == DISAGREES:
            checks.failed("rerun", error.what, error.code)
        else:
            checks.skipped("rerun", f"it does not count, and the level stays: {error.what}")
        return opened
    checks.passed("rerun", seen)
    return replace(opened, level=level)


def _open(data: bytes) -> tuple[Document, str]:
    document = open_document(data)
    kind = "signed PDF, every byte accounted for" if document.pdf_sha256 else "bundle"
    return document, f"{kind}, {len(data):,} bytes{', archived' if document.archive else ''}"


def _without_trust(document: Document, checks: Checklist) -> Verification:
    """What can be said of a document whose signer is unknown: whether it holds together."""
    certificate = checks.attempt("form", lambda: _claimed(document))
    if document.pdf_key is not None:
        checks.attempt("pdf-signature", lambda: _signed_alike(document, document.pdf_key or ""))
    if document.archive:
        checks.skipped(ARCHIVE, f"{document.archived}; whose timestamps these are, only a trust file tells")
    checks.skipped("certificate-signature", "signer unknown: name a trust file with --trust FILE")
    checks.skipped("status", "not asked: without a trust file nobody's answer counts")
    verdict = CertificateVerdict.INCOMPLETE if checks.intact else CertificateVerdict.INVALID
    return Verification(
        verdict=verdict,
        serial=certificate.serial if certificate else None,
        development=certificate.development if certificate else False,
        checks=tuple(checks.lines),
    )


def _claimed(document: Document) -> tuple[Certificate, str]:
    statement = statement_of(document.certificate)
    if statement.predicate_type != kinds.CERTIFICATE:
        raise HostileInput("CERT-E081", "this bundle holds no certificate")
    certificate = Certificate.from_document(statement.predicate, name="certificate")
    return certificate, chain.check_references(document, certificate)


def _signed_alike(document: Document, pem: str) -> tuple[bool, str]:
    """Whether the key that signed the PDF, whoever holds it, signed the certificate inside, too."""
    try:
        verify_signature(document.certificate, pem)
    except HostileInput as error:
        raise HostileInput(OTHER_KEY, "the PDF is signed by another key than the certificate inside it") from error
    return True, "intact; PDF and certificate are signed by one key, whose holder is unknown"


def _check_chain(document: Document, trust: TrustFile, checks: Checklist) -> Opened | None:
    """Signatures, roles, log, seed and policy; None when the certificate itself cannot be believed."""
    checks.passed("trust-file", f"{trust.name}, version {trust.version}, {trust.environment}")
    certificate = checks.attempt("certificate-signature", lambda: _signed_certificate(document, trust))
    if certificate is None:
        return None
    if document.pdf_sha256 is not None:
        checks.attempt("pdf-signature", lambda: _same_signer(document, certificate, trust))
    else:
        checks.skipped("pdf-signature", "this is the bundle alone, not the PDF")
    evidence = checks.attempt("evidence-signatures", lambda: _evidence(document, certificate.value, trust))
    if evidence is None:
        return None
    level = chain.level_of(evidence, certificate.party, trust)
    checks.attempt("log", lambda: (True, chain.check_log(document, certificate.value, trust)))
    if trust.bounded:
        checks.attempt(KEYS, lambda: (True, check_keys(document, certificate.value, trust)))
    check_timestamps(document, evidence, trust, checks)
    check_archive(document, trust, checks)
    checks.attempt("seed", lambda: (True, chain.check_seed(evidence, trust)))
    checks.attempt("decision", lambda: (True, _decided(document, certificate.value, evidence, level, trust)))
    _check_approvals(document, certificate, evidence, trust, checks)
    unknown = why_not_compared(certificate.value.wording)
    if unknown:
        checks.skipped(FIRST_PAGE, unknown)
    else:
        checks.attempt(FIRST_PAGE, lambda: (True, check_first_page(certificate.value, evidence)))
    if strange := unknown_generators(evidence.evaluation.value.results()):
        checks.skipped(FLOORS, f"use the certify of that time or a newer one: this one has no floors of {strange}")
    return Opened(document, certificate, evidence, level)


def _signed_certificate(document: Document, trust: TrustFile) -> tuple[Verified[Certificate], str]:
    certificate = verify_statement(
        document.certificate, role="issuer", predicate_type=kinds.CERTIFICATE, model=Certificate, trust=trust
    )
    if certificate.statement.subject[0].digest.sha256 != certificate.value.model.identity:
        raise HostileInput("CERT-E090", "the certificate's subject is not the model it describes")
    printed = certificate.value.issuer
    note = "" if printed == certificate.party else f"; the document calls the issuer {printed!r}"
    return certificate, f"signed by {certificate.party}, key {certificate.keyid[:16]}{note}"


def _same_signer(document: Document, certificate: Verified[Certificate], trust: TrustFile) -> tuple[bool, str]:
    if document.pdf_key != trust.keys[certificate.keyid].pem:
        raise HostileInput(OTHER_KEY, "the PDF is signed by another key than the certificate inside it")
    named = f", whom {document.pdf_authority!r} names in X.509" if document.pdf_authority else ""
    return True, f"the PDF is signed by the same key{named}"


def _evidence(document: Document, certificate: Certificate, trust: TrustFile) -> tuple[EvidenceSet, str]:
    detail = chain.check_references(document, certificate)
    return verify_evidence(document.statements.values(), trust), f"{detail}, each signed in the role that may sign it"


def _decided(
    document: Document, certificate: Certificate, evidence: EvidenceSet, level: Level, trust: TrustFile
) -> str:
    decision = chain.verify_decision(document, trust)
    detail = chain.replay(document, certificate, evidence, decision, level)
    check_facts(certificate, evidence, decision, level, trust)
    return detail


def _check_approvals(
    document: Document, certificate: Verified[Certificate], evidence: EvidenceSet, trust: TrustFile, checks: Checklist
) -> None:
    """Whether as many approvers as the trust file asks for approved exactly this decision."""
    bundles = approvals.approvals_in(document.statements.values())
    if approvals.required(trust):
        parties = {*evidence.parties, certificate.party}
        checks.attempt("approvals", lambda: (True, _approved(document, bundles, parties, trust)))
    else:
        unread = f"; {len(bundles)} in the document stay unread" if bundles else ""
        checks.skipped("approvals", f"your trust file names no approvers{unread}")


def _approved(document: Document, bundles: list[Bundle], parties: set[str], trust: TrustFile) -> str:
    found = approvals.count_approvals(bundles, chain.verify_decision(document, trust), parties, trust)
    if not found.enough:
        said = f"; rejected by {found.rejected[0].party}" if found.rejected else ""
        raise HostileInput("CERT-E107", f"not approved: {found.words()}{said}")
    return f"approved by {found.words()}"


def _verdict(
    checks: Checklist,
    certificate: Certificate,
    expectations: Expectations,
    found: StandingOf | None,
    required: frozenset[str],
) -> CertificateVerdict:
    """The one word; whatever is broken outweighs what has lapsed, and withdrawal outweighs dates."""
    lapsed = ("CERT-E096", "CERT-E093")  # withdrawn, or not in force at the time asked about: not broken
    if any(line.result is Result.FAIL and line.code not in lapsed for line in checks.lines):
        return CertificateVerdict.INVALID
    passed = {line.id for line in checks.lines if line.result is Result.PASS}
    if not passed >= required - {"status", "validity"}:
        return CertificateVerdict.INVALID
    if found is not None and found.standing is not Standing.VALID:
        return CertificateVerdict(found.standing.value)
    if expectations.at < certificate.valid_from:
        return CertificateVerdict.NOT_YET_VALID
    if expectations.at >= certificate.valid_until:
        return CertificateVerdict.EXPIRED
    uncompared = FIRST_PAGE not in passed or any(line.id == FLOORS for line in checks.lines)
    return CertificateVerdict.INCOMPLETE if uncompared else CertificateVerdict.VALID


def _result(
    verdict: CertificateVerdict, checks: Checklist, trust: TrustFile | None, opened: Opened | None = None
) -> Verification:
    fingerprint, lines = trust.fingerprint if trust else None, tuple(checks.lines)
    if opened is None:
        return Verification(verdict=verdict, trust_fingerprint=fingerprint, checks=lines)
    certificate = opened.certificate
    return Verification(
        verdict=verdict,
        serial=certificate.value.serial,
        level=int(opened.level),
        signer=certificate.party,
        trust_fingerprint=fingerprint,
        policy=f"{certificate.value.policy.id} {certificate.value.policy.version}",
        policy_sha256=certificate.value.policy.sha256,
        development=certificate.value.development,
        checks=lines,
    )
