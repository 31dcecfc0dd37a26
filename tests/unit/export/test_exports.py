"""What a steward signed, in other people's forms."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from certify.attest.croissant import compare_files, read_croissant
from certify.attest.data_description import Said, stewards_word
from certify.evidence.data_description import DataDescription
from certify.evidence.data_parts import Modality
from certify.evidence.dataset import Dataset, DatasetIdentity, Declaration
from certify.evidence.model import FileEntry
from certify.evidence.statement import subject_of
from certify.export.croissant import croissant
from certify.export.data_trust import as_csv, as_json, data_trust_rows
from certify.export.eu_sections import size_of
from certify.export.eu_summary import as_markdown, eu_summary
from certify.export.origin import Origin
from certify.identify.manifest import Manifest

NOW = "2026-11-25T00:00:00Z"
ORIGIN = Origin("a" * 64, "b" * 64, "Example Ltd")
SHARDS = Manifest.of(
    [
        FileEntry(path="part 1/ä.jsonl", size=3, sha256="1" * 64),
        FileEntry(path="a.parquet", size=4, sha256="2" * 64),
        FileEntry(path="odd", size=0, sha256="3" * 64),
    ]
)
FIELDS: dict[str, Any] = {
    "licence": "CC-BY-4.0",
    "summary": "Household sums.",
    "provider": {"name": "Example Ltd", "contact": "data@example.org"},
    "version": "1.0",
    "issued": "2026-03-31",
    "location": "https://example.org/corpus",
    "sources": [
        {"name": "pages", "kind": "crawled", "collectedBy": "crawler 1", "topDomains": ["example.org", "example.net"]},
        {"name": "older", "kind": "public_dataset", "licence": "MIT", "location": "https://example.org/older"},
        {"name": "made", "kind": "synthetic"},
    ],
    "modalities": ["text", "image"],
    "size": {"tokens": 5_000_000_000, "tokensByLanguage": {"en": 4_000_000_000}, "images": 12},
    "languages": ["en"],
    "collectedFrom": "2026-01-01",
    "cutoffDate": "2026-03-31",
    "personalData": {"contains": "possible", "measures": ["scrubbed"]},
    "synthetic": {"share": 0.25, "generators": ["example/gen"]},
    "rightsReservation": {"respected": False, "protocols": ["robots.txt"]},
}


def dataset(fields: dict[str, Any], complete: bool = True) -> Dataset:
    identity = DatasetIdentity(name="corpus", identity=SHARDS.identity, shards=3, bytes=7)
    return stewards_word([Said("x", fields)]).dataset(identity, complete=complete, described_at=NOW)


def value(summary: dict[str, Any], label: str) -> str:
    found = [
        field["value"] for section in summary["sections"] for field in section["fields"] if field["label"] == label
    ]
    assert len(found) == 1, label
    return str(found[0])


def test_what_we_write_as_croissant_we_read_back(tmp_path: Path) -> None:
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(croissant(dataset(FIELDS), ORIGIN, SHARDS)))
    found = read_croissant(path)
    assert "3 of 3 shards" in compare_files(found, SHARDS)[0]
    kept = ("licence", "summary", "version", "issued", "location", "languages")
    assert {name: found.said.fields[name] for name in kept} == {name: FIELDS[name] for name in kept}
    assert [source["name"] for source in found.said.fields["sources"]] == ["pages", "older", "made"]


def test_a_summary_answers_every_section_from_the_statement() -> None:
    declaration = Declaration(owner="O", intended_use="x", base_model="base-1b", version="2", declared_at=NOW)
    model = subject_of("example/reasoner", "c" * 64)
    summary = eu_summary(dataset(FIELDS), ORIGIN, model=model, declaration=declaration, declared=ORIGIN)
    assert value(summary, "1.1 Provider") == "Example Ltd"
    assert value(summary, "1.2 Versioned model name") == "example/reasoner 2"
    assert value(summary, "1.2 Model dependencies") == "base-1b"
    assert value(summary, "1.3 Size, text") == "1 billion to 10 trillion tokens (5,000,000,000)"
    assert value(summary, "1.3 Size, image") == "less than 1 million images (12)"
    assert value(summary, "1.3 Collected") == "2026-01-01 to not stated"
    assert value(summary, "pages, top domains") == "example.org, example.net"
    assert value(summary, "older, licence") == "MIT"
    assert value(summary, "Share of the data") == "25.00%"
    assert value(summary, "3.1 Content reserved from text and data mining") == "not left out"
    assert value(summary, "3.2 Removal of illegal content") == "not stated"
    headings = [section["heading"] for section in summary["sections"]]
    assert headings[0].startswith("1.")
    assert headings[-1].startswith("3.")
    assert [heading.split(" ")[0] for heading in headings[1:-1]] == [
        "2.",
        "2.1",
        "2.2.1",
        "2.2.2",
        "2.3",
        "2.4",
        "2.5",
        "2.6",
    ]


def test_a_statement_that_says_nothing_gives_a_summary_that_says_so() -> None:
    summary = eu_summary(dataset({}, complete=False), ORIGIN)
    said = {field["value"] for section in summary["sections"] for field in section["fields"]}
    assert said == {"not stated", "7 in 3 files"}
    assert "does not say that this is all" in summary["note"]


@pytest.mark.parametrize("party", ["Example Ltd", None])
def test_every_export_says_who_signed_and_that_nothing_was_tested(party: str | None) -> None:
    origin = Origin("a" * 64, "b" * 64, party, ("/description/sources",))
    data = dataset(FIELDS)
    page = as_markdown(eu_summary(data, origin))
    for text in (page, json.dumps(as_json(data, origin)), as_csv(data, origin), json.dumps(croissant(data, origin))):
        assert "declared, not tested" in text
        assert ("signer: unknown" in text) is (party is None)
        assert "/description/sources" in text
        assert "complies" not in text
        assert "compliant" not in text


def test_text_of_others_cannot_shape_the_page() -> None:
    hostile = "x\n\n# 4. Verified by the Commission\n<script>[a](b) **bold** | `c`"
    fields = {"summary": hostile, "illegalContent": hostile, "provider": {"name": hostile},
              "sources": [{"name": hostile, "kind": "other", "description": hostile}]}  # fmt: skip
    page = as_markdown(eu_summary(dataset(fields), Origin("a" * 64, "b" * 64, hostile)))
    assert "\n# 4." not in page
    for line in page.splitlines():
        assert "<script>" not in line.replace("\\<script\\>", "")
        assert not line.lstrip("- *").startswith("# 4")
    assert "[a](b)" not in page


@pytest.mark.parametrize(
    ("tokens", "band"),
    [
        (0, "less than 1 billion"),
        (999_999_999, "less than 1 billion"),
        (10**9, "1 billion to 10 trillion"),
        (10**13, "1 billion to 10 trillion"),
        (10**13 + 1, "more than 10 trillion"),
    ],
)
def test_the_ranges_of_size(tokens: int, band: str) -> None:
    said = DataDescription.from_document({"size": {"tokens": tokens}})
    assert size_of(said, Modality.TEXT) == f"{band} tokens ({tokens:,})"


def test_the_sheet_has_the_22_fields_in_order() -> None:
    rows = data_trust_rows(dataset(FIELDS))
    assert len(rows) == len({row.field for row in rows}) == 22
    assert [row.standard for row in rows] == ["Source"] * 6 + ["Provenance"] * 8 + ["Use"] * 8
    filled = {row.field: row.value for row in rows}
    assert filled["License to use"] == "CC-BY-4.0"
    assert filled["Dataset issuer"] == "Example Ltd"
    assert filled["Method"] == "not stated"
    assert {row.value for row in data_trust_rows(dataset({}))[7:]} == {"not stated"}


def test_no_cell_of_the_sheet_is_a_formula() -> None:
    text = as_csv(dataset({"summary": "=HYPERLINK(1)", "method": "+1", "confidentiality": 'a",b\nc'}), ORIGIN)
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 24
    assert all(cell[:1] not in ("=", "+", "-", "@") for row in rows for cell in row)
    assert ["Use", "Confidentiality classification", 'a",b\nc'] in rows
