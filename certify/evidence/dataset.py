"""Training data: what it is, and how much of it was seen."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from certify.evidence.base import Sha256, Utc, Value
from certify.evidence.data_description import DataDescription
from certify.evidence.data_fields import CalendarDate, LanguageTag, LicenceText, Line, Prose


class DigestSource(StrEnum):
    """Where a digest comes from."""

    RECOMPUTED = "recomputed"
    CACHED = "cached"
    CLAIMED = "claimed"


class DataExamined(StrEnum):
    """How much of the training data this run could read."""

    FULL = "full"
    PARTIAL = "partial"
    NAMED = "named"
    """Its bytes are named by their digests and were not searched; a plan never says so, what comes of it may."""
    VENDOR_ATTESTED = "vendor_attested"
    UNDISCLOSED = "undisclosed"


class DatasetIdentity(Value):
    """Which data a statement speaks of."""

    name: str = Field(min_length=1, max_length=300)
    """The name its steward gives it."""
    identity: Sha256
    """SHA-256 of the canonical manifest of all shards."""
    shards: int = Field(ge=1)
    """Number of files."""
    bytes: int = Field(ge=0)
    """Size of the shards together."""
    digest_source: DigestSource = DigestSource.RECOMPUTED
    """Whether certify read the bytes itself."""


class Dataset(Value):
    """Predicate ``dataset``: a steward says that this data trained the model."""

    dataset: DatasetIdentity
    """The data."""
    complete: bool
    """The steward's word that this is all of the training data."""
    licence: str | None = None
    """Licence of the data, SPDX expression where one exists."""
    sources: tuple[str, ...] = ()
    """Where the data came from."""
    produced_by: str | None = None
    """The step that produced it, as named in the in-toto layout."""
    description: DataDescription | None = None
    """The steward's words about origin, rights and treatment; declared, not tested."""
    described_at: Utc
    """When the steward said so."""


class Declaration(Value):
    """Predicate ``declaration``: what the owner says of the model; printed as declared, not tested."""

    owner: str = Field(min_length=1, max_length=300)
    """Who answers for the model."""
    intended_use: str = Field(min_length=1, max_length=2000)
    """What it is for."""
    prohibited_use: str = Field(default="", max_length=2000)
    """What it must not be used for."""
    population: str = Field(default="", max_length=2000)
    """Whom its use concerns."""
    deployment: str = Field(default="", max_length=2000)
    """Where and how it runs."""
    monitoring: str = Field(default="", max_length=2000)
    """How it is watched in use."""
    decision_role: Prose | None = None
    """What part its answers play in decisions: informs, recommends or decides."""
    users: Prose | None = None
    """Who works with it, and what they must know."""
    out_of_scope: tuple[Prose, ...] | None = Field(default=None, max_length=100)
    """Uses it was not made for."""
    known_risks: tuple[Prose, ...] | None = Field(default=None, max_length=100)
    """Known risks and limitations."""
    human_oversight: Prose | None = None
    """Who can overrule or stop it, and how."""
    update_policy: Prose | None = None
    """When and how it changes, or that it is frozen."""
    contact: Line | None = None
    """Where to report a problem."""
    languages: tuple[LanguageTag, ...] | None = Field(default=None, max_length=1000)
    """Languages it is meant for, BCP 47 tags."""
    licence: LicenceText | None = None
    """Licence of the model, SPDX expression where one exists."""
    base_model: Line | None = None
    """The model it was made from."""
    version: Line | None = None
    """What the owner calls this version."""
    placed_on_market: CalendarDate | None = None
    """First day on the Union market."""
    declared_at: Utc
    """When the owner said so."""
