"""The one form a timestamp token may have, and whether it holds together on its own.

Outside of what its authority signed, a token has room that nobody signs: further certificates, unsigned attributes,
spellings of algorithms. A token taken in is written anew without any of it, and read only if it is written so. No byte
of it is then free to change.
"""

from __future__ import annotations

import hashlib
from typing import Any

from certify.errors import HostileInput
from certify.trust.token_checks import DIGESTS, Parts, Token, algorithm_of, check_token, one_signature, unusable

MAX_TOKEN = 6 * 1024
"""Bytes; a token with an RSA-4096 certificate has about 3,000."""
MAX_REPLY = 64 * 1024
"""Bytes of what an authority may answer, certificates we leave out included."""


def canonical_response(reply: bytes) -> bytes:
    """The granted ``TimeStampResp`` in the one form that is stored, from an authority's answer.

    Raises:
        HostileInput: CERT-E130, it is not a granted answer with a token that can be read.
    """
    return response_of(canonical_token(token_of(reply)))


def token_of(response: bytes) -> bytes:
    """The ``TimeStampToken`` of a granted answer, still untrusted. Source: RFC 3161 section 2.4.2.

    Raises:
        HostileInput: CERT-E130, refused by the authority, too large or malformed.
    """
    from asn1crypto import tsp

    if len(response) > MAX_REPLY:
        raise unusable(f"it has more than {MAX_REPLY:,} bytes")
    try:
        answer = tsp.TimeStampResp.load(response, strict=True)
        status, token = answer["status"]["status"].native, answer["time_stamp_token"].dump()
    except Exception as error:  # parsers of hostile bytes raise many kinds; each means the same here
        raise unusable("it is not an answer of a timestamp authority", error) from error
    if status != "granted":
        raise unusable(f"the authority did not grant it: {status}")
    return bytes(token)


def canonical_token(token: bytes) -> bytes:
    """The token with its authority's certificate and nothing that nobody signs.

    Raises:
        HostileInput: CERT-E130, malformed, or larger than any token.
    """
    try:
        written = _build(_parts(token))
    except HostileInput:
        raise
    except Exception as error:
        raise unusable("its token cannot be read", error) from error
    if len(written) > MAX_TOKEN:
        raise unusable(f"its token has more than {MAX_TOKEN:,} bytes")
    return written


def read_response(response: bytes, signed: bytes) -> Token:
    """What a stored answer says of ``signed``, if it holds together.

    Raises:
        HostileInput: CERT-E130, as ``read_token``.
    """
    token = token_of(response)
    if response != response_of(token):
        raise unusable("its answer is not written as certify writes it")
    return read_token(token, signed)


def read_token(token: bytes, signed: bytes) -> Token:
    """What a token says of ``signed``, if it is of the one form and its own certificate made it, while valid.

    Raises:
        HostileInput: CERT-E130, another form, other bytes, or not signed by the certificate it carries.
    """
    if len(token) > MAX_TOKEN or canonical_token(token) != token:
        raise unusable("its token is not written as certify writes it")
    try:
        return check_token(_parts(token), signed)
    except HostileInput:
        raise
    except Exception as error:
        raise unusable("its token cannot be read", error) from error


def response_of(token: bytes) -> bytes:
    """The granted ``TimeStampResp`` that carries a token, DER."""
    from asn1crypto import cms, tsp

    status = tsp.PKIStatusInfo({"status": "granted"})
    return bytes(tsp.TimeStampResp({"status": status, "time_stamp_token": cms.ContentInfo.load(token)}).dump())


def authority_of(token: bytes) -> bytes:
    """The certificate that a token carries, its authority's own, DER; nothing of it is checked.

    Raises:
        HostileInput: CERT-E130, it is no token.
    """
    return _parts(token).certificate


def _parts(token: bytes) -> Parts:
    """The signed parts of a token and its signature. Source: RFC 3161 section 2.4.2, RFC 5652 section 5."""
    from asn1crypto import cms

    data = cms.ContentInfo.load(token, strict=True)["content"]
    if data["encap_content_info"]["content_type"].native != "tst_info" or len(data["signer_infos"]) != 1:
        raise unusable("it is signed data of another kind")
    signer = data["signer_infos"][0]
    digest = signer["digest_algorithm"]["algorithm"].native
    if digest not in DIGESTS:
        raise unusable(f"its authority signs with {digest}")
    attributes = signer["signed_attrs"].untag()
    certificates = [one.chosen.dump() for one in data["certificates"] if one.name == "certificate"]
    named = [one for one in certificates if _is_named(one, attributes)]
    if len(named) != 1:
        raise unusable("it does not carry the certificate of its authority")
    return Parts(
        info=bytes(data["encap_content_info"]["content"]),
        certificate=named[0],
        attributes=attributes,
        digest=digest,
        signature=signer["signature"].native,
    )


def _is_named(certificate: bytes, attributes: Any) -> bool:
    """Whether every certificate hash among the signed attributes, of which there is one, is of this certificate.

    Source: RFC 2634 section 5.4, RFC 5035 section 4, RFC 5816 section 2.2.
    """
    named = []
    for attribute in attributes:
        if attribute["type"].native in ("signing_certificate", "signing_certificate_v2"):
            first = attribute["values"][0]["certs"][0]
            kind = first["hash_algorithm"]["algorithm"].native if "hash_algorithm" in first else "sha1"
            if kind not in (*DIGESTS, "sha1"):
                raise unusable(f"it names its authority's certificate by {kind}")
            named.append(hashlib.new(kind, certificate).digest() == first["cert_hash"].native)
    return bool(named) and all(named)


def _build(parts: Parts) -> bytes:
    """The token of its parts, DER; the same parts give the same bytes."""
    from asn1crypto import cms, x509

    certificate = x509.Certificate.load(parts.certificate, strict=True)
    identity = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    digest = {"algorithm": parts.digest}
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": identity}),
            "digest_algorithm": digest,
            "signed_attrs": parts.attributes,
            "signature_algorithm": {"algorithm": algorithm_of(parts.certificate, parts.digest)},
            "signature": one_signature(parts.certificate, parts.signature),
        }
    )
    data = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [digest],
            "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(parts.info)},
            "certificates": [certificate],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())
