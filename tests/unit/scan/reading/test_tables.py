import ast
import datetime
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.scan.fields import document_text, flatten
from certify.scan.reading import losses, tables
from certify.scan.reading.losses import Job
from certify.scan.report import UnscannedPart

CHAT = [{"role": "user", "content": "hello"}, {"role": None, "content": "h\u00ef"}]
ROWS: list[dict[str, Any]] = [
    {"id": 1, "url": "web", "text": "one two", "tags": ["x", "y"], "chat": CHAT, "meta": {"a": "deep", "n": 1}},
    {"id": 2, "url": None, "text": None, "tags": [], "chat": None, "meta": None},
    {"id": 3, "url": "", "text": "drei\u00df", "tags": None, "chat": [], "meta": {"a": None, "n": None}},
]


def store(table: pa.Table, path: Path, **options: Any) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(table, path, **options)
        return path
    make = pa.ipc.new_stream if path.stem == "stream" else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as file, make(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return path


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "stream.arrow"])
def test_every_column_is_read(tmp_path: Path, read: Any, name: str) -> None:
    path = store(pa.Table.from_pylist(ROWS), tmp_path / name)
    found = read(path)
    assert found.documents == {n: text for n, row in enumerate(ROWS) if (text := document_text(row))}
    assert found.totals.documents == 3
    assert (found.totals.bytes, found.totals.unscanned) == (path.stat().st_size, ())
    assert found.totals.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    for row, text in found.lexed.items():
        assert [word for word in text.split("\n") if word] == [word for word in flatten(ROWS[row]) if word]


TEXTS = ["one", None, "", "drei\u00df", "x" * 5000]


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.dictionary(pa.int8(), pa.string())],
    ids=str,
)
def test_text_is_text_however_arrow_stores_it(kind: Any, read: Any, tmp_path: Path) -> None:
    column = (
        pa.array(TEXTS, pa.string()).dictionary_encode() if pa.types.is_dictionary(kind) else pa.array(TEXTS).cast(kind)
    )
    table = pa.table({"id": [1, 2, 3, 4, 5], "text": column})
    for sliced, expected in (
        (table, {0: "one", 3: "drei\u00df", 4: "x" * 5000}),
        (table.slice(3, 1), {0: "drei\u00df"}),
    ):
        found = read(store(sliced, tmp_path / "a.arrow"))
        assert found.documents == expected == found.lexed


def test_bytes_are_text_where_they_are_utf8(tmp_path: Path, read: Any) -> None:
    table = pa.table({"image": pa.array([b"\x89PNG\xff", b"plain text", None]), "text": ["a", "b", "c"]})
    assert read(store(table, tmp_path / "a.parquet")).documents == {0: "a", 1: "b\nplain text", 2: "c"}


def test_numbers_and_times_are_no_text(tmp_path: Path, read: Any) -> None:
    table = pa.table(
        {"n": [1.5], "b": [True], "when": [datetime.datetime(2026, 1, 1)], "l": [[1, 2]], "z": pa.nulls(1)}
    )
    found = read(store(table, tmp_path / "a.parquet"))
    assert (found.documents, found.totals.documents) == ({}, 1)


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_text_that_is_not_utf8_loses_its_row(tmp_path: Path, read: Any, name: str) -> None:
    column = pa.StringArray.from_buffers(
        3, pa.array([0, 1, 3, 4], pa.int32()).buffers()[1], pa.py_buffer(b"a\xff\xfeb")
    )
    found = read(store(pa.table({"text": column, "other": ["x", "y", "z"]}), tmp_path / name))
    assert found.documents == {0: "a\nx", 2: "b\nz"}
    assert found.totals.unscanned == (UnscannedPart(shard=name, row=1, bytes=0, reason="not UTF-8 text"),)
    assert found.totals.documents == 2


def test_offsets_that_lead_astray_are_not_followed(tmp_path: Path, read: Any) -> None:
    offsets = pa.array([0, 1, 1 << 30, 4], pa.int32()).buffers()[1]
    column = pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"abcd"))
    good = pa.record_batch({"text": ["x", "y"]})
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as file, pa.ipc.new_file(file, good.schema) as writer:
        for batch in (good, pa.record_batch({"text": column}), good):
            writer.write_batch(batch)
    found = read(tmp_path / "a.arrow")
    assert found.documents == {0: "x", 1: "y", 5: "x", 6: "y"}
    [lost] = found.totals.unscanned
    assert lost.reason.startswith("rows 2 to 4 are damaged")


def test_columns_of_one_name_hide_nothing(tmp_path: Path, read: Any) -> None:
    table = pa.Table.from_arrays([pa.array(["one"]), pa.array(["two"])], names=["text", "text"])
    assert read(store(table, tmp_path / "a.arrow")).documents == {0: "one\ntwo"}


def test_a_name_of_several_words_is_text_and_odd_layouts_are_read(tmp_path: Path, read: Any) -> None:
    table = pa.table({"How many apples are left": [1, 2], "text": ["a", "b"]})
    assert read(store(table, tmp_path / "a.parquet")).documents == {
        0: "a\nHow many apples are left",
        1: "b\nHow many apples are left",
    }
    union = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array(["in a union", ""]), pa.array([1, 2])])
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2], pa.int32()), pa.array(["in runs"]))
    views = pa.array([["in a view"], []], pa.list_view(pa.string()))
    pairs = pa.array([[("key", "in a map")], []], pa.map_(pa.string(), pa.string()))
    for column in (union, runs, views, pairs):
        job = Job("a")
        [block] = tables.held([pa.record_batch({"x": column})], job)
        assert b"in " in bytes(block.text)
        assert (job.documents, job.unscanned(0)) == (2, ())


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_one_column_can_be_named(tmp_path: Path, read: Any, name: str) -> None:
    path = store(pa.Table.from_pylist(ROWS), tmp_path / name)
    assert read(path, "text").documents == {0: "one two", 2: "drei\u00df"}
    assert read(path, "meta.a").documents == {0: "deep"}
    assert read(path, "chat").documents == {0: document_text(CHAT)}
    found = read(path, "text")
    assert (found.totals.documents, found.totals.unscanned) == (3, ())


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "stream.arrow"])
@pytest.mark.parametrize("column", ["other", "text.a", "meta.b"])
def test_a_table_without_the_column_is_unscanned(tmp_path: Path, read: Any, name: str, column: str) -> None:
    path = store(pa.Table.from_pylist(ROWS), tmp_path / name)
    found = read(path, column)
    assert found.documents == {}
    assert found.totals.unscanned == (
        UnscannedPart(shard=path.name, row=None, bytes=path.stat().st_size, reason=f"there is no column '{column}'"),
    )


def test_a_damaged_row_group_is_left_out(tmp_path: Path, read: Any) -> None:
    table = pa.table({"text": [f"row {n} " + "x" * 100 for n in range(300)]})
    path = store(table, tmp_path / "a.parquet", row_group_size=100, use_dictionary=False, compression="zstd")
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    begin = column.data_page_offset
    data[begin : begin + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(data)
    found = read(path)
    assert set(found.documents) == {*range(100), *range(200, 300)}
    [lost] = found.totals.unscanned
    assert (lost.row, lost.bytes) == (None, column.total_compressed_size)
    assert lost.reason.startswith("rows 100 to 199 are damaged")
    assert found.totals.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_what_is_no_table_is_unscanned(tmp_path: Path, read: Any, name: str) -> None:
    whole = store(pa.Table.from_pylist(ROWS), tmp_path / f"whole-{name}").read_bytes()
    for data in (b"PAR1 nonsense PAR1", b"ARROW1\0\0 nonsense", whole[: len(whole) // 2], whole[:-1]):
        (tmp_path / name).write_bytes(data)
        totals = read(tmp_path / name).totals
        assert totals.documents == 0
        assert [(lost.row, lost.bytes) for lost in totals.unscanned] == [(None, len(data))]
        assert totals.sha256 == hashlib.sha256(data).hexdigest()


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_no_damage_to_a_table_is_raised(data: st.DataObject, tmp_path_factory: Any, read: Any) -> None:
    name = data.draw(st.sampled_from(["a.parquet", "a.arrow", "stream.arrow"]))
    path = store(pa.Table.from_pylist(ROWS), tmp_path_factory.getbasetemp() / name)
    stored = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        stored[data.draw(st.integers(0, len(stored) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(stored)
    assert read(path).totals.sha256 == hashlib.sha256(stored).hexdigest()


COLUMN = b"\x15\x0c\x25\x02\x18\x04text"
"""In a Parquet schema: byte arrays, optional, of this name."""
READ_ALONE = """
import sys
from pathlib import Path
from certify.scan.reading import open_shard
from certify.scan.shards import Shard
reader = open_shard(Shard("a", Path(sys.argv[1])))
text = b"".join(block.text[: block.starts[-1]].tobytes() for block in reader.blocks())
print([text.decode(), reader.totals().documents, [(lost.row, lost.bytes) for lost in reader.totals().unscanned]])
"""


def read_alone(path: Path) -> Any:
    """Text, documents, and row and bytes of each loss, read by a process that may die of it."""
    command = [sys.executable, "-c", READ_ALONE, path]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stdout)


@pytest.mark.parametrize(("place", "value"), [(3, 0), (1, 8)], ids=["required", "floating point"])
def test_a_footer_that_contradicts_itself_ends_no_process(tmp_path: Path, place: int, value: int) -> None:
    path = store(pa.table({"text": ["one", None, "two"]}), tmp_path / "a.parquet", store_schema=False)
    size = pq.ParquetFile(path).metadata.row_group(0).column(0).total_compressed_size
    stored = bytearray(path.read_bytes())
    stored[stored.index(COLUMN) + place] = value
    path.write_bytes(stored)
    assert read_alone(path) == ["", 0, [(None, size)]]


def test_a_footer_of_two_readings_hides_nothing(tmp_path: Path, read: Any) -> None:
    path = store(pa.table({"text": ["one", None, "two"]}), tmp_path / "a.parquet", store_schema=False)
    stored = path.read_bytes()
    size = int.from_bytes(stored[-8:-4], "little")
    # A field's number has 16 bits: whoever takes more of this one does not find the row groups, field 4, in it.
    footer = stored[-8 - size : -8].replace(b"\x16\x06\x19\x1c", b"\x16\x06\x09\x88\x80\x08\x1c", 1)
    path.write_bytes(stored[: -8 - size] + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    assert pq.ParquetFile(path).read()["text"].to_pylist() == ["one", None, "two"]
    assert [(lost.row, lost.bytes) for lost in read(path).totals.unscanned] == [(None, path.stat().st_size)]


@pytest.mark.parametrize("kind", [pa.string_view(), pa.binary_view()], ids=str)
def test_what_stands_at_a_null_is_not_trusted(tmp_path: Path, kind: Any) -> None:
    values = ["one", None, "a second text of some length", "three"]
    path = store(pa.table({"text": pa.array(values).cast(kind)}), tmp_path / "stream.arrow")
    stored = bytearray(path.read_bytes())
    length_at_null = stored.index(b"\x03\0\0\0one") + 16
    stored[length_at_null + 3] = 0x8D
    path.write_bytes(stored)
    assert read_alone(path) == ["".join(filter(None, values)), 4, []]


def test_views_are_read_from_where_their_slice_begins() -> None:
    from tests.unit.scan.reading.conftest import assembled

    values = ["zero", None, "a text that is not held inside its view", None, "x", "last"]
    batch = pa.record_batch({"text": pa.array(values, pa.string_view())})
    for first in range(len(values)):
        documents, _ = assembled(list(tables.held([batch.slice(first)], Job("a"))))
        assert documents == {row: text for row, text in enumerate(values[first:]) if text}


def test_shared_values_are_read_in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "MAX_RECORD", 10_000)
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * 100, pa.int32()), pa.array(["z" * 4000]))
    views = pa.array(["z" * 4000] * 100, pa.string_view())
    for column in (shared, views, pa.array([[value] for value in views.to_pylist()])):
        blocks = list(tables.held([pa.record_batch({"text": column})], Job("a")))
        assert sum(len(block.rows) for block in blocks) == 100
        assert max(len(block.text) for block in blocks) <= 10_000 + 100
    job = Job("a")
    assert list(tables.held([pa.record_batch({"text": pa.array(["z" * 20_000])})], job)) == []
    assert job.unscanned(0) == (UnscannedPart(shard="a", row=0, bytes=0, reason=losses.TOO_LARGE),)


def test_a_row_group_is_read_a_few_rows_at_a_time(tmp_path: Path, read: Any) -> None:
    texts = [f"{n} " + "word " * 2000 for n in range(2000)]
    path = store(pa.table({"text": texts}), tmp_path / "a.parquet", compression="none")
    found = read(path)
    assert list(found.documents.values()) == texts
    assert max(len(block.text) for block in found.blocks) < 8 << 20


CELLS = st.none() | st.text("ab \u00e9", max_size=8)
TURN = st.fixed_dictionaries({"role": CELLS, "content": CELLS})
NESTED = st.lists(st.lists(CELLS, max_size=2), max_size=2)
TABLE = st.lists(
    st.fixed_dictionaries(
        {
            "text": CELLS,
            "n": st.none() | st.integers(0, 9),
            "tags": st.none() | st.lists(CELLS, max_size=3),
            "chat": st.none() | st.lists(st.none() | TURN, max_size=3),
            "meta": st.none() | st.fixed_dictionaries({"a": CELLS, "deep": st.none() | NESTED}),
        }
    ),
    min_size=1,
    max_size=8,
)
SCHEMA = pa.schema(
    {
        "text": pa.string(),
        "n": pa.int64(),
        "tags": pa.list_(pa.string()),
        "chat": pa.large_list(pa.struct({"role": pa.string(), "content": pa.large_string()})),
        "meta": pa.struct({"a": pa.string(), "deep": pa.list_(pa.list_(pa.string()))}),
    }
)


@settings(deadline=None)
@given(TABLE, st.integers(0, 3))
def test_columns_hold_the_strings_that_rows_do(rows: list[Any], first: int) -> None:
    from tests.unit.scan.reading.conftest import assembled

    batch = pa.RecordBatch.from_pylist(rows, schema=SCHEMA).slice(first)
    documents, texts = assembled(list(tables.held([batch], Job("a"))))
    for place, row in enumerate(batch.to_pylist()):
        assert documents.get(place, "").strip() in (document_text(row).strip(), "")
        found = [line for line in texts.get(place, "").split("\n") if line]
        assert found == [line for line in flatten(row) if line]


def test_a_program_may_hold_the_table() -> None:
    from certify.identify.arrow_data import read_arrow
    from certify.scan.reading import TableReader
    from tests.unit.scan.reading.conftest import assembled

    table = pa.Table.from_pylist(ROWS)
    reader = TableReader("held", table)
    documents, _ = assembled(list(reader.blocks()))
    assert documents == {n: text for n, row in enumerate(ROWS) if (text := document_text(row))}
    assert reader.totals().sha256 == read_arrow(table).manifest.files[0].sha256
    assert (reader.totals().documents, reader.totals().unscanned) == (3, ())
    reader = TableReader("held", table, text_field="other")
    assert list(reader.blocks()) == []
    assert [lost.reason for lost in reader.totals().unscanned] == ["there is no column 'other'"]
