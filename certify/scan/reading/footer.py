"""What the footer of a Parquet file says of its row groups.

pyarrow has no safe way to ask: where a column's entry contradicts itself, its C++ library throws through a call that
catches nothing, and the process dies. So the few numbers needed are taken from the footer itself.

Source: Apache Parquet, parquet.thrift and file layout; Apache Thrift, compact protocol.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, NamedTuple

_TAIL = 8
_BOOLEANS, _WHOLE, _BINARY, _LISTS, _MAP, _STRUCT = (1, 2), (4, 5, 6), 8, (9, 10), 11, 12
_FIXED = {1: 0, 2: 0, 3: 1, 7: 8, 13: 16}
"""Bytes of the other values of a field: truth values, single bytes, doubles and UUIDs."""
_I64, _LIST = 6, 9
_LONGEST = 10


class RowGroup(NamedTuple):
    """A row group as its footer describes it, which need not be true."""

    rows: int
    end: int
    """Where in the file it ends."""
    stored: int
    """Bytes in the file."""
    unpacked: int
    """Bytes once uncompressed."""


def row_groups(file: IO[bytes]) -> tuple[RowGroup, ...]:
    """The row groups of a Parquet file that pyarrow could open.

    Args:
        file: at any position, and left at another.

    Raises:
        ValueError: its footer is none.
    """
    file.seek(-_TAIL, os.SEEK_END)
    size = int.from_bytes(file.read(_TAIL)[:4], "little")
    file.seek(-_TAIL - size, os.SEEK_END)
    return _described(file.read(size))


@lru_cache(maxsize=1)  # A sample opens one file many times in a row.
def _described(data: bytes) -> tuple[RowGroup, ...]:
    footer, found = _Compact(data), []
    try:
        for number, kind in footer.fields():
            if (number, kind) == (4, _LIST):
                found = [_row_group(footer) for _ in footer.structs()]
            else:
                footer.skip(kind)
    except IndexError as error:
        raise ValueError("its footer breaks off") from error
    return tuple(found)


def _row_group(footer: _Compact) -> RowGroup:
    rows, columns = 0, []
    for number, kind in footer.fields():
        if (number, kind) == (1, _LIST):
            columns = [_column(footer) for _ in footer.structs()]
        elif (number, kind) == (3, _I64):
            rows = footer.whole()
        else:
            footer.skip(kind)
    ends, stored, unpacked = zip(*columns, strict=True) if columns else ((), (), ())
    return RowGroup(rows, max((0, *ends)), sum(stored), sum(unpacked))


def _column(footer: _Compact) -> tuple[int, int, int]:
    found = (0, 0, 0)
    for number, kind in footer.fields():
        if (number, kind) == (3, _STRUCT):
            found = _column_metadata(footer)
        else:
            footer.skip(kind)
    return found


def _column_metadata(footer: _Compact) -> tuple[int, int, int]:
    """Where a column ends in the file, its bytes there and its bytes once uncompressed."""
    numbers = {}
    for number, kind in footer.fields():
        if kind == _I64:
            numbers[number] = footer.whole()
        else:
            footer.skip(kind)
    unpacked, stored, data, dictionary = (numbers.get(number, 0) for number in (6, 7, 9, 11))
    return min(filter(None, (data, dictionary)), default=0) + stored, stored, unpacked


class _Compact:
    """A value in Thrift's compact protocol, read from its beginning. Raises IndexError at its end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """Number and type of each field of a struct; its value is to be read or skipped before the next."""
        number = 0
        while head := self._data[self._at]:
            self._at += 1
            number = number + (head >> 4) if head >> 4 else self.whole()
            yield number, head & 15
        self._at += 1

    def structs(self) -> range:
        """The places of a list of structs, each of which is to be read."""
        count, kind, self._at = _list(self._data, self._at)
        if kind != _STRUCT:
            raise ValueError("its footer holds a list of something else")
        return range(count)

    def whole(self) -> int:
        """A whole number of any size."""
        value, self._at = _unsigned(self._data, self._at)
        return (value >> 1) ^ -(value & 1)

    def skip(self, kind: int) -> None:
        """Passes over a value."""
        self._at = _past(self._data, self._at, kind)


def _past(data: bytes, at: int, kind: int) -> int:
    """Where a value ends that is a field of a struct."""
    if kind in _WHOLE:
        return _past_number(data, at)
    if kind == _BINARY:
        length, at = _unsigned(data, at)
        return at + length
    if kind == _STRUCT:
        return _past_struct(data, at)
    if kind in _LISTS:
        count, each, at = _list(data, at)
        return _past_each(data, at, (each,), count)
    if kind == _MAP:
        count, at = _unsigned(data, at)
        return _past_each(data, at + 1, (data[at] >> 4, data[at] & 15), count) if count else at
    if kind in _FIXED:
        return at + _FIXED[kind]
    raise ValueError("its footer holds a value of no type")


def _past_number(data: bytes, at: int) -> int:
    while data[at] > 127:
        at += 1
    return at + 1


def _past_struct(data: bytes, at: int) -> int:
    while head := data[at]:
        at = _past(data, at + 1 if head >> 4 else _past_number(data, at + 1), head & 15)
    return at + 1


def _past_each(data: bytes, at: int, kinds: tuple[int, ...], count: int) -> int:
    for _ in range(count):
        for kind in kinds:
            # A truth value is a byte of its own here, while that of a field is told by the field's type.
            at = at + 1 if kind in _BOOLEANS else _past(data, at, kind)
            if at > len(data):
                raise IndexError
    return at


def _list(data: bytes, at: int) -> tuple[int, int, int]:
    """How many values a list holds, of what type, and where they begin."""
    count, kind = data[at] >> 4, data[at] & 15
    if count < 15:
        return count, kind, at + 1
    count, at = _unsigned(data, at + 1)
    return count, kind, at


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where it ends."""
    value = 0
    for step in range(_LONGEST):
        value |= (data[at + step] & 127) << 7 * step
        if data[at + step] < 128:
            return value, at + step + 1
    raise ValueError("its footer holds a number of no end")
