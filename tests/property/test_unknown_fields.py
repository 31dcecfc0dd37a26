"""What a statement holds beside what a reader knows: it never helps, and nothing known has a second spelling."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.attest.statements import decision_of
from certify.decide import PolicyInput, decide, policy_from_document, read_policy
from certify.decide.decide import view_of
from certify.decide.examples import example_input
from certify.errors import CertifyError, HostileInput
from certify.evidence import statement as kinds
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.decision import Verdict
from certify.resources import room
from certify.trust.bundle import parse_bundle, statement_of, verify_signature
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from certify.trust.trustfile import TrustFile
from tests.fakes.docs_programs import program

ROOT = Path(__file__).parents[2]
SIGNER = generate_signer("ed25519")
NOW = "2026-11-23T17:00:00Z"
Path_ = tuple[Any, ...]


PAGES = program("predicates/generate.py")
OWN = list(PAGES.PAGES.items())
every_predicate = pytest.mark.parametrize(("uri", "model"), OWN, ids=[uri.split("/")[-2] for uri, _ in OWN])


@cache
def example_text(uri: str) -> str:
    return json.dumps(PAGES.statement(uri, PAGES.PAGES[uri]))


def read(uri: str, document: dict[str, Any]) -> Value | None:
    """What a reader gets out of a statement that the right key signed; nothing if it refuses."""
    try:
        bundle = parse_bundle(sign_statement(canonical_bytes(document), SIGNER))
        verify_signature(bundle, SIGNER.public_pem)
        statement = statement_of(bundle)
        if uri == kinds.DECISION_FIELD:
            return decision_of(statement)
        if statement.predicate_type != uri:
            return None
        return PAGES.PAGES[uri].from_document(statement.predicate, by_name=False)
    except HostileInput:
        return None


def at(document: Any, path: Path_) -> Any:
    for step in path:
        document = document[step]
    return document


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where the objects of a document are."""
    if isinstance(value, dict):
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")


@cache
def field_names() -> tuple[str, ...]:
    """Names that look like fields: all of ours, on the wire and in Python, and some made up."""
    values = {value for _, model in OWN for value in PAGES.values_in(model)}
    names = {name for value in values for name in value.model_fields}
    return tuple(sorted(names | {"type", "predicate_type", "schema_", "__class__", "model_fields", "x_unknown", ""}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "certified", "PASSED", NOW, "ab" * 32]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(field_names()), inner, max_size=2),
    max_leaves=4,
)
ADDED = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(field_names()), JSON), min_size=1, max_size=5)
WRONG = st.sampled_from([None, "", "x", -1, 10**9, True, [], {}, "2026-13-45T99:00:00Z"])


def with_added(document: dict[str, Any], added: list[tuple[int, str, Any]], known: Any) -> dict[str, Any]:
    """The document with fields that it and the sound example have not, at any depth."""
    made = copy.deepcopy(document)
    for number, name, value in added:
        found = [path for path in places(made) if not any(isinstance(step, str) and step == "" for step in path)]
        path = found[number % len(found)]
        if name not in at(made, path) and name not in spelled_at(known, path):
            at(made, path)[name] = value
    return made


def spelled_at(known: Any, path: Path_) -> set[str]:
    """Fields that the sound example has in a place; giving one of those back is no unknown field."""
    try:
        found = at(known, path)
    except (KeyError, IndexError, TypeError):
        return set()
    return set(found) if isinstance(found, dict) else set()


@every_predicate
@given(data=st.data(), added=ADDED)
@settings(max_examples=60, deadline=None)
def test_no_added_field_makes_a_refused_statement_readable(uri, model, data, added) -> None:
    example = json.loads(example_text(uri))
    spoiled = copy.deepcopy(example)
    path = data.draw(st.sampled_from([path for path in places(example) if at(example, path)]))
    field = data.draw(st.sampled_from(sorted(at(example, path))))
    if data.draw(st.booleans()):
        del at(spoiled, path)[field]
        if (alias := snake(field)) != field:
            added = [*added, (0, alias, at(example, path)[field])]
            at(spoiled, path)[alias] = at(example, path)[field]
    else:
        at(spoiled, path)[field] = data.draw(WRONG)
    if read(uri, spoiled) is None:
        assert read(uri, with_added(spoiled, added, example)) is None


@every_predicate
def test_every_required_field_under_pythons_name_for_it_is_refused(uri: str, model: type[Value]) -> None:
    example, renamed = json.loads(example_text(uri)), 0
    for path in places(example):
        for field in at(example, path):
            poorer, other = copy.deepcopy(example), copy.deepcopy(example)
            del at(poorer, path)[field]
            at(other, path)[snake(field)] = at(other, path).pop(field)
            if snake(field) != field and read(uri, poorer) is None:
                renamed += 1
                assert read(uri, other) is None, (*path, field)
    assert renamed >= 1


@every_predicate
def test_no_number_or_truth_value_has_a_second_spelling(uri: str, model: type[Value]) -> None:
    example = json.loads(example_text(uri))
    known = read(uri, example)
    assert known is not None
    for path in places(example):
        for field, value in at(example, path).items():
            for other in respelled(value):
                changed = copy.deepcopy(example)
                at(changed, path)[field] = other
                found = read(uri, changed)
                assert found is None or found.to_bytes() != known.to_bytes(), (*path, field, other)


def respelled(value: Any) -> list[Any]:
    """The same in the eyes of a reader that means well."""
    if isinstance(value, bool):
        return [int(value), str(value).lower(), "yes" if value else "no"]
    if isinstance(value, int | float):
        return [str(value), f" {value}", *([bool(value)] if value in (0, 1) else [])]
    return []


@every_predicate
@given(added=ADDED)
@settings(max_examples=40, deadline=None)
def test_fields_beside_the_known_ones_change_nothing_that_is_read(uri, model, added) -> None:
    """Where they would be data, in an object whose keys are free, they may change it or be refused."""
    example = json.loads(example_text(uri))
    made = {"x_unknown": [value for _, _, value in added], **example}
    assert read(uri, made) == read(uri, example)
    made["predicate"] = {"x_unknown": [value for _, _, value in added], **example["predicate"]}
    strict = model.model_config["extra"] == "forbid"  # people write a trust file by hand, and every typo matters
    assert read(uri, made) == (None if strict else read(uri, example))


def starter_input(name: str) -> dict[str, Any]:
    return dict(json.loads((room("policies") / f"starter/examples/{name}/evidence.json").read_bytes()))


@pytest.mark.slow
@given(
    base=st.sampled_from(["pass", "fail"]),
    removed=st.lists(st.integers(0, 10**6), max_size=2),
    added=st.lists(
        st.tuples(st.integers(0, 10**6), st.text("abcdef", min_size=3, max_size=6).map("x_{}".format), JSON), max_size=5
    ),
)
@settings(max_examples=150, deadline=None)
def test_no_added_field_turns_a_refusal_into_a_certificate(base, removed, added) -> None:
    policy = read_policy("starter")
    facts = view_of(policy, example_input(policy, starter_input(base)), NOW).facts
    document = json.loads(json.dumps(facts))
    for number in removed:
        path = [path for path in places(document) if path and at(document, path[:-1])]
        if path:
            chosen = path[number % len(path)]
            del at(document, chosen[:-1])[chosen[-1]]
    planned = [entry.document() for entry in example_input(policy, starter_input("pass")).planned]
    before = decided(policy, {**document, "planned": planned})
    after = decided(policy, {**with_added(document, added, facts), "planned": planned})
    assert after != Verdict.CERTIFIED or before == Verdict.CERTIFIED


def decided(policy: Any, document: dict[str, Any]) -> Verdict | None:
    try:
        return decide(policy, PolicyInput.from_document(document), NOW).verdict
    except CertifyError:
        return None


def strict_documents() -> dict[str, tuple[dict[str, Any], Any]]:
    release = ROOT / "tests" / "vectors" / "certificate-0.1"
    bundle = parse_json(sign_statement(canonical_bytes({"any": "thing"}), SIGNER))
    trust = parse_json((release / "trust.json").read_bytes())
    policy = parse_json((release / "certificate.json").read_bytes())["policy"]
    return {
        "bundle": (bundle, lambda made: parse_bundle(canonical_bytes(made))),
        "trust file": (trust, lambda made: TrustFile.parse(canonical_bytes(made))),
        "policy": (policy, policy_from_document),
    }


FREE_IN_POLICIES = {"params", "with", "examples", "pass", "fail", "missing"}
"""Objects of a policy whose keys its author chooses."""


@pytest.mark.parametrize("name", ["bundle", "trust file", "policy"])
def test_documents_that_decide_whom_to_believe_refuse_a_field_they_do_not_know(name: str) -> None:
    document, reader = strict_documents()[name]
    reader(copy.deepcopy(document))
    tried = 0
    for path in places(document):
        if path and (FREE_IN_POLICIES & {step for step in path if isinstance(step, str)} or path == ("keys",)):
            continue
        made = copy.deepcopy(document)
        at(made, path)["xUnknown"] = "anything"
        with pytest.raises(CertifyError):
            reader(made)
        tried += 1
    assert tried >= 4
