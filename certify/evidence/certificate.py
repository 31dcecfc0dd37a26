"""The certificate and what happens to it afterwards."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.clauses import ClauseOutcome
from certify.evidence.dataset import DataExamined, DatasetIdentity, Declaration
from certify.evidence.decision import RuleOutcome, Verdict
from certify.evidence.evaluation import NotRun
from certify.evidence.lifecycle import Reason, Renewal
from certify.evidence.model import ModelIdentity, TestedConfiguration
from certify.evidence.plan import EntropyKind, PolicyReference

SERIAL_PATTERN = r"^CM-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$"
"""Sixty bits in Crockford base 32, in groups that can be read out over a telephone."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def serial_for(decision_payload_sha256: str) -> str:
    """The serial of the certificate that rests on a decision; the same decision, the same serial."""
    number = int(decision_payload_sha256, 16) >> (256 - 60)
    digits = "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(55, -5, -5))
    return f"CM-{digits[:4]}-{digits[4:8]}-{digits[8:]}"


class Level(IntEnum):
    """How independent the parties are."""

    SELF_DECLARED = 0
    ISSUER_RUN = 1
    INDEPENDENTLY_RERUN = 2
    ACCREDITED = 3


def _number(value: Any) -> Any:
    """The value, unless it is a truth value, which an enumeration of integers would take for 0 or 1."""
    if isinstance(value, bool):
        raise ValueError("true and false are no level")
    return value


class EvidenceReference(Value):
    """A statement the certificate rests on."""

    kind: str
    """plan, evaluation, contamination, dataset, declaration, waiver, decision or approval."""
    predicate_type: str
    """URI of the kind of claim."""
    payload_sha256: Sha256
    """The exact statement."""
    keyid: Sha256
    """Who signed it."""
    party: str = Field(max_length=300)
    """Who that is, by the issuer's trust file; a reader's own trust file decides whom to believe."""
    log_index: int | None = None
    """Its place in the log, for logged statements."""


class Headline(Value):
    """A number of the first page."""

    name: str
    """What it measures, in plain words."""
    value: str
    """As printed."""
    detail: str
    """Interval, items, rule or threshold, as printed."""


class AttemptCount(Value):
    """Attempt k of n in this log."""

    number: int
    """k."""
    total: int
    """n: plans for the same name or weights when the certificate was issued."""
    excludable: bool
    """Whether hidden earlier attempts in this log can be excluded."""


class Findings(Value):
    """What a run came to, as a page shows it; shared by certificates and screening reports."""

    development: bool
    """Whether development keys signed it."""
    model: ModelIdentity
    """What was tested."""
    configuration: TestedConfiguration
    """In which conditions."""
    policy: PolicyReference
    """By which policy."""
    rules: tuple[RuleOutcome, ...]
    """Rule by rule."""
    clauses: tuple[ClauseOutcome, ...] | None = None
    """Clauses the policy is about, those that nothing covers included; absent where it lists none."""
    wording: int = Field(default=1, ge=1)
    """Version of the fixed words around numbers and caveats; a reader of the same version makes them again."""
    headlines: tuple[Headline, ...]
    """The numbers of the first page."""
    data_examined: DataExamined
    """How much of the training data was read."""
    datasets: tuple[DatasetIdentity, ...]
    """Which data."""
    entropy: EntropyKind
    """Who could have influenced the fresh problems."""
    attempts: AttemptCount
    """How often it was tried."""
    declaration: Declaration | None = None
    """What the owner declares; not tested."""
    caveats: tuple[str, ...]
    """What a reader must know."""
    not_checked: tuple[NotRun, ...]
    """What was not looked at."""
    evidence: tuple[EvidenceReference, ...]
    """The statements it rests on."""
    issuer: str
    """Name of the issuer as its trust file gives it."""
    decided_at: Utc
    """When the policy decided."""


class Certificate(Findings):
    """Predicate ``certificate``: the claim that people rely on."""

    serial: str = Field(pattern=SERIAL_PATTERN)
    """Names the certificate."""
    level: Annotated[Level, BeforeValidator(_number)]
    """Assurance level when issued; readers compute it anew."""
    proofs: dict[str, str]
    """Log proofs (C2SP tlog-proof) of plan, evaluation and decision; of waivers and approvals by payload digest."""
    issued_at: Utc
    """When the certificate was signed."""
    valid_from: Utc
    """Start of validity."""
    valid_until: Utc
    """End of validity."""
    next_surveillance: Utc | None = None
    """By when the model is to be tested again while the certificate runs; absent where the policy asks for none."""
    status_location: str
    """Where to ask whether it still stands."""
    renewal: Renewal | None = None
    """The certificate whose place it takes, and what it takes over from it; absent for a first one."""


class ScreeningReport(Findings):
    """What a run that did not end in a certificate found; never to be taken for one."""

    run: str
    """Names the run."""
    verdict: Verdict
    """Why there is no certificate."""
    log_index: int
    """Where the log remembers the decision."""
    not_issued: str | None = None
    """Why a decision that certifies did not become a certificate, such as an approver's rejection."""


class Rendering(Value):
    """Predicate ``rendering``: this PDF shows that certificate."""

    serial: str
    """The certificate."""
    certificate_sha256: Sha256
    """Payload digest of the certificate statement."""
    pdf_sha256: Sha256
    """Digest of the signed PDF, every byte."""
    report_sha256: Sha256 | None = None
    """Digest of the full report that was drawn beside it; absent where there is none."""
    renderer: str
    """Libraries that drew it, with versions."""
    rendered_at: Utc
    """When."""


class State(StrEnum):
    """What a status entry does to a certificate."""

    REVOKED = "revoked"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    SUPERSEDED = "superseded"


class Status(Value):
    """Predicate ``status``: a change in a certificate's standing; the log's order decides."""

    serial: str
    """The certificate."""
    state: State
    """What changes."""
    reason: str = Field(min_length=1, max_length=1000)
    """Why, in the revoker's words."""
    reason_code: Reason | None = None
    """Why, as programs read it; absent in statements of older versions."""
    superseded_by: str | None = Field(default=None, pattern=SERIAL_PATTERN)
    """The certificate that takes its place; only where it is superseded, and absent in older statements."""
    declared_at: Utc
    """When the revoker signed; the log index, not this time, orders changes."""

    @model_validator(mode="after")
    def _one_successor(self) -> Self:
        if self.superseded_by is not None and self.state is not State.SUPERSEDED:
            raise ValueError("only a certificate that is superseded has a successor")
        if self.superseded_by == self.serial:
            raise ValueError("a certificate does not supersede itself")
        return self


class CertificateFile(Value):
    """The bundle a PDF carries: all that a stranger needs besides a trust file."""

    schema_: str = Field(default="certify/bundle/v1", alias="schema")
    """Names this form."""
    certificate: dict[str, Any]
    """The signed certificate, a Sigstore bundle."""
    certificate_proof: str
    """Its log proof."""
    statements: dict[str, dict[str, Any]]
    """Payload digest to the signed statement, a Sigstore bundle, for each evidence reference."""
    policy: dict[str, Any]
    """The resolved policy, so that the decision can be taken again."""
