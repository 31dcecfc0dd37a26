"""A digest over the content of Arrow tables, the same however the rows were cut into pieces.

Form ``certify/arrow-content/v1``, specified in docs/datasets.md: each column has one digest over which values are
there, one over the values and, where they differ in length, one over the lengths; the canonical JSON of all of them
with names, types and the number of rows is what is identified. Text is text whatever its offsets (string, large
string, view, dictionary). Memory is bounded by one batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from certify.evidence.canonical import canonical_bytes
from certify.identify.arrow_types import kind_of, plain, pyarrow, unusable

FORM = "certify/arrow-content/v1"
BATCH_ROWS = 65_536
"""Most rows at a time."""


class ArrowContent:
    """Takes record batches in order and gives the canonical bytes of their content."""

    def __init__(self) -> None:
        self._columns: list[_Column] | None = None
        self.rows = 0
        self.bytes = 0

    def add(self, batches: Iterable[Any], progress: Callable[[int], None] | None = None) -> None:
        """Takes more rows.

        Args:
            batches: pyarrow record batches.
            progress: called with the bytes taken so far.

        Raises:
            UsageError: CERT-E029, other columns than before, or a type without a canonical form.
        """
        for batch in batches:
            shape = [(field.name, kind_of(field.type)) for field in batch.schema]
            if self._columns is None:
                self._columns = [_Column(name, kind) for name, kind in shape]
            elif [(column.name, column.kind) for column in self._columns] != shape:
                raise unusable("the batches of the data differ in their columns", "give it one set of features")
            for column, array in zip(self._columns, batch.columns, strict=True):
                self.bytes += column.add(array)
            self.rows += batch.num_rows
            if progress is not None:
                progress(self.bytes)

    def to_bytes(self) -> bytes:
        """The canonical JSON whose SHA-256 is the digest of the content.

        Raises:
            UsageError: CERT-E029, no rows were taken.
        """
        if not self.rows:
            raise unusable("the data holds no rows", "give data with at least one row")
        columns = [column.document() for column in self._columns or ()]
        return canonical_bytes({"form": FORM, "rows": self.rows, "columns": columns})


class _Column:
    """The digests of one column, or of what is inside a nested one."""

    def __init__(self, name: str, kind: Any) -> None:
        self.name, self.kind = name, kind
        self._present, self._values, self._lengths = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        inside = kind[1:] if isinstance(kind, tuple) else ()
        self._children = [_Column(child, below) for child, below in inside]

    def add(self, array: Any) -> int:
        """Takes more values; how many bytes they are."""
        array = plain(array)
        before = _feed(self._present, pyarrow("compute").is_valid(array).cast("uint8"), 1)
        if isinstance(self.kind, tuple):
            return before + self._add_nested(array)
        if self.kind in ("utf8", "binary"):
            return before + self._add_text(array)
        if self.kind == "null":
            return before
        fixed = array.cast("uint8") if self.kind == "bool" else array
        return before + _feed(self._values, *_as_bytes(fixed))

    def _add_text(self, array: Any) -> int:
        pa, pc = pyarrow(), pyarrow("compute")
        text = pc.fill_null(array.cast(pa.large_binary()), b"")
        if not len(text):
            return 0
        taken = _feed(self._lengths, pc.binary_length(text).cast("int64"), 8)
        _, offsets, data = text.buffers()
        places = memoryview(offsets).cast("q")
        start, end = places[text.offset], places[text.offset + len(text)]
        if end > start:
            self._values.update(memoryview(data)[start:end])
        return taken + int(end - start)

    def _add_nested(self, array: Any) -> int:
        if self.kind[0] == "struct":
            return sum(child.add(part) for child, part in zip(self._children, array.flatten(), strict=True))
        pc = pyarrow("compute")
        lengths = pc.fill_null(pc.list_value_length(array).cast("int64"), 0)
        return _feed(self._lengths, lengths, 8) + self._children[0].add(array.flatten())

    def document(self) -> dict[str, Any]:
        """Name, type and digests."""
        return {
            "name": self.name,
            "type": self.kind[0] if isinstance(self.kind, tuple) else self.kind,
            "present": self._present.hexdigest(),
            "values": self._values.hexdigest(),
            "lengths": self._lengths.hexdigest(),
            "children": [child.document() for child in self._children],
        }


def _as_bytes(array: Any) -> tuple[Any, int]:
    """The same values as fixed-size bytes, zero where absent, and how many bytes each has."""
    pa, pc = pyarrow(), pyarrow("compute")
    width = array.type.bit_width // 8
    validity, values = array.buffers()
    raw = pa.Array.from_buffers(pa.binary(width), len(array), [validity, values], offset=array.offset)
    return (pc.if_else(pc.is_valid(raw), raw, pa.scalar(bytes(width), raw.type)) if raw.null_count else raw), width


def _feed(digest: Any, array: Any, width: int) -> int:
    """Hashes the values of an array without absent ones; how many bytes."""
    if not len(array):
        return 0
    start = array.offset * width
    data = memoryview(array.buffers()[1])[start : start + len(array) * width]
    digest.update(data)
    return data.nbytes
