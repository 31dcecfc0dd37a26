"""Whether every signature was made while its key counted, by the order of the log alone."""

from __future__ import annotations

from certify.evidence import statement as kinds
from certify.evidence.certificate import Certificate
from certify.trust.key_window import require_counting
from certify.trust.trustfile import TrustFile
from certify.verify.approvals import required
from certify.verify.chain import prove, proven_places, verify_decision
from certify.verify.document import Document

KEYS = "keys"
"""The check's name; it is made, and must pass, where the trust file bounds any key."""


def check_keys(document: Document, certificate: Certificate, trust: TrustFile) -> str:
    """Every statement of a certificate was signed by a key that counted where the log fixes the statement.

    Raises:
        HostileInput: CERT-E126, one was not; CERT-E075, CERT-E076, a log proof does not hold.
    """
    own = prove(document.certificate, document.file.certificate_proof, trust).index
    places = fixed_at(document, certificate, trust, own)
    require_counting(trust, document.certificate.keyid, own, "certificate")
    for reference in certificate.evidence:
        if reference.predicate_type == kinds.APPROVAL and not required(trust):
            continue  # a reader who asks for no approval reads none
        digest = reference.payload_sha256
        require_counting(trust, document.statements[digest].keyid, places[digest], reference.kind)
    bounded = {bundle.keyid for bundle in (document.certificate, *document.statements.values())} & {
        keyid for keyid, key in trust.keys.items() if key.bounded
    }
    return f"every key counted where the log fixes what it signed; {len(bounded)} of them for a part of the log only"


def fixed_at(document: Document, certificate: Certificate, trust: TrustFile, own: int) -> dict[str, int]:
    """For each statement, the log index from which on its content cannot have changed.

    That is its own entry where the certificate carries its proof. What is not logged is fixed by the decision that
    names its digest, and what the decision does not name by the certificate, which is at ``own``.
    """
    decision = verify_decision(document, trust)
    proven = proven_places(document, certificate, trust)
    decided = proven.get(decision.payload_sha256, own)
    named = dict.fromkeys(decision.value.evidence, decided)
    rest = dict.fromkeys(document.statements, own)
    return {**rest, **{digest: index for digest, index in named.items() if digest in rest}, **proven}
