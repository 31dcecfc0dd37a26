import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.scan.reading import cutting, whole
from certify.scan.reading.lines import json_lines
from certify.scan.reading.losses import Job
from certify.scan.reading.sampling import _Bytes
from certify.scan.reading.whole import JsonAsLines

VALUES = st.recursive(
    st.text('ab",[]{}\\\n:\u00e9', max_size=20) | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab,]", max_size=4), inner, max_size=3),
    max_leaves=8,
)


class Dripping(_Bytes):
    """At most ``size`` bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def readinto(self, view: memoryview) -> int:
        return super().readinto(view[: self._size])


def rows(data: bytes, size: int) -> tuple[Job, list[Any]]:
    from tests.unit.scan.reading.conftest import assembled

    job = Job("a")
    return job, sorted(assembled(list(json_lines(JsonAsLines(Dripping(data, size)), job, plain=True)))[0].items())


@settings(deadline=None)
@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 2]), st.integers(1, 40), st.booleans())
def test_each_element_of_a_list_is_a_document(values: list[Any], indent: int | None, size: int, marked: bool) -> None:
    from certify.scan.fields import document_text

    data = (b"\xef\xbb\xbf" if marked else b"") + json.dumps(values, indent=indent).encode() + b"\n"
    job, found = rows(data, size)
    assert found == [(n, text) for n, value in enumerate(values) if (text := document_text(value))]
    assert job.documents == len(values)
    assert job.unscanned(0) == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{\n "a": "one",\n "b": ["two"]\n}\n', [(0, "one\ntwo")]),
        (b'{"a": "one"}\n{"a": "two"}\n', [(0, "one"), (1, "two")]),
        (b'{\n"a": "one"}\n{\n"a": "two"\n}', [(0, "one"), (1, "two")]),
        (b'"one"\n\n["two",\n"three"]', [(0, "one"), (2, "two\nthree")]),
    ],
)
def test_what_is_no_list_is_read_value_by_value(data: bytes, expected: list[Any]) -> None:
    assert rows(data, 7)[1] == expected


@pytest.mark.parametrize(
    "data", [b'["one", "tw', b'["one", {"a": "two"', b'["one"] garbage', b'["one", two]', b'["one"']
)
def test_a_damaged_list_is_read_as_far_as_it_goes(data: bytes) -> None:
    job, found = rows(data, 1000)
    lost = job.unscanned(len(data))
    assert found in ([(0, "one")], [])
    assert (lost != ()) == (data != b'["one"')


def test_a_text_file_is_one_document_whatever_its_size(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.md"
    text = "Zeile f\u00fcr Zeile \u4e2d\u6587\n" * 400_000
    path.write_text(text, encoding="utf-8")
    found = read(path)
    assert found.documents == {0: text}
    assert (found.totals.documents, found.totals.unscanned) == (1, ())
    assert all(len(block.text) <= cutting.BLOCK for block in found.blocks)


@pytest.mark.parametrize("chunk", [5, 64, 1000])
def test_a_text_file_is_read_until_it_is_no_text(tmp_path: Path, read: Any, monkeypatch: Any, chunk: int) -> None:
    monkeypatch.setattr(whole, "CHUNK", chunk)
    path = tmp_path / "a.txt"
    good = "\u00e9\u4e2d text " * 20
    path.write_bytes(good.encode() + b"\xff" + b"rest" * 10)
    found = read(path)
    assert found.documents == {0: good}
    [lost] = found.totals.unscanned
    assert (lost.row, lost.bytes) == (0, 41)
    assert "not UTF-8" in lost.reason
    path.write_bytes(good.encode() + b"\xe4\xb8")
    assert [lost.bytes for lost in read(path).totals.unscanned] == [2]


def test_a_text_file_has_no_columns(tmp_path: Path, read: Any) -> None:
    (tmp_path / "a.txt").write_text("all of it")
    [lost] = read(tmp_path / "a.txt", "text").totals.unscanned
    assert (lost.row, lost.bytes, lost.reason) == (None, 9, "there is no column 'text'")
