"""in-toto statements: a claim of a named kind about things named by digest."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from certify.evidence.base import Sha256, Value
from certify.evidence.canonical import canonical_bytes

STATEMENT_TYPE: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"

PREDICATE_BASE = "https://certify-models.dev/predicates"
"""The one place that names where our predicates live."""

DATASET = f"{PREDICATE_BASE}/dataset/v0.1"
DECLARATION = f"{PREDICATE_BASE}/declaration/v0.1"
PLAN = f"{PREDICATE_BASE}/plan/v0.1"
EVALUATION = f"{PREDICATE_BASE}/evaluation/v0.1"
CONTAMINATION = f"{PREDICATE_BASE}/contamination/v0.1"
CERTIFICATE = f"{PREDICATE_BASE}/certificate/v0.1"
RENDERING = f"{PREDICATE_BASE}/rendering/v0.1"
STATUS = f"{PREDICATE_BASE}/status/v0.1"
STATUS_LIST = f"{PREDICATE_BASE}/status-list/v0.1"
PREPARATION = f"{PREDICATE_BASE}/preparation/v0.1"
DISCLOSURE = f"{PREDICATE_BASE}/disclosure/v0.1"
TRUST = f"{PREDICATE_BASE}/trust/v0.1"
APPROVAL = f"{PREDICATE_BASE}/approval/v0.1"
INTERIM = f"{PREDICATE_BASE}/interim/v0.1"
WAIVER = f"{PREDICATE_BASE}/waiver/v0.1"
RERUN = f"{PREDICATE_BASE}/rerun/v0.1"
RESPONSE = f"{PREDICATE_BASE}/response/v0.1"
VSA = "https://slsa.dev/verification_summary/v1"
DECISION_FIELD = f"{PREDICATE_BASE}/decision/v0.1"
"""Extension field of a verification summary that holds the whole decision."""

SHORT_NAMES = {
    DATASET: "dataset",
    DECLARATION: "declaration",
    PLAN: "plan",
    INTERIM: "interim",
    EVALUATION: "evaluation",
    CONTAMINATION: "contamination",
    CERTIFICATE: "certificate",
    RENDERING: "rendering",
    STATUS: "status",
    STATUS_LIST: "status-list",
    PREPARATION: "preparation",
    DISCLOSURE: "disclosure",
    TRUST: "trust",
    APPROVAL: "approval",
    WAIVER: "waiver",
    RERUN: "rerun",
    RESPONSE: "response",
    VSA: "decision",
}


class DigestSet(Value):
    """Digests of one thing; always sha256. Source: in-toto Attestation Framework v1, DigestSet."""

    sha256: Sha256
    """SHA-256 of the thing, hexadecimal."""


class Subject(Value):
    """What a statement is about."""

    name: str = Field(min_length=1, max_length=500)
    """A name for people; the digest decides."""
    digest: DigestSet
    """Binds the statement to exact bytes."""


class Statement(Value):
    """Source: in-toto Attestation Framework v1, Statement."""

    type: Literal["https://in-toto.io/Statement/v1"] = Field(default=STATEMENT_TYPE, alias="_type")
    """Fixed by the specification."""
    subject: tuple[Subject, ...] = Field(min_length=1)
    """What the claim is about."""
    predicate_type: str
    """URI of the kind of claim."""
    predicate: dict[str, Any]
    """The claim."""


def statement_bytes(subject: Subject, predicate_type: str, predicate: Value | dict[str, Any]) -> bytes:
    """The canonical payload of a statement, ready to be signed."""
    content = predicate.document() if isinstance(predicate, Value) else predicate
    return canonical_bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": [subject.document()],
            "predicateType": predicate_type,
            "predicate": content,
        }
    )


def subject_of(name: str, sha256: str) -> Subject:
    """A subject with a name and a SHA-256."""
    return Subject(name=name, digest=DigestSet(sha256=sha256))
