"""Signed waivers for the starter policy, verified under a trust file made for them."""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.decide import LoadedPolicy, read_policy
from certify.evidence import statement as kinds
from certify.evidence.approval import Waiver
from certify.evidence.canonical import canonical_bytes
from certify.evidence.statement import subject_of
from certify.resources import room
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner, generate_signer
from certify.trust.note import NoteSigner
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_voice

NOW = "2026-11-23T17:00:00Z"


@cache
def approver() -> KeySigner:
    return generate_signer("ed25519")


def trust_with(signer: KeySigner, role: str, *others: KeySigner) -> TrustFile:
    log = NoteSigner("log.example/certify", Ed25519PrivateKey.generate())
    keys = (signer, *others)
    return TrustFile.parse(
        canonical_bytes(
            {
                "schema": "certify/trust/v1",
                "version": 1,
                "name": "tests",
                "environment": "production",
                "expires": "2030-01-01T00:00:00Z",
                "keys": {key.keyid: {"pem": key.public_pem, "party": "A", "scheme": key.scheme} for key in keys},
                "roles": {role: {"keyids": [key.keyid for key in keys], "threshold": 1}},
                "log": {"origin": "log.example/certify", "vkey": log.verifier.vkey},
            }
        )
    )


@cache
def _trust() -> TrustFile:
    return trust_with(approver(), "approver")


def signed(policy: LoadedPolicy, model: str, /, **changes: Any) -> Verified[Waiver]:
    """A waiver of ST-07 for a model, one month long, with fields changed; None drops one."""
    whole = {
        "rule": "ST-07",
        "policy": policy.reference.id,
        "policyVersion": policy.reference.version,
        "policySha256": policy.reference.sha256,
        "reason": "a person reads every answer",
        "ticket": "RISK-118",
        "approver": "Dr. A. Beispiel",
        "validFrom": "2026-11-20T00:00:00Z",
        "expiresAt": "2026-12-23T17:00:00Z",
        **changes,
    }
    claim = {name: value for name, value in whole.items() if value is not None}
    statement = {
        "_type": kinds.STATEMENT_TYPE,
        "subject": [subject_of("tiny", model).document()],
        "predicateType": kinds.WAIVER,
        "predicate": claim,
    }
    bundle = parse_bundle(sign_statement(canonical_bytes(statement), approver()))
    return verify_voice(bundle, role="approver", predicate_type=kinds.WAIVER, model=Waiver, trust=_trust())


@cache
def policy() -> LoadedPolicy:
    """The starter policy as written."""
    return read_policy("starter")


@cache
def example() -> str:
    """Its complete passing evidence, JSON."""
    return (room("policies") / "starter/examples/pass/evidence.json").read_text()
