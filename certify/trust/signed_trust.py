"""Trust files with signatures: one bundle a line, each over the same statement, one line a root key.

A role of several signers cannot share one envelope, because anybody who passes a bundle on could add to it; so the
signatures of a trust file are bundles over byte-identical payloads, and lines of two files may simply be joined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from certify.errors import CertifyError, HostileInput, TrustError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.statement import TRUST, statement_bytes, subject_of
from certify.trust.bundle import Bundle, parse_bundle, statement_of, verify_signature
from certify.trust.dsse import sign_statement
from certify.trust.keys import StatementSigner
from certify.trust.trustfile import MAX_TRUST_FILE, ROOT, TrustFile, unusable

MAX_SIGNATURES = 32
MAX_SIGNED = MAX_SIGNATURES * 2 * MAX_TRUST_FILE


@dataclass(frozen=True)
class TrustDocument:
    """A trust file as it lies on disk; nothing about its signatures is established yet."""

    trust: TrustFile
    """What it says."""
    bundles: tuple[Bundle, ...] = field(default=(), repr=False)
    """Signatures over it; none for plain JSON."""

    def to_bytes(self) -> bytes:
        """The file: a bundle a line, or plain JSON where nobody has signed."""
        if not self.bundles:
            return self.trust.to_bytes()
        return b"".join(bundle.to_bytes() + b"\n" for bundle in self.bundles)


def load_trust_document(path: Path) -> TrustDocument:
    """The trust file at ``path`` in either form, drafts included.

    Raises:
        TrustError: CERT-E042, it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_SIGNED + 1)
    except OSError as error:
        raise unusable(f"{path} cannot be read: {error.strerror}") from error
    return read_trust_document(data, name=str(path))


def read_trust_document(data: bytes, *, name: str = "the trust file") -> TrustDocument:
    """The trust file of untrusted bytes in either form.

    Raises:
        TrustError: CERT-E042, malformed, or lines that are not signatures over one and the same trust file.
    """
    lines = [line for line in data.split(b"\n") if line.strip()]
    if not lines or b'"mediaType"' not in lines[0]:
        return TrustDocument(TrustFile.parse(data, name=name))
    if len(data) > MAX_SIGNED or len(lines) > MAX_SIGNATURES:
        raise unusable(f"{name} carries more than {MAX_SIGNATURES} signatures")
    try:
        bundles = [parse_bundle(line, name=f"line {number} of {name}") for number, line in enumerate(lines, 1)]
        if len({bundle.payload for bundle in bundles}) != 1:
            raise HostileInput("CERT-E043", f"the signatures of {name} are not over one and the same trust file")
        trust = _trust_of(bundles[0], name)
    except HostileInput as error:
        raise unusable(error.what) from error
    return TrustDocument(trust, tuple({bundle.keyid: bundle for bundle in bundles}.values()))


def root_signers(document: TrustDocument, trust: TrustFile) -> tuple[str, ...]:
    """Which root keys of ``trust`` signed a document, sorted; lines by other keys are passed over.

    Raises:
        TrustError: CERT-E128, a line names such a key and its signature is wrong.
    """
    held = trust.keys_for(ROOT)
    mine = [bundle for bundle in document.bundles if bundle.keyid in held]
    for bundle in mine:
        try:
            verify_signature(bundle, held[bundle.keyid].pem)
        except CertifyError as error:
            raise unsigned(f"the signature of {held[bundle.keyid].party} on it is wrong") from error
    return tuple(sorted(bundle.keyid for bundle in mine))


def require_signed(document: TrustDocument) -> None:
    """Return if as many root keys signed as the file itself asks for; a file without root keys asks for none.

    Raises:
        TrustError: CERT-E128, too few, or a wrong signature.
    """
    trust = document.trust
    if not trust.keys_for(ROOT):
        if document.bundles:
            raise unsigned("it is signed and names no root key that may sign it")
        return
    found, needed = len(root_signers(document, trust)), trust.threshold_for(ROOT)
    if found < needed:
        raise unsigned(f"{found} of the {needed} root keys it asks for have signed it")


def add_signature(document: TrustDocument, signer: StatementSigner) -> TrustDocument:
    """The document with one more signature over its trust file; signing twice changes nothing."""
    if any(bundle.keyid == signer.keyid for bundle in document.bundles):
        return document
    payload = document.bundles[0].payload if document.bundles else trust_statement(document.trust)
    return TrustDocument(document.trust, (*document.bundles, parse_bundle(sign_statement(payload, signer))))


def trust_statement(trust: TrustFile) -> bytes:
    """The payload that root keys sign: the whole trust file, named by its fingerprint."""
    return statement_bytes(subject_of(trust.name, trust.fingerprint), TRUST, trust)


def unsigned(why: str) -> TrustError:
    """The error for a trust file that its root keys have not signed as it asks."""
    return TrustError(
        "CERT-E128",
        f"the trust file is not signed by enough root keys: {why}",
        "a file that names root keys counts only with their signatures",
        "ask its publisher for the signed file, or collect the missing ones: certify trust sign FILE --key URI",
    )


def _trust_of(bundle: Bundle, name: str) -> TrustFile:
    statement = statement_of(bundle)
    if statement.predicate_type != TRUST:
        raise HostileInput("CERT-E045", f"{name} holds a statement of another kind than a trust file")
    trust = TrustFile.parse(canonical_bytes(statement.predicate), name=name)
    if trust_statement(trust) != bundle.payload:
        raise HostileInput("CERT-E045", f"the statement in {name} is not written in the form that certify signs")
    return trust
