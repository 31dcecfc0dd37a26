"""Whether a certificate may sign for an authority that the reader trusts, today.

Source: OpenSSF Model Signing v1.0, section 8.2 (the leaf must be within its validity period); RFC 5280.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from certify.attest.oms_bundle import ModelSignature, is_supported, verify_ecdsa
from certify.errors import HostileInput, TrustError, UsageError

_UNREADABLE = (ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)
"""What the parser raises on hostile bytes, some of it only when a part is asked for."""


class CertifiedSigner(NamedTuple):
    """Who signed, as an authority says."""

    fingerprint: str
    """SHA-256 (hex) of the certificate."""
    name: str
    """Its subject, RFC 4514."""
    expires: datetime
    """When it does, UTC."""


def verify_with_roots(signature: ModelSignature, roots: Sequence[bytes], now: datetime) -> CertifiedSigner:
    """The signer, if one of the given authorities vouches for them at ``now``.

    Nothing but the given certificates is trusted: no store of the system, none that the signature brings.

    Args:
        signature: made with a certificate.
        roots: PEM texts with one or more certificates of authorities.
        now: time zone aware.

    Raises:
        HostileInput: CERT-E116 expired, not yet valid, from another authority or not for signing; CERT-E044 the
            signature does not match.
        TrustError: CERT-E041, a root cannot be read.
        UsageError: CERT-E011, the file was signed with a bare key.
    """
    if signature.method != "certificate":
        raise UsageError(
            "CERT-E011",
            "the model signature was made with a bare key, not with a certificate",
            hint="give the signer's public key: --public-key FILE",
        )
    leaf, *chain = (_certificate(der) for der in signature.chain)
    authorities = _authorities(roots)
    try:
        public = _trusted_key(leaf, chain, authorities, now)
        verify_ecdsa(signature, public)
        return CertifiedSigner(
            leaf.fingerprint(hashes.SHA256()).hex(), leaf.subject.rfc4514_string(), leaf.not_valid_after_utc
        )
    except _UNREADABLE as error:
        raise _refused("it cannot be read") from error


def _trusted_key(
    leaf: x509.Certificate, chain: list[x509.Certificate], roots: list[x509.Certificate], now: datetime
) -> ec.EllipticCurvePublicKey:
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        span = f"it is valid from {leaf.not_valid_before_utc:%Y-%m-%d} to {leaf.not_valid_after_utc:%Y-%m-%d}"
        raise _refused(span)
    _refuse_untrusted(leaf, chain, roots, now)
    public = leaf.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not is_supported(public):
        raise _refused("its key is not ECDSA on P-256, P-384 or P-521")
    return public


def _refuse_untrusted(
    leaf: x509.Certificate, chain: list[x509.Certificate], roots: list[x509.Certificate], now: datetime
) -> None:
    usage = ExtensionPolicy.permit_all()
    usage = usage.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, lambda _policy, _leaf, found: _may_sign(found))
    usage = usage.may_be_present(
        x509.ExtendedKeyUsage, Criticality.AGNOSTIC, lambda _policy, _leaf, found: _may_sign_code(found)
    )
    policy = PolicyBuilder().store(Store(roots)).time(now)
    policy = policy.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=usage)
    try:
        policy.build_client_verifier().verify(leaf, chain)
    except VerificationError as error:
        raise _refused(f"no authority that you gave vouches for it today ({str(error)[:200]})") from error
    if not any(isinstance(each.value, x509.KeyUsage | x509.ExtendedKeyUsage) for each in leaf.extensions):
        raise _refused("it does not say what its key may be used for")


def _may_sign(found: x509.KeyUsage | None) -> None:
    if found is not None and not found.digital_signature:
        raise ValueError("its key is not for digital signatures")


def _may_sign_code(found: x509.ExtendedKeyUsage | None) -> None:
    if found is not None and ExtendedKeyUsageOID.CODE_SIGNING not in found:
        raise ValueError("its key is not for signing code")


def _certificate(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except _UNREADABLE as error:
        raise _refused("it cannot be read") from error


def _authorities(roots: Sequence[bytes]) -> list[x509.Certificate]:
    try:
        return [certificate for pem in roots for certificate in x509.load_pem_x509_certificates(pem)]
    except _UNREADABLE as error:
        raise TrustError(
            "CERT-E041", "a root certificate cannot be read", "it is not a certificate in PEM", "check the file"
        ) from error


def _refused(why: str) -> HostileInput:
    return HostileInput(
        "CERT-E116",
        "the signer's certificate is not accepted",
        why=why,
        hint="ask the signer to sign again with a certificate that is valid, or for the right authority",
    )
