"""The one form that the signature of a certificate's PDF may have, written and read by the same code.

Three things make the whole CMS object: the signer's certificate with those above it, the digest of the document and
the ECDSA signature; a fourth, where there is one, is a timestamp token over that signature. A reader takes them out,
builds the object again with the digest it computed itself, and accepts nothing but equal bytes. Every certificate is
named by its hash among what is signed; the token has one form, too, and must hold together by itself. No byte of it all
is then free to change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from certify.errors import HostileInput
from certify.trust.tokens import MAX_TOKEN, read_token

FIELD_NAME = "CertifySignature"
"""Name of the form field that holds the signature."""

SUBFILTER = "/ETSI.CAdES.detached"
"""PAdES. Source: ETSI EN 319 142-1 V1.1.1, clause 6.3."""

CONTENTS_RESERVED = 4096
"""Hexadecimal digits kept free for the signature object; ours has about 1,600."""

CONTENTS_RESERVED_STAMPED = CONTENTS_RESERVED + 2 * MAX_TOKEN
"""The same where it carries a timestamp token, whose length is known only once the place for it is fixed.

The length of the place is signed, so nobody can take the timestamp out, or put one in, unseen.
"""

CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of P-256. Source: FIPS 186-5, SP 800-186 section 3.2.1.3."""

CHANGED = "CERT-E084"
"""The signature is over other content than this file has."""
FORM = "CERT-E580"
"""The signature itself is damaged, or not written in its one form."""

_ROOM_BESIDE = 64
"""Bytes a certificate of a chain takes in the signature object besides its own: its hash, and their tags."""


class Signer(NamedTuple):
    """Who signed a PDF."""

    chain: tuple[bytes, ...]
    """The embedded X.509 certificates, DER: the signer's own first, its root last."""
    public_pem: str
    """Its public key, PEM text."""
    cms: bytes
    """The signature object, DER, without padding."""
    signature: bytes
    """The ECDSA signature, DER."""
    token: bytes | None
    """Timestamp token over ``signature`` that holds together; whether its authority counts is open."""
    stamped_at: str | None
    """Time that the token states, RFC 3339 UTC."""


def rejected(why: str, error: Exception | None = None, code: str = CHANGED) -> HostileInput:
    """The error for a file that is not of the one accepted form; ``code`` tells in which way."""
    failure = HostileInput(
        code,
        "the PDF is not as its issuer signed it",
        why,
        "ask the issuer or the registry for the original file",
    )
    failure.__cause__ = error
    return failure


def signed_attributes(chain: Sequence[bytes], document_digest: bytes) -> bytes:
    """DER of the attributes that the signature covers: content type, digest, hash of every certificate.

    Source: RFC 5652 section 11, RFC 5035 section 4; signing time is left to the PDF's own entry, as
    ETSI EN 319 142-1 clause 6.3 asks.
    """
    return bytes(_attributes(chain, document_digest).dump())


def build_cms(chain: Sequence[bytes], document_digest: bytes, signature: bytes, token: bytes | None = None) -> bytes:
    """The detached CMS object, DER; with a timestamp token over the signature it is B-T, without B-B.

    Args:
        chain: X.509 certificates, DER, the signer's own first.
        document_digest: SHA-256 of the document outside of the signature's place.
        signature: ECDSA signature over ``signed_attributes``, DER.
        token: timestamp token over ``signature``.

    Source: RFC 5652 section 5; ETSI EN 319 142-1, PAdES B-B and B-T; RFC 3161 appendix A.
    """
    from asn1crypto import cms, x509

    certificates = [x509.Certificate.load(one, strict=True) for one in chain]
    signer = certificates[0]
    identity = cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number})
    information = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": identity}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": _attributes(chain, document_digest),
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature,
            **({} if token is None else {"unsigned_attrs": _unsigned_attributes(token)}),
        }
    )
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": certificates,
            "signer_infos": [information],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def _attributes(chain: Sequence[bytes], document_digest: bytes) -> Any:
    from asn1crypto import cms, tsp

    named = [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(one).digest()}) for one in chain]
    signing = tsp.SigningCertificateV2({"certs": named})
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [document_digest]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [signing]}),
        ]
    )


def _unsigned_attributes(token: bytes) -> Any:
    from asn1crypto import cms

    stamp = cms.ContentInfo.load(token, strict=True)
    return cms.CMSAttributes([cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [stamp]})])


def normal_signature(signature: bytes) -> bytes:
    """The one DER form of an ECDSA signature with the smaller of its two equivalent values of s.

    Raises:
        ValueError: not an ECDSA signature.
    """
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, CURVE_ORDER - s))


def read_cms(contents: bytes, document_digest: bytes) -> Signer:
    """The signer of a document with this SHA-256, from the zero-padded bytes of the signature entry.

    Raises:
        HostileInput: CERT-E084, the signature is over another document; CERT-E580, it is damaged or not of the one
            accepted form; CERT-E130, its timestamp token does not hold together.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        parts = parts_of(contents)
        if parts.document_digest != document_digest:
            raise rejected("its signature is over other content than this file has")
        expected = build_cms(parts.chain, document_digest, parts.signature, parts.token)
        place = reserved(parts.chain, stamped=parts.token is not None) // 2
        if contents != expected.ljust(place, b"\0") or normal_signature(parts.signature) != parts.signature:
            raise rejected("its signature is not written as certify writes it", code=FORM)
        key, pem = _public_key(parts.chain[0])
        key.verify(parts.signature, signed_attributes(parts.chain, document_digest), ec.ECDSA(hashes.SHA256()))
        stamped_at = None if parts.token is None else read_token(parts.token, parts.signature).time
    except HostileInput:
        raise
    except InvalidSignature as error:
        raise rejected("its signature was not made by the certificate it carries", error, FORM) from error
    except Exception as error:  # parsers of hostile bytes raise many kinds; each means the same here
        raise rejected("its signature cannot be read", error, FORM) from error
    return Signer(parts.chain, pem, expected, parts.signature, parts.token, stamped_at)


def reserved(chain: Sequence[bytes], *, stamped: bool) -> int:
    """Hexadecimal digits of the place for the signature object.

    It has room for one self-issued certificate; whatever an authority issued comes on top of that, by its length, so
    that the place of a file of one certificate is what it always was.
    """
    digits = CONTENTS_RESERVED_STAMPED if stamped else CONTENTS_RESERVED
    return digits if len(chain) == 1 else digits + 2 * sum(len(one) + _ROOM_BESIDE for one in chain)


class Parts(NamedTuple):
    """What a signature object is made of, all still untrusted."""

    chain: tuple[bytes, ...]
    """X.509 certificates, DER, in the order in which their hashes are signed."""
    document_digest: bytes
    """SHA-256 that the signature is over."""
    signature: bytes
    """ECDSA signature, DER."""
    token: bytes | None
    """Timestamp token."""


def parts_of(contents: bytes) -> Parts:
    """The parts of a signature object; what it has besides comes to nothing when it is built again."""
    from asn1crypto import cms, tsp  # noqa: F401 - tsp teaches cms to read the certificates' hashes

    data = cms.ContentInfo.load(contents)["content"]
    signer = data["signer_infos"][0]
    unsigned = signer["unsigned_attrs"]
    said = {one["type"].native: one["values"][0] for one in signer["signed_attrs"]}
    held = {hashlib.sha256(der).digest(): der for der in (one.chosen.dump() for one in data["certificates"])}
    return Parts(
        chain=tuple(held[one["cert_hash"].native] for one in said["signing_certificate_v2"]["certs"]),
        document_digest=said["message_digest"].native,
        signature=signer["signature"].native,
        token=unsigned[0]["values"][0].dump() if len(unsigned) else None,
    )


def _public_key(certificate: bytes) -> tuple[Any, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise rejected("its signature is not ECDSA on P-256", code=FORM)
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, pem.decode("ascii")
