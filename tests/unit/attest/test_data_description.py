from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from certify.attest.data_description import FIELDS, Said, merge, read_description, stewards_word, usable
from certify.attest.data_template import TEMPLATE
from certify.attest.declaration import FIELDS as DECLARED
from certify.attest.declaration import read_declaration
from certify.attest.declaration_template import TEMPLATE as DECLARATION
from certify.errors import UsageError
from certify.evidence.data_description import DataDescription
from certify.evidence.dataset import Dataset, DatasetIdentity

IDENTITY = DatasetIdentity(name="corpus", identity="d" * 64, shards=4, bytes=100)
NOW = "2026-11-25T00:00:00Z"


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "description.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def filled(template: str) -> str:
    """A template with every example taken out of its comment."""
    return "\n".join(re.sub(r"^# (?=( *- )?\s*[a-zA-Z]+:)|^# (?= +- )", "", line) for line in template.splitlines())


def described(**fields: Any) -> DataDescription:
    return DataDescription.from_document(fields)


def test_the_template_says_nothing_until_it_is_filled_in(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_description(written(tmp_path, TEMPLATE))
    assert caught.value.why.startswith("nothing is filled in")


def test_every_field_of_a_description_is_in_the_template(tmp_path: Path) -> None:
    said = read_description(written(tmp_path, filled(TEMPLATE)))
    assert set(said.fields) == set(FIELDS)
    word = stewards_word([said])
    assert word.description is not None
    assert (word.name, word.licence, word.produced_by) == ("example/corpus", "CC-BY-4.0", "filter")
    assert word.description.size is not None
    assert word.description.size.tokens_by_language == {"en": 900_000, "de": 300_000}
    for part in ("sources", "provider", "personal_data", "rights_reservation", "size", "synthetic", "decontamination"):
        value = getattr(word.description, part)
        one = value[0] if isinstance(value, tuple) else value
        assert one.model_fields_set == set(type(one).model_fields), part


def test_every_field_of_a_declaration_is_in_its_template(tmp_path: Path) -> None:
    path = written(tmp_path, filled(DECLARATION))
    assert read_declaration(path, declared_at=NOW).model_fields_set == set(DECLARED.values())
    path.write_text(DECLARATION)
    with pytest.raises(UsageError, match="CERT-E057"):
        read_declaration(path, declared_at=NOW)


def test_what_is_absent_or_empty_is_not_written_and_reads_back_the_same() -> None:
    said = described(
        languages=[], size={"documents": 0}, synthetic={"share": 0.0}, rightsReservation={"respected": False}
    )
    assert said.document() == {
        "size": {"documents": 0},
        "synthetic": {"share": 0.0},
        "rightsReservation": {"respected": False},
    }
    assert DataDescription.from_document(said.document()).document() == said.document()
    assert described().document() == {}


def test_the_claim_keeps_its_older_fields_and_names_every_source() -> None:
    sources = [{"name": "a", "kind": "crawled"}, {"name": "b", "kind": "user"}]
    word = stewards_word([Said("x", {"licence": "MIT", "sources": sources})])
    dataset = word.dataset(IDENTITY, complete=True, described_at=NOW)
    assert (dataset.licence, dataset.sources, dataset.complete) == ("MIT", ("a", "b"), True)
    assert Dataset.from_document(dataset.document(), by_name=False) == dataset
    assert "description" not in stewards_word([]).dataset(IDENTITY, complete=False, described_at=NOW).document()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("cutoffDate", "2026-02-30", "cutoffDate"),
        ("cutoffDate", "20260228", "YYYY-MM-DD"),
        ("cutoffDate", "2026-2-3", "YYYY-MM-DD"),
        ("cutoffDate", "２０２６-01-01", "YYYY-MM-DD"),
        ("languages", ["english-language-x"], "tag"),
        ("languages", ["en_GB"], "tag"),
        ("languages", ["е" + "n"], "tag"),
        ("synthetic", {"share": "1.01"}, "synthetic.share"),
        ("synthetic", {"share": "nan"}, "synthetic.share"),
        ("synthetic", {"share": "-0.1"}, "synthetic.share"),
        ("size", {"tokens": "1.5"}, "size.tokens"),
        ("size", {"tokens": "-1"}, "size.tokens"),
        ("size", {"tokens": "9007199254740992"}, "size.tokens"),
        ("size", {"tokens": "1", "tokensByLanguage": {"en": "2"}}, "more tokens"),
        ("size", {"tokensByLanguage": {"no language": "2"}}, "tokensByLanguage"),
        ("licence", "MIT OR", "expression"),
        ("licence", "(MIT AND Apache-2.0", "expression"),
        ("licence", "MIT WITH (x)", "expression"),
        ("licence", "", "licence"),
        ("sources", [{"name": "a", "kind": "found"}], "sources.0.kind"),
        ("sources", [{"kind": "user"}], "sources.0.name"),
        ("sources", [{"name": "a", "kind": "crawled", "topDomains": ["https://example.org/x"]}], "domain"),
        ("sources", [{"name": "a", "kind": "user", "collectedFrom": "2026-02-01", "collectedUntil": "2026-01-01"}],
         "ends"),
        ("sources", [{"name": "a", "kind": "user", "identity": "A" * 64}], "identity"),
        ("personalData", {"contains": "perhaps"}, "personalData.contains"),
        ("rightsReservation", {"respected": "perhaps"}, "respected"),
        ("summary", "x" * 4001, "summary"),
        ("summary", ["x"], "summary"),
        ("provider", "Example Ltd", "provider"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_form_is_refused_and_named(field: str, value: Any, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        stewards_word([Said("mine.yaml", {field: value})])
    assert caught.value.code == "CERT-E122"
    assert told in caught.value.what
    assert "mine.yaml" in caught.value.what


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    fields = {"collectedFrom": "2026-03-01", "collectedUntil": "2026-02-28"}
    with pytest.raises(UsageError, match="ends before it begins"):
        stewards_word([Said("x", fields)])
    assert stewards_word([Said("x", {"collectedUntil": "2026-02-28"})]).description is not None


@pytest.mark.parametrize(
    "tag", ["en", "de-AT", "zh-Hant", "zh-Hant-TW", "sl-rozaj-biske", "es-419", "x-klingon", "und"]
)
def test_language_tags_of_the_standard_are_taken(tag: str) -> None:
    if tag.startswith("x-"):
        with pytest.raises(UsageError):  # a language of nobody else's is of no use to a reader
            stewards_word([Said("x", {"languages": [tag]})])
    else:
        assert stewards_word([Said("x", {"languages": [tag]})]).description is not None


@pytest.mark.parametrize(
    "text",
    ["MIT", "GPL-2.0-or-later WITH Classpath-exception-2.0", "(MIT OR Apache-2.0) AND CC-BY-4.0", "LicenseRef-Acme",
     "DocumentRef-x:LicenseRef-y", "Contract 12 with Acme", "GPL-2.0+ OR MIT", "https://example.org/terms"],
)  # fmt: skip
def test_licences_of_all_kinds_are_taken(text: str) -> None:
    assert stewards_word([Said("x", {"licence": text})]).licence == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sumary: x", "did you mean summary?"),
        ("cutoff_date: 2026-01-01", "did you mean cutoffDate?"),
        ("size: {tokns: 1}", "`certify data describe --template` prints a description with every field"),
        ("zzzz: 1", f"the fields are {', '.join(FIELDS)}"),
    ],
)
def test_a_typo_is_refused_with_the_word_that_was_meant(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_description(written(tmp_path, text))
    assert (caught.value.code, caught.value.hint) == ("CERT-E122", hint)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- summary",
        "size: " + "{a: " * 40 + "b" + "}" * 40,
        "a: " + "[" * 100_000,
        "a: b\n---\nc: d",
        "summary: a\nsummary: b",
        "size: {tokens: 1, tokens: 2}",
        "summary: &a A\nquality: *a",
        "? [a]\n: b",
        "summary: !!python/object/apply:os.system [echo]",
        "[" * 5000,
        b"\xff\xfe\x00",
        b"a" * (1024 * 1024 + 1),
    ],
)
def test_what_is_no_description_is_a_usage_error(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(UsageError) as caught:
        read_description(written(tmp_path, text))
    assert caught.value.code == "CERT-E122"


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_description(tmp_path / "none.yaml")


def test_many_keys_are_read_in_a_moment(tmp_path: Path) -> None:
    path = written(tmp_path, "".join(f"k{number}: v\n" for number in range(20_000)))
    with pytest.raises(UsageError, match="unknown field 'k0'"):
        read_description(path)


def test_the_first_file_wins_and_every_disagreement_is_named() -> None:
    mine = Said("mine.yaml", {"licence": "MIT", "size": {"tokens": "5"}})
    theirs = Said("card.md", {"licence": "Apache-2.0", "size": {"tokens": "6", "documents": "7"}, "version": "2"})
    merged, conflicts = merge([mine, theirs])
    assert merged == {"licence": "MIT", "size": {"tokens": "5", "documents": "7"}, "version": "2"}
    assert conflicts == (
        "card.md gives another licence; the value of the file before it was kept",
        "card.md gives another size.tokens; the value of the file before it was kept",
    )
    assert mine.fields["size"] == {"tokens": "5"}


def test_of_other_peoples_fields_the_usable_ones_are_kept() -> None:
    said = usable({"version": "1", "issued": "yesterday", "licence": "x" * 501}, "card.md")
    assert said.fields == {"version": "1"}
    assert said.notes[0] == "card.md: issued was left out: write a date as YYYY-MM-DD"
    assert len(said.notes) == 2


def test_a_description_cannot_be_made_in_python_with_what_a_file_may_not_say() -> None:
    with pytest.raises(ValidationError):
        DataDescription(cutoff_date="2026-13-01")
