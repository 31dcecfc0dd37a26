"""What a data steward says of training data beyond its digest: where it comes from and how it was treated."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from certify.evidence.data_fields import CalendarDate, LanguageTag, Line, Prose, Stated, require_order
from certify.evidence.data_parts import (
    DataSize,
    DataSource,
    Decontamination,
    Modality,
    PersonalData,
    PreviousVersion,
    Provider,
    RightsReservation,
    Synthetic,
)

MAX_SOURCES = 1000


class DataDescription(Stated):
    """The steward's words about the data; declared, not tested. All of it is optional."""

    summary: Prose | None = None
    """What the data is, in a few sentences."""
    provider: Provider | None = None
    """Who issues it and answers for it."""
    version: Line | None = None
    """What this version is called."""
    issued: CalendarDate | None = None
    """When this version came out."""
    previous: PreviousVersion | None = None
    """The version before."""
    location: Line | None = None
    """Where its current description is kept."""
    sources: tuple[DataSource, ...] = Field(default=(), max_length=MAX_SOURCES)
    """Where the data came from, one entry a source."""
    modalities: tuple[Modality, ...] = ()
    """Kinds of content."""
    content_types: tuple[Line, ...] = Field(default=(), max_length=200)
    """What the content is: fiction, source code, scientific text."""
    formats: tuple[Line, ...] = Field(default=(), max_length=100)
    """Forms of the files."""
    size: DataSize | None = None
    """How much there is."""
    languages: tuple[LanguageTag, ...] = Field(default=(), max_length=1000)
    """Languages, BCP 47 tags."""
    collected_from: CalendarDate | None = None
    """First day of collection."""
    collected_until: CalendarDate | None = None
    """Last day of collection."""
    cutoff_date: CalendarDate | None = None
    """Nothing in the data is younger."""
    method: Prose | None = None
    """How it was gathered or generated."""
    origin_geography: tuple[Line, ...] = Field(default=(), max_length=300)
    """Where in the world it comes from."""
    processing_geography: tuple[Line, ...] = Field(default=(), max_length=300)
    """Where it may or may not be processed."""
    storage_geography: tuple[Line, ...] = Field(default=(), max_length=300)
    """Where it may or may not be kept."""
    confidentiality: Line | None = None
    """Its confidentiality class."""
    consent_documentation: Line | None = None
    """Where consent is documented."""
    intellectual_property: Prose | None = None
    """Copyright, patents and trademarks that bear on it."""
    personal_data: PersonalData | None = None
    """Data about people."""
    synthetic: Synthetic | None = None
    """What was generated."""
    rights_reservation: RightsReservation | None = None
    """How opt-outs from text and data mining were treated."""
    illegal_content: Prose | None = None
    """What was done to keep illegal content out."""
    decontamination: tuple[Decontamination, ...] = Field(default=(), max_length=100)
    """Removal of benchmark items."""
    preprocessing: tuple[Prose, ...] = Field(default=(), max_length=100)
    """What was done to the data, in order."""
    annotation: tuple[Prose, ...] = Field(default=(), max_length=100)
    """Who or what labelled it, and how."""
    quality: Prose | None = None
    """What is known of its quality."""
    biases: tuple[Prose, ...] = Field(default=(), max_length=100)
    """Known biases."""
    limitations: tuple[Prose, ...] = Field(default=(), max_length=100)
    """What it cannot be used for well."""
    intended_use: Prose | None = None
    """What it is for."""
    retention: Prose | None = None
    """How long it is kept, and what happens then."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        require_order(self.collected_from, self.collected_until, "the collection")
        return self
