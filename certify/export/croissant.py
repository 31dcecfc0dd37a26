"""A dataset statement as a Croissant document, with the SHA-256 of every file."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from certify.evidence.data_description import DataDescription
from certify.evidence.data_parts import DataSource
from certify.evidence.dataset import Dataset
from certify.evidence.model import FileEntry
from certify.export.origin import Origin
from certify.identify.manifest import Manifest

_CROISSANT_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty",
    "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
    "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator", "source",
    "subField", "transform",
)  # fmt: skip
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{term: f"cr:{term}" for term in _CROISSANT_TERMS},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}
"""Source: Croissant format specification 1.1, namespaces; Croissant RAI 1.0."""

_MEDIA_TYPES = {
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
    ".json": "application/json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".arrow": "application/vnd.apache.arrow.stream",
    ".gz": "application/gzip",
    ".zst": "application/zstd",
}


def croissant(dataset: Dataset, origin: Origin, manifest: Manifest | None = None) -> dict[str, Any]:
    """The JSON-LD object; what was not stated is left out.

    Args:
        dataset: the steward's claim.
        origin: who signed it.
        manifest: the shards; with it each is listed with its SHA-256.
    """
    said = dataset.description or DataDescription()
    identity = dataset.dataset
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": identity.name,
        "description": said.summary or f"Training data of {identity.shards} files. {origin.sentence}",
        "identifier": f"certify:dataset/{identity.identity}",
        "license": dataset.licence,
        "url": said.location,
        "version": said.version,
        "datePublished": said.issued,
        "creator": {"@type": "sc:Organization", "name": said.provider.name} if said.provider else None,
        "inLanguage": list(said.languages),
        "sdPublisher": {"@type": "sc:Organization", "name": origin.party} if origin.party else None,
        "usageInfo": said.intellectual_property,
        "creditText": origin.sentence,
        "distribution": [_file(entry) for entry in manifest.files] if manifest else [],
        **_responsible(said),
        "prov:wasDerivedFrom": [_source(source, number) for number, source in enumerate(said.sources, start=1)],
    }
    return {name: value for name, value in document.items() if value not in (None, [], "")}


def _responsible(said: DataDescription) -> dict[str, Any]:
    """The terms of responsible AI. Source: Croissant RAI 1.0."""
    people = said.personal_data
    stated = [*people.categories, *people.measures] if people else []
    if people is not None and people.contains is not None:
        stated.insert(0, f"personal data: {people.contains.value}")
    return {
        "rai:dataCollection": said.method,
        "rai:dataCollectionTimeframe": [day for day in (said.collected_from, said.collected_until) if day],
        "rai:dataPreprocessingProtocol": list(said.preprocessing),
        "rai:dataAnnotationProtocol": list(said.annotation),
        "rai:dataBiases": list(said.biases),
        "rai:dataLimitations": list(said.limitations),
        "rai:dataUseCases": said.intended_use,
        "rai:personalSensitiveInformation": stated,
        "rai:dataReleaseMaintenancePlan": said.retention,
    }


def _file(entry: FileEntry) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": quote(entry.path),
        "name": PurePosixPath(entry.path).name,
        "contentUrl": quote(entry.path),
        "contentSize": f"{entry.size} B",
        "encodingFormat": _MEDIA_TYPES.get(PurePosixPath(entry.path).suffix.lower(), "application/octet-stream"),
        "sha256": entry.sha256,
    }


def _source(source: DataSource, number: int) -> dict[str, Any]:
    place = source.location or ""
    named = place if "://" in place else f"urn:sha256:{source.identity}" if source.identity else f"#source-{number}"
    stated = {
        "@type": "prov:Entity",
        "@id": named,
        "prov:label": source.name,
        "sc:license": source.licence,
        "sc:description": source.description,
    }
    return {name: value for name, value in stated.items() if value}
