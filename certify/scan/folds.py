"""The table of folded characters that the compiled search reads, made once by the reference in ``normalise``."""

from __future__ import annotations

import functools
import io
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from certify.errors import CertifyError
from certify.files import write_whole
from certify.scan.kernel import CACHE
from certify.scan.kernel.folding import EXPANSION, LENGTH_BITS
from certify.scan.normalise import folded_bytes

_PLANE = 0x10000
_EMPTY_PLANES = range(4, 14)
"""Planes without a single assigned character."""


class FoldTable(NamedTuple):
    """Folded forms by code point; arrays that nothing writes to."""

    entries: NDArray[np.int32]
    """For each code point where its form begins in the pool, and its length in the low bits."""
    pool: NDArray[np.uint8]
    """The forms, back to back."""


@functools.cache
def fold_table() -> FoldTable:
    """The table, kept in the user's cache beside the compiled code: it takes a second to make."""
    place = CACHE / f"folds-{unicodedata.unidata_version}.npz"
    table = _load(place)
    if table is None:
        table = make_table()
        _store(table, place)
    return table


def make_table() -> FoldTable:
    """The table out of the reference."""
    entries = np.zeros(sys.maxunicode + 1, dtype=np.int32)
    forms: dict[bytes, int] = {}
    pool = bytearray()
    for code in _codes():
        form = folded_bytes(code)
        assert len(form) < EXPANSION  # noqa: S101 - the longest form of Unicode takes 33 bytes
        if form not in forms:
            forms[form] = len(pool)
            pool += form
        entries[code] = forms[form] << LENGTH_BITS | len(form)
    space = entries[0xE000]
    for plane in _EMPTY_PLANES:
        entries[plane * _PLANE : (plane + 1) * _PLANE] = space
    return _sealed(entries, np.frombuffer(bytes(pool), dtype=np.uint8))


def _codes() -> Iterator[int]:
    for plane in range((sys.maxunicode + 1) // _PLANE):
        if plane not in _EMPTY_PLANES:
            yield from range(plane * _PLANE, (plane + 1) * _PLANE)


def _sealed(entries: NDArray[np.int32], pool: NDArray[np.uint8]) -> FoldTable:
    entries.setflags(write=False)
    pool.setflags(write=False)
    return FoldTable(entries, pool)


def _load(place: Path) -> FoldTable | None:
    try:
        with np.load(place, allow_pickle=False) as stored:
            return _checked(_sealed(stored["entries"], stored["pool"]))
    except (OSError, ValueError, KeyError, EOFError):
        return None


def _checked(table: FoldTable) -> FoldTable | None:
    """The table if nothing in it leads out of the pool."""
    ends = (table.entries >> LENGTH_BITS) + (table.entries & (EXPANSION - 1))
    whole = table.entries.shape == (sys.maxunicode + 1,) and table.entries.dtype == np.int32
    return table if whole and int(table.entries.min()) >= 0 and int(ends.max()) <= table.pool.size else None


def _store(table: FoldTable, place: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, entries=table.entries, pool=table.pool)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(place, buffer.getvalue())
    except (OSError, CertifyError):
        return  # made anew next time
