"""The one form that the signature of a certificate's PDF may have, written and read by the same code.

Three things make the whole CMS object: the signer's certificate, the digest of the document and the ECDSA
signature; a fourth, where there is one, is a timestamp token over that signature. A reader takes them out, builds
the object again with the digest it computed itself, and accepts nothing but equal bytes. The token has one form, too,
and must hold together by itself. No byte of it all is then free to change.
"""

from __future__ import annotations

import hashlib
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


class Signer(NamedTuple):
    """Who signed a PDF."""

    certificate: bytes
    """The embedded X.509 certificate, DER."""
    public_pem: str
    """Its public key, PEM text."""
    cms: bytes
    """The signature object, DER, without padding."""
    signature: bytes
    """The ECDSA signature, DER."""
    token: bytes | None
    """Timestamp token over ``signature`` that holds together; whether its authority counts is open."""


def rejected(why: str, error: Exception | None = None) -> HostileInput:
    """The error for a signature that is not of the one accepted form."""
    failure = HostileInput(
        "CERT-E084",
        "the PDF is not as its issuer signed it",
        why,
        "ask the issuer or the registry for the original file",
    )
    failure.__cause__ = error
    return failure


def signed_attributes(certificate: bytes, document_digest: bytes) -> bytes:
    """DER of the attributes that the signature covers: content type, digest, certificate hash.

    Source: RFC 5652 section 11, RFC 5035 section 4; signing time is left to the PDF's own entry, as
    ETSI EN 319 142-1 clause 6.3 asks.
    """
    return bytes(_attributes(certificate, document_digest).dump())


def build_cms(certificate: bytes, document_digest: bytes, signature: bytes, token: bytes | None = None) -> bytes:
    """The detached CMS object, DER; with a timestamp token over the signature it is B-T, without B-B.

    Source: RFC 5652 section 5; ETSI EN 319 142-1, PAdES B-B and B-T; RFC 3161 appendix A.
    """
    from asn1crypto import cms, x509

    signer = x509.Certificate.load(certificate, strict=True)
    identity = cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number})
    information = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": identity}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": _attributes(certificate, document_digest),
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
            "certificates": [signer],
            "signer_infos": [information],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def _attributes(certificate: bytes, document_digest: bytes) -> Any:
    from asn1crypto import cms, tsp

    certificate_id = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate).digest()})
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [document_digest]}),
            cms.CMSAttribute(
                {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [certificate_id]})]}
            ),
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
        HostileInput: CERT-E084, the signature is not of the one accepted form, or not over this document;
            CERT-E130, its timestamp token does not hold together.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        certificate, signature, token = _parts(contents)
        expected = build_cms(certificate, document_digest, signature, token)
        if contents != expected.ljust(reserved(stamped=token is not None) // 2, b"\0"):
            raise rejected("its signature does not match its content, or is not written as certify writes it")
        if normal_signature(signature) != signature:
            raise rejected("its signature does not match its content, or is not written as certify writes it")
        key, pem = _public_key(certificate)
        key.verify(signature, signed_attributes(certificate, document_digest), ec.ECDSA(hashes.SHA256()))
        if token is not None:
            read_token(token, signature)
    except HostileInput:
        raise
    except InvalidSignature as error:
        raise rejected("its signature was not made by the certificate it carries", error) from error
    except Exception as error:  # parsers of hostile bytes raise many kinds; each means the same here
        raise rejected("its signature cannot be read", error) from error
    return Signer(certificate, pem, expected, signature, token)


def reserved(*, stamped: bool) -> int:
    """Hexadecimal digits of the place for the signature object."""
    return CONTENTS_RESERVED_STAMPED if stamped else CONTENTS_RESERVED


def carries_timestamp(cms_object: bytes) -> bool:
    """Whether a signature object, without padding, holds a timestamp token."""
    return _parts(cms_object)[2] is not None


def _parts(contents: bytes) -> tuple[bytes, bytes, bytes | None]:
    """Certificate, signature value and timestamp token, all still untrusted."""
    from asn1crypto import cms

    data = cms.ContentInfo.load(contents)["content"]
    signer = data["signer_infos"][0]
    unsigned = signer["unsigned_attrs"]
    token = unsigned[0]["values"][0].dump() if len(unsigned) else None
    return data["certificates"][0].chosen.dump(), signer["signature"].native, token


def _public_key(certificate: bytes) -> tuple[Any, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise rejected("its signature is not ECDSA on P-256")
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, pem.decode("ascii")
