"""JSON Schemas and test vectors of the predicates, judged by jsonschema and by our own reader."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import pytest
from jsonschema import Draft202012Validator

from certify.attest.statements import decision_of
from certify.evidence import statement as kinds
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes, parse_json, sha256_hex
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from tests.fakes.docs_programs import program

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "predicates"


PAGES, MACHINE = program("predicates/generate.py"), program("predicates/machine.py")
OWN = list(PAGES.PAGES.items())
IDS = [MACHINE.name_of(uri) for uri, _ in OWN]
SIGNER = generate_signer("ed25519")
VECTORS = sorted(MACHINE.VECTORS.glob("*.json"))
every_predicate = pytest.mark.parametrize(("uri", "model"), OWN, ids=IDS)
every_vector = pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)


def schema_of(uri: str) -> dict[str, Any]:
    return dict(json.loads(MACHINE.schema_file(uri).read_text(encoding="utf-8")))


def example_of(uri: str) -> dict[str, Any]:
    page = PAGES.page_of(uri).read_text(encoding="utf-8")
    return dict(json.loads(page.split("## Example")[1].split("```json")[1].split("```")[0]))


def uri_of(document: dict[str, Any]) -> str:
    kind = str(document["predicateType"])
    return kinds.DECISION_FIELD if kind == kinds.VSA else kind


def read(document: dict[str, Any]) -> Value:
    """What our reader makes of a statement."""
    statement = statement_of(parse_bundle(sign_statement(canonical_bytes(document), SIGNER)))
    uri = uri_of(document)
    if uri == kinds.DECISION_FIELD:
        return decision_of(statement)
    return PAGES.PAGES[uri].from_document(statement.predicate, by_name=False)


@every_predicate
def test_a_schema_is_sound_and_up_to_date(uri: str, model: type[Value]) -> None:
    Draft202012Validator.check_schema(schema_of(uri))
    text = MACHINE.schema_text(uri, model, PAGES.values_in(model), PAGES.meanings)
    assert MACHINE.schema_file(uri).read_text(encoding="utf-8") == text, "run: python docs/predicates/generate.py"


def test_no_schema_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.schema.json")} == {MACHINE.schema_file(uri).name for uri, _ in OWN}


@every_predicate
def test_the_example_of_the_page_is_valid_and_a_vector(uri: str, model: type[Value]) -> None:
    example = example_of(uri)
    Draft202012Validator(schema_of(uri)).validate(example)
    kept = [path.read_bytes() for path in MACHINE.vectors_of(uri)]
    assert canonical_bytes(example) in kept, "run: python docs/predicates/generate.py"


@every_vector
def test_a_vector_is_canonical_reads_and_is_valid(path: Path) -> None:
    document = parse_json(path.read_bytes())
    assert canonical_bytes(document) == path.read_bytes()
    assert path in MACHINE.vectors_of(uri_of(document))
    Draft202012Validator(schema_of(uri_of(document))).validate(document)
    read(document)


def test_no_vector_was_changed_taken_away_or_added_in_silence() -> None:
    lines = [line.split("  ") for line in MACHINE.SUMS.read_text().splitlines()]
    assert {name: digest for digest, name in lines} == {path.name: sha256_hex(path.read_bytes()) for path in VECTORS}
    assert len(lines) == len(VECTORS)


def test_freezing_again_changes_nothing_and_another_example_is_kept_beside(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(MACHINE, "VECTORS", tmp_path / "vectors")
    monkeypatch.setattr(MACHINE, "SUMS", tmp_path / "vectors" / "SHA256SUMS")
    first, second = example_of(kinds.STATUS), example_of(kinds.STATUS) | {"note": "another"}
    for example in (first, first, second, first, second):
        MACHINE.freeze(kinds.STATUS, example)
    assert [path.name for path in MACHINE.vectors_of(kinds.STATUS)] == ["status.json", "status.2.json"]
    assert (tmp_path / "vectors" / "status.json").read_bytes() == canonical_bytes(first)
    assert len(MACHINE.SUMS.read_text().splitlines()) == 2


def objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the objects of a document are."""
    if isinstance(value, dict):
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from objects(child, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


@every_predicate
def test_schema_and_reader_ask_for_the_same_fields(uri: str, model: type[Value]) -> None:
    """Each field of an example taken away: whatever the schema then rejects, the reader rejects, and the reverse."""
    validator, example, rejected = Draft202012Validator(schema_of(uri)), example_of(uri), 0
    for path in objects(example):
        for field in at(example, path):
            poorer = copy.deepcopy(example)
            del at(poorer, path)[field]
            refused = reads(poorer) is False
            rejected += refused
            if uri == kinds.TRUST and path == ("predicate", "keys"):
                assert refused  # a role names the key, which no schema can know
            elif uri != kinds.DECISION_FIELD:
                assert refused == (not validator.is_valid(poorer)), (*path, field)
            elif not validator.is_valid(poorer) and not outside(path, field):
                assert refused, (*path, field)
    assert rejected > len(example)


def outside(path: tuple[Any, ...], field: str) -> bool:
    """Whether a field of a verification summary is nothing to certify: who verified, and of which resource."""
    return path[:2] == ("predicate", "verifier") or (path == ("predicate",) and field in ("verifier", "resourceUri"))


def reads(document: dict[str, Any]) -> bool:
    from certify.errors import HostileInput

    try:
        read(document)
    except (HostileInput, KeyError):
        return False
    return True


@every_predicate
def test_schema_and_reader_let_pass_what_they_do_not_know(uri: str, model: type[Value]) -> None:
    validator, example = Draft202012Validator(schema_of(uri)), example_of(uri)
    known = read(example)
    for path in objects(example):
        richer = copy.deepcopy(example)
        at(richer, path)["x_unknown"] = "anything"
        if inside_free(example, path):
            continue
        if uri == kinds.TRUST and path[:1] == ("predicate",):
            assert not validator.is_valid(richer)  # people write it by hand, and every typo matters
            assert not reads(richer)
            continue
        validator.validate(richer)
        repeats = uri == kinds.DECISION_FIELD and path[1:2] in (("policy",), ("inputAttestations",))
        assert read(richer) == known if reads(richer) else repeats  # a summary repeats its decision to the letter


def inside_free(document: Any, path: tuple[Any, ...]) -> bool:
    """Whether a place is in an object whose keys are data."""
    places = [path[: end + 1] for end in range(len(path)) if path[end] in FREE]
    return any(isinstance(at(document, place), dict) for place in places)


FREE = {
    field.alias
    for _, model in OWN
    for value in PAGES.values_in(model)
    for field in value.model_fields.values()
    if get_origin(field.annotation) is dict or field.annotation is Any
}
"""Fields whose keys are data, so that a further one is a further entry."""


def test_the_page_on_conformance_names_a_schema_that_exists() -> None:
    page = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    named = re.findall(r"\((predicates/[\w.]+\.schema\.json)\)", page)
    assert named
    assert all((ROOT / "docs" / name).exists() for name in named)
