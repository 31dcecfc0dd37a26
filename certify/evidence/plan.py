"""Predicate ``plan``: everything that is fixed before the first question is drawn."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Any

from pydantic import Field

from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.dataset import DataExamined, DatasetIdentity
from certify.evidence.looks import PlannedLook
from certify.evidence.model import ModelIdentity, TestedConfiguration


class EntropyKind(StrEnum):
    """Who could have influenced which fresh problems were drawn."""

    SELF = "self"
    SEED_WITNESSES = "seedWitnesses"
    BEACON = "beacon"


class EntropySource(Value):
    """Where the seed's randomness comes from; a plan names exactly one."""

    kind: EntropyKind
    """The kind of source."""
    witnesses: tuple[Sha256, ...] = ()
    """Key ids of the fixed set of seed witnesses; all of them must answer."""


class PolicyReference(Value):
    """Which policy decides."""

    id: str
    """Its id."""
    version: str
    """Its version."""
    sha256: Sha256
    """SHA-256 of the resolved policy's canonical form."""


class PlannedCheck(Value):
    """One check with every parameter."""

    id: str
    """Which check."""
    version: int
    """Version of the check's code; another version may draw other problems."""
    parameters: dict[str, Any]
    """All parameters, defaults filled in."""
    items: int = Field(ge=0)
    """Questions."""
    samples: int = Field(ge=0)
    """Answers to each question."""
    max_tokens: int = Field(ge=0)
    """Longest answer, tokens."""
    calls: int | None = Field(default=None, ge=1)
    """Most answers when each question is asked once, every turn of an episode counted; absent where these are items."""
    looks: tuple[PlannedLook, ...] | None = None
    """Where it may stop early; absent where every item is asked."""
    reads: int | None = Field(default=None, ge=1)
    """Most tokens that the model reads for texts given to it, by their bytes; absent where none is given."""

    @property
    def answers(self) -> int:
        """Most answers of the check, every turn counted."""
        return (self.items if self.calls is None else self.calls) * self.samples

    @property
    def tokens(self) -> int:
        """Most tokens the check may generate."""
        return self.answers * self.max_tokens


class Plan(Value):
    """Signed and logged before anything is drawn or asked."""

    applicant: str = Field(min_length=1, max_length=300)
    """Who asks for the certificate."""
    model: ModelIdentity
    """What is tested."""
    configuration: TestedConfiguration
    """In which conditions."""
    policy: PolicyReference
    """What decides."""
    checks: tuple[PlannedCheck, ...] = Field(min_length=1)
    """What is run."""
    datasets: tuple[DatasetIdentity, ...] = ()
    """Training data at hand."""
    data_examined: DataExamined
    """How much of the training data that is."""
    entropy: EntropySource
    """Where the seed will come from."""
    tokens: int = Field(ge=0)
    """Most tokens the run may generate."""
    planned_at: Utc
    """When the plan was made."""
    deadline: Utc
    """Past this time without a logged evaluation, the plan counts as failed."""


def fresh_seed(plan_payload_sha256: str, entropy: bytes) -> bytes:
    """The 32-byte seed: SHA-256("certify/seed/v1" || plan payload digest || entropy).

    Source: docs/protocol.md. The plan's payload digest, never an envelope or a log root, enters:
    those can be varied without changing the plan.
    """
    return hashlib.sha256(b"certify/seed/v1" + bytes.fromhex(plan_payload_sha256) + entropy).digest()
