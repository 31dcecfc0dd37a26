import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from certify.scan.reading.footer import RowGroup, row_groups
from tests.unit.scan.reading.test_tables import ROWS


def stored(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def described(data: bytes) -> tuple[RowGroup, ...]:
    """The same by pyarrow."""
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    found = []
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        columns = [group.column(place) for place in range(group.num_columns)]
        starts = [min(filter(None, (each.dictionary_page_offset, each.data_page_offset))) for each in columns]
        ends = [start + each.total_compressed_size for start, each in zip(starts, columns, strict=True)]
        sizes = [(each.total_compressed_size, each.total_uncompressed_size) for each in columns]
        found.append(RowGroup(group.num_rows, max(ends, default=0), *map(sum, zip((0, 0), *sizes, strict=True))))
    return tuple(found)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"row_group_size": 1, "compression": "zstd", "use_dictionary": False, "write_page_index": True},
        {"write_statistics": False, "data_page_version": "2.0", "sorting_columns": [pq.SortingColumn(0)]},
        {"bloom_filter_options": {"text": True}, "store_decimal_as_integer": True},
    ],
    ids=["plain", "many groups", "sorted", "blooms"],
)
def test_it_says_what_pyarrow_says(options: dict[str, Any]) -> None:
    rows = [row | {"flag": True, "half": 0.5} | {f"n{n}": n for n in range(20)} for row in ROWS]
    table = pa.Table.from_pylist(rows).replace_schema_metadata({"a": "b" * 1000})
    data = stored(table, **options)
    assert row_groups(io.BytesIO(data)) == described(data) != ()


def test_a_table_may_have_no_rows_or_no_columns() -> None:
    for table in (pa.table({"text": pa.array([], pa.string())}), pa.table({})):
        data = stored(table)
        assert row_groups(io.BytesIO(data)) == described(data)


def test_a_footer_that_is_none_is_refused() -> None:
    data = stored(pa.Table.from_pylist(ROWS))
    size = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - size : -8]
    for wrong in (footer[: size // 2], b"", b"\x4c", b"\x4e\x00", b"\x1f", b"\x19\x15", b"\x16" + b"\xff" * 20):
        file = io.BytesIO(data[:4] + wrong + len(wrong).to_bytes(4, "little") + b"PAR1")
        with pytest.raises(ValueError, match="its footer"):
            row_groups(file)
