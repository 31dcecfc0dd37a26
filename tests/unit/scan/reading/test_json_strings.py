import json
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certify.scan.fields import TELLING_KEY, document_text, flatten, record_of
from certify.scan.kernel import json_strings, utf8
from certify.scan.reading.losses import Rejected
from certify.scan.reading.records import MAX_DEPTH, parse

TEXT = st.text(st.characters(exclude_categories=()), max_size=90)
KEYS = TEXT | st.lists(st.text("ab\u00e9 \u2003\u3000\x85\x1f\t", max_size=4), max_size=9).map(" ".join)
VALUES = st.recursive(
    TEXT | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


def lex(line: bytes) -> bytes | int:
    raw = np.full(len(line) + 64, 34, np.uint8)
    raw[: len(line)] = np.frombuffer(line, np.uint8)
    text = np.empty(len(raw), np.uint8)
    end = json_strings.lex_line(raw, 0, len(line), text, 0, np.empty(json_strings.MAX_DEPTH, np.uint8))
    return bytes(text[:end]) if end >= 0 else int(end)


def spoken(value: Any) -> bytes:
    return "\n".join(flatten(value)).encode("utf-8", "surrogatepass")


def test_both_parsers_have_the_same_limits() -> None:
    assert (json_strings.MAX_DEPTH, json_strings.TELLING_KEY) == (MAX_DEPTH, TELLING_KEY)


@settings(max_examples=400, deadline=None)
@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_the_strings_of_a_line_are_those_that_python_finds(value: Any, ascii_only: bool, indent: int | None) -> None:
    line = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    if any(0xD800 <= ord(c) < 0xE000 for c in json.dumps(value, ensure_ascii=False)) and not ascii_only:
        assert lex(line) == json_strings.LEFT
    else:
        assert lex(line) == spoken(json.loads(line))


@settings(max_examples=600, deadline=None)
@given(VALUES, st.data())
def test_a_damaged_line_is_taken_as_python_takes_it_or_left_to_it(value: Any, data: st.DataObject) -> None:
    line = bytearray(json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass"))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(line) - 1))
        byte = data.draw(st.integers(0, 255) | st.sampled_from(list(b'"\\{}[],:u0e-. \n')))
        change = data.draw(st.sampled_from(["replace", "insert", "remove"]))
        line[place : place + (change != "insert")] = b"" if change == "remove" else bytes([byte])
        if not line:
            return
    found = lex(bytes(line))
    if found == json_strings.BLANK:
        assert not line.strip()
    elif found != json_strings.LEFT:
        assert found == spoken(json.loads(bytes(line).decode(), strict=False, object_pairs_hook=record_of))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (rb'{"a": "\n\t\"\\\/\b\f\r\u00e9\u20ac"}', '\n\t"\\/\b\f\r\u00e9\u20ac'),
        (
            rb'"\ud83d\ude00 \ud83d \ude00 \ud83d\u0041 \ud83d\ud83d\ude00"',
            "\U0001f600 \ud83d \ude00 \ud83dA \ud83d\U0001f600",
        ),
        (b'{"a": "one", "a": "two"}', "one\ntwo"),
        (b'{"a b c": "x", "a b c d": 1}', "x\na b c d"),
        (b'{"a\\u0020b\\tc\\u3000d": null}', "a b\tc\u3000d"),
        (b'["", "", 1, [NaN, -Infinity, 1e9, -0.5E-7, 0]]', "\n"),
        (b'"nul \x00 and tab \t inside"\r\n', "nul \x00 and tab \t inside"),
        (b"9" * 5000, ""),
    ],
)
def test_what_a_line_says(line: bytes, text: str) -> None:
    assert lex(line) == text.encode("utf-8", "surrogatepass")
    assert spoken(parse(line)) == lex(line)


@pytest.mark.parametrize(
    "line",
    [
        b'{"a": 1',
        b'{"a" 1}',
        b'{"a": }',
        b'{"a": 1,}',
        b"[1,]",
        b"[,1]",
        b"{,}",
        b"01",
        b"1.",
        b".5",
        b"1e",
        b"+1",
        b"-",
        b"nul",
        b"truee",
        b'"a" "b"',
        b'"a',
        b'"\\',
        b'"\\x"',
        b'"\\u12"',
        b'"\\u12g4"',
        b"{1: 2}",
        b"]",
        b"[}",
        b"{]",
        b"1 2",
        b'{"a": 1]',
        b'{"a"}',
        b'{"a":: 1}',
        b'[1 "a"]',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\xc0\x80"',
        b'"\xe2\x82"',
        b"\xc3\xa9",
    ],
)
def test_what_is_no_json_is_accepted_by_neither(line: bytes) -> None:
    assert lex(line) == json_strings.LEFT
    with pytest.raises(Rejected):
        parse(line)


@pytest.mark.parametrize(("open_", "close"), [(b"[", b"]"), (b'{"":', b"}")])
def test_both_parsers_end_at_the_same_depth(open_: bytes, close: bytes) -> None:
    deep = open_ * MAX_DEPTH + b'"x"' + close * MAX_DEPTH
    assert lex(deep) == b"x" == spoken(parse(deep))
    for deeper in (open_ + deep + close, open_ * 100_000):
        assert lex(deeper) == json_strings.LEFT
        with pytest.raises(Rejected, match="levels deep" if deeper.endswith(close) else None):
            parse(deeper)


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"\xf4\x8f\xbf\xbf")
@example(b"\xf4\x90\x80\x80")
@example(b"a" * 64 + b"\xe0\x9f\xbf")
def test_utf8_is_what_python_decodes(data: bytes) -> None:
    array = np.frombuffer(data, np.uint8)
    try:
        data.decode()
        expected = len(data)
    except UnicodeDecodeError as error:
        expected = error.start
    assert utf8.valid_until(array, 0, len(array)) == expected


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_utf8_that_python_encodes_is_valid(text: str) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    assert utf8.valid_until(data, 0, len(data)) == len(data)


def test_of_a_repeated_key_every_value_is_in_the_document() -> None:
    record = parse(b'{"text": "one", "note": "side", "text": {"x": "two", "x": "three"}}')
    assert document_text(record) == "one\ntwo\nthree\nside"
