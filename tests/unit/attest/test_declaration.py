from __future__ import annotations

import json
from pathlib import Path

import pytest

from certify.attest.declaration import read_declaration
from certify.errors import UsageError

NOW = "2026-11-23T00:00:00Z"


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "declaration.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    fields = {"owner": "Acme", "intendedUse": "Sums: up to 100", "declaredAt": "2026-01-02T03:04:05Z"}
    yaml = "owner: Acme\nintendedUse: 'Sums: up to 100'\ndeclaredAt: 2026-01-02T03:04:05Z\n"
    from_yaml = read_declaration(written(tmp_path, yaml), declared_at=NOW)
    assert from_yaml == read_declaration(written(tmp_path, json.dumps(fields)), declared_at=NOW)
    assert (from_yaml.intended_use, from_yaml.declared_at) == ("Sums: up to 100", "2026-01-02T03:04:05Z")


def test_the_time_is_filled_in_and_words_stay_words(tmp_path: Path) -> None:
    found = read_declaration(written(tmp_path, "owner: no\nintendedUse: 12\n"), declared_at=NOW)
    assert (found.owner, found.intended_use, found.declared_at) == ("no", "12", NOW)


def test_a_typo_is_refused_with_the_word_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_declaration(written(tmp_path, "owner: A\nintendedUse: x\nprohibitedUsage: y\n"), declared_at=NOW)
    assert caught.value.code == "CERT-E057"
    assert caught.value.hint == "did you mean prohibitedUse?"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- owner",
        "owner: A",
        "owner: A\nintended_use: x",
        "owner: A\nowner: B\nintendedUse: x",
        "owner: &a A\nintendedUse: *a",
        "owner: [A]\nintendedUse: x",
        "owner: {a: b}\nintendedUse: x",
        "? [a]\n: b",
        "owner: A\nintendedUse: x\ndeclaredAt: yesterday",
        "owner: !!python/object/apply:os.system [echo]\nintendedUse: x",
        "owner: " + "a" * 400 + "\nintendedUse: x",
        "[" * 5000,
        b"\xff\xfe\x00",
        "a" * 70_000,
    ],
)
def test_what_is_no_declaration_is_a_usage_error(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(UsageError) as caught:
        read_declaration(written(tmp_path, text), declared_at=NOW)
    assert caught.value.code == "CERT-E057"


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_declaration(tmp_path / "none.yaml", declared_at=NOW)
    assert "certify model describe --template" in caught.value.hint
