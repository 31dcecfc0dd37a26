"""The content digest of Arrow data does not depend on how rows are cut, and on nothing but the content."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pa = pytest.importorskip("pyarrow")

from certify.identify import read_arrow  # noqa: E402

SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("number", pa.int64()),
        ("share", pa.float64()),
        ("yes", pa.bool_()),
        ("raw", pa.binary()),
        ("list", pa.list_(pa.string())),
        ("pair", pa.list_(pa.int16(), 2)),
        ("view", pa.list_view(pa.int8())),
        ("nested", pa.list_(pa.struct([("a", pa.string()), ("b", pa.list_(pa.int32()))]))),
        ("map", pa.map_(pa.string(), pa.int32())),
    ]
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=4)
ROW = st.fixed_dictionaries(
    {
        "text": st.none() | TEXT,
        "number": st.none() | st.integers(-(2**63), 2**63 - 1),
        "share": st.none() | st.floats(),
        "yes": st.none() | st.booleans(),
        "raw": st.none() | st.binary(max_size=4),
        "list": st.none() | st.lists(st.none() | TEXT, max_size=3),
        "pair": st.none() | st.lists(st.none() | st.integers(-5, 5), min_size=2, max_size=2),
        "view": st.none() | st.lists(st.none() | st.integers(-5, 5), max_size=3),
        "nested": st.none()
        | st.lists(
            st.none()
            | st.fixed_dictionaries({"a": st.none() | TEXT, "b": st.none() | st.lists(st.integers(0, 9), max_size=2)}),
            max_size=2,
        ),
        "map": st.none() | st.lists(st.tuples(TEXT, st.none() | st.integers(0, 9)), max_size=2),
    }
)
ROWS = st.lists(ROW, min_size=1, max_size=12)


def digest(source: Any) -> str:
    return read_arrow(source).identity.identity


def table(rows: list[dict[str, Any]]) -> Any:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def pieces(whole: Any, cuts: list[int]) -> Any:
    """The table in pieces, cut by offset alone, some of them empty."""
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    return pa.concat_tables([whole.slice(start, end - start) for start, end in pairwise(places)])


@settings(max_examples=50, deadline=None)
@given(ROWS, st.lists(st.integers(0, 12), max_size=5))
def test_where_rows_are_cut_does_not_matter(rows: list[dict[str, Any]], cuts: list[int]) -> None:
    whole = table(rows)
    expected = digest(whole)
    assert digest(pieces(whole, cuts)) == expected
    assert digest(pa.RecordBatchReader.from_batches(SCHEMA, pieces(whole, cuts).to_batches())) == expected


@settings(max_examples=30, deadline=None)
@given(ROWS, st.data())
def test_a_slice_is_what_it_shows(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(rows) - 1))
    end = data.draw(st.integers(start + 1, len(rows)))
    assert digest(table(rows).slice(start, end - start)) == digest(table(rows[start:end]))


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_encodings_that_save_space_do_not_matter(rows: list[dict[str, Any]]) -> None:
    whole = table(rows)
    expected = digest(whole)
    spellings = {
        "text": [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
        "raw": [pa.large_binary(), pa.binary_view()],
        "list": [pa.large_list(pa.large_string()), pa.list_view(pa.string())],
    }
    for name, kinds in spellings.items():
        for kind in kinds:
            place = SCHEMA.get_field_index(name)
            values = [row[name] for row in rows]
            again = (
                whole[name].combine_chunks().dictionary_encode()
                if pa.types.is_dictionary(kind)
                else pa.array(values, kind)
            )
            assert digest(whole.set_column(place, name, again)) == expected, kind


@settings(max_examples=50, deadline=None)
@given(ROWS, ROW, st.data())
def test_any_other_value_gives_another_digest(
    rows: list[dict[str, Any]], other: dict[str, Any], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(SCHEMA.names))
    changed = [*rows[:place], {**rows[place], name: other[name]}, *rows[place + 1 :]]
    same = table(rows).equals(table(changed)) or repr(rows[place][name]) == repr(other[name])
    if not same:
        assert digest(table(changed)) != digest(table(rows))


def test_what_looks_alike_is_told_apart() -> None:
    alike = [
        pa.table({"a": ["x", "y"]}),
        pa.table({"a": ["xy", ""]}),
        pa.table({"a": ["xy", None]}),
        pa.table({"a": [b"x", b"y"]}),
        pa.table({"b": ["x", "y"]}),
        pa.table({"a": [["x"], ["y"]]}),
        pa.table({"a": [["x", "y"], []]}),
        pa.table({"a": [["x", "y"], None]}),
        pa.table({"a": [{"a": "x"}, {"a": "y"}]}),
        pa.table({"a": ["x", "y"], "b": ["x", "y"]}),
        pa.table({"a": pa.array([1, 2], pa.int64())}),
        pa.table({"a": pa.array([1, 2], pa.int32())}),
        pa.table({"a": pa.array([1, 2], pa.uint32())}),
        pa.table({"a": pa.array([0.0, 1.0])}),
        pa.table({"a": pa.array([-0.0, 1.0])}),
        pa.table({"a": pa.array([None, 1.0])}),
        pa.table({"a": pa.nulls(2)}),
        pa.table({"a": pa.nulls(3)}),
    ]
    assert len({digest(one) for one in alike}) == len(alike)
