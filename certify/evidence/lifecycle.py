"""Why a certificate's standing changed, and what a renewal takes over."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from certify.evidence.base import Sha256, Utc, Value


class Reason(StrEnum):
    """Why a certificate's standing changed, so that programs can tell causes apart; words stand beside it.

    Source: RFC 5280 section 5.3.1 for the idea of a closed list; the causes are those of docs/life-cycle.md.
    """

    KEY_COMPROMISE = "key_compromise"
    BENCHMARK_LEAKED = "benchmark_leaked"
    ENGINE_VULNERABLE = "engine_vulnerable"
    POLICY_RETIRED = "policy_retired"
    DATASET_WITHDRAWN = "dataset_withdrawn"
    MODEL_WITHDRAWN = "model_withdrawn"
    EVIDENCE_WRONG = "evidence_wrong"
    ISSUED_IN_ERROR = "issued_in_error"
    UNDER_REVIEW = "under_review"
    RENEWED = "renewed"
    RESOLVED = "resolved"
    UNSPECIFIED = "unspecified"


class Renewal(Value):
    """Which certificate a new one takes the place of."""

    serial: str
    """The former certificate."""
    certificate_sha256: Sha256
    """Payload digest of its statement."""
    reused: tuple[Sha256, ...] = ()
    """Payload digests, sorted, of the statements of the former certificate that the new one rests on unchanged; all
    other evidence was made anew."""


class StatusPurpose(StrEnum):
    """What a set bit of a status list means. Source: W3C Bitstring Status List v1.0, statusPurpose."""

    REVOCATION = "revocation"
    """Withdrawn for good."""
    SUSPENSION = "suspension"
    """Withdrawn for now, or until a second revoker has signed its revocation."""
    REFRESH = "refresh"
    """A newer certificate takes its place."""


class StatusList(Value):
    """Predicate ``status-list``: a bit for every entry of a log; the one of a certificate is at its log index."""

    origin: str = Field(min_length=1, max_length=300)
    """The log."""
    size: int = Field(ge=1, lt=2**53)
    """Entries of the log that the list speaks for."""
    root: Sha256
    """Root of the log at that size: whoever holds these entries can derive the list again."""
    checkpoint: str = Field(max_length=65_536)
    """The log's signed checkpoint of that size, with the signatures of witnesses as far as there are any."""
    status_purpose: StatusPurpose
    """What a set bit means."""
    encoded_list: str = Field(min_length=2, max_length=8 * 1024 * 1024, pattern=r"^u[A-Za-z0-9_-]+$")
    """The bits, most significant first, compressed by gzip, in base 64 for URLs behind the letter u."""
    valid_from: Utc
    """When the list was made, by the log's own clock."""
    valid_until: Utc
    """When the next one is due."""
