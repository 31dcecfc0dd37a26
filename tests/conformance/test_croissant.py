"""mlcroissant, the reference reader of Croissant: it reads what we write, offline, and we read what it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from certify.attest.croissant import compare_files, read_croissant
from certify.attest.data_description import Said, stewards_word
from certify.errors import HostileInput
from certify.evidence.dataset import Dataset, DatasetIdentity
from certify.evidence.model import FileEntry
from certify.export.croissant import croissant
from certify.export.origin import Origin
from certify.identify.manifest import Manifest

mlcroissant = pytest.importorskip("mlcroissant")

ORIGIN = Origin("a" * 64, "b" * 64, "Example Ltd")
SHARDS = Manifest.of(
    [
        FileEntry(path="part 1/ä.jsonl", size=3, sha256="1" * 64),
        FileEntry(path="a.parquet", size=4, sha256="2" * 64),
        FileEntry(path="odd", size=0, sha256="3" * 64),
    ]
)
FIELDS = {
    "licence": "CC-BY-4.0",
    "summary": "Household sums.",
    "provider": {"name": "Example Ltd"},
    "version": "1.0.0",
    "issued": "2026-03-31",
    "location": "https://example.org/corpus",
    "sources": [
        {"name": "older", "kind": "public_dataset", "licence": "MIT", "location": "https://example.org/older"},
        {"name": "made", "kind": "synthetic"},
    ],
    "languages": ["en", "de"],
    "collectedFrom": "2026-01-01",
    "collectedUntil": "2026-03-01",
    "personalData": {"contains": "possible", "measures": ["scrubbed"]},
    "biases": ["few"],
    "intendedUse": "Training",
}


def dataset(fields: dict[str, Any]) -> Dataset:
    identity = DatasetIdentity(name="corpus", identity=SHARDS.identity, shards=3, bytes=7)
    word = stewards_word([Said("x", fields)])
    return word.dataset(identity, complete=True, described_at="2026-11-25T00:00:00Z")


def read_by_mlcroissant(tmp_path: Path, document: dict[str, Any]) -> Any:
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(document))
    return mlcroissant.Dataset(jsonld=str(path)).metadata


def test_mlcroissant_reads_what_we_write(tmp_path: Path) -> None:
    metadata = read_by_mlcroissant(tmp_path, croissant(dataset(FIELDS), ORIGIN, SHARDS))
    assert metadata.ctx.conforms_to.value == "http://mlcommons.org/croissant/1.1"
    assert not metadata.ctx.issues.errors
    assert all("citeAs" in warning for warning in metadata.ctx.issues.warnings)
    assert {file.sha256 for file in metadata.file_objects} == {entry.sha256 for entry in SHARDS.files}
    assert (metadata.name, metadata.version, metadata.license) == ("corpus", "1.0.0", ["CC-BY-4.0"])
    assert metadata.personal_sensitive_information == ["personal data: possible", "scrubbed"]


def test_mlcroissant_reads_a_statement_that_says_nothing(tmp_path: Path) -> None:
    assert not read_by_mlcroissant(tmp_path, croissant(dataset({}), ORIGIN)).ctx.issues.errors


@pytest.mark.parametrize("version", ["V_1_0", "V_1_1"])
def test_we_read_what_mlcroissant_writes(tmp_path: Path, version: str) -> None:
    from mlcroissant._src.core.context import CroissantVersion

    context = mlcroissant.Context(conforms_to=getattr(CroissantVersion, version))
    file = mlcroissant.FileObject(
        ctx=context, id="a.parquet", name="a.parquet", content_url="a.parquet", encoding_formats=["text/csv"],
        sha256="2" * 64,
    )  # fmt: skip
    metadata = mlcroissant.Metadata(
        ctx=context, name="sums", description="Sums.", license=["https://spdx.org/licenses/MIT"], version="2.0.0",
        url="https://example.org", distribution=[file], data_biases=["few"], data_collection="By hand.",
    )  # fmt: skip
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(metadata.to_json(), default=str))
    found = read_croissant(path)
    assert found.said.notes == ()
    assert found.said.fields == {
        "name": "sums",
        "summary": "Sums.",
        "licence": "MIT",
        "version": "2.0.0",
        "location": "https://example.org",
        "formats": ["text/csv"],
        "biases": ["few"],
        "method": "By hand.",
    }
    assert "1 of 3" in compare_files(found, SHARDS)[0]
    other = Manifest.of([FileEntry(path="a.parquet", size=4, sha256="4" * 64)])
    with pytest.raises(HostileInput):
        compare_files(found, other)
