"""Sigstore bundles of signed statements, read strictly."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from certify.errors import HostileInput
from certify.evidence.base import Sha256, StrictValue
from certify.evidence.canonical import canonical_bytes, parse_json, sha256_hex
from certify.evidence.statement import STATEMENT_TYPE, Statement
from certify.trust.dsse import pae
from certify.trust.keys import keyid_of_pem, public_key_of, signature_matches

MAX_BUNDLE = 8 * 1024 * 1024
MAX_TIMESTAMP = 8 * 1024
"""Bytes of a stored timestamp in base64 are at most a third more."""


class _PublicKey(StrictValue):
    hint: Sha256


class _SignedTimestamp(StrictValue):
    signed_timestamp: str = Field(min_length=1, max_length=MAX_TIMESTAMP * 4 // 3)


class _Timestamps(StrictValue):
    rfc3161_timestamps: tuple[_SignedTimestamp, ...] | None = Field(default=None, max_length=1)


class _Material(StrictValue):
    public_key: _PublicKey
    tlog_entries: tuple[()] | None = None
    timestamp_verification_data: _Timestamps | None = None


class _Signature(StrictValue):
    sig: str = Field(min_length=1, max_length=1024)
    keyid: Sha256


class _Envelope(StrictValue):
    payload: str
    payload_type: Literal["application/vnd.in-toto+json"]
    signatures: tuple[_Signature, ...]


class _Wire(StrictValue):
    media_type: Literal["application/vnd.dev.sigstore.bundle.v0.3+json"]
    verification_material: _Material
    dsse_envelope: _Envelope


@dataclass(frozen=True)
class Bundle:
    """One signed statement; nothing in it is believed until its signature is verified."""

    payload: bytes = field(repr=False)
    """The signed bytes."""
    payload_type: str
    """Kind of payload, part of what is signed."""
    keyid: str
    """Who claims to have signed."""
    signature: bytes = field(repr=False)
    """DER for ECDSA, 64 raw bytes for Ed25519."""
    document: dict[str, Any] = field(repr=False, compare=False)
    """The whole bundle as a JSON object."""
    timestamp: bytes | None = field(default=None, repr=False)
    """``TimeStampResp`` (DER) over the raw signature; no signature covers it, so it names nothing by itself."""

    @cached_property
    def payload_sha256(self) -> str:
        """SHA-256 (hex) of the payload: the name by which statements refer to each other."""
        return sha256_hex(self.payload)

    def to_bytes(self) -> bytes:
        """The bundle as canonical JSON."""
        return canonical_bytes(self.document)


def parse_bundle(data: bytes | dict[str, Any], *, name: str = "bundle") -> Bundle:
    """The bundle of untrusted bytes, or of a JSON object already read strictly.

    Raises:
        HostileInput: CERT-E043 not exactly one signature; CERT-E045 another form, a key id that differs
            from the hint, base64 in a second spelling; CERT-E046 to CERT-E049 not strict JSON.
    """
    source = data if isinstance(data, bytes) else None
    document = data if source is None else parse_json(source, name=name, max_bytes=MAX_BUNDLE)
    _refuse_other_signatures(document, name)
    wire = _Wire.from_document(document, name=name, by_name=False, source=source)
    if wire.document() != document:
        raise HostileInput("CERT-E045", f"{name} is malformed: a field is null or misspelt")
    signature, stamps = wire.dsse_envelope.signatures[0], wire.verification_material.timestamp_verification_data
    if signature.keyid != wire.verification_material.public_key.hint:
        raise HostileInput("CERT-E045", f"{name} names one key in its envelope and another in its hint")
    return Bundle(
        payload=strict_base64(wire.dsse_envelope.payload, f"the payload of {name}"),
        payload_type=wire.dsse_envelope.payload_type,
        keyid=signature.keyid,
        signature=strict_base64(signature.sig, f"the signature of {name}"),
        document=document,
        timestamp=_timestamp(stamps, name),
    )


def _timestamp(stamps: _Timestamps | None, name: str) -> bytes | None:
    """The one timestamp, if there is any; a second could be added by anybody and be taken for the first."""
    if stamps is None or not stamps.rfc3161_timestamps:
        return None
    return strict_base64(stamps.rfc3161_timestamps[0].signed_timestamp, f"the timestamp of {name}")


def statement_of(bundle: Bundle) -> Statement:
    """The statement inside; it says nothing about who signed it.

    Raises:
        HostileInput: CERT-E045 to CERT-E049, the payload is not an in-toto Statement v1.
    """
    document = parse_json(bundle.payload, name="statement", max_bytes=MAX_BUNDLE)
    if not isinstance(document, dict) or document.get("_type") != STATEMENT_TYPE:
        raise HostileInput("CERT-E045", "the payload is not an in-toto Statement v1")
    return Statement.from_document(document, by_name=False, source=bundle.payload)


def verify_signature(bundle: Bundle, public_pem: str) -> None:
    """Return if the bundle's signature was made by this key over this payload.

    The key decides the algorithm; nothing in the envelope does.

    Raises:
        HostileInput: CERT-E044, another key or a changed payload.
        TrustError: CERT-E041, the key itself is unusable.
    """
    if keyid_of_pem(public_pem) != bundle.keyid:
        raise HostileInput("CERT-E044", "the statement was signed with another key than the one at hand")
    if not signature_matches(public_key_of(public_pem), bundle.signature, pae(bundle.payload_type, bundle.payload)):
        raise HostileInput(
            "CERT-E044",
            "the signature does not match the statement",
            "the statement was changed after it was signed, or the signature belongs to another one",
            "ask for the original file",
        )


def strict_base64(text: str, name: str) -> bytes:
    """The bytes of standard base64, padded, in its one spelling. Source: RFC 4648 section 4.

    Raises:
        HostileInput: CERT-E045, another alphabet, white space, missing padding or stray bits.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise HostileInput("CERT-E045", f"{name} is not base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise HostileInput("CERT-E045", f"{name} is base64 in a spelling that no writer produces")
    return data


def _refuse_other_signatures(document: Any, name: str) -> None:
    envelope = document.get("dsseEnvelope") if isinstance(document, dict) else None
    signatures = envelope.get("signatures") if isinstance(envelope, dict) else None
    if isinstance(signatures, list) and len(signatures) != 1:
        raise HostileInput(
            "CERT-E043",
            f"{name} carries {len(signatures)} signatures instead of one",
            "a second signature could be added by anybody and be taken for the first",
            "store one bundle for each signer",
        )
