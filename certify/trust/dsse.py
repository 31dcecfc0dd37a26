"""Dead Simple Signing Envelope: what exactly is signed, and how it is wrapped."""

from __future__ import annotations

import base64

from certify.evidence.canonical import canonical_bytes
from certify.evidence.statement import PAYLOAD_TYPE
from certify.trust.keys import StatementSigner

BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: type and payload with their lengths. Source: DSSE v1.0, protocol, PAE."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_statement(payload: bytes, signer: StatementSigner) -> bytes:
    """A bundle with one signature over a statement, as canonical JSON bytes.

    Source: Sigstore protobuf-specs, bundle v0.3, public key verification material.
    """
    signature = signer.sign(pae(PAYLOAD_TYPE, payload))
    return canonical_bytes(
        {
            "mediaType": BUNDLE_TYPE,
            "verificationMaterial": {"publicKey": {"hint": signer.keyid}, "tlogEntries": []},
            "dsseEnvelope": {
                "payload": base64.b64encode(payload).decode("ascii"),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": base64.b64encode(signature).decode("ascii"), "keyid": signer.keyid}],
            },
        }
    )
