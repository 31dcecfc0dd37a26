"""Withheld fields: nothing of the value shows, and nothing else can be shown for it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.visibility import WITHHELD, Opening, opened, withheld_fields, withhold

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6).filter(
    lambda name: name != WITHHELD
)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
DOCUMENTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=5)


def members(document: Any, prefix: str = "") -> list[str]:
    found = []
    pairs = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, value in pairs:
        pointer = f"{prefix}/{str(name).replace('~', '~0').replace('/', '~1')}"
        found += [pointer] if isinstance(document, dict) else []
        found += members(value, pointer)
    return found


def some_fields(data: st.DataObject, document: dict[str, Any]) -> list[str]:
    chosen = data.draw(st.lists(st.sampled_from(members(document)), min_size=1, max_size=4, unique=True))
    return [one for one in chosen if not any(one != other and one.startswith(f"{other}/") for other in chosen)]


@given(st.data(), DOCUMENTS)
def test_opening_everything_gives_the_document_back(data: st.DataObject, document: dict[str, Any]) -> None:
    """Withholding and opening are inverse, and the document given is left alone."""
    before = copy.deepcopy(document)
    shown, openings = withhold(document, some_fields(data, document))
    assert document == before
    assert canonical_bytes(opened(shown, openings)) == canonical_bytes(document)


@given(st.data(), DOCUMENTS, st.text(st.characters(codec="ascii", categories=["L"]), min_size=24, max_size=24))
def test_a_withheld_value_appears_nowhere(data: st.DataObject, document: dict[str, Any], value: str) -> None:
    """Not in the document shown; and two withholdings of one value have nothing in common."""
    field = data.draw(st.sampled_from(sorted(document)))
    pointer = "/" + field.replace("~", "~0").replace("/", "~1")
    planted = {**document, field: {"deep": [value]}}
    assume(value not in json.dumps({**document, field: None}))
    first, _ = withhold(planted, [pointer])
    second, _ = withhold(planted, [pointer])
    assert value not in json.dumps(first, ensure_ascii=False)
    assert first[WITHHELD][0]["commitment"] != second[WITHHELD][0]["commitment"]


@given(st.data(), DOCUMENTS, VALUES)
def test_nothing_else_opens_a_commitment(data: st.DataObject, document: dict[str, Any], other: Any) -> None:
    """Another value, another salt or another field is refused."""
    shown, openings = withhold(document, some_fields(data, document))
    one = openings[0]
    assume(canonical_bytes(other) != canonical_bytes(one.value))
    forged = [
        Opening(field=one.field, salt=one.salt, value=other),
        Opening(field=one.field, salt="0" * 64, value=one.value),
        Opening(field=f"{one.field}x", salt=one.salt, value=one.value),
    ]
    for opening in forged:
        with pytest.raises(HostileInput, match="CERT-E119"):
            opened(shown, [opening])


@given(st.data(), DOCUMENTS)
def test_a_secret_leaves_no_trace(data: st.DataObject, document: dict[str, Any]) -> None:
    """A document with a secret reads like one that never had the field."""
    field = data.draw(st.sampled_from(sorted(document)))
    pointer = "/" + field.replace("~", "~0").replace("/", "~1")
    shown, openings = withhold(document, [], secret=[pointer])
    assert (shown, openings) == ({name: value for name, value in document.items() if name != field}, ())


def test_the_commitment_is_what_the_page_says() -> None:
    """SHA-256 over the canonical JSON of field, salt and value, so that anybody can check it."""
    import hashlib

    shown, openings = withhold({"a": 1, "b": None}, ["/b"], salts=lambda size: b"\x01" * size)
    text = '{"field":"/b","salt":"' + "01" * 32 + '","value":null}'
    assert shown == {"a": 1, "withheld": [{"field": "/b", "commitment": hashlib.sha256(text.encode()).hexdigest()}]}
    assert openings[0].document() == {"field": "/b", "salt": "01" * 32, "value": None}


@pytest.mark.parametrize(
    "pointers", [["/missing"], ["/a", "/a/b"], ["/a/c/0"], ["a"], [""], ["/withheld"], ["/a/b/x"], ["/a/c/9/x"]]
)
def test_what_cannot_be_withheld_is_refused(pointers: list[str]) -> None:
    """A path that leads nowhere, overlaps another, or names an element of a list."""
    with pytest.raises(UsageError, match="CERT-E118"):
        withhold({"a": {"b": 1, "c": [1]}}, pointers)


def test_restricted_and_secret_cannot_be_the_same_field() -> None:
    """Otherwise the order of the options would decide."""
    with pytest.raises(UsageError, match="twice"):
        withhold({"a": 1}, ["/a"], secret=["/a"])


@pytest.mark.parametrize(
    "listed",
    [
        [{"field": "/b", "commitment": "0" * 64}, {"field": "/b", "commitment": "1" * 64}],
        [{"field": "/a", "commitment": "0" * 64}],
        [{"field": "/b", "commitment": "short"}],
        {"field": "/b"},
    ],
)
def test_a_document_that_could_show_two_values_is_refused(listed: Any) -> None:
    """Two commitments for one field, or a field both open and withheld."""
    with pytest.raises(HostileInput):
        withheld_fields({"a": 1, "withheld": listed})


@pytest.mark.parametrize(
    ("one", "other"), [("/a", "/a/b"), ("/a/b", "/a"), ("/x/0/y", "/x/00/y"), ("/a~2", "/a~02"), ("/a", "/a")]
)
def test_no_place_has_two_commitments(one: str, other: str) -> None:
    listed = [
        {"field": field, "commitment": Opening(field=field, salt="ab" * 32, value=value).commitment()}
        for field, value in ((one, {"b": 1}), (other, 2))
    ]
    with pytest.raises(HostileInput) as caught:
        withheld_fields({"x": [{}], "withheld": listed})
    assert caught.value.code == "CERT-E119"
