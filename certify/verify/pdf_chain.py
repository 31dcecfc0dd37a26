"""The X.509 certificates behind a PDF's signature: whether they hold together, as of the signing.

They let PDF readers show a name. Whether the key may issue certificates is for the reader's trust file, whatever an
X.509 authority says of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from certify.errors import HostileInput

MAX_CHAIN = 5
"""Certificates from the signer's own to its root."""
MAX_CERTIFICATE = 8 * 1024
"""Bytes of one certificate."""
PURPOSES = ("1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4", "2.5.29.37.0")
"""Document signing, e-mail protection and any purpose: what a certificate that insists on purposes must be for.

Source: RFC 9336 section 3.1, and RFC 5280 section 4.2.1.12 for the other two.
"""
HASHES = ("sha256", "sha384", "sha512")
"""What a certificate's signature may be over; Ed25519 names none."""


def check_chain(chain: Sequence[bytes], at: datetime) -> str:
    """Who issued the signer's certificate, once each is signed by the next, valid at ``at``, and up to a root.

    Args:
        chain: DER, the signer's own first, a self-issued one last; a single one issued itself.
        at: when it signed, aware.

    Source: RFC 5280 section 6.1, without policies and names; RFC 9336 for what a document signer's is for.

    Raises:
        HostileInput: CERT-E590, with what does not hold.
    """
    try:
        loaded = load_chain(chain)
        for place, certificate in enumerate(loaded):
            _check_one(certificate, place, at)
        for child, parent in pairwise([*loaded, loaded[-1]]):
            child.verify_directly_issued_by(parent)
    except HostileInput:
        raise
    except Exception as error:  # signatures that do not fit, and whatever a parser of hostile bytes raises
        raise broken("one of its certificates was not issued by the next, or cannot be read", error) from error
    return name_of(loaded[-1])


def load_chain(chain: Sequence[bytes]) -> list[Any]:
    """The certificates, parsed.

    Raises:
        HostileInput: CERT-E590, too many or too large.
        ValueError: one cannot be read.
    """
    from cryptography import x509

    if not 1 <= len(chain) <= MAX_CHAIN or any(len(one) > MAX_CERTIFICATE for one in chain):
        raise broken(f"it has more than {MAX_CHAIN} certificates, or one of more than {MAX_CERTIFICATE:,} bytes")
    if len(set(chain)) != len(chain):
        raise broken("a certificate is in it twice")
    return [x509.load_der_x509_certificate(one) for one in chain]


def name_of(certificate: Any) -> str:
    """The most telling name in a certificate's subject, at most 100 characters."""
    from cryptography import x509

    for kind in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME):
        values = certificate.subject.get_attributes_for_oid(kind)
        if values:
            return str(values[0].value)[:100]
    return str(certificate.subject.rfc4514_string())[:100]


def _check_one(certificate: Any, place: int, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise broken(f"the certificate of {name_of(certificate)!r} was not valid at {at:%Y-%m-%dT%H:%M:%SZ}")
    digest = certificate.signature_hash_algorithm
    if digest is not None and digest.name not in HASHES:
        raise broken(f"the certificate of {name_of(certificate)!r} is signed over {digest.name}")
    known = _known_extensions()
    if any(one.critical and one.oid not in known for one in certificate.extensions):
        raise broken(f"the certificate of {name_of(certificate)!r} makes a condition that this version does not know")
    _check_purposes(certificate)
    _check_usage(certificate, place)


def _known_extensions() -> tuple[Any, ...]:
    """Critical extensions that are looked at, or bind nobody here."""
    from cryptography.x509.oid import ExtensionOID as Known

    return Known.BASIC_CONSTRAINTS, Known.KEY_USAGE, Known.EXTENDED_KEY_USAGE, Known.CERTIFICATE_POLICIES


def _check_purposes(certificate: Any) -> None:
    """Purposes bind where they are critical, as those of a timestamp authority are; else they only inform."""
    from cryptography.x509.oid import ExtensionOID

    for one in certificate.extensions:
        binds = one.critical and one.oid == ExtensionOID.EXTENDED_KEY_USAGE
        if binds and not any(purpose.dotted_string in PURPOSES for purpose in one.value):
            raise broken(f"the certificate of {name_of(certificate)!r} is for something else than documents")


def _check_usage(certificate: Any, place: int) -> None:
    """The signer's certificate is for signatures and no authority's; those above are authorities', so far down."""
    basic, usage = _extension(certificate, "BasicConstraints"), _extension(certificate, "KeyUsage")
    authority = basic is not None and basic.ca
    if place == 0:
        if authority or not (usage is None or usage.digital_signature or usage.content_commitment):
            raise broken("the signer's certificate is not for signatures")
        return
    deep = basic is not None and basic.path_length is not None and basic.path_length < place - 1
    if not authority or deep or not (usage is None or usage.key_cert_sign):
        raise broken(f"the certificate of {name_of(certificate)!r} may not issue the one below it")


def _extension(certificate: Any, kind: str) -> Any:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(getattr(x509, kind)).value
    except x509.ExtensionNotFound:
        return None


def unreadable() -> tuple[type[Exception], ...]:
    """What the parser raises on certificates, lists and answers of strangers, which are read piece by piece."""
    from cryptography import exceptions, x509

    return (
        ValueError,
        TypeError,
        exceptions.InvalidSignature,
        exceptions.UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.ExtensionNotFound,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    )


def broken(why: str, error: Exception | None = None) -> HostileInput:
    """The error for certificates that do not hold together."""
    failure = HostileInput(
        "CERT-E590",
        "the X.509 certificates of the PDF's signature do not hold together",
        why,
        "the certificate inside may be good: ask the issuer, and check the bundle on its own",
    )
    failure.__cause__ = error
    return failure
