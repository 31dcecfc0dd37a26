"""Opens what a stranger was handed: a signed PDF, or the bundle alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from certify.errors import HostileInput
from certify.evidence.base import Value
from certify.evidence.certificate import Certificate, CertificateFile
from certify.evidence.evaluation import Evaluation
from certify.evidence.statement import CERTIFICATE, EVALUATION
from certify.trust.bundle import Bundle, parse_bundle, statement_of

if TYPE_CHECKING:
    from certify.verify.pdf import SignedPdf
    from certify.verify.pdf_archive import Round


@dataclass(frozen=True)
class Document:
    """A certificate as a file; nothing in it is believed yet."""

    file: CertificateFile
    """The bundle."""
    certificate: Bundle
    """The certificate statement, signature unchecked."""
    statements: dict[str, Bundle] = field(repr=False)
    """Evidence statements by payload digest, signatures unchecked."""
    pdf_sha256: str | None
    """Digest of every byte of the PDF as it was issued; absent for a bare bundle."""
    pdf_key: str | None
    """Public key (PEM) that the PDF's own signature verifies under; absent for a bare bundle."""
    pdf_signature: bytes | None = field(default=None, repr=False)
    """The PDF's own signature, which a timestamp is given for; absent for a bare bundle."""
    pdf_token: bytes | None = field(default=None, repr=False)
    """Timestamp token over ``pdf_signature``, whose authority is not judged yet."""
    pdf_authority: str | None = None
    """Name of the X.509 root of the PDF's signature, by its own word; absent for a self-issued certificate."""
    archive: tuple[Round, ...] = field(default=(), repr=False)
    """Rounds of preservation after the issuer's file, whose authorities are not judged yet; oldest first."""
    archived: str | None = None
    """What they preserve, in words; absent where there are none."""


def open_document(data: bytes) -> Document:
    """The certificate in ``data``, read strictly.

    Raises:
        HostileInput: CERT-E080 to CERT-E089, CERT-E130 and CERT-E580 to CERT-E591 for a PDF, CERT-E043 to CERT-E049
            for a bundle.
    """
    if data[:1024].lstrip()[:1] != b"{":
        from certify.verify.pdf import read_pdf
        from certify.verify.pdf_archive import take_apart

        original, rounds = take_apart(data)
        signed = read_pdf(original)
        return replace(
            _document(signed.bundle),
            pdf_sha256=signed.sha256,
            pdf_key=signed.public_pem,
            pdf_signature=signed.signature,
            pdf_token=signed.token,
            pdf_authority=signed.authority if len(signed.chain) > 1 else None,
            archive=rounds,
            archived=_preserved(signed, rounds),
        )
    return _document(data)


def _preserved(signed: SignedPdf, rounds: tuple[Round, ...]) -> str | None:
    from certify.verify.pdf_preservation import check_rounds

    return check_rounds(signed, rounds) if rounds else None


def _document(bundle: bytes) -> Document:
    file = CertificateFile.from_bytes(bundle, name="certificate bundle")
    if file.schema_ != "certify/bundle/v1":
        raise HostileInput("CERT-E081", f"this bundle has the form {file.schema_!r}, which this version cannot read")
    if file.to_bytes() != bundle:
        raise HostileInput(
            "CERT-E045",
            "the certificate bundle is not in the form that certify writes",
            "what nobody signed must have one spelling, or it could be changed unseen",
            "ask the issuer or the registry for the original file",
        )
    statements = {}
    for digest, document in file.statements.items():
        statement = parse_bundle(document, name="evidence statement")
        if statement.payload_sha256 != digest:
            raise HostileInput("CERT-E045", "a statement in the bundle is filed under another statement's digest")
        statements[digest] = statement
    return Document(
        file=file,
        certificate=parse_bundle(file.certificate, name="certificate"),
        statements=statements,
        pdf_sha256=None,
        pdf_key=None,
    )


def claimed_certificate(data: bytes) -> Certificate:
    """The certificate in a PDF or bundle as it claims to be; nothing of it is verified.

    Raises:
        HostileInput: as ``open_document``; CERT-E081, the bundle holds another statement.
    """
    return certificate_in(open_document(data))


def certificate_in(document: Document) -> Certificate:
    """The certificate in an opened file as it claims to be; nothing of it is verified.

    Raises:
        HostileInput: CERT-E045 to CERT-E049; CERT-E081, the bundle holds another statement.
    """
    statement = statement_of(document.certificate)
    if statement.predicate_type != CERTIFICATE:
        raise HostileInput("CERT-E081", "this bundle holds no certificate")
    return Certificate.from_document(statement.predicate, name="certificate")


def claimed_results(document: Document) -> dict[str, Any]:
    """The result of each check, by id, as the evaluation behind a certificate claims it; nothing of it is verified.

    Raises:
        HostileInput: as :func:`certificate_in`; CERT-E045, the evaluation is not in the file, or is none.
    """
    return results_in(_evaluation_bundle(document))


def claimed_values(document: Document) -> dict[str, Value]:
    """The same as typed values; checks that this version does not know are left out.

    Raises:
        HostileInput: as :func:`claimed_results`; a result does not have the form its check gives.
    """
    return evaluation_in(_evaluation_bundle(document)).results()


def _evaluation_bundle(document: Document) -> Bundle:
    named = [one.payload_sha256 for one in certificate_in(document).evidence if one.kind == "evaluation"]
    if len(named) != 1 or named[0] not in document.statements:
        raise HostileInput("CERT-E045", "the certificate bundle does not hold the evaluation that it rests on")
    return document.statements[named[0]]


def results_in(bundle: Bundle) -> dict[str, Any]:
    """The result of each check, by id, as an evaluation claims it; nothing of it is verified.

    Raises:
        HostileInput: CERT-E045 to CERT-E049, the bundle holds no evaluation.
    """
    return evaluation_in(bundle).checks


def evaluation_in(bundle: Bundle) -> Evaluation:
    """The evaluation in a bundle; nothing of it is verified.

    Raises:
        HostileInput: CERT-E045 to CERT-E049, the bundle holds no evaluation.
    """
    statement = statement_of(bundle)
    if statement.predicate_type != EVALUATION:
        raise HostileInput("CERT-E045", "this bundle holds no evaluation")
    return Evaluation.from_document(statement.predicate, name="evaluation")


class StatusEntry(Value):
    """One logged change of standing."""

    bundle: dict[str, object]
    """The signed status statement."""
    proof: str
    """Its log proof."""


class RegistryAnswer(Value):
    """What a registry says of one certificate. Every part is signed or proven, but not that no part is missing."""

    serial: str
    """The certificate."""
    rendering: dict[str, object] | None = None
    """The signed rendering statement: the digest of the PDF."""
    rendering_proof: str | None = None
    """Its log proof."""
    statuses: tuple[StatusEntry, ...] = ()
    """Changes of standing, oldest first."""
    checkpoint: str
    """The log's newest signed checkpoint. It carries no time: how fresh a saved answer is, nobody can tell."""
