"""Canonical JSON: one byte string for one value, whatever it was written like, and back again."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.errors import HostileInput
from certify.evidence.canonical import MAX_INTEGER, canonical_bytes, parse_json

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
"""Any text without U+0000 and lone surrogates, characters beyond the basic plane among them."""


def readable(number: float) -> bool:
    return not (number.is_integer() and MAX_INTEGER < abs(number) < 1e21)


NUMBERS = st.integers(-MAX_INTEGER, MAX_INTEGER) | st.floats(allow_nan=False, allow_infinity=False).filter(readable)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("written", ['"\\u0000"', '["a", ["\\u0000"]]', '{"a": ["x\\u0000"]}', '{"a\\u0000": 1}'])
def test_the_character_nobody_can_keep_is_refused_wherever_it_stands(written: str) -> None:
    with pytest.raises(HostileInput, match="CERT-E046"):
        parse_json(written.encode())
    assert parse_json(written.replace("u0000", "\\u0000").encode())


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: true is not 1, and 1.0 is."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


@st.composite
def spelled(draw: st.DrawFn, value: Any) -> str:
    """Some JSON text of a value: other order of keys, white space, escapes and spellings of numbers."""
    space = st.sampled_from(["", " ", "\n", "\t ", "\r\n"])
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        parts = [f"{draw(spelled(key))}{draw(space)}:{draw(spelled(value[key]))}" for key in keys]
        text = "{" + ",".join(parts) + draw(space) + "}"
    elif isinstance(value, list):
        text = "[" + ",".join(draw(spelled(one)) for one in value) + draw(space) + "]"
    elif isinstance(value, str):
        text = json.dumps(value, ensure_ascii=draw(st.booleans()))
        if value[:1].isascii() and value[:1].isalnum() and draw(st.booleans()):
            text = f'"\\u{ord(value[0]):04X}' + text[2:]
    elif isinstance(value, float):
        text = draw(st.sampled_from([repr(value), f"{value:.17e}", f"{value:.17E}"]))
    else:
        text = json.dumps(value)
    return draw(space) + text + draw(space)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_it_comes_back_and_is_written_the_same(value: Any) -> None:
    data = canonical_bytes(value)
    again = parse_json(data)
    assert same(again, value)
    assert canonical_bytes(again) == data


@given(st.data(), VALUES)
@settings(max_examples=200, deadline=None)
def test_every_text_of_a_value_gives_the_same_bytes(data: st.DataObject, value: Any) -> None:
    one, other = data.draw(spelled(value)), data.draw(spelled(value))
    assert canonical_bytes(parse_json(one.encode())) == canonical_bytes(parse_json(other.encode()))
    assert canonical_bytes(parse_json(one.encode())) == canonical_bytes(value)


@given(VALUES, VALUES)
@settings(max_examples=300, deadline=None)
def test_two_values_have_one_text_only_if_they_are_the_same(one: Any, other: Any) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) == same(one, other)


@given(st.dictionaries(TEXT, st.none(), max_size=12))
def test_keys_stand_in_the_order_of_utf16_code_units(value: dict[str, None]) -> None:
    """Source: RFC 8785 section 3.2.3."""
    keys = list(parse_json(canonical_bytes(value)))
    assert keys == sorted(value, key=lambda key: key.encode("utf-16-be"))


def test_the_example_of_the_order_of_keys() -> None:
    """Source: RFC 8785 section 3.2.3. By code points the last two would be the other way round."""
    keys = {"\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"}
    written = list(parse_json(canonical_bytes(dict.fromkeys(keys))))
    assert written == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert written != sorted(keys)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.floats(2.0**53, 1e22))
def test_no_number_is_written_that_cannot_be_read(number: float) -> None:
    if readable(number):
        assert parse_json(canonical_bytes({"n": [number]})) == {"n": [number]}
    else:
        with pytest.raises(HostileInput, match="CERT-E046"):
            canonical_bytes({"n": [number]})


@given(st.text("0123456789:,[]-", min_size=15, max_size=40))
def test_long_digits_in_a_text_are_no_number(text: str) -> None:
    assert parse_json(canonical_bytes({text: text})) == {text: text}


NUMBER_VECTORS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
"""IEEE 754 bits and text. Source: RFC 8785 appendix B."""
REFUSED_VECTORS = ("4340000000000000", "c340000000000000", "4430000000000000", "444b1ae4d6e2ef4e", "444b1ae4d6e2ef4f")
"""Those of appendix B that are integers beyond 2**53 - 1: no two readers agree on them, so none is signed."""
NO_NUMBERS = ("7fffffffffffffff", "7ff0000000000000", "fff0000000000000")


def number_of(bits: str) -> float:
    return float(struct.unpack(">d", bytes.fromhex(bits))[0])


@pytest.mark.parametrize(("bits", "text"), NUMBER_VECTORS.items())
def test_the_number_vectors_of_the_specification(bits: str, text: str) -> None:
    assert canonical_bytes(number_of(bits)) == text.encode()
    assert parse_json(text.encode()) == number_of(bits)


@pytest.mark.parametrize("bits", REFUSED_VECTORS + NO_NUMBERS)
def test_numbers_that_are_not_written(bits: str) -> None:
    with pytest.raises(HostileInput):
        canonical_bytes([number_of(bits)])


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
WITHOUT_FLOATS = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | ANY_TEXT | st.lists(st.integers(0, 2**20)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=5),
    max_leaves=20,
)


@given(WITHOUT_FLOATS | VALUES)
def test_the_fast_way_and_the_slow_way_write_the_same_bytes(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [MAX_INTEGER + 1, [1, -MAX_INTEGER - 1], [1, MAX_INTEGER + 1], {"a": [float("nan")]}, ["\ud800"], {1: 2}, [b"x"]],
)
def test_what_has_no_canonical_form_is_refused_both_ways(value: Any) -> None:
    with pytest.raises(HostileInput, match="CERT-E046"):
        canonical_bytes(value)
