"""The parts of a description of training data: sources, size, people, generation, rights, decontamination."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from certify.evidence.base import Fraction, Sha256
from certify.evidence.data_fields import (
    CalendarDate,
    Count,
    DomainName,
    LanguageTag,
    LicenceText,
    Line,
    Prose,
    Stated,
    require_order,
)


class SourceKind(StrEnum):
    """How a source was obtained. Source: EU template for the summary of training content, section 2."""

    PUBLIC_DATASET = "public_dataset"
    LICENSED = "licensed"
    OTHER_PRIVATE = "other_private"
    CRAWLED = "crawled"
    USER = "user"
    SYNTHETIC = "synthetic"
    OTHER = "other"


class Modality(StrEnum):
    """Kind of content."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    OTHER = "other"


class Containing(StrEnum):
    """Whether something is in the data."""

    NONE = "none"
    POSSIBLE = "possible"
    PRESENT = "present"


class DataSource(Stated):
    """One place the data came from."""

    name: Line
    """What the source is called."""
    kind: SourceKind
    """How it was obtained."""
    description: Prose | None = None
    """What is in it, and how it was chosen."""
    location: Line | None = None
    """Where it can be found: an address or an identifier."""
    licence: LicenceText | None = None
    """Its licence, SPDX expression where one exists."""
    rights_basis: Prose | None = None
    """Why it may be used: licence, contract, exception in law."""
    consent: Prose | None = None
    """What the people concerned agreed to, and where that is documented."""
    collected_from: CalendarDate | None = None
    """First day of its collection."""
    collected_until: CalendarDate | None = None
    """Last day of its collection."""
    collected_by: Line | None = None
    """Crawler, service, generator or party that gathered it."""
    top_domains: tuple[DomainName, ...] = Field(default=(), max_length=10_000)
    """For what was crawled: the domains that gave most, largest first."""
    modalities: tuple[Modality, ...] = ()
    """Kinds of content in it."""
    languages: tuple[LanguageTag, ...] = Field(default=(), max_length=1000)
    """Its languages."""
    identity: Sha256 | None = None
    """Identity of the source where it is attested itself."""
    tokens: Count | None = None
    """Tokens taken from it."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        require_order(self.collected_from, self.collected_until, "the collection")
        return self


class Provider(Stated):
    """Who answers for the data."""

    name: Line
    """Person or organisation."""
    contact: Line | None = None
    """How to reach them."""
    representative: Line | None = None
    """Authorised representative, where there is one."""


class DataSize(Stated):
    """How much there is."""

    documents: Count | None = None
    """Documents, rows or records."""
    tokens: Count | None = None
    """Tokens altogether."""
    tokens_by_language: dict[LanguageTag, Count] = Field(default_factory=dict, max_length=1000)
    """Tokens in each language."""
    tokenizer: Line | None = None
    """What the tokens were counted with."""
    images: Count | None = None
    """Images."""
    audio_hours: Count | None = None
    """Hours of sound."""
    video_hours: Count | None = None
    """Hours of video."""
    band: Line | None = None
    """Rough size where no count is at hand, such as 10K<n<100K."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.tokens is not None and sum(self.tokens_by_language.values()) > self.tokens:
            raise ValueError("the languages together have more tokens than there are altogether")
        return self


class PersonalData(Stated):
    """Data about people, and how it was handled."""

    contains: Containing | None = None
    """Whether there is any."""
    categories: tuple[Line, ...] = Field(default=(), max_length=100)
    """Kinds of it, special categories named."""
    measures: tuple[Prose, ...] = Field(default=(), max_length=100)
    """What was done to remove or protect it, tools named."""
    legal_basis: Prose | None = None
    """Why it may be processed."""


class Synthetic(Stated):
    """What was generated instead of gathered."""

    share: Fraction | None = None
    """Share of the data that is generated, 0 to 1."""
    generators: tuple[Line, ...] = Field(default=(), max_length=100)
    """Models or programs that generated it."""
    method: Prose | None = None
    """How, and from what."""


class RightsReservation(Stated):
    """Respect for rights holders who reserved text and data mining. Source: Directive (EU) 2019/790 article 4(3)."""

    respected: bool | None = None
    """Whether content under a reservation was left out."""
    protocols: tuple[Line, ...] = Field(default=(), max_length=100)
    """Signals that were honoured, such as robots.txt."""
    measures: Prose | None = None
    """What was done, before and after collection."""


class Decontamination(Stated):
    """Removal of benchmark items; a declaration, not a scan by certify."""

    method: Prose
    """How items were looked for."""
    benchmarks: tuple[Line, ...] = Field(default=(), max_length=1000)
    """Benchmarks that were looked for."""
    tool: Line | None = None
    """Program and version."""
    removed: Count | None = None
    """Documents or passages taken out."""
    done_on: CalendarDate | None = None
    """When."""


class PreviousVersion(Stated):
    """The dataset that this one replaces."""

    version: Line | None = None
    """What it was called."""
    issued: CalendarDate | None = None
    """When it came out."""
    identity: Sha256 | None = None
    """Its identity."""
