"""Model signatures as other people's tools write them: read tolerantly where OMS is, strictly where it matters.

Source: OpenSSF Model Signing v1.0, sections 4, 8 and 11; its schemas/v1.0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certify.errors import HostileInput, TrustError, UsageError
from certify.evidence.canonical import parse_json, sha256_hex
from certify.evidence.statement import PAYLOAD_TYPE
from certify.identify.oms import MAX_SIGNATURE, malformed
from certify.identify.oms_reading import SignedModel, parse_payload
from certify.trust.bundle import strict_base64
from certify.trust.dsse import pae

SigningMethod: TypeAlias = Literal["key", "certificate", "sigstore"]

_METHODS: dict[str, SigningMethod] = {
    "publicKey": "key",
    "x509CertificateChain": "certificate",
    "certificate": "sigstore",
}
_CURVES: dict[str, hashes.HashAlgorithm] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}
"""Curve to digest. Source: algorithm-registry.md; Sigstore Algorithm Registry."""
MAX_CHAIN = 10


@dataclass(frozen=True)
class ModelSignature:
    """A model signature, well formed; nothing in it is believed until its signature is verified."""

    method: SigningMethod
    """What the signer says to be known by."""
    hint: str | None
    """SHA-256 of the signer's PEM public key, where the file names one."""
    chain: tuple[bytes, ...] = field(repr=False)
    """Certificates in DER, the signer's first."""
    payload: bytes = field(repr=False)
    """The signed bytes."""
    signature: bytes = field(repr=False)
    """DER."""
    signed: SignedModel
    """What the payload says."""


def read_model_signature(data: bytes) -> ModelSignature:
    """The model signature of untrusted bytes.

    Raises:
        HostileInput: CERT-E043 not exactly one signature; CERT-E114 another form than OMS v1.0; CERT-E045 base64 in
            a second spelling; CERT-E046 to CERT-E049 not strict JSON.
    """
    document = parse_json(data, name="the model signature", max_bytes=MAX_SIGNATURE)
    _object(document, {"mediaType", "verificationMaterial", "dsseEnvelope"})
    if not str(document["mediaType"]).startswith("application/vnd.dev.sigstore.bundle"):
        raise malformed("it is not a Sigstore bundle")
    envelope = _object(document["dsseEnvelope"], {"payload", "payloadType", "signatures"})
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise malformed("what is signed is not an in-toto statement")
    method, hint, chain = _material(document["verificationMaterial"])
    payload = _bytes(envelope["payload"], "the signed statement")
    return ModelSignature(method, hint, chain, payload, _one_signature(envelope["signatures"]), parse_payload(payload))


def verify_with_key(signature: ModelSignature, public_pem: str) -> str:
    """The key id of the signer, if it is this key.

    Raises:
        HostileInput: CERT-E044, another key signed, or the statement was changed.
        TrustError: CERT-E041, the key is of a kind OMS does not know.
        UsageError: CERT-E011, the file was not signed with a bare key.
    """
    if signature.method != "key":
        raise UsageError(
            "CERT-E011",
            "the model signature was made with a certificate, not with a bare key",
            hint="give the certificate of the authority that you trust: --root FILE",
        )
    public, pem = _public_key(public_pem)
    if signature.hint not in (None, sha256_hex(pem)):
        raise HostileInput(
            "CERT-E044",
            "the model signature was made with another key than the one at hand",
            f"it names the key {signature.hint}",
            "ask the signer which key is theirs, over another channel",
        )
    verify_ecdsa(signature, public)
    return sha256_hex(pem)


def verify_ecdsa(signature: ModelSignature, public: ec.EllipticCurvePublicKey) -> None:
    """Return if this key signed exactly this statement.

    Raises:
        HostileInput: CERT-E044, it did not.
    """
    try:
        public.verify(signature.signature, pae(PAYLOAD_TYPE, signature.payload), ec.ECDSA(_CURVES[public.curve.name]))
    except InvalidSignature as error:
        raise HostileInput(
            "CERT-E044",
            "the signature does not match the list of files",
            "the list was changed after it was signed, or the signature belongs to another one",
            "ask the signer for the original file",
        ) from error


def is_supported(key: object) -> bool:
    """Whether a public key is of a kind that OMS signs with."""
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES


def _public_key(text: str) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    try:
        key = serialization.load_pem_public_key(text.encode("utf-8"))
    except Exception as error:  # the parser raises several kinds on hostile bytes; all mean the same here
        raise TrustError("CERT-E041", "the public key cannot be read", "it is not a public key in PEM") from error
    if not is_supported(key):
        raise TrustError("CERT-E041", "the public key is of another kind", "OpenSSF model signatures know ECDSA alone",
                         "use the ECDSA key (P-256, P-384 or P-521) that the signer published")  # fmt: skip
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key, key.public_bytes(serialization.Encoding.PEM, form)  # type: ignore[return-value]


def _material(document: Any) -> tuple[SigningMethod, str | None, tuple[bytes, ...]]:
    found = [name for name in _METHODS if isinstance(document, dict) and document.get(name) is not None]
    if len(found) != 1 or not isinstance(document[found[0]], dict):
        raise malformed("it names no signer, or more than one")
    content, method = document[found[0]], _METHODS[found[0]]
    log = document.get("tlogEntries")
    if (log is not None and not isinstance(log, list)) or (method == "sigstore" and not log):
        raise malformed("its transparency log entries are missing or malformed")
    if method == "key":
        return method, _hint(content), ()
    raw = [content] if method == "sigstore" else content.get("certificates")
    if not isinstance(raw, list) or not 0 < len(raw) <= MAX_CHAIN or not all(isinstance(each, dict) for each in raw):
        raise malformed("its chain of certificates is missing, malformed or too long")
    return method, None, tuple(_bytes(each.get("rawBytes"), "a certificate") for each in raw)


def _hint(content: dict[str, Any]) -> str | None:
    hint = content.get("hint")
    if hint is None and "rawBytes" not in content:  # tools before 1.1 wrote rawBytes; the key at hand decides anyway
        raise malformed("it names no key")
    if hint is not None and not isinstance(hint, str):
        raise malformed("the name of its key is not text")
    return hint or None


def _one_signature(signatures: Any) -> bytes:
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise HostileInput("CERT-E043", "the model signature does not carry exactly one signature")
    found = signatures[0]
    if not isinstance(found, dict) or not set(found) <= {"sig", "keyid"}:
        raise malformed("its signature has unknown fields")
    if not isinstance(found.get("keyid"), str | None):
        raise malformed("its key id is not text")
    return _bytes(found.get("sig"), "the signature")


def _bytes(text: Any, name: str) -> bytes:
    if not isinstance(text, str) or not text:
        raise malformed(f"{name} is missing")
    return strict_base64(text, name)


def _object(document: Any, fields: set[str]) -> dict[str, Any]:
    if not isinstance(document, dict) or set(document) != fields:
        raise malformed(f"it does not hold exactly {', '.join(sorted(fields))}")
    return document
