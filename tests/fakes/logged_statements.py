"""Signed statements as the log receives them, small but whole."""

from __future__ import annotations

from typing import Any

from certify.evidence.canonical import sha256_hex
from certify.evidence.certificate import State, serial_for
from certify.evidence.statement import (
    CERTIFICATE,
    DATASET,
    EVALUATION,
    PLAN,
    RENDERING,
    STATUS,
    statement_bytes,
    subject_of,
)
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner

NOW = "2026-11-23T17:00:00Z"
DEADLINE = "2026-11-24T17:00:00Z"


def digest(text: str) -> str:
    """A SHA-256 that stands for something."""
    return sha256_hex(text.encode())


def payload_of(bundle: bytes) -> str:
    """The payload digest by which a bundle is named."""
    return parse_bundle(bundle).payload_sha256


def signed(kind: str, subject: str, predicate: dict[str, Any], signer: KeySigner) -> bytes:
    """A bundle."""
    return sign_statement(statement_bytes(subject_of("it", subject), kind, predicate), signer)


def note(number: int, signer: KeySigner) -> bytes:
    """A statement of a kind the registry only logs."""
    return signed(DATASET, digest(f"data {number}"), {"number": number}, signer)


def model(name: str = "tiny-reasoner") -> dict[str, Any]:
    """A model's identity."""
    return {
        "name": name,
        "identity": digest(f"identity {name}"),
        "weightsDigest": digest(f"weights {name}"),
        "releaseDigest": digest(f"release {name}"),
        "architecture": "LlamaForCausalLM",
        "parameters": 1000,
        "files": 3,
        "bytes": 4000,
    }


CONFIGURATION: dict[str, Any] = {
    "engine": "hf",
    "engineVersion": "1",
    "dtype": "float32",
    "promptStyle": "chat",
    "sampling": {"temperature": 0},
    "contextLength": 512,
}
POLICY = {"id": "starter", "version": "1.0.0", "sha256": digest("policy")}


def plan(signer: KeySigner, *, applicant: str = "Acme", of: dict[str, Any] | None = None, tokens: int = 1) -> bytes:
    """A plan; another number of tokens makes another plan."""
    tested = of or model()
    predicate = {
        "applicant": applicant,
        "model": tested,
        "configuration": CONFIGURATION,
        "policy": POLICY,
        "checks": [
            {"id": "fresh-reasoning", "version": 1, "parameters": {}, "items": 10, "samples": 1, "maxTokens": 64}
        ],
        "dataExamined": "undisclosed",
        "entropy": {"kind": "self"},
        "tokens": tokens,
        "plannedAt": "2026-11-23T16:00:00Z",
        "deadline": DEADLINE,
    }
    return signed(PLAN, tested["identity"], predicate, signer)


def evaluation(signer: KeySigner, plan_sha256: str, *, seed: str = "seed") -> bytes:
    """An evaluation; another seed makes another evaluation."""
    predicate = {
        "planSha256": plan_sha256,
        "model": model(),
        "configuration": CONFIGURATION,
        "entropy": {"kind": "self", "value": digest("entropy")},
        "seed": digest(seed),
        "journal": {"questions": 1, "questionsRoot": digest("q"), "records": 1, "recordsRoot": digest("r")},
        "checks": {},
        "attempts": {"number": 1, "excludable": False},
        "startedAt": "2026-11-23T16:10:00Z",
        "finishedAt": "2026-11-23T16:20:00Z",
    }
    return signed(EVALUATION, model()["identity"], predicate, signer)


def serial(decision: str = "decision") -> str:
    """The serial that rests on a decision."""
    return serial_for(digest(decision))


def certificate(
    signer: KeySigner, *, decision: str = "decision", of: dict[str, Any] | None = None, issuer: str = "Acme"
) -> bytes:
    """A certificate; another decision gives another serial."""
    tested = of or model()
    predicate = {
        "development": True,
        "model": tested,
        "configuration": CONFIGURATION,
        "policy": POLICY,
        "rules": [],
        "headlines": [],
        "dataExamined": "undisclosed",
        "datasets": [],
        "entropy": "self",
        "attempts": {"number": 1, "total": 1, "excludable": False},
        "caveats": [],
        "notChecked": [],
        "evidence": [],
        "issuer": issuer,
        "decidedAt": NOW,
        "serial": serial(decision),
        "level": 0,
        "proofs": {},
        "issuedAt": NOW,
        "validFrom": NOW,
        "validUntil": "2027-05-23T17:00:00Z",
        "statusLocation": "registry",
    }
    return signed(CERTIFICATE, tested["identity"], predicate, signer)


def rendering(signer: KeySigner, *, decision: str = "decision", pdf: str = "pdf") -> bytes:
    """A PDF that shows a certificate."""
    predicate = {
        "serial": serial(decision),
        "certificateSha256": digest("certificate"),
        "pdfSha256": digest(pdf),
        "renderer": "weasyprint",
        "renderedAt": NOW,
    }
    return signed(RENDERING, digest(pdf), predicate, signer)


def status(signer: KeySigner, state: State, *, decision: str = "decision", reason: str = "because") -> bytes:
    """A change in a certificate's standing."""
    predicate = {"serial": serial(decision), "state": str(state), "reason": reason, "declaredAt": NOW}
    return signed(STATUS, digest("certificate"), predicate, signer)
