"""A dataset statement as the sheet of the Data & Trust Alliance's Data Provenance Standards."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, NamedTuple

from certify.evidence.data_description import DataDescription
from certify.evidence.dataset import Dataset
from certify.export.origin import NOT_STATED, Origin

STANDARD = "Data & Trust Alliance, Data Provenance Standards 1.0.0"
SCHEMA = "certify/data-provenance-standards/v1"


class Row(NamedTuple):
    """One of the 22 fields."""

    standard: str
    """Source, Provenance or Use."""
    field: str
    """Its name."""
    value: str
    """What the steward says, or that nothing was stated."""


def data_trust_rows(dataset: Dataset) -> tuple[Row, ...]:
    """The 22 fields in their order. Source: Data & Trust Alliance, Data Provenance Standards 1.0.0."""
    said = dataset.description or DataDescription()
    return (*_source(dataset, said), *_provenance(said), *_use(dataset, said))


def as_json(dataset: Dataset, origin: Origin) -> dict[str, Any]:
    """The sheet as a JSON object."""
    return {
        "schema": SCHEMA,
        "standard": STANDARD,
        "note": origin.sentence,
        "fields": [row._asdict() for row in data_trust_rows(dataset)],
    }


def as_csv(dataset: Dataset, origin: Origin) -> str:
    """The sheet as comma-separated values, one field a line; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("standard", "field", "value"))
    for row in data_trust_rows(dataset):
        writer.writerow([_cell(text) for text in row])
    writer.writerow(("", "Note", _cell(origin.sentence)))
    return out.getvalue()


def _source(dataset: Dataset, said: DataDescription) -> list[Row]:
    provider = said.provider
    return [
        Row("Source", "Standards version used", "1.0.0"),
        Row("Source", "Dataset title/name", dataset.dataset.name),
        Row("Source", "Unique metadata identifier", f"sha256:{dataset.dataset.identity}"),
        Row("Source", "Metadata location", _or(said.location)),
        Row("Source", "Dataset issuer", _or(provider and provider.name)),
        Row("Source", "Description of the dataset", _or(said.summary)),
    ]


def _provenance(said: DataDescription) -> list[Row]:
    attested = (f"{source.name}: sha256:{source.identity}" for source in said.sources if source.identity)
    window = f"{said.collected_from or NOT_STATED} to {said.collected_until or NOT_STATED}"
    return [
        Row("Provenance", "Source metadata for dataset", _list(attested)),
        Row("Provenance", "Source (if different from issuer)", _list(source.name for source in said.sources)),
        Row("Provenance", "Data origin geography", _list(said.origin_geography)),
        Row("Provenance", "Dataset issue date", _or(said.issued)),
        Row("Provenance", "Date of previously issued version", _or(said.previous and said.previous.issued)),
        Row("Provenance", "Range of dates for data generation",
            window if said.collected_from or said.collected_until else NOT_STATED),
        Row("Provenance", "Method", _or(said.method)),
        Row("Provenance", "Data format", _list(said.formats)),
    ]  # fmt: skip


def _use(dataset: Dataset, said: DataDescription) -> list[Row]:
    people = said.personal_data
    return [
        Row("Use", "Confidentiality classification", _or(said.confidentiality)),
        Row("Use", "Consent documentation location", _or(said.consent_documentation)),
        Row("Use", "Privacy enhancing technologies (PETs) or tools applied", _list(people.measures if people else ())),
        Row("Use", "Data processing geography inclusion/exclusion", _list(said.processing_geography)),
        Row("Use", "Data storage geography inclusion/exclusion", _list(said.storage_geography)),
        Row("Use", "License to use", _or(dataset.licence)),
        Row("Use", "Intended data use", _or(said.intended_use)),
        Row("Use", "Proprietary data (copyright, patent, trademark)", _or(said.intellectual_property)),
    ]


def _cell(text: str) -> str:
    """A cell that a spreadsheet shows as text. Source: OWASP, CSV injection."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _list(parts: Iterable[str]) -> str:
    return "; ".join(parts) or NOT_STATED


def _or(value: object) -> str:
    return value if isinstance(value, str) and value else NOT_STATED
