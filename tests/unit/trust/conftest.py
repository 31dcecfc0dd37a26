from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.evidence.canonical import canonical_bytes
from certify.trust.keys import KeySigner, generate_signer
from certify.trust.note import NoteSigner
from certify.trust.trustfile import TrustFile

ROLES = ("data-steward", "evaluator", "issuer", "revoker")


def key_entry(signer: KeySigner, party: str) -> dict[str, Any]:
    return {"pem": signer.public_pem, "party": party, "scheme": signer.scheme}


@pytest.fixture(scope="session")
def signers() -> dict[str, KeySigner]:
    made = {role: generate_signer() for role in ROLES}
    return {**made, "second": generate_signer("ed25519"), "stranger": generate_signer()}


@pytest.fixture
def trust_document(signers: dict[str, KeySigner]) -> dict[str, Any]:
    vkey = NoteSigner("log.example", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)).verifier.vkey
    witness = signers["second"]
    return {
        "schema": "certify/trust/v1",
        "version": 3,
        "name": "Example trust",
        "environment": "production",
        "expires": "2030-01-01T00:00:00Z",
        "keys": {signers[role].keyid: key_entry(signers[role], f"Party of {role}") for role in ROLES},
        "roles": {role: {"keyids": [signers[role].keyid], "threshold": 1} for role in ROLES},
        "log": {"origin": "log.example", "vkey": vkey, "witnesses": [], "quorum": 0},
        "seedWitnesses": [{"keyid": witness.keyid, "pem": witness.public_pem, "party": "Witness"}],
        "statusMaxAgeDays": 7,
    }


@pytest.fixture
def trust(trust_document: dict[str, Any]) -> TrustFile:
    return TrustFile.parse(canonical_bytes(trust_document))
