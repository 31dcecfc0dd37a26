"""The sections of the EU's public summary of training content, filled from a steward's words.

Source: European Commission, Explanatory Notice and Template for the Public Summary of Training Content, 24 July 2025.
"""

from __future__ import annotations

from collections.abc import Iterable

from certify.evidence.data_description import DataDescription
from certify.evidence.data_parts import DataSource, Modality, SourceKind
from certify.evidence.dataset import Dataset, Declaration
from certify.evidence.statement import Subject
from certify.export.origin import NOT_STATED

BANDS = {
    Modality.TEXT: (10**9, 10**13, "1 billion", "10 trillion", "tokens"),
    Modality.IMAGE: (10**6, 10**9, "1 million", "1 billion", "images"),
    Modality.AUDIO: (10**4, 10**6, "10,000", "1 million", "hours"),
    Modality.VIDEO: (10**4, 10**6, "10,000", "1 million", "hours"),
}
"""Bounds of the ranges of size in which the template asks for a modality. Source: template, section 1.3."""

Section = tuple[str, list[tuple[str, str]]]
"""A heading with labelled answers."""

_KINDS = {
    SourceKind.PUBLIC_DATASET: "2.1 Publicly available datasets",
    SourceKind.LICENSED: "2.2.1 Datasets licensed by rights holders",
    SourceKind.OTHER_PRIVATE: "2.2.2 Other private datasets obtained from third parties",
    SourceKind.CRAWLED: "2.3 Data crawled and scraped from online sources",
    SourceKind.USER: "2.4 User data",
    SourceKind.SYNTHETIC: "2.5 Synthetic data",
    SourceKind.OTHER: "2.6 Other sources of data",
}
_TOP = 100


def provider_rows(said: DataDescription) -> list[tuple[str, str]]:
    """Section 1.1: who provides the data."""
    provider = said.provider
    return [
        ("1.1 Provider", _or(provider and provider.name)),
        ("1.1 Contact", _or(provider and provider.contact)),
        ("1.1 Authorised representative", _or(provider and provider.representative)),
    ]


def model_rows(model: Subject | None, declaration: Declaration | None) -> list[tuple[str, str]]:
    """Section 1.2: which model."""
    version = declaration.version if declaration else None
    named = " ".join(part for part in (model.name if model else "", version or "") if part)
    return [
        ("1.2 Versioned model name", _or(named)),
        ("1.2 Model identity", _or(model and f"sha256:{model.digest.sha256}")),
        ("1.2 Model dependencies", _or(declaration and declaration.base_model)),
        ("1.2 Placed on the Union market", _or(declaration and declaration.placed_on_market)),
    ]


def content_rows(dataset: Dataset, said: DataDescription) -> list[tuple[str, str]]:
    """Section 1.3: what the data is."""
    return [
        ("1.3 Modalities", _list(modality.value for modality in said.modalities)),
        *[(f"1.3 Size, {modality.value}", size_of(said, modality)) for modality in _modalities(said)],
        ("1.3 Types of content", _list(said.content_types)),
        ("1.3 Bytes at hand", f"{dataset.dataset.bytes:,} in {dataset.dataset.shards:,} files"),
        ("1.3 Latest date of the data", _or(said.cutoff_date)),
        ("1.3 Languages", _list(said.languages)),
        ("1.3 Tokens by language", _list(f"{tag} {n:,}" for tag, n in _by_language(said).items())),
        ("1.3 Collected", _window(said.collected_from, said.collected_until)),
    ]


def _modalities(said: DataDescription) -> list[Modality]:
    return [modality for modality in BANDS if modality in said.modalities] or [Modality.TEXT]


def _by_language(said: DataDescription) -> dict[str, int]:
    return said.size.tokens_by_language if said.size else {}


def size_of(said: DataDescription, modality: Modality) -> str:
    """The range that a modality's size falls in, with the exact count behind it."""
    size = said.size
    if size is None:
        return NOT_STATED
    counts = {
        Modality.TEXT: size.tokens,
        Modality.IMAGE: size.images,
        Modality.AUDIO: size.audio_hours,
        Modality.VIDEO: size.video_hours,
    }
    count = counts[modality]
    if count is None:
        return size.band or NOT_STATED
    low, high, low_name, high_name, unit = BANDS[modality]
    if count < low:
        band = f"less than {low_name} {unit}"
    else:
        band = f"more than {high_name} {unit}" if count > high else f"{low_name} to {high_name} {unit}"
    return f"{band} ({count:,})"


def source_sections(said: DataDescription) -> list[Section]:
    """Section 2: where the data comes from, kind by kind."""
    sections: list[Section] = [("2. List of data sources", [("Sources stated", _or(str(len(said.sources) or "")))])]
    for kind, heading in _KINDS.items():
        found = [source for source in said.sources if source.kind is kind]
        rows = [row for source in found for row in _source(source)] or [("Sources", NOT_STATED)]
        if kind is SourceKind.SYNTHETIC:
            rows += _synthetic(said)
        sections.append((heading, rows))
    return sections


def _source(source: DataSource) -> list[tuple[str, str]]:
    rows = [
        ("Description", source.description),
        ("Location", source.location),
        ("Licence", source.licence),
        ("Basis of use", source.rights_basis),
        ("Consent", source.consent),
        ("Modalities", ", ".join(modality.value for modality in source.modalities)),
        ("Languages", ", ".join(source.languages)),
        ("Tokens", f"{source.tokens:,}" if source.tokens is not None else ""),
        ("Attested identity", f"sha256:{source.identity}" if source.identity else ""),
    ]
    if source.kind is SourceKind.CRAWLED:
        more = f" and {len(source.top_domains) - _TOP:,} more" if len(source.top_domains) > _TOP else ""
        rows += [
            ("Crawler", _or(source.collected_by)),
            ("Collected", _window(source.collected_from, source.collected_until)),
            ("Top domains", _list(source.top_domains[:_TOP]) + more),
        ]
    elif source.collected_from or source.collected_until:
        rows.append(("Collected", _window(source.collected_from, source.collected_until)))
    return [("Source", source.name), *[(f"{source.name}, {label.lower()}", value) for label, value in rows if value]]


def _synthetic(said: DataDescription) -> list[tuple[str, str]]:
    made = said.synthetic
    share = f"{made.share:.2%}" if made is not None and made.share is not None else ""
    return [
        ("Share of the data", _or(share)),
        ("Generated by", _list(made.generators if made else ())),
        ("Method", _or(made and made.method)),
    ]


def processing_rows(said: DataDescription) -> list[tuple[str, str]]:
    """Section 3: rights, illegal content, people, treatment."""
    rights, people = said.rights_reservation, said.personal_data
    respected = rights.respected if rights else None
    reserved = "" if respected is None else "left out" if respected else "not left out"
    removed = (f"{one.method}: {', '.join(one.benchmarks) or NOT_STATED}" for one in said.decontamination)
    return [
        ("3.1 Content reserved from text and data mining", _or(reserved)),
        ("3.1 Signals honoured", _list(rights.protocols if rights else ())),
        ("3.1 Measures", _or(rights and rights.measures)),
        ("3.2 Removal of illegal content", _or(said.illegal_content)),
        ("3.3 Personal data", _or(people and people.contains)),
        ("3.3 Measures for personal data", _list(people.measures if people else ())),
        ("3.3 Preprocessing", _list(said.preprocessing)),
        ("3.3 Decontamination", _list(removed)),
    ]


def _window(start: str | None, end: str | None) -> str:
    return f"{start or NOT_STATED} to {end or NOT_STATED}" if start or end else NOT_STATED


def _list(parts: Iterable[str]) -> str:
    return ", ".join(parts) or NOT_STATED


def _or(value: object) -> str:
    return value if isinstance(value, str) and value else NOT_STATED
