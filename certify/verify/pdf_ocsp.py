"""Answers about single certificates (OCSP) as they are kept in an archived PDF."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from certify.trust.timestamps import SKEW
from certify.verify.pdf_chain import broken, name_of, unreadable


def answer_covers(der: bytes, certificate: Any, above: Any, when: datetime, at: datetime) -> bool:
    """Whether an answer is about this certificate, of its authority, and fresh; one revoked in time stops everything.

    Args:
        der: OCSP response.
        certificate: of which word is wanted, parsed.
        above: the certificate of its authority, parsed.
        when: time of the signature that is to be believed.
        at: time of the archive's timestamp.

    Source: RFC 6960 sections 3.2 and 4.2.2.2.

    Raises:
        HostileInput: CERT-E590, the certificate was revoked before it signed.
    """
    from cryptography.x509 import ocsp

    try:
        found = ocsp.load_der_ocsp_response(der)
        if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL or not _about(found, certificate, above):
            return False
        until = found.next_update_utc
        if until is None or not found.this_update_utc - SKEW <= at <= until + SKEW:
            return False
        _check_signature(found, above, at)
        status, revoked_at = found.certificate_status, found.revocation_time_utc
    except unreadable():
        return False
    if status is ocsp.OCSPCertStatus.REVOKED and revoked_at is not None and revoked_at <= when:
        raise broken(f"the certificate of {name_of(certificate)!r} was revoked at {revoked_at:%Y-%m-%d}")
    return status is not ocsp.OCSPCertStatus.UNKNOWN


def _about(found: Any, certificate: Any, above: Any) -> bool:
    """Whether serial number, authority's name and authority's key are those meant. Source: RFC 6960 section 4.1.1."""
    from asn1crypto import keys
    from cryptography.hazmat.primitives.hashes import Hash
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    def digest(data: bytes) -> bytes:
        state = Hash(found.hash_algorithm)
        state.update(data)
        return bytes(state.finalize())

    key = above.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    bits = bytes(keys.PublicKeyInfo.load(key)["public_key"])
    named = (found.serial_number, found.issuer_name_hash, found.issuer_key_hash)
    return named == (certificate.serial_number, digest(above.subject.public_bytes()), digest(bits))


def _check_signature(found: Any, above: Any, at: datetime) -> None:
    """Signed by the authority, or by whom it lets answer; raises where not."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID

    signer = above
    for one in found.certificates:
        usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        one.verify_directly_issued_by(above)
        valid = one.not_valid_before_utc - SKEW <= at <= one.not_valid_after_utc + SKEW
        if ExtendedKeyUsageOID.OCSP_SIGNING not in usage or not valid or signer is not above:
            raise InvalidSignature
        signer = one
    key, algorithm = signer.public_key(), found.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(found.signature, found.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(found.signature, found.tbs_response_bytes, ec.ECDSA(algorithm))
    else:
        raise InvalidSignature
