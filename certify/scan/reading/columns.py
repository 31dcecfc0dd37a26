"""The text of record batches, by columns where Arrow lets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from certify.identify.arrow_types import plain, pyarrow
from certify.scan.fields import is_telling, record_of
from certify.scan.reading.cutting import Batch
from certify.scan.reading.losses import Rejected
from certify.scan.reading.records import column_of, text_of

_TEXTS = ("is_string", "is_large_string", "is_string_view")
_BYTES = ("is_binary", "is_large_binary", "is_binary_view", "is_fixed_size_binary")
_VIEWS = ("is_string_view", "is_binary_view")
_LISTS = ("is_list", "is_large_list", "is_fixed_size_list")


class RowWise(Exception):
    """A layout that is read row by row: a union, a view of lists, runs, or a column whose name is itself text."""


class Texts(NamedTuple):
    """One string a row, back to back."""

    starts: Any
    """int64, one more than there are rows; the first need not be 0."""
    data: Any
    """uint8."""


def check(batch: Any) -> None:
    """Makes sure that no offset of a record batch out of a file leads astray: Arrow trusts them as they are stored.

    Raises:
        pyarrow.ArrowInvalid: one does, or a string inside another value is no UTF-8.
    """
    pa = pyarrow()
    batch.validate()
    for column in batch.columns:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            # Of text that is no UTF-8 the rows are named one by one, so only its offsets matter here.
            if not _is(column.type, _TEXTS):
                raise
            as_bytes = dict(zip(_TEXTS, (pa.binary(), pa.large_binary(), pa.binary_view()), strict=True))
            found = next(kind for name, kind in as_bytes.items() if _is(column.type, (name,)))
            column.view(found).validate(full=True)


def joined(batch: Any) -> Texts:
    """For each row all its text in the order of the columns: as it is where it is one string, else one a line.

    Raises:
        RowWise: these columns cannot be put together like that.
    """
    if any(is_telling(name) for name in batch.schema.names):
        raise RowWise
    return _merged(map(strings, batch.columns)) or _nothing(batch.num_rows)


def strings(array: Any) -> Texts | None:
    """The strings in each value of an array, one a line; None where its type holds no text."""
    types = pyarrow("types")
    if types.is_run_end_encoded(array.type):
        raise RowWise
    array = plain(array)
    if _is(array.type, _TEXTS):
        return _flat(array)
    if _is(array.type, _BYTES):
        texts = _flat(array)
        return without(texts, not_utf8(texts))
    if types.is_struct(array.type):
        if any(is_telling(field.name) for field in array.type):
            raise RowWise
        return _merged(strings(array.field(place)) for place in range(array.type.num_fields))
    if _is(array.type, _LISTS):
        return _of_list(array)
    if types.is_nested(array.type):
        raise RowWise
    return None


def _is(kind: Any, checks: tuple[str, ...]) -> bool:
    types = pyarrow("types")
    return any(getattr(types, check)(kind) for check in checks)


def _of_list(array: Any) -> Texts | None:
    if pyarrow("types").is_fixed_size_list(array.type):
        bounds = (np.arange(len(array) + 1, dtype=np.int64) + array.offset) * array.type.list_size
    else:
        bounds = np.asarray(array.offsets).astype(np.int64)
    inside = strings(array.values.slice(int(bounds[0]), int(bounds[-1] - bounds[0])))
    if inside is None:
        return None
    # Each string ends its line, so that the text of a list is one stretch of the text of all.
    lines = _lines([inside])
    return Texts(lines.starts[bounds - bounds[0]], lines.data)


def _flat(array: Any) -> Texts:
    """An array of strings without a copy; a null is empty."""
    if _is(array.type, _VIEWS) and array.null_count:
        array = _nulls_emptied(array)
    array = array.cast(pyarrow().large_binary())
    if array.null_count:
        array = pyarrow("compute").fill_null(array, b"")
    _, offsets, data = array.buffers()
    if not len(array) or data is None:
        return _nothing(len(array))
    starts = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return Texts(starts, np.frombuffer(data, np.uint8))


def _nulls_emptied(array: Any) -> Any:
    """Views with an empty one at each null.

    What stands there means nothing, so no validation looks at it. But a cast sets aside as much memory as all lengths
    add up to, and where one is negative it writes beyond that.
    """
    pa = pyarrow()
    _, views, *data = array.buffers()
    first, count = 2 * array.offset, 2 * len(array)
    words = np.frombuffer(views, np.uint64, first + count)[first:].reshape(-1, 2)
    kept = np.where(np.asarray(array.is_valid())[:, None], words, np.uint64(0))
    return pa.Array.from_buffers(array.type, len(array), [None, pa.py_buffer(kept), *data])


def _nothing(rows: int) -> Texts:
    return Texts(np.zeros(rows + 1, np.int64), np.empty(0, np.uint8))


def _merged(columns: Iterable[Texts | None]) -> Texts | None:
    parts = [part for part in columns if part is not None]
    if len(parts) < 2:
        return parts[0] if parts else None
    return _lines(parts)


def _lines(parts: list[Texts]) -> Texts:
    """Every string of a row on a line of its own, empty ones left out."""
    from certify.scan.kernel.joining import append

    sizes = [np.diff(part.starts) for part in parts]
    starts = np.zeros(len(sizes[0]) + 1, np.int64)
    np.cumsum(sum(size + (size > 0) for size in sizes), out=starts[1:])
    text, ends = np.empty(int(starts[-1]), np.uint8), starts[:-1].copy()
    for part in parts:
        append(text, ends, part.starts, part.data)
    return Texts(starts, text)


def not_utf8(texts: Texts) -> Any:
    """A flag for each row whose text is no UTF-8."""
    from certify.scan.kernel.utf8 import invalid_rows

    return invalid_rows(texts.data, texts.starts) == 1


def without(texts: Texts, flags: Any) -> Texts:
    """The same with the flagged rows empty."""
    if not flags.any():
        return texts
    sizes = np.diff(texts.starts)
    data = texts.data[texts.starts[0] : texts.starts[-1]][np.repeat(~flags, sizes)]
    starts = np.zeros(len(texts.starts), np.int64)
    np.cumsum(np.where(flags, 0, sizes), out=starts[1:])
    return Texts(starts, data)


def logical_bytes(array: Any) -> int:
    """Bytes of text that an array stands for, which is more than it holds where values are shared."""
    types, pc = pyarrow("types"), pyarrow("compute")
    kind = array.type
    if types.is_struct(kind):
        return sum(logical_bytes(array.field(place)) for place in range(kind.num_fields))
    if types.is_map(kind):
        return logical_bytes(plain(array).flatten())
    if _is(kind, _LISTS):
        return logical_bytes(array.flatten())
    lengths = _lengths(array)
    return 0 if lengths is None else int(pc.sum(lengths).as_py() or 0)


def _lengths(array: Any) -> Any:
    """The length of each string; None where there are none."""
    pa, types, pc = pyarrow(), pyarrow("types"), pyarrow("compute")
    kind = array.type
    if types.is_dictionary(kind):
        lengths = _lengths(array.dictionary)
        return None if lengths is None else pc.take(lengths, array.indices)
    if types.is_fixed_size_binary(kind):
        return pa.scalar(len(array) * int(kind.byte_width))
    if types.is_string_view(kind) or types.is_binary_view(kind):
        # The length stands in the first four of a view's sixteen bytes. Source: Arrow columnar format, view layout.
        views = np.frombuffer(array.buffers()[1], np.int32)[4 * array.offset : 4 * (array.offset + len(array)) : 4]
        return pa.array(views.astype(np.int64), mask=~np.asarray(array.is_valid()))
    return pc.binary_length(array).cast("int64") if _is(kind, _TEXTS + _BYTES) else None


def batch_of_columns(batch: Any, row: int, wrong: list[int]) -> Batch:
    """All text of a record batch.

    Args:
        batch: pyarrow's.
        row: number of its first row.
        wrong: takes the rows whose text is not UTF-8, which are left empty.

    Raises:
        RowWise: these columns cannot be put together like that.
    """
    texts = joined(batch)
    flags = not_utf8(texts)
    wrong += [row + int(place) for place in np.flatnonzero(flags)]
    starts, data = without(texts, flags)
    rows = np.arange(row, row + batch.num_rows, dtype=np.int64)
    starts, data = starts - starts[0], data[starts[0] : starts[-1]]
    return Batch(data, starts, rows, None if _is_document(batch) else _RowText(batch, row))


def _is_document(batch: Any) -> bool:
    """Whether the text of a row is its document as it is: one column of strings, the others without any."""
    with_text = [column.type for column in batch.columns if not _is_plain_number(column.type)]
    return len(with_text) == 1 and _is(with_text[0], _TEXTS)


def _is_plain_number(kind: Any) -> bool:
    types = pyarrow("types")
    return bool(types.is_primitive(kind) or types.is_null(kind) or types.is_decimal(kind))


class _RowText:
    """The document of a row, main column first, out of the row itself."""

    def __init__(self, batch: Any, row: int) -> None:
        self._batch, self._row = batch, row

    def __call__(self, row: int) -> bytes:
        return text_of(record_at(self._batch, row - self._row))


def record_at(batch: Any, place: int) -> Any:
    """One row as Python values, columns of the same name included."""
    return record_of((name, _python(column[place])) for name, column in _columns(batch))


def _columns(batch: Any) -> Iterator[tuple[str, Any]]:
    return zip(batch.schema.names, batch.columns, strict=True)


def _python(scalar: Any) -> Any:
    """A value as Python has it. Names may repeat inside it, and what is no text may be beyond Python's types."""
    types = pyarrow("types")
    kind = scalar.type
    if not scalar.is_valid:
        return None
    if types.is_struct(kind):
        return record_of((kind.field(place).name, _python(scalar[place])) for place in range(kind.num_fields))
    if types.is_map(kind) or (types.is_nested(kind) and hasattr(scalar, "values")):
        return [_python(value) for value in scalar.values]
    if types.is_primitive(kind) or types.is_decimal(kind):
        return None
    return scalar.as_py()


def row_document(batch: Any, place: int, text_field: str | None) -> bytes | None:
    """The document of one row, or of one column of it; None where the row does not have that column.

    Raises:
        Rejected: it cannot be read.
    """
    try:
        record = record_at(batch, place)
        return text_of(record) if text_field is None else column_of(record, text_field)
    except UnicodeDecodeError as error:
        raise Rejected("not UTF-8 text") from error
    except Exception as error:
        # pyarrow has error classes of its own; whatever one row does, the others are read.
        raise Rejected(f"cannot be read: {error}") from error


def under(batch: Any, dotted: str) -> Any:
    """The batch with the one column at ``a.b.c`` alone; None where its columns have no such place."""
    pa, types = pyarrow(), pyarrow("types")
    first, *further = dotted.split(".")
    found = [column for name, column in _columns(batch) if name == first]
    for part in further:
        found = [
            column.field(place)
            for column in found
            if types.is_struct(column.type)
            for place in range(column.type.num_fields)
            if column.type.field(place).name == part
        ]
    return pa.RecordBatch.from_arrays(found, names=["text"] * len(found)) if found else None
