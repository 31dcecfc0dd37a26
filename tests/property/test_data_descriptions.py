"""Whatever a stranger's description holds, it is read or refused in our words, and what is read stays what it was."""

from __future__ import annotations

import json
import string
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from certify.attest.croissant import compare_files, read_croissant
from certify.attest.data_description import FIELDS, Said, merge, read_description, stewards_word
from certify.attest.dataset_card import read_card
from certify.errors import CertifyError
from certify.evidence.canonical import parse_json
from certify.evidence.data_description import DataDescription
from certify.evidence.dataset import Dataset, DatasetIdentity
from certify.evidence.model import FileEntry
from certify.export.croissant import croissant
from certify.export.data_trust import as_csv, data_trust_rows
from certify.export.eu_summary import as_markdown, eu_summary
from certify.export.origin import Origin
from certify.identify.manifest import Manifest

SHARDS = Manifest.of([FileEntry(path="a", size=1, sha256="1" * 64)])
IDENTITY = DatasetIdentity(name="corpus", identity=SHARDS.identity, shards=1, bytes=1)
REFUSED = {"CERT-E122", "CERT-E123", *(f"CERT-E04{digit}" for digit in range(5, 10))}
TERMS = [
    "name", "description", "license", "creator", "publisher", "url", "version", "datePublished", "inLanguage",
    "distribution", "rai:dataCollection", "rai:dataCollectionTimeframe", "rai:dataBiases",
    "rai:personalSensitiveInformation", "prov:wasDerivedFrom",
]  # fmt: skip
WORDS = st.sampled_from(["en", "2026-01-01", "MIT", "a", "@id", "name", "sha256", "contentUrl", ""]) | st.text(
    max_size=8
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
DAY = st.dates().map(lambda day: day.isoformat())
LINE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30)
SOURCE = st.fixed_dictionaries(
    {"name": LINE, "kind": st.sampled_from(["crawled", "user", "synthetic", "public_dataset"])},
    optional={"description": LINE, "location": LINE, "collectedFrom": DAY, "tokens": st.integers(0, 10**14)},
)
DESCRIPTION = st.fixed_dictionaries(
    {},
    optional={
        "summary": LINE,
        "provider": st.fixed_dictionaries({"name": LINE}, optional={"contact": LINE}),
        "sources": st.lists(SOURCE, max_size=3),
        "languages": st.lists(st.sampled_from(["en", "de-AT", "zh-Hant"]), max_size=3),
        "cutoffDate": DAY,
        "size": st.fixed_dictionaries({}, optional={"tokens": st.integers(0, 10**15), "images": st.integers(0, 9)}),
        "synthetic": st.fixed_dictionaries({}, optional={"share": st.floats(0, 1)}),
        "rightsReservation": st.fixed_dictionaries({}, optional={"respected": st.booleans()}),
        "biases": st.lists(LINE, max_size=2),
    },
)


def in_a_file(data: bytes, read: Callable[[Path], Any]) -> Any:
    """What a reader makes of these bytes, or nothing where it refuses them in our words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        try:
            return read(path)
        except CertifyError as error:
            if error.code not in REFUSED:
                raise
            return None


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(TERMS), VALUE, max_size=6))
def test_any_croissant_terms_are_taken_over_or_named(terms: dict[str, Any]) -> None:
    document = {"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", **terms}
    found = in_a_file(json.dumps(document).encode(), read_croissant)
    if found is None:
        return
    word = stewards_word([found.said])
    assert set(found.said.fields) <= set(FIELDS)
    word.dataset(IDENTITY, complete=False, described_at="2026-01-01T00:00:00Z")
    try:
        compare_files(found, SHARDS)
    except CertifyError as error:
        if error.code != "CERT-E124":
            raise


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["license", "language", "source_datasets", "size_categories", "task_ids"]), VALUE)
)
def test_any_card_is_taken_over_or_named(head: dict[str, Any]) -> None:
    found = in_a_file(b"---\n" + json.dumps(head).encode() + b"\n---\n", read_card)
    if found is not None:
        stewards_word([found])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.text(string.printable, max_size=60).map(str.encode))
def test_any_bytes_are_refused_in_our_words_or_read(data: bytes) -> None:
    for read in (read_description, read_card, read_croissant):
        in_a_file(data, read)
        in_a_file(b"---\n" + data + b"\n---\n", read)


@settings(max_examples=60, deadline=None)
@given(DESCRIPTION)
def test_what_is_said_survives_signing_and_every_export(fields: dict[str, Any]) -> None:
    dataset = stewards_word([Said("x", fields)]).dataset(IDENTITY, complete=True, described_at="2026-01-01T00:00:00Z")
    again = Dataset.from_document(parse_json(dataset.to_bytes()), by_name=False)
    assert again.document() == dataset.document()
    assert again.to_bytes() == dataset.to_bytes()
    origin = Origin("a" * 64, "b" * 64, None)
    page = as_markdown(eu_summary(dataset, origin))
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert len(headings) == 11
    assert len(data_trust_rows(dataset)) == 22
    as_csv(dataset, origin)
    json.dumps(croissant(dataset, origin, SHARDS), allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(DESCRIPTION, DESCRIPTION)
def test_merging_keeps_all_of_the_first_and_is_settled_after_once(one: dict[str, Any], other: dict[str, Any]) -> None:
    merged, _ = merge([Said("one", one), Said("other", other)])
    assert merge([Said("merged", merged), Said("one", one)]) == (merged, ())
    assert merge([Said("merged", merged), Said("merged", merged)]) == (merged, ())
    assert set(merged) == {*one, *other}


@given(DESCRIPTION)
def test_an_unknown_field_changes_nothing_for_a_reader(fields: dict[str, Any]) -> None:
    said = DataDescription.from_document(fields, by_name=False)
    newer = {**said.document(), "somethingNewer": {"a": 1}}
    assert DataDescription.from_document(newer, by_name=False) == DataDescription.from_document(said.document())
