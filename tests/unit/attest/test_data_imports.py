"""Other people's descriptions: Croissant documents and dataset cards, honest and hostile."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from certify.attest.croissant import compare_files, read_croissant
from certify.attest.data_description import stewards_word
from certify.attest.dataset_card import read_card
from certify.errors import HostileInput
from certify.evidence.model import FileEntry
from certify.identify.manifest import Manifest

CARD = """---
annotations_creators:
- expert-generated
language_creators:
- found
language:
- en
- pt-BR
- multilingual
license: cc-by-sa-4.0
pretty_name: Sums of the house
size_categories: 10K<n<100K
source_datasets:
- original
- extended|example/older
task_categories: [question-answering]
dataset_info:
  features:
  - name: text
    dtype: string
---

# A page that nobody reads here
license: MIT
"""


def document(**more: Any) -> dict[str, Any]:
    return {
        "@context": {"@vocab": "https://schema.org/", "rai": "http://mlcommons.org/croissant/RAI/"},
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "sums",
        **more,
    }


def croissant_file(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "croissant.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def card_file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "README.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def manifest(**files: bytes) -> Manifest:
    return Manifest.of(
        FileEntry(path=name.replace("__", "/"), size=len(data), sha256=hashlib.sha256(data).hexdigest())
        for name, data in files.items()
    )


def test_a_croissant_document_is_taken_over(tmp_path: Path) -> None:
    found = read_croissant(
        croissant_file(
            tmp_path,
            document(
                description={"en": "Household sums."},
                license=["https://spdx.org/licenses/CC-BY-4.0.html"],
                creator=[{"@type": "sc:Organization", "name": "Example Ltd"}, {"@type": "sc:Person", "name": "A. B."}],
                url="https://example.org/sums",
                version="1.2.0",
                datePublished="2026-03-31T10:00:00",
                inLanguage=["en", "de"],
                distribution=[
                    {"@type": "cr:FileObject", "@id": "a", "name": "a.jsonl", "encodingFormat": "application/jsonl",
                     "contentUrl": "data/a.jsonl", "sha256": "a" * 64}
                ],
                **{
                    "rai:dataCollection": "By hand.",
                    "rai:dataCollectionTimeframe": ["2026-03-01", "2026-01-01"],
                    "rai:personalSensitiveInformation": ["Names"],
                    "rai:dataBiases": ["few"],
                    "rai:dataUseCases": "Training",
                    "rai:dataLimitations": ["small"],
                    "prov:wasDerivedFrom": [
                        {"@id": "https://example.org/raw", "prov:label": "raw sums", "sc:license": "MIT"},
                        {"@id": "urn:dataset:older"},
                    ],
                },
            ),
        )
    )  # fmt: skip
    assert found.said.notes == ()
    assert found.said.fields == {
        "name": "sums",
        "summary": "Household sums.",
        "licence": "CC-BY-4.0",
        "provider": {"name": "Example Ltd, A. B."},
        "location": "https://example.org/sums",
        "version": "1.2.0",
        "issued": "2026-03-31",
        "languages": ["en", "de"],
        "formats": ["application/jsonl"],
        "method": "By hand.",
        "collectedFrom": "2026-01-01",
        "collectedUntil": "2026-03-01",
        "personalData": {"categories": ["Names"]},
        "biases": ["few"],
        "intendedUse": "Training",
        "limitations": ["small"],
        "sources": [
            {"name": "raw sums", "kind": "other", "location": "https://example.org/raw", "licence": "MIT"},
            {"name": "urn:dataset:older", "kind": "other", "location": "urn:dataset:older"},
        ],
    }
    assert stewards_word([found.said]).description is not None


def test_terms_may_be_spelt_by_prefix_or_in_full(tmp_path: Path) -> None:
    spelt = {
        "@type": "https://schema.org/Dataset",
        "dct:conformsTo": ["http://mlcommons.org/croissant/1.0"],
        "sc:name": "sums",
        "https://schema.org/license": {"@type": "CreativeWork", "name": "MIT"},
    }
    assert read_croissant(croissant_file(tmp_path, spelt)).said.fields == {"name": "sums", "licence": "MIT"}


def test_what_cannot_be_taken_over_is_named(tmp_path: Path) -> None:
    found = read_croissant(croissant_file(tmp_path, document(version="v" * 600, datePublished="spring")))
    assert found.said.fields == {"name": "sums"}
    assert [note.split(": ")[1] for note in found.said.notes] == ["version was left out", "issued was left out"]


def test_its_files_are_held_against_the_shards(tmp_path: Path) -> None:
    shards = manifest(a=b"one", sub__b=b"two")
    digests = {entry.path: entry.sha256 for entry in shards.files}
    files = [
        {"@id": "x", "contentUrl": "./a", "sha256": digests["a"].upper()},
        {"@id": "y", "contentUrl": "https://example.org/main/sub/b", "sha256": digests["sub/b"]},
        {"@id": "repo", "name": "repo", "sha256": "https://github.com/mlcommons/croissant/issues/80"},
        {"@id": "absent", "contentUrl": "c", "sha256": "c" * 64},
        {"@type": "cr:FileSet", "@id": "set", "includes": "*.jsonl"},
    ]
    found = read_croissant(croissant_file(tmp_path, document(distribution=files)))
    assert compare_files(found, shards) == (f"{found.said.origin}: 2 of 2 shards have the SHA-256 that it states",)


def test_a_file_with_another_digest_is_refused(tmp_path: Path) -> None:
    files = [{"@id": "x", "name": "a", "sha256": "0" * 64}]
    found = read_croissant(croissant_file(tmp_path, document(distribution=files)))
    with pytest.raises(HostileInput) as caught:
        compare_files(found, manifest(a=b"one"))
    assert caught.value.code == "CERT-E124"
    with pytest.raises(HostileInput):
        compare_files(found, manifest(sub__a=b"one"))
    assert "0 of 2" in compare_files(found, manifest(sub__a=b"one", other__a=b"two"))[0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "CERT-E046"),
        (b"[]", "CERT-E123"),
        (b'{"@type": "sc:Dataset", "@type": "sc:Dataset"}', "CERT-E047"),
        (b'{"@type": "sc:Dataset", "a": ' + b"[" * 100 + b"]" * 100 + b"}", "CERT-E049"),
        ({"@type": "sc:Dataset"}, "CERT-E123"),
        ({"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/2.0"}, "CERT-E123"),
        ({"@type": "sc:Recipe", "conformsTo": "http://mlcommons.org/croissant/1.0"}, "CERT-E123"),
        ({"@graph": [document()]}, "CERT-E123"),
        (document(license="MIT", **{"sc:license": "Apache-2.0"}), "CERT-E123"),
        (b" " * (16 * 1024 * 1024 + 1), "CERT-E123"),
    ],
)
def test_what_is_no_croissant_document_is_refused(tmp_path: Path, content: Any, code: str) -> None:
    with pytest.raises(HostileInput) as caught:
        read_croissant(croissant_file(tmp_path, content))
    assert caught.value.code == code


@pytest.mark.parametrize("odd", [None, 7, True, {}, [], [[]], [None], {"@value": None}, {"en": {}}, [{"a": [1]}]])
def test_values_of_odd_forms_neither_break_nor_speak(tmp_path: Path, odd: Any) -> None:
    keys = ("description", "license", "creator", "distribution", "inLanguage", "datePublished", "rai:dataBiases",
            "rai:dataCollectionTimeframe", "prov:wasDerivedFrom", "rai:personalSensitiveInformation")  # fmt: skip
    found = read_croissant(croissant_file(tmp_path, document(**dict.fromkeys(keys, odd))))
    stewards_word([found.said])
    compare_files(found, manifest(a=b"one"))


def test_a_card_is_taken_over(tmp_path: Path) -> None:
    said = read_card(card_file(tmp_path, CARD))
    assert said.fields == {
        "name": "Sums of the house",
        "licence": "CC-BY-SA-4.0",
        "languages": ["en", "pt-BR"],
        "size": {"band": "10K<n<100K"},
        "sources": [
            {"name": "example/older", "kind": "public_dataset", "location": "https://huggingface.co/datasets/example/older"}
        ],
        "intendedUse": "question-answering",
        "annotation": ["expert-generated"],
        "method": "found",
    }  # fmt: skip
    assert said.notes == (f"{said.origin}: the language 'multilingual' is no language tag and was left out",)
    assert stewards_word([said]).licence == "CC-BY-SA-4.0"


def test_a_card_with_windows_line_ends_and_a_mark_reads_the_same(tmp_path: Path) -> None:
    plain = read_card(card_file(tmp_path, CARD)).fields
    assert read_card(card_file(tmp_path, b"\xef\xbb\xbf" + CARD.replace("\n", "\r\n").encode())).fields == plain


@pytest.mark.parametrize(
    ("head", "licence"),
    [
        ("license: other\nlicense_name: acme-1\nlicense_link: https://example.org/l", "acme-1 https://example.org/l"),
        ("license: [mit, apache-2.0]", "MIT; Apache-2.0"),
        ("license: openrail", "openrail"),
        ("license: unknown", None),
        ("license: {a: b}", None),
    ],
)
def test_licences_of_the_hub(tmp_path: Path, head: str, licence: str | None) -> None:
    assert read_card(card_file(tmp_path, f"---\n{head}\n---\n")).fields.get("licence") == licence


@pytest.mark.parametrize(
    "text",
    [
        "# no front matter",
        "---\nlicense: mit\n",
        "\n---\nlicense: mit\n---\n",
        "---\n- license\n---\n",
        "---\nlicense: &a mit\npretty_name: *a\n---\n",
        "---\nlicense: mit\nlicense: apache-2.0\n---\n",
        "---\nx: " + "[" * 2000 + "\n---\n",
        "---\n" + "a" * (1024 * 1024) + "\n---\n",
        b"---\n\xff\n---\n",
    ],
)
def test_a_card_that_is_none_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(HostileInput) as caught:
        read_card(card_file(tmp_path, text))
    assert caught.value.code == "CERT-E123"
    assert len(caught.value.why) <= 500


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for read in (read_card, read_croissant):
        with pytest.raises(HostileInput):
            read(tmp_path / "none")
