"""Dead Simple Signing Envelope: what exactly is signed, and how it is wrapped."""

from __future__ import annotations

import base64
from typing import Any

from certify.evidence.canonical import canonical_bytes
from certify.evidence.statement import PAYLOAD_TYPE
from certify.trust.keys import StatementSigner
from certify.trust.timestamps import Timestamper

BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: type and payload with their lengths. Source: DSSE v1.0, protocol, PAE."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_statement(payload: bytes, signer: StatementSigner, timestamper: Timestamper | None = None) -> bytes:
    """A bundle with one signature over a statement, as canonical JSON bytes; timestamped where somebody can do so.

    Source: Sigstore protobuf-specs, bundle v0.3, public key verification material, RFC 3161 timestamps.
    """
    signature = signer.sign(pae(PAYLOAD_TYPE, payload))
    material: dict[str, Any] = {"publicKey": {"hint": signer.keyid}, "tlogEntries": []}
    if timestamper is not None:
        stamp = base64.b64encode(timestamper(signature)).decode("ascii")
        material["timestampVerificationData"] = {"rfc3161Timestamps": [{"signedTimestamp": stamp}]}
    return canonical_bytes(
        {
            "mediaType": BUNDLE_TYPE,
            "verificationMaterial": material,
            "dsseEnvelope": {
                "payload": base64.b64encode(payload).decode("ascii"),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": base64.b64encode(signature).decode("ascii"), "keyid": signer.keyid}],
            },
        }
    )
