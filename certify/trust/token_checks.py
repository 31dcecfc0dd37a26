"""What must hold inside a timestamp token: its signature, its certificate, and the bytes it speaks of."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

from certify.errors import HostileInput

DIGESTS = ("sha256", "sha384", "sha512")
"""Accepted everywhere in a token; SHA-1 only as RFC 2634 certificate hash, which authorities still write."""
MIN_RSA_BITS = 2048
CURVES = ("secp256r1", "secp384r1", "secp521r1")


class Parts(NamedTuple):
    """All that makes a token; everything else follows."""

    info: bytes
    """DER of its ``TSTInfo``."""
    certificate: bytes
    """DER of its authority's certificate."""
    attributes: Any
    """Its signed attributes."""
    digest: str
    """Name of the hash its authority signs with."""
    signature: bytes
    """By its authority."""


class Token(NamedTuple):
    """What a token says that holds together; whether its authority counts is for the trust file to tell."""

    time: str
    """When the authority says it saw the bytes, RFC 3339 UTC, fractions of a second cut off."""
    authority: str
    """Name of the authority by its own certificate."""
    policy: str
    """Object identifier of the rules it says it follows."""
    serial: int
    """Number of the token at its authority."""
    nonce: int | None
    """The number the requester chose."""


def unusable(why: str, error: Exception | None = None) -> HostileInput:
    """The error for a timestamp that cannot be believed."""
    failure = HostileInput(
        "CERT-E130",
        "the timestamp cannot be believed",
        why,
        "it proves no time; ask whoever signed for the original file",
    )
    failure.__cause__ = error
    return failure


def check_token(parts: Parts, signed: bytes) -> Token:
    """What a token of these parts says of ``signed``.

    Raises:
        HostileInput: CERT-E130, something in it does not hold, or it speaks of other bytes.
    """
    from asn1crypto import tsp
    from cryptography import x509

    authority = x509.load_der_x509_certificate(parts.certificate)
    _check_signature(authority, parts.signature, bytes(parts.attributes.dump()), parts.digest)
    _check_attributes(parts.attributes, hashlib.new(parts.digest, parts.info).digest())
    said = tsp.TSTInfo.load(parts.info, strict=True)
    if said["version"].native != "v1" or any(one["critical"].native for one in said["extensions"]):
        raise unusable("its token has a form that this version cannot read")
    _check_imprint(said["message_imprint"], signed)
    moment = said["gen_time"].native
    _check_authority(authority, moment)
    _check_name(said["tsa"], parts.certificate)
    return Token(
        time=_whole_seconds(moment),
        authority=_name(authority),
        policy=said["policy"].dotted,
        serial=said["serial_number"].native,
        nonce=said["nonce"].native,
    )


def algorithm_of(certificate: bytes, digest: str) -> str:
    """Name of the signature algorithm that a certificate's key and a hash make.

    Raises:
        HostileInput: CERT-E130, a kind of key that is not accepted.
    """
    kind = "ecdsa" if _curve(_key(certificate)) else "rsa"
    return f"{digest}_{kind}"


def one_signature(certificate: bytes, signature: bytes) -> bytes:
    """The signature in its one form: of the two equal values of s in ECDSA the smaller one; RSA has one form.

    Raises:
        ValueError: not a signature of the certificate's kind of key.
    """
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    curve = _curve(_key(certificate))
    if curve is None:
        return signature
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, curve.group_order - s))


def _key(certificate: bytes) -> Any:
    from cryptography import x509

    return x509.load_der_x509_certificate(certificate).public_key()


def _curve(key: Any) -> Any:
    """The curve of an ECDSA key, None for RSA."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES:
        return key.curve
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return None
    raise unusable("its authority signs with a key that is neither ECDSA on a NIST curve nor RSA of 2048 bits or more")


def _check_signature(authority: Any, signature: bytes, signed: bytes, digest: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    hashed = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[digest]
    key = authority.public_key()
    try:
        if _curve(key) is None:
            key.verify(signature, signed, padding.PKCS1v15(), hashed)
        else:
            key.verify(signature, signed, ec.ECDSA(hashed))
    except InvalidSignature as error:
        raise unusable("it was not signed by the authority whose certificate it carries", error) from error


def _check_attributes(attributes: Any, info_digest: bytes) -> None:
    """Each attribute once, with one value; the content is a timestamp and is this one. Source: RFC 5652 section 11."""
    found = {}
    for attribute in attributes:
        kind = attribute["type"].native
        if kind in found or len(attribute["values"]) != 1:
            raise unusable("its signed attributes say a thing twice")
        found[kind] = attribute["values"][0].native
    if found.get("content_type") != "tst_info" or found.get("message_digest") != info_digest:
        raise unusable("its signed attributes belong to another token")


def _check_imprint(imprint: Any, signed: bytes) -> None:
    kind = imprint["hash_algorithm"]["algorithm"].native
    if kind not in DIGESTS:
        raise unusable(f"it names what was stamped by {kind}")
    if imprint["hashed_message"].native != hashlib.new(kind, signed).digest():
        raise unusable("it was given for other bytes than these")


def _check_authority(authority: Any, moment: datetime) -> None:
    """The certificate is for timestamps alone and was valid at the time. Source: RFC 3161 section 2.3."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = authority.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise unusable("its certificate is not for timestamps", error) from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise unusable("its certificate is not for timestamps alone")
    if not authority.not_valid_before_utc <= moment.astimezone(UTC) <= authority.not_valid_after_utc:
        raise unusable("the certificate of its authority was not valid at the time it states")


def _check_name(named: Any, certificate: bytes) -> None:
    """Source: RFC 3161 section 2.4.2, field tsa."""
    from asn1crypto import x509

    subject = x509.Certificate.load(certificate).subject
    if named.native is not None and named.name == "directory_name" and named.chosen != subject:
        raise unusable("it names another authority than the certificate it carries")


def _name(authority: Any) -> str:
    """The most telling name in a certificate's subject, at most 100 characters."""
    from cryptography import x509

    for kind in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME):
        values = authority.subject.get_attributes_for_oid(kind)
        if values:
            return str(values[0].value)[:100]
    return str(authority.subject.rfc4514_string())[:100]


def _whole_seconds(moment: datetime) -> str:
    """A moment as times are written here; fractions are cut off, never rounded up."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
